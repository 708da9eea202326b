/** Draws a scene's two layers, as an eye anywhere in front of the screen sees them through its frame. */

import { NUMBERS_PER_CORNER } from './scene_mesh.js';

/** @typedef {import('./scene.js').Scene} Scene */
/** @typedef {import('./renderer.js').Program} Program */

/**
 * @typedef {object} SceneView
 * @property {Float32Array} viewProjection from the scene's axes (origin: the eyes at rest, -z to the screen) to clip coordinates
 * @property {Float32Array} eye place of the eye in the scene's axes [m]
 * @property {Float32Array} screen width, height, distance, and by how much each eye's picture is moved outwards [m]
 * @property {number} eyeDistanceM
 * @property {number} share of the pixels that are drawn, 0 to 1
 * @property {number} light 0 to 1
 */

const BYTES_PER_CORNER = 4 * NUMBERS_PER_CORNER;

/**
 * @param {WebGL2RenderingContext} gl
 * @param {import('./scene_mesh.js').Mesh} mesh
 */
function upload(gl, { corners, triangles }) {
  const array = gl.createVertexArray();
  const buffers = [gl.createBuffer(), gl.createBuffer()];
  gl.bindVertexArray(array);
  gl.bindBuffer(gl.ARRAY_BUFFER, buffers[0]);
  gl.bufferData(gl.ARRAY_BUFFER, corners, gl.STATIC_DRAW);
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, buffers[1]);
  gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, triangles, gl.STATIC_DRAW);
  for (const [place, size, offset] of [[0, 3, 0], [1, 2, 12]]) {
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, size, gl.FLOAT, false, BYTES_PER_CORNER, offset);
  }
  gl.bindVertexArray(null);
  return { array, buffers, count: triangles.length };
}

/**
 * The disparities of the silhouettes; half floats, since 8 bits would be seen as steps and 32 are not filtered.
 * @param {WebGL2RenderingContext} gl
 * @param {import('./png16.js').LevelMap} map
 * @param {[number, number]} range
 */
function uploadDisparities(gl, { width, height, levels }, [first, last]) {
  const texture = gl.createTexture();
  const disparities = new Float32Array(levels.length);
  const perLevel = (last - first) / 65535;
  for (let i = 0; i < levels.length; i++) disparities[i] = first + perLevel * levels[i];
  gl.activeTexture(gl.TEXTURE0);
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texStorage2D(gl.TEXTURE_2D, 1, gl.R16F, width, height);
  gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, gl.RED, gl.FLOAT, disparities);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  return texture;
}

/**
 * @param {WebGL2RenderingContext} gl
 * @param {{program: Program, createTexture: (bitmap: ImageBitmap) => WebGLTexture}} options
 */
export function createSceneRenderer(gl, { program: { program, at }, createTexture }) {
  /** Front and back. @type {(ReturnType<typeof upload> & {colour: WebGLTexture})[]} */
  let layers = [];
  /** @type {WebGLTexture | null} */
  let disparities = null;
  let soft = 0;

  const clear = () => {
    for (const { array, buffers, colour } of layers) {
      gl.deleteVertexArray(array);
      for (const buffer of buffers) gl.deleteBuffer(buffer);
      gl.deleteTexture(colour);
    }
    gl.deleteTexture(disparities);
    layers = [];
    disparities = null;
  };

  /** @param {{array: WebGLVertexArrayObject | null, colour: WebGLTexture, count: number}} layer */
  const drawLayer = ({ array, colour, count }) => {
    gl.bindTexture(gl.TEXTURE_2D, colour);
    gl.bindVertexArray(array);
    gl.drawElements(gl.TRIANGLES, count, gl.UNSIGNED_INT, 0);
  };

  return {
    has: () => layers.length > 0,
    clear,

    /** @param {Scene} scene */
    set({ meshes, colours, map, source: { range } }) {
      clear();
      layers = meshes.map((mesh, i) => ({ ...upload(gl, mesh), colour: createTexture(colours[i]) }));
      disparities = uploadDisparities(gl, map, range);
      soft = (range[1] - range[0]) / 64; // half the width of an edge's fade
    },

    /** Draw both layers into the bound framebuffer and viewport. @param {SceneView} view */
    draw({ viewProjection, eye, screen, eyeDistanceM, share, light }) {
      gl.useProgram(program);
      gl.uniformMatrix4fv(at.view_projection, false, viewProjection);
      gl.uniform3fv(at.eye, eye);
      gl.uniform4fv(at.screen, screen);
      gl.uniform1f(at.eye_distance, eyeDistanceM);
      gl.uniform1f(at.share, share);
      gl.uniform1f(at.light, light);
      gl.uniform1f(at.soft, soft);
      gl.uniform1i(at.picture, 0);
      gl.uniform1i(at.disparities, 1);
      gl.activeTexture(gl.TEXTURE1);
      gl.bindTexture(gl.TEXTURE_2D, disparities);
      gl.activeTexture(gl.TEXTURE0);
      gl.enable(gl.DEPTH_TEST);
      gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
      gl.enable(gl.POLYGON_OFFSET_FILL);
      gl.polygonOffset(2, 16); // far things lie at one place in both layers, and the front's are the ones to see
      drawLayer(layers[1]);
      gl.disable(gl.POLYGON_OFFSET_FILL);
      gl.enable(gl.BLEND); // the front's edges over the back
      drawLayer(layers[0]);
      gl.disable(gl.BLEND);
    },
  };
}

/** @typedef {ReturnType<typeof createSceneRenderer>} SceneRenderer */
