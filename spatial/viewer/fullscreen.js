/** The whole screen for one element, sideways and awake where the browser allows it. */

const FILLING = 'filling'; // class of an element that fills the window where full screen is not to be had (iPhone)

/** @type {(() => void) | null} */
let onLeave = null;

function left() {
  document.querySelector(`.${FILLING}`)?.classList.remove(FILLING);
  onLeave?.();
  onLeave = null;
}

document.addEventListener('fullscreenchange', () => {
  if (!document.fullscreenElement) left();
});

/** Turn a phone sideways and keep it awake: extras that many browsers refuse. */
async function settle() {
  const orientation = /** @type {any} */ (screen.orientation);
  await Promise.allSettled([orientation?.lock?.('landscape'), navigator.wakeLock?.request('screen')]);
}

/**
 * @param {HTMLElement} place
 * @param {(() => void) | null} whenLeft
 */
export async function enterFullScreen(place, whenLeft) {
  onLeave = whenLeft;
  place.classList.add(FILLING);
  try {
    await place.requestFullscreen();
  } catch {
    return; // the element fills the window instead
  }
  if (place.classList.contains(FILLING)) await settle();
  else void document.exitFullscreen(); // left before the browser was there
}

addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') leaveFullScreen();
});

/** Leave; false when there was nothing to leave. */
export function leaveFullScreen() {
  if (document.fullscreenElement) {
    void document.exitFullscreen();
    return true;
  }
  const filling = document.querySelector(`.${FILLING}`) !== null;
  if (filling) left();
  return filling;
}
