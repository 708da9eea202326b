/** Every state of the viewer in words. The tone decides how loudly it is said; `actions` are offered beside it. */

/**
 * @typedef {object} State
 * @property {'quiet' | 'good' | 'warning' | 'error'} tone
 * @property {string} title
 * @property {string} text `{detail}` is filled in
 * @property {('new_tab' | 'retry' | 'open_file' | 'self_test')[]} [actions]
 */

/** What is shown in place of, or beside, the picture. @type {Record<string, State>} */
export const PICTURE_STATES = {
  empty: {
    tone: 'quiet',
    title: 'No picture yet',
    text: 'Open, drop or paste stereoscopic pictures, or look at the self-test picture.',
    actions: ['open_file', 'self_test'],
  },
  loading: { tone: 'quiet', title: 'Loading…', text: '{detail}' },
  not_found: {
    tone: 'error',
    title: 'There is no picture at this address',
    text: 'It may have been deleted, or the address may be incomplete: {detail}',
    actions: ['retry', 'open_file'],
  },
  expired: {
    tone: 'error',
    title: 'This shared picture is gone',
    text: 'Shared pictures are kept for a limited time, and their owner can delete them. Ask for a new link.',
    actions: ['open_file'],
  },
  refused: {
    tone: 'error',
    title: 'The server does not hand out this picture',
    text: 'It answered {detail}.',
    actions: ['retry', 'open_file'],
  },
  unreachable: {
    tone: 'error',
    title: 'The picture could not be loaded',
    text: 'The server did not answer. Check the connection: {detail}',
    actions: ['retry', 'open_file'],
  },
  foreign: {
    tone: 'error',
    title: 'The picture lies on another server',
    text: 'For safety this page shows pictures of its own server only. Save the picture from {detail} and open the file here.',
    actions: ['open_file'],
  },
  foreign_blocked: {
    tone: 'error',
    title: 'The other server does not allow this',
    text: '{detail} must send the picture with an Access-Control-Allow-Origin header. Or save the picture and open the file here.',
    actions: ['retry', 'open_file'],
  },
  not_picture: {
    tone: 'error',
    title: 'This is no picture that the browser can show',
    text: '{detail}. JPEG, PNG, WebP, AVIF, MPO and JPS work everywhere.',
    actions: ['open_file'],
  },
  heic: {
    tone: 'error',
    title: 'This browser cannot show HEIC pictures',
    text: '{detail} opens in Safari, with one eye’s view. For both, open the photo in Spatial, save it side by side, and open that file here.',
    actions: ['open_file'],
  },
  bad_manifest: {
    tone: 'error',
    title: 'The description of this result cannot be read',
    text: '{detail}',
    actions: ['retry', 'open_file'],
  },
  no_webgl: {
    tone: 'error',
    title: 'This browser has no WebGL 2',
    text: 'Without it no picture can be shown. Switch hardware acceleration on in the browser’s settings, or use a current browser.',
  },
  context_lost: {
    tone: 'warning',
    title: 'The graphics card was taken away',
    text: 'The picture comes back by itself as soon as the browser gives it back.',
    actions: ['retry'],
  },
  out_of_memory: {
    tone: 'error',
    title: 'The picture is too large for this graphics card',
    text: 'Close other tabs, or export the picture at a smaller size.',
    actions: ['retry', 'open_file'],
  },
};

/**
 * What the headset line says. `elsewhere`: VR is to be had on another device alone, so the button gives way to the code
 * of this page's address.
 * @type {Record<string, State & {enter: boolean, elsewhere?: boolean}>}
 */
export const HEADSET_STATES = {
  checking: { tone: 'quiet', title: 'Looking for a headset…', text: '', enter: false },
  ready: { tone: 'good', title: 'Headset ready', text: '{detail}', enter: true },
  starting: { tone: 'quiet', title: 'Starting…', text: 'Allow VR if the browser asks.', enter: false },
  running: {
    tone: 'good',
    title: 'In the headset',
    text: 'Trigger or pinch: place the picture in front of you and show the buttons below it. Stick: size and distance. To leave: Exit VR below the picture, B or Y, the headset’s menu button, or the crown.',
    enter: false,
  },
  none: {
    tone: 'quiet',
    title: 'No headset here',
    text: 'Open this page in the headset’s own browser, or use the views below.',
    enter: false,
    elsewhere: true,
  },
  no_webgl: {
    tone: 'warning',
    title: 'No WebGL, no VR',
    text: 'A headset needs it as well as this page.',
    enter: false,
  },
  no_webxr: {
    tone: 'quiet',
    title: 'This browser cannot reach a headset',
    text: 'WebXR is in Chrome, Edge, the Meta Quest browser and Safari on Vision Pro. The views below work everywhere.',
    enter: false,
    elsewhere: true,
  },
  insecure: {
    tone: 'warning',
    title: 'VR needs a secure address',
    text: 'Browsers allow headsets only on https or on this machine itself (localhost). Open the https address or the share link.',
    enter: false,
  },
  blocked: {
    tone: 'warning',
    title: 'The page around this viewer blocks VR',
    text: 'Open the viewer in a tab of its own.',
    actions: ['new_tab'],
    enter: false,
  },
  not_pressed: {
    tone: 'warning',
    title: 'Press the button to enter VR',
    text: 'The browser starts VR only when you press it yourself.',
    enter: true,
  },
  failed: {
    tone: 'error',
    title: 'VR did not start',
    text: 'The browser said: {detail}. Wake the headset and try again.',
    enter: true,
  },
};

/**
 * Fill a state's text.
 * @param {State} state
 * @param {string} [detail]
 */
export function words(state, detail = '') {
  return state.text.replace('{detail}', detail).trim();
}
