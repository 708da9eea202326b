/** What can be seen without a headset: one row a view, each with the function that draws it. */

import { projectThroughWindow } from './matrices.js';
import { swayAt } from './motion.js';
import { turnFromLook } from './sphere.js';

/** @typedef {import('./types.js').Eye} Eye */
/** @typedef {import('./types.js').Picture} Picture */

/**
 * @typedef {object} Scene everything that a view is drawn from; lengths in pixels of the canvas
 * @property {WebGL2RenderingContext} gl
 * @property {import('./renderer.js').Renderer} renderer
 * @property {Picture} picture
 * @property {number} widthPx
 * @property {number} heightPx
 * @property {Eye} first the eye that sees the left view: 1 when the eyes are exchanged
 * @property {number} spacingPx from picture to picture for lenses and parallel viewing
 * @property {{zoom: number, x: number, y: number}} camera x and y move the picture, in half boxes
 * @property {{yaw: number, pitch: number}} look which way a picture on a sphere is looked at, in radians, left and up positive
 * @property {Eye} turn whose turn it is to be seen, for the wiggle
 * @property {number} seconds that the view has been swaying
 * @property {{x: number, y: number}} gaze where the viewer looks from, -1 to 1, right and up positive
 */

/**
 * @typedef {object} FlatView
 * @property {string} label
 * @property {string} hint
 * @property {(scene: Scene) => void} draw
 * @property {'depth' | 'pair'} [needs]
 * @property {'flip' | 'sway'} [moves] runs by itself, so it can be stopped: from view to view, or smoothly
 * @property {boolean} [fills] wants the whole screen
 */

const LOOK_AROUND = 1.6; // how far the viewer may look around, in half eye distances
/** Assumed range of disparity where the file tells none, as shares of the width. @type {[number, number]} */
const USUAL_DISPARITY = [-0.015, 0.015];
const GAP = 0.02; // between two pictures, as a share of the canvas
const SPHERE_SLOPE = 0.6; // half the shorter side of the view over its distance: 62 degrees
const box = new Float32Array(4);
const eye = { x: 0, y: 0 }; // in half eye distances
/** The screen of a computer, and who sits before it: how far things move follows from disparity alone, not from these. */
const WINDOW = { widthM: 0.5, distanceM: 0.6, eyeDistanceM: 0.063 };
/** @type {import('./scene_renderer.js').SceneView} */
const layers = {
  viewProjection: new Float32Array(16),
  eye: new Float32Array(3),
  screen: new Float32Array(4),
  eyeDistanceM: WINDOW.eyeDistanceM,
  share: 1,
  light: 1,
};
/** @type {import('./types.js').SphereView} */
const inside = { part: new Float32Array(4), turn: new Float32Array(9), frustum: new Float32Array(4) };

/**
 * Fit the picture into an area of the canvas, cut off at the area's edges.
 * @param {Scene} scene
 * @param {{x: number, y: number, width: number, height: number}} area from the canvas's bottom left corner
 */
function fit(scene, area) {
  const { gl, picture, camera, widthPx, heightPx } = scene;
  const full = picture.sphere !== null; // on a sphere there is something to see everywhere
  const scale = Math.min(area.width / picture.aspect, area.height) * camera.zoom;
  const halfWidth = full ? 0.5 : (0.5 * scale * picture.aspect) / area.width;
  const halfHeight = full ? 0.5 : (0.5 * scale) / area.height;
  box[0] = (2 * area.x + area.width * (full ? 1 : 1 + camera.x)) / widthPx - 1;
  box[1] = (2 * area.y + area.height * (full ? 1 : 1 + camera.y)) / heightPx - 1;
  box[2] = (2 * halfWidth * area.width) / widthPx;
  box[3] = (2 * halfHeight * area.height) / heightPx;
  gl.scissor(area.x, area.y, area.width, area.height);
  return box;
}

/**
 * How the picture's sphere is looked at through an area, or null when it lies on none.
 * @param {Scene} scene
 * @param {number} aspect of the area
 */
function sphereView({ picture, camera, look }, aspect) {
  if (!picture.sphere) return null;
  inside.part = picture.sphere;
  const slope = SPHERE_SLOPE / camera.zoom;
  inside.frustum[0] = slope * Math.max(1, aspect);
  inside.frustum[1] = slope * Math.max(1, 1 / aspect);
  turnFromLook(inside.turn, look);
  return inside;
}

/** @param {Scene} scene */
function wholeSphere(scene) {
  return sphereView(scene, scene.widthPx / scene.heightPx);
}

/** @param {Scene} scene */
function whole(scene) {
  return fit(scene, { x: 0, y: 0, width: scene.widthPx, height: scene.heightPx });
}

/** @param {Scene} scene @param {Eye} eye @returns {Eye} */
function viewFor(scene, eye) {
  return /** @type {Eye} */ (eye ^ scene.first);
}

/** @param {Scene} scene @param {Eye} eye */
function drawOne(scene, eye) {
  scene.renderer.drawBox(viewFor(scene, eye), whole(scene), wholeSphere(scene));
}

/**
 * Two pictures beside each other.
 * @param {Scene} scene
 * @param {Eye} onTheLeft
 * @param {number} spacingPx from centre to centre; Infinity: as large as the canvas allows
 */
