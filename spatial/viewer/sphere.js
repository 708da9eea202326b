/**
 * Pictures on a sphere around the viewer (equirectangular): which part of it one view covers, and which way each point of
 * a picture looks. Equal directions of both eyes mean infinitely far, so only turns of the head count, not its place.
 */

const HALF_TURN = Math.PI;
const QUARTER_TURN = Math.PI / 2;

/** How a view is shown: on a flat screen, or on this part of a sphere. @type {Record<string, {label: string, sphere: Float32Array | null}>} */
export const PROJECTIONS = {
  flat: { label: 'Flat screen', sphere: null },
  half_sphere: {
    label: 'Half a sphere (180°)',
    sphere: new Float32Array([-QUARTER_TURN, QUARTER_TURN, HALF_TURN, HALF_TURN]),
  },
  sphere: {
    label: 'Whole sphere (360°)',
    sphere: new Float32Array([-HALF_TURN, QUARTER_TURN, 2 * HALF_TURN, HALF_TURN]),
  },
};

/** Other names for the same rows. @type {Record<string, string>} */
const ALIASES = { 180: 'half_sphere', vr180: 'half_sphere', 360: 'sphere', equirectangular: 'sphere' };

/**
 * Return the key of PROJECTIONS that a word means, or 'auto' when it means none.
 * @param {string | null | undefined} word
 */
export function projectionNamed(word) {
  const key = (word ?? '').toLowerCase();
  return key in PROJECTIONS ? key : (ALIASES[key] ?? 'auto');
}

/**
 * out: slopes of the lines of sight at the edges of a view, 1 / P00 and 1 / P11, and its shift, P02 and P12.
 * @param {Float32Array} out
 * @param {Float32Array} projection
 */
export function readFrustum(out, projection) {
  out[0] = 1 / projection[0];
  out[1] = 1 / projection[5];
  out[2] = projection[8];
  out[3] = projection[9];
}

/**
 * out: 3 x 3, from the eye's axes to those of a sphere whose middle lies in the direction `yaw` of the room.
 * @param {Float32Array} out
 * @param {Float32Array} eye the eye's place in the room, 4 x 4
 * @param {number} yaw radians, 0 looks along -z, positive turns left
 */
export function turnFromEye(out, eye, yaw) {
  const cos = Math.cos(yaw);
  const sin = Math.sin(yaw);
  for (let column = 0; column < 3; column++) {
    const x = eye[4 * column];
    const z = eye[4 * column + 2];
    out[3 * column] = cos * x - sin * z;
    out[3 * column + 1] = eye[4 * column + 1];
    out[3 * column + 2] = sin * x + cos * z;
  }
}

/**
 * out: 3 x 3, for someone at the page who looks `yaw` to the left and `pitch` up.
 * @param {Float32Array} out
 * @param {{yaw: number, pitch: number}} look radians
 */
export function turnFromLook(out, { yaw, pitch }) {
  const [cy, sy, cp, sp] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
  out.set([cy, 0, -sy, sy * sp, cp, cy * sp, sy * cp, -sp, cy * cp]);
}
