// Stands in for the loader that Unity builds: a player that records what the page tells it and says it is ready.
globalThis.createUnityInstance = async (canvas, config, onProgress) => {
  const player = { config, sent: [], address: location.href, sessions: [] };
  globalThis.player = player;
  onProgress(1);
  const ready = () => dispatchEvent(new CustomEvent('stereo:ready', { detail: '' }));
  setTimeout(ready, globalThis.READY_AFTER_MS ?? 0);
  return {
    SendMessage: (...message) => player.sent.push(message),
    Module: {
      WebXR: {
        toggleVR: async () => {
          const session = await navigator.xr.requestSession('immersive-vr', { requiredFeatures: ['local-floor'] });
          player.sessions.push(session);
        },
      },
    },
  };
};
