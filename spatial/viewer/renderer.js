/** What lives on the graphics card: programs, one strip of corners, and the textures of the two eyes and the depth. */

import { createSceneRenderer } from './scene_renderer.js';
import { PROGRAMS } from './shaders.js';

/** @typedef {import('./types.js').Eye} Eye */
/** @typedef {import('./types.js').SphereView} SphereView */
/** @typedef {{program: WebGLProgram, at: Record<string, WebGLUniformLocation | null>}} Program */

const COLUMNS = 48; // of the strip, so that it can be bent into a curved screen
const ANISOTROPY = 8;

/** The picture or the graphics card cannot be used; the message is a key of STATES. */
export class GraphicsError extends Error {}

/**
 * @param {WebGL2RenderingContext} gl
 * @param {number} type
 * @param {string} source
 */
function compile(gl, type, source) {
  const shader = /** @type {WebGLShader} */ (gl.createShader(type));
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  return shader;
}

/**
 * @param {WebGL2RenderingContext} gl
 * @param {{vertex: string, fragment: string}} sources
 * @returns {Program}
 */
function link(gl, { vertex, fragment }) {
  const program = /** @type {WebGLProgram} */ (gl.createProgram());
  gl.attachShader(program, compile(gl, gl.VERTEX_SHADER, vertex));
  gl.attachShader(program, compile(gl, gl.FRAGMENT_SHADER, fragment));
  gl.bindAttribLocation(program, 0, 'corner');
  gl.bindAttribLocation(program, 1, 'step_side');
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new GraphicsError(gl.getProgramInfoLog(program) ?? 'a shader does not compile');
  }
  /** @type {Record<string, WebGLUniformLocation | null>} */
  const at = {};
  const count = gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS) ?? 0;
  for (let i = 0; i < count; i++) {
    const name = gl.getActiveUniform(program, i)?.name ?? '';
    at[name] = gl.getUniformLocation(program, name);
  }
  return { program, at };
}

/** @param {WebGL2RenderingContext} gl */
function createStrip(gl) {
  const corners = new Float32Array((COLUMNS + 1) * 4);
  for (let i = 0; i <= COLUMNS; i++) {
    const x = (2 * i) / COLUMNS - 1;
    corners.set([x, -1, x, 1], 4 * i);
  }
  const array = gl.createVertexArray();
  gl.bindVertexArray(array);
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, corners, gl.STATIC_DRAW);
  gl.enableVertexAttribArray(0);
  gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
  return array;
}

/**
 * A texture with all its mip levels: a screen far away must not glitter.
 * @param {WebGL2RenderingContext} gl
 * @param {ImageBitmap} bitmap
 */
function createTexture(gl, bitmap) {
  const texture = /** @type {WebGLTexture} */ (gl.createTexture());
  gl.bindTexture(gl.TEXTURE_2D, texture);
  const levels = 1 + Math.floor(Math.log2(Math.max(bitmap.width, bitmap.height)));
  gl.texStorage2D(gl.TEXTURE_2D, levels, gl.RGBA8, bitmap.width, bitmap.height);
  gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
  gl.generateMipmap(gl.TEXTURE_2D);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  const sharper = gl.getExtension('EXT_texture_filter_anisotropic');
  if (sharper) gl.texParameterf(gl.TEXTURE_2D, sharper.TEXTURE_MAX_ANISOTROPY_EXT, ANISOTROPY);
  return texture;
}

