// Runs before the page, after IWER: an emulated headset that, like a real one, wants a press.
(() => {
  const device = new IWER.XRDevice(IWER.metaQuest3, { stereoEnabled: true });
  device.installRuntime({ forceInstall: true });
  const request = navigator.xr.requestSession.bind(navigator.xr);
  navigator.xr.requestSession = (...asked) => {
    if (!navigator.userActivation.isActive) return Promise.reject(new DOMException('no press', 'SecurityError'));
    return request(...asked);
  };
})();
