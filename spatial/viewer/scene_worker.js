/** Beside the page: from the disparity maps of a scene to its meshes, so that no frame waits for them. */

import { decodePng16 } from './png16.js';
import { buildMesh } from './scene_mesh.js';

const MOST_TRIANGLES = 90_000; // of a layer before its cuts; both stay within 200 000
const CUT_SHARE = 0.06; // of the range of disparity: from here a step is cut

/** @typedef {{number: number, front: ArrayBuffer, back: ArrayBuffer, range: [number, number]}} Question */

/** @param {MessageEvent<Question>} event */
async function answer({ data: { number, front, back, range } }) {
  const post = /** @type {(message: unknown, transfer?: Transferable[]) => void} */ (self.postMessage);
  try {
    const [near, far] = await Promise.all([front, back].map((file) => decodePng16(new Uint8Array(file))));
    const step = CUT_SHARE * Math.abs(range[1] - range[0]);
    const meshes = [
      buildMesh(near, { range, most: MOST_TRIANGLES, step }),
      buildMesh(far, { range, most: MOST_TRIANGLES, step: Infinity }),
    ];
    const buffers = meshes.flatMap(({ corners, triangles }) => [corners.buffer, triangles.buffer]);
    post({ number, meshes, map: near }, [...buffers, near.levels.buffer]);
  } catch (error) {
    post({ number, fault: /** @type {Error} */ (error).message });
  }
}

self.addEventListener('message', (event) => void answer(event));
