// Runs before the page: an emulated headset, and a way to read what each eye sees. HEADSET is set by the test.
(() => {
  const { layers = false, ipd = 0.063 } = globalThis.HEADSET ?? {};
  const model = { ...IWER.metaQuest3 };
  if (layers) model.supportedFeatures = [...model.supportedFeatures, 'layers'];
  const device = new IWER.XRDevice(model, { stereoEnabled: true, ipd, fovy: Math.PI / 2 });
  device.installRuntime({ forceInstall: true });
  if (layers) new WebXRLayersPolyfill();
  globalThis.device = device;

  const request = navigator.xr.requestSession.bind(navigator.xr);
  navigator.xr.requestSession = async (...asked) => {
    if (!navigator.userActivation.isActive) throw new DOMException('no press', 'SecurityError');
    globalThis.session = await request(...asked);
    globalThis.asked = asked;
    return globalThis.session;
  };

  /** Wait for `count` frames; not the session's own, of whose callbacks the layers polyfill keeps only one. */
  globalThis.frames = (count = 1) =>
    new Promise((resolve) => {
      const next = () => (count-- > 0 ? requestAnimationFrame(next) : resolve());
      next();
    });

  /** What both eyes see, after the viewer drew it: base64 of RGBA rows from the bottom, with the canvas's size. */
  globalThis.look = () =>
    new Promise((resolve) => {
      session.requestAnimationFrame(() => {
        const canvas = document.querySelector('canvas');
        const gl = canvas.getContext('webgl2');
        const { drawingBufferWidth: width, drawingBufferHeight: height } = gl;
        const pixels = new Uint8Array(4 * width * height);
        gl.bindFramebuffer(gl.FRAMEBUFFER, null);
        gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
        let text = '';
        for (let i = 0; i < pixels.length; i += 32768) {
          text += String.fromCharCode(...pixels.subarray(i, i + 32768));
        }
        resolve({ width, height, error: gl.getError(), pixels: btoa(text) });
      });
    });
})();
