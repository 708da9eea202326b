/** Where the viewer's eye is when nobody moves it, and how its moves are held within the range that a scene was made for. */

const SWAY_SECONDS = 4; // once around
const SWAY_M = 0.008; // to each side
const EYE_DISTANCE_M = 0.063;
const FADE_FROM_M = 0.01; // of head offset: from here the flat pair gives way to the mesh
const FADE_TO_M = 0.03;
const DARKEST = 0.45; // light of a scene that the head has left
const SLOW_MS = 50; // a frame, from which a motion nobody asked for costs more than it gives
const LOOK_MS = 1000; // frames are looked at for about so long
const FEWEST = 5; // frames to judge by
const EASY = 0.8; // share of the range up to which the eye follows the head

/**
 * The place of the eye in a slow, closed figure: `out` in half eye distances, right and up positive.
 * @param {{x: number, y: number}} out
 * @param {number} seconds
 */
export function swayAt(out, seconds) {
  const angle = (2 * Math.PI * seconds) / SWAY_SECONDS;
  const reach = SWAY_M / (EYE_DISTANCE_M / 2);
  out.x = reach * Math.sin(angle);
  out.y = 0.5 * reach * Math.sin(2 * angle);
}

/** Returns a function that takes the time of each frame in turn and tells when they are too slow, by their median. */
export function watchPace() {
  /** @type {number[]} */
  let times = [];
  return (/** @type {number} */ frameMs) => {
    times.push(frameMs);
    if (times.length < FEWEST || times.reduce((sum, time) => sum + time) < LOOK_MS) return false;
    const [middle] = times.sort((a, b) => a - b).slice(times.length / 2);
    times = [];
    return middle > SLOW_MS;
  };
}

/**
 * How far the eye goes when the head goes `offsetM` away: as far up to most of the range, then ever less, never beyond.
 * @param {number} offsetM
 * @param {number} rangeM
 */
export function easedM(offsetM, rangeM) {
  const easy = EASY * rangeM;
  if (offsetM <= easy) return offsetM;
  const left = rangeM - easy;
  return rangeM - left * Math.exp(-(offsetM - easy) / left);
}

/**
 * The mesh's share of what is seen, 0 to 1: at rest the flat pair stays.
 * @param {number} offsetM of the head
 */
export function meshShare(offsetM) {
  const share = Math.max(0, Math.min(1, (offsetM - FADE_FROM_M) / (FADE_TO_M - FADE_FROM_M)));
  return share * share * (3 - 2 * share);
}

/**
 * Light of a scene, 0 to 1: beyond its range it dims.
 * @param {number} offsetM of the head
 * @param {number} rangeM
 */
export function rangeLight(offsetM, rangeM) {
  return 1 - (1 - DARKEST) * Math.max(0, Math.min(1, (offsetM - rangeM) / rangeM));
}
