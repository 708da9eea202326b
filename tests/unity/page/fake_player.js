// Stands in for the loader that Unity builds: a player that records what the page tells it and says it is ready,
// or waits for the test to call player.ready() where the test set HOLD_READY.
globalThis.createUnityInstance = async (canvas, config, onProgress) => {
  const ready = () => dispatchEvent(new CustomEvent('stereo:ready', { detail: '' }));
  const player = { config, sent: [], address: location.href, sessions: [], ready };
  globalThis.player = player;
  onProgress(1);
  if (!globalThis.HOLD_READY) setTimeout(ready, 0);
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
