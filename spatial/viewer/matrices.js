/** 4 x 4 matrices, columns first, written into arrays that the caller keeps: the frame loop makes no garbage. */

/**
 * out = a b; `out` must be neither of them.
 * @param {Float32Array} out
 * @param {Float32Array} a
 * @param {Float32Array} b
 */
export function multiply(out, a, b) {
  for (let column = 0; column < 4; column++) {
    for (let row = 0; row < 4; row++) {
      let sum = 0;
      for (let k = 0; k < 4; k++) sum += a[k * 4 + row] * b[column * 4 + k];
      out[column * 4 + row] = sum;
    }
  }
}

/**
 * A turn about the vertical axis, then a move: the screen's place in the room. The screen stands `forward` metres in
 * front of the viewer's place and `right` metres to the side, facing the viewer.
 * @param {Float32Array} out
 * @param {import('./types.js').Placement} placement
 * @param {number} right
 * @param {number} forward
 */
export function placeInFront(out, placement, right, forward) {
  const cos = Math.cos(placement.yaw);
  const sin = Math.sin(placement.yaw);
  out.fill(0);
  out[0] = cos;
  out[2] = -sin;
  out[5] = 1;
  out[8] = sin;
  out[10] = cos;
  out[12] = placement.x + cos * right - sin * forward;
  out[13] = placement.y;
  out[14] = placement.z - sin * right - cos * forward;
  out[15] = 1;
}

/**
 * Direction of view about the vertical axis [rad] of an orientation, 0 along -z, positive to the left. Looking straight
 * up or down, the top of the head tells.
 * @param {{x: number, y: number, z: number, w: number}} q
 */
export function yawOf({ x, y, z, w }) {
  const ahead = { x: -2 * (x * z + w * y), y: 2 * (w * x - y * z), z: 2 * (x * x + y * y) - 1 };
  if (Math.hypot(ahead.x, ahead.z) > 0.1) return Math.atan2(-ahead.x, -ahead.z);
  const side = ahead.y > 0 ? 1 : -1; // looking up, the top of the head points backwards
  return Math.atan2(side * 2 * (x * y - w * z), side * 2 * (y * z + w * x));
}

const NEAREST_M = 0.05;
const FARTHEST_M = 60;

/**
 * out: what an eye sees through a window straight before its resting place, drawn into a box of the page.
 * @param {Float32Array} out
 * @param {{eye: Float32Array, screen: Float32Array}} view place of the eye; width, height and distance of the window
 * @param {Float32Array} box centre and half size in clip coordinates
 */
export function projectThroughWindow(out, { eye, screen }, box) {
  out.fill(0);
  for (let axis = 0; axis < 2; axis++) {
    const scale = (2 * box[2 + axis]) / screen[axis];
    out[4 * axis + axis] = scale * screen[2];
    out[8 + axis] = -scale * eye[axis] - box[axis];
    out[12 + axis] = -scale * eye[axis] * screen[2];
  }
  out[10] = (FARTHEST_M + NEAREST_M) / (NEAREST_M - FARTHEST_M);
  out[11] = -1;
  out[14] = (2 * FARTHEST_M * NEAREST_M) / (NEAREST_M - FARTHEST_M);
}
