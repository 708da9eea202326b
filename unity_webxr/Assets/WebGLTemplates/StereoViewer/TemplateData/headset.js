/** Whether a headset can be entered from here, in words. */

/** @typedef {{text: string, ready: boolean, newTab: boolean}} Headset */

/** @type {Record<string, Headset>} */
const STATES = {
  ready: { text: 'Headset ready.', ready: true, newTab: false },
  none: { text: 'No headset here. Open this page in the headset’s own browser.', ready: false, newTab: false },
  no_webxr: {
    text: 'This browser cannot reach a headset. Chrome, Edge, the Quest browser and Safari on Vision Pro can.',
    ready: false,
    newTab: false,
  },
  insecure: {
    text: 'VR needs a secure address: https, or this machine itself (localhost).',
    ready: false,
    newTab: false,
  },
  blocked: {
    text: 'The page around this viewer blocks VR. Open the viewer in a tab of its own.',
    ready: false,
    newTab: true,
  },
};

/**
 * The browser's WebXR, with the offer that only some browsers make.
 * @typedef {XRSystem & {offerSession?: (mode: XRSessionMode, wanted: XRSessionInit) => Promise<XRSession>}} Xr
 */

const hasWebXr = 'xr' in navigator;

/** Present in every browser once `standInForWebXr` was called. */
const webXr = () => /** @type {Xr} */ (navigator.xr);

/**
 * Where the browser has no WebXR, the WebXR Export package would fetch a polyfill from another server. Stand in with one
 * that finds no headset, so that nothing is fetched.
 */
export function standInForWebXr() {
  if (hasWebXr) return;
  const refuse = () => Promise.reject(new DOMException('This browser has no WebXR.', 'NotSupportedError'));
  const none = { isSessionSupported: async () => false, requestSession: refuse, addEventListener: () => {} };
  Object.defineProperty(navigator, 'xr', { value: none, configurable: true });
}

/** @returns {Promise<Headset>} */
export async function findHeadset() {
  if (!isSecureContext) return STATES.insecure;
  if (!hasWebXr) return STATES.no_webxr;
  try {
    const supported = await webXr().isSessionSupported('immersive-vr');
    return supported ? STATES.ready : STATES.none;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'SecurityError') return STATES.blocked;
    throw error;
  }
}

/**
 * Let the browser offer VR in its own address bar (Quest). The session that it opens there is handed to the player's
 * next request for one; afterwards it is offered again.
 * @param {() => void} enter makes the player request a session
 */
export async function offerFromBrowser(enter) {
  const xr = webXr();
  if (typeof xr.offerSession !== 'function') return;
  const request = xr.requestSession;
  /** @type {XRSession} */
  let session;
  try {
    session = await xr.offerSession('immersive-vr', { requiredFeatures: ['local-floor'] });
  } catch {
    return; // the offer was withdrawn, for instance because the button was used
  }
  xr.requestSession = () => {
    xr.requestSession = request;
    return Promise.resolve(session);
  };
  session.addEventListener('end', () => offerFromBrowser(enter));
  enter();
}
