/**
 * Tilting the phone: looking around by its turns about its own axes, in whatever way it is held. The browser's angles
 * cannot be compared one by one: upright, two of them turn about the same axis, and sideways they change places.
 */

const FULL_TILT = Math.sin((18 * Math.PI) / 180); // a turn that looks fully to one side
const TO_RADIANS = Math.PI / 180;

/** @typedef {{alpha: number | null, beta: number | null, gamma: number | null}} Angles in degrees */

/**
 * The phone's axes in the room, columns first: R = Rz(alpha) Rx(beta) Ry(gamma) of the Device Orientation standard.
 * @param {Angles} angles
 */
export function axesOf({ alpha, beta, gamma }) {
  const [a, b, c] = [alpha, beta, gamma].map((angle) => (angle ?? 0) * TO_RADIANS);
  const [ca, sa, cb, sb, cc, sc] = [a, b, c].flatMap((angle) => [Math.cos(angle), Math.sin(angle)]);
  return [
    [ca * cc - sa * sb * sc, sa * cc + ca * sb * sc, -cb * sc],
    [-sa * cb, ca * cb, sb],
    [ca * sc + sa * sb * cc, sa * sc - ca * sb * cc, cb * cc],
  ];
}

/** @param {number[]} a @param {number[]} b */
function dot(a, b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/**
 * Where a turn from one attitude to another takes the viewer's eye, seen from the screen: to the right (x) when its left
 * edge goes back, up (y) when its lower edge does, as with a window. Sines of the turns about the phone's own axes; the
 * browser has turned the page by `screenDeg` against them.
 * @param {number[][]} before
 * @param {number[][]} now
 * @param {number} screenDeg
 */
export function eyeMove(before, now, screenDeg) {
  const aboutY = (dot(before[0], now[2]) - dot(before[2], now[0])) / 2; // positive: the right edge goes back
  const aboutX = (dot(before[2], now[1]) - dot(before[1], now[2])) / 2; // positive: the upper edge comes forward
  const [cos, sin] = [Math.cos(screenDeg * TO_RADIANS), Math.sin(screenDeg * TO_RADIANS)];
  return { x: -cos * aboutY - sin * aboutX, y: cos * aboutX - sin * aboutY };
}

/** @param {import('./stage.js').Stage} stage */
function listen(stage) {
  /** @type {number[][] | null} */
  let before = null;
  const gaze = { x: 0, y: 0 };
  addEventListener('deviceorientation', (event) => {
    if (event.beta === null || event.gamma === null) return;
    const now = axesOf(event);
    if (before) {
      const move = eyeMove(before, now, screen.orientation?.angle ?? 0);
      // Held at the ends: after turning around altogether, the first turn back is seen at once.
      gaze.x = Math.max(-1, Math.min(1, gaze.x + move.x / FULL_TILT));
      gaze.y = Math.max(-1, Math.min(1, gaze.y + move.y / FULL_TILT));
      stage.setGaze(gaze.x, gaze.y);
    }
    before = now;
  });
}

let listening = false;

/**
 * Listen to the tilt sensor.
 * @param {import('./stage.js').Stage} stage
 * @param {boolean} pressed the visitor just pressed something: where a browser wants to be asked (Safari), it is now
 */
export async function startTilt(stage, pressed) {
  const sensor = /** @type {any} */ (globalThis).DeviceOrientationEvent;
  if (!sensor || listening || (sensor.requestPermission && !pressed)) return;
  try {
    const answer = (await sensor.requestPermission?.()) ?? 'granted';
    if (answer !== 'granted' || listening) return;
  } catch {
    return; // not asked from a press: the pointer still works
  }
  listening = true;
  listen(stage);
}
