/** The page around the player: what it says, its buttons, and the way from messages to the scene. */

import { findHeadset, offerFromBrowser, standInForWebXr } from './headset.js';
import { listenForMessages, tellParent } from './messages.js';
import { startPlayer } from './player.js';

/** The object in the scene that takes messages: BrowserBridge.cs names its methods. */
const SCENE_OBJECT = 'StereoViewer';

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * @param {string} id
 * @param {string} text
 * @param {'quiet' | 'error'} [tone]
 */
function say(id, text, tone = 'quiet') {
  element(id).textContent = text;
  element(id).dataset.tone = tone;
}

/**
 * What the scene tells, through StereoBridge.jslib, is said here and passed on to the page around this one.
 * @returns {Promise<void>} kept when the scene listens
 */
function listenToScene() {
  addEventListener('stereo:loaded', (event) => {
    const { detail } = /** @type {CustomEvent<string>} */ (event);
    say('picture', '');
    tellParent('stereo:loaded', detail);
  });
  addEventListener('stereo:error', (event) => {
    const { detail } = /** @type {CustomEvent<string>} */ (event);
    say('picture', detail, 'error');
    tellParent('stereo:error', detail);
  });
  return new Promise((resolve) => {
    addEventListener('stereo:ready', () => {
      tellParent('stereo:ready', '');
      resolve();
    });
  });
}

/** @param {(method: string, text?: string) => void} send */
function wireButtons(send) {
  const swap = element('swap');
  swap.setAttribute('aria-pressed', String(new URLSearchParams(location.search).get('swap') === '1'));
  swap.addEventListener('click', () => {
    const on = swap.getAttribute('aria-pressed') !== 'true';
    swap.setAttribute('aria-pressed', String(on));
    send('SetOptions', `swap=${on ? 1 : 0}`);
  });
  element('recentre').addEventListener('click', () => send('Recentre'));
  element('test').addEventListener('click', () => send('LoadUrl', 'test'));
  for (const id of ['recentre', 'swap', 'test']) element(id).removeAttribute('disabled');
}

/** Say whether a headset can be entered, and let the button enter it. @param {() => void} enter */
async function wireHeadset(enter) {
  const { text, ready, newTab } = await findHeadset();
  say('headset', text);
  element('enter').addEventListener('click', enter);
  /** @type {HTMLButtonElement} */ (element('enter')).disabled = !ready;
  const link = /** @type {HTMLAnchorElement} */ (element('new-tab'));
  link.href = location.href;
  link.hidden = !newTab;
  if (ready) offerFromBrowser(enter);
}

/**
 * Start the player and wire the page to it. Messages that come before the scene listens wait for it.
 * @param {string} loaderUrl address of Unity's loader script
 * @param {object} config what the loader wants to know
 */
export async function openPage(loaderUrl, config) {
  standInForWebXr();
  const ready = listenToScene();
  /** @type {string | null} */
  let waiting = null;
  /** @type {(query: string) => void} */
  let load = (query) => (waiting = query);
  listenForMessages((query) => load(query));
  const progress = /** @type {HTMLProgressElement} */ (element('progress'));
  const canvas = /** @type {HTMLCanvasElement} */ (element('unity-canvas'));
  try {
    const player = await startPlayer(canvas, { loaderUrl, config }, (share) => (progress.value = share));
    await ready;
    /** @type {(method: string, text?: string) => void} */
    const send = (method, text) => player.SendMessage(SCENE_OBJECT, method, ...(text === undefined ? [] : [text]));
    load = (query) => send('Load', query);
    if (waiting !== null) load(waiting);
    wireButtons(send);
    await wireHeadset(() => player.Module.WebXR.toggleVR());
  } catch (error) {
    say('picture', `The viewer did not start: ${error instanceof Error ? error.message : error}`, 'error');
  }
  progress.hidden = true;
}