/** @param {WebGL2RenderingContext} gl */
export function createRenderer(gl) {
  /** @type {Record<string, Program>} */
  const programs = {};
  for (const [name, sources] of Object.entries(PROGRAMS)) programs[name] = link(gl, sources);
  const strip = createStrip(gl);
  /** @type {{eyes: (WebGLTexture | null)[], depth: WebGLTexture | null, buttons: WebGLTexture | null}} */
  const textures = { eyes: [null, null], depth: null, buttons: null };
  const size = { width: 0, height: 0 };
  const scene = createSceneRenderer(gl, { program: programs.scene, createTexture: (bitmap) => createTexture(gl, bitmap) });

  /**
   * @param {number} unit
   * @param {WebGLTexture | null} texture
   */
  const bind = (unit, texture) => {
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, texture);
  };
  const drawStrip = () => {
    gl.bindVertexArray(strip);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 2 * (COLUMNS + 1));
  };
  /** @param {WebGLTexture | null} texture @param {Float32Array} viewProjectionModel @param {Float32Array} shape @param {number} hidden */
  const drawInRoom = (texture, viewProjectionModel, shape, hidden) => {
    const { program, at } = programs.screen;
    gl.useProgram(program);
    bind(0, texture);
    gl.uniform1f(at.hidden, hidden);
    gl.uniformMatrix4fv(at.view_projection_model, false, viewProjectionModel);
    gl.uniform3fv(at.shape, shape);
    drawStrip();
  };
  /** @param {Program} program @param {Float32Array} box @param {SphereView | null} sphere */
  const useForBox = ({ program, at }, box, sphere) => {
    gl.useProgram(program);
    gl.uniform4fv(at.box, box);
    if (sphere) {
      gl.uniform4fv(at.part, sphere.part);
      gl.uniformMatrix3fv(at.turn, false, sphere.turn);
      gl.uniform4fv(at.frustum, sphere.frustum);
    }
    return at;
  };
  const clearPicture = () => {
    for (const texture of new Set([...textures.eyes, textures.depth])) gl.deleteTexture(texture);
    textures.eyes = [null, null];
    textures.depth = null;
    scene.clear();
  };

  return {
    /** Width and height of one view in pixels. */
    size,
    /** The picture's scene; it goes with the picture. */
    scene,
    eyeTexture: (/** @type {Eye} */ eye) => textures.eyes[eye],
    hasPicture: () => textures.eyes[0] !== null,

    /** @param {import('./types.js').Picture} picture */
    setPicture(picture) {
      clearPicture();
      const left = createTexture(gl, picture.left);
      textures.eyes = [left, picture.right ? createTexture(gl, picture.right) : left];
      textures.depth = picture.depth ? createTexture(gl, picture.depth) : null;
      size.width = picture.left.width;
      size.height = picture.left.height;
      if (gl.getError() === gl.OUT_OF_MEMORY) throw new GraphicsError('out_of_memory');
    },

    /**
     * Draw the screen in the room for one eye, into the bound framebuffer and viewport.
     * @param {Eye} eye
     * @param {Float32Array} viewProjectionModel
     * @param {Float32Array} shape of the screen, as in ScreenPlan
     * @param {number} hidden share of the pixels that the scene draws
     */
    drawScreen: (eye, viewProjectionModel, shape, hidden) =>
      drawInRoom(textures.eyes[eye], viewProjectionModel, shape, hidden),

    /** @param {ImageBitmap} bitmap what the buttons in the room look like; closed afterwards */
    setButtons(bitmap) {
      gl.activeTexture(gl.TEXTURE0);
      gl.deleteTexture(textures.buttons);
      textures.buttons = createTexture(gl, bitmap);
      bitmap.close();
    },

    /** @param {Float32Array} viewProjectionModel @param {Float32Array} shape as for the screen */
    drawButtons: (viewProjectionModel, shape) => drawInRoom(textures.buttons, viewProjectionModel, shape, 0),

    /**
     * Draw one eye's view into a box of the page, or of the headset's view when it lies on a sphere.
     * @param {Eye} eye
     * @param {Float32Array} box centre and half size in clip coordinates
     * @param {SphereView | null} sphere
     */
    drawBox(eye, box, sphere) {
      const at = useForBox(sphere ? programs.sphere : programs.box, box, sphere);
      bind(0, textures.eyes[eye]);
      gl.uniform1i(at.picture, 0);
      drawStrip();
    },

    /**
     * @param {Eye} first the eye behind the red glass sees this eye's view
     * @param {Float32Array} box
     * @param {SphereView | null} sphere
     */
    drawAnaglyph(first, box, sphere) {
      const at = useForBox(sphere ? programs.sphere_anaglyph : programs.anaglyph, box, sphere);
      bind(0, textures.eyes[first]);
      bind(1, textures.eyes[1 - first]);
      gl.uniform1i(at.left_picture, 0);
      gl.uniform1i(at.right_picture, 1);
      drawStrip();
    },

    /**
     * @param {Float32Array} box
     * @param {{x: number, y: number}} eye -1 is the left eye's place, 1 the right one's; up is positive
     * @param {{disparity: [number, number], aspect: number, photoToLeft: number, nearBright: boolean}} scene
     */
    drawParallax(box, eye, scene) {
      const { program, at } = programs.parallax;
      gl.useProgram(program);
      bind(0, textures.eyes[0]);
      bind(1, textures.eyes[1]);
      bind(2, textures.depth);
      gl.uniform1i(at.left_picture, 0);
      gl.uniform1i(at.right_picture, 1);
      gl.uniform1i(at.depth, 2);
      gl.uniform2f(at.eye, eye.x, eye.y);
      gl.uniform2f(at.disparity, scene.disparity[0], scene.disparity[1]);
      gl.uniform1f(at.aspect, scene.aspect);
      gl.uniform1f(at.photo_to_left, scene.photoToLeft);
      gl.uniform1f(at.near_bright, scene.nearBright ? 1 : 0);
      gl.uniform4fv(at.box, box);
      drawStrip();
    },
  };
}

/** @typedef {ReturnType<typeof createRenderer>} Renderer */