function drawTwo(scene, onTheLeft, spacingPx) {
  const middle = scene.widthPx / 2;
  const gap = Math.round(GAP * middle);
  const away = Math.min(spacingPx / 2, middle / 2 + gap / 4); // from the canvas's middle to a picture's middle
  const half = Math.max(1, Math.min(away - gap / 2, middle - away));
  const width = Math.floor(2 * half);
  for (const side of [-1, 1]) {
    const x = Math.round(middle + side * away - half);
    const eye = /** @type {Eye} */ (side < 0 ? onTheLeft : 1 - onTheLeft);
    const area = fit(scene, { x, y: 0, width, height: scene.heightPx });
    scene.renderer.drawBox(viewFor(scene, eye), area, sphereView(scene, width / scene.heightPx));
  }
}

/** @param {Scene} scene */
function drawSway(scene) {
  swayAt(eye, scene.seconds);
  drawFrom(scene);
}

/** @param {Scene} scene */
function drawParallax(scene) {
  eye.x = LOOK_AROUND * scene.gaze.x;
  eye.y = LOOK_AROUND * scene.gaze.y;
  drawFrom(scene);
}

/** Draw the scene as seen from the place of `eye`. @param {Scene} scene */
function drawFrom(scene) {
  if (scene.picture.hasScene) drawLayersFrom(scene);
  else drawDepthFrom(scene);
}

/** By its two layers, as a window of WINDOW's size would show it. @param {Scene} scene */
function drawLayersFrom(scene) {
  const { gl, renderer, picture } = scene;
  const at = whole(scene);
  layers.eye[0] = (eye.x * WINDOW.eyeDistanceM) / 2;
  layers.eye[1] = (eye.y * WINDOW.eyeDistanceM) / 2;
  layers.screen[0] = WINDOW.widthM;
  layers.screen[1] = WINDOW.widthM / picture.aspect;
  layers.screen[2] = WINDOW.distanceM;
  projectThroughWindow(layers.viewProjection, layers, at);
  gl.clear(gl.DEPTH_BUFFER_BIT);
  renderer.scene.draw(layers);
  gl.disable(gl.DEPTH_TEST);
}

/** By its depth map. @param {Scene} scene */
function drawDepthFrom(scene) {
  const { source, layout, aspect } = scene.picture;
  scene.renderer.drawParallax(whole(scene), eye, {
    disparity: source.disparity ?? USUAL_DISPARITY,
    aspect,
    photoToLeft: layout === 'mono' ? 0 : 0.5,
    nearBright: source.depthNearBright,
  });
}

/** @type {Record<string, FlatView>} */
export const FLAT_VIEWS = {
  sway: {
    label: 'Sway',
    hint: 'The scene from places a few millimetres apart: what moves most is nearest or farthest.',
    draw: drawSway,
    needs: 'depth',
    moves: 'sway',
  },
  left: { label: 'One eye', hint: 'The left eye’s view.', draw: (scene) => drawOne(scene, 0) },
  wiggle: {
    label: 'Wiggle',
    hint: 'Both views in turn: what moves most is nearest or farthest.',
    draw: (scene) => drawOne(scene, scene.turn),
    needs: 'pair',
    moves: 'flip',
  },
  parallax: {
    label: 'Look around',
    hint: 'Move the pointer over the picture, or tilt the phone.',
    draw: drawParallax,
    needs: 'depth',
  },
  anaglyph: {
    label: 'Anaglyph',
    hint: 'For red-cyan glasses, red in front of the left eye.',
    draw: (scene) => scene.renderer.drawAnaglyph(scene.first, whole(scene), wholeSphere(scene)),
    needs: 'pair',
  },
  cross_eyed: {
    label: 'Cross-eyed',
    hint: 'Squint until two pictures become three, and look at the middle one.',
    draw: (scene) => drawTwo(scene, 1, Infinity),
    needs: 'pair',
  },
  parallel: {
    label: 'Parallel',
    hint: 'Look through the screen into the distance until the pictures become one. They are an eye distance apart.',
    draw: (scene) => drawTwo(scene, 0, scene.spacingPx),
    needs: 'pair',
  },
  cardboard: {
    label: 'Cardboard',
    hint: 'Put the phone sideways into a viewer. Tap the picture to leave.',
    draw: (scene) => drawTwo(scene, 0, scene.spacingPx),
    needs: 'pair',
    fills: true,
  },
};

/**
 * Whether a view can be shown for a picture.
 * @param {FlatView} view
 * @param {Picture | null} picture
 */
export function canShow(view, picture) {
  if (view.needs === 'depth') return picture !== null && picture.sphere === null && (picture.depth !== null || picture.hasScene);
  return view.needs !== 'pair' || picture === null || picture.right !== null;
}

/**
 * Draw a view into the canvas.
 * @param {FlatView} view
 * @param {Scene} scene
 */
export function drawFlat(view, scene) {
  const { gl } = scene;
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  gl.viewport(0, 0, scene.widthPx, scene.heightPx);
  gl.disable(gl.DEPTH_TEST);
  gl.disable(gl.SCISSOR_TEST);
  gl.clearColor(0, 0, 0, 1);
  gl.clear(gl.COLOR_BUFFER_BIT);
  gl.enable(gl.SCISSOR_TEST);
  view.draw(scene);
  gl.disable(gl.SCISSOR_TEST);
}
