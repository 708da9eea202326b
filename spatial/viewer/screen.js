/**
 * Where the virtual screen stands and how large it is.
 *
 * Both eyes' pictures stand at the same place, so equal pixels have no parallax and lie on the screen. A point whose
 * views are p metres apart on the screen (positive: behind it) is seen at IPD * D / (IPD - p); p = IPD is infinity and
 * beyond it the eyes would have to turn outwards.
 */

/** @typedef {import('./types.js').Picture} Picture */
/** @typedef {import('./types.js').ScreenPlan} ScreenPlan */

/** Largest parallax behind the screen that the guard allows [m]: eyes are 0.063 m apart on average, less a margin. */
export const PARALLAX_LIMIT_M = 0.055;
const SMALLEST_WIDTH_M = 0.3;
const ASSUMED_FOV_DEG = 65; // along the longer side, a phone's main camera
const ASSUMED_WIDTH_PER_DISTANCE = 2 * Math.tan((ASSUMED_FOV_DEG * Math.PI) / 360);

/** What is said when the screen is not as asked; `{width}` and `{distance}` are filled in. @type {Record<string, string>} */
const NOTES = {
  width: 'Comfort guard: the screen is {width} m wide, not wider, so that no eye has to turn outwards.',
  offset: 'Comfort guard: less convergence than asked, so that no eye has to turn outwards.',
  nearer: 'Comfort guard: life size at {distance} m, not farther, so that no eye has to turn outwards.',
  assumed: `Life size is a guess: this file does not tell its focal length, so ${ASSUMED_FOV_DEG}° are assumed.`,
};

/**
 * What to say about a plan; empty when all is as asked.
 * @param {ScreenPlan} plan
 */
export function noteOf({ note, shape, distanceM }) {
  if (note === null) return '';
  return NOTES[note].replace('{width}', (2 * shape[0]).toFixed(1)).replace('{distance}', distanceM.toFixed(1));
}

/**
 * Widest screen on which a share of `uncrossed` of its width is still comfortable.
 * @param {number} uncrossed
 */
function widestM(uncrossed) {
  return uncrossed > 0 ? Math.max(SMALLEST_WIDTH_M, PARALLAX_LIMIT_M / uncrossed) : Infinity;
}

/**
 * Width, distance and a note, before convergence. Life size keeps the angle: 2 tan(fov_x / 2) = width / focal length.
 * @param {import('./settings.js').Values} values
 * @param {{known: number | null, aspect: number}} picture `known`: width / focal length
 * @param {number} widest
 */
function chooseSize(values, { known, aspect }, widest) {
  if (values.life_size) {
    const widthPerDistance = known ?? ASSUMED_WIDTH_PER_DISTANCE * Math.min(1, aspect);
    const distanceM = Math.min(values.distance_m, widest / widthPerDistance);
    const note = distanceM < values.distance_m ? 'nearer' : known === null ? 'assumed' : null;
    return { widthM: distanceM * widthPerDistance, distanceM, note };
  }
  const widthM = Math.min(values.width_m, widest);
  const held = widthM < values.width_m ? 'width' : null;
  return { widthM, distanceM: values.distance_m, note: held };
}

/**
 * Plan the screen for a picture.
 * @param {import('./settings.js').Values} values
 * @param {Picture | null} picture
 * @returns {ScreenPlan}
 */
export function planScreen(values, picture) {
  const uncrossed = picture?.source.uncrossed ?? 0;
  const widest = values.guard ? widestM(uncrossed) : Infinity;
  const aspect = picture?.aspect ?? 4 / 3;
  const known = picture?.source.widthPerDistance ?? null;
  const { widthM, distanceM, note } = chooseSize(values, { known, aspect }, widest);
  const asked = values.offset_mm / 1000;
  const room = Math.max(0, (PARALLAX_LIMIT_M - widthM * uncrossed) / 2);
  const offsetM = values.guard ? Math.min(asked, room) : asked;
  const heightM = widthM / aspect;
  const radiusM = values.curve > 0 ? Math.max(distanceM, widthM / 3) / values.curve : 0;
  return {
    distanceM,
    offsetM,
    shape: new Float32Array([widthM / 2, heightM / 2, radiusM]),
    note: note ?? (offsetM < asked ? 'offset' : null),
  };
}
