/** The canvas: its graphics context, the picture on it, and the flat views drawn when no headset is in use. */

import { canShow, drawFlat, FLAT_VIEWS } from './flat.js';
import { watchPace } from './motion.js';
import { createRenderer, GraphicsError } from './renderer.js';

/** @typedef {import('./types.js').Eye} Eye */
/** @typedef {import('./types.js').Picture} Picture */

const WIGGLE_MS = 220; // each view stays this long
const STEEPEST = Math.PI / 2;
const LONGEST_STEP_MS = 100; // after a pause the sway goes on where it was
const SHARPEST = 2; // canvas pixels per CSS pixel, at most
const CSS_PX_PER_MM = { screen: 96 / 25.4, phone: 160 / 25.4 }; // CSS assumes 96 to the inch, phones about 160

/**
 * WebGL 2 that a headset can use; without smooth edges where the browser stumbles over them.
 * @param {HTMLCanvasElement} canvas
 * @param {boolean} antialias
 */
function openContext(canvas, antialias) {
  for (const smooth of antialias ? [true, false] : [false]) {
    const gl = canvas.getContext('webgl2', { xrCompatible: true, alpha: false, antialias: smooth });
    if (gl) return gl;
  }
  return null;
}

/** Programs and textures, or null where the graphics driver does not take them. @param {WebGL2RenderingContext} gl */
function openRenderer(gl) {
  try {
    return createRenderer(gl);
  } catch (error) {
    if (!(error instanceof GraphicsError)) throw error;
    console.warn('WebGL 2 is there but does not work:', error.message);
    return null;
  }
}

/**
 * The canvas with what is drawn on it; null where the browser has no WebGL 2 that works.
 * @param {HTMLCanvasElement} canvas
 * @param {{settings: import('./settings.js').Settings, antialias: boolean, onLost: () => void, onRestored: () => void, onMotion: () => void}} options
 */
export function createStage(canvas, { settings, antialias, onLost, onRestored, onMotion }) {
  const gl = openContext(canvas, antialias);
  const opened = gl && openRenderer(gl);
  if (!opened) return null;
  let renderer = opened;
  /** @type {Picture | null} */
  let picture = null;
  let inHeadset = false;
  let lost = false;
  let frameAsked = false;
  let flipping = 0;
  /** @typedef {'flip' | 'sway' | null} Move */
  let wanted = /** @type {Move} */ (null);
  let moving = /** @type {Move} */ (null);
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  const motion = { stopped: calm.matches, isAskedFor: false, isSlow: false };
  let swayedMs = 0;
  const isTooSlow = watchPace();
  const phone = matchMedia('(pointer: coarse)');
  const scene = {
    gl,
    widthPx: 1,
    heightPx: 1,
    spacingPx: 1,
    first: /** @type {Eye} */ (0),
    turn: /** @type {Eye} */ (0),
    camera: { zoom: 1, x: 0, y: 0 },
    seconds: 0,
    gaze: { x: 0, y: 0 },
    look: { yaw: 0, pitch: 0 },
  };

  const currentView = () => {
    const view = FLAT_VIEWS[settings.values.view] ?? FLAT_VIEWS.left;
    return canShow(view, picture) ? view : FLAT_VIEWS.left;
  };
  const fitCanvas = () => {
    const sharpness = Math.min(devicePixelRatio || 1, SHARPEST);
    scene.widthPx = Math.max(1, Math.round(canvas.clientWidth * sharpness));
    scene.heightPx = Math.max(1, Math.round(canvas.clientHeight * sharpness));
    if (canvas.width !== scene.widthPx) canvas.width = scene.widthPx;
    if (canvas.height !== scene.heightPx) canvas.height = scene.heightPx;
    const perMm = phone.matches ? CSS_PX_PER_MM.phone : CSS_PX_PER_MM.screen;
    scene.spacingPx = settings.values.spacing_mm * perMm * sharpness;
  };
  /** @param {DOMHighResTimeStamp} now */
  const sway = (now) => {
    const stepMs = now - swayedMs;
    scene.seconds += Math.min(LONGEST_STEP_MS, stepMs) / 1000;
    swayedMs = now;
    invalidate();
    // What nobody asked for: without a graphics card it keeps a core busy.
    if (isTooSlow(stepMs) && !motion.isAskedFor) setMotion({ stopped: true, isSlow: true });
  };
  /** @param {DOMHighResTimeStamp} now */
  const draw = (now) => {
    frameAsked = false;
    if (inHeadset || lost) return;
    fitCanvas();
    scene.first = settings.values.swap ? 1 : 0;
    if (picture) drawFlat(currentView(), { ...scene, renderer, picture });
    else gl.clear(gl.COLOR_BUFFER_BIT);
    if (moving === 'sway') sway(now);
  };
  const invalidate = () => {
    if (frameAsked || inHeadset) return;
    frameAsked = true;
    requestAnimationFrame(draw);
  };

  /** Let what the view wants run, unless it is stopped. */
  const move = () => {
    const next = motion.stopped ? null : wanted;
    if (next === moving) return;
    moving = next;
    clearInterval(flipping);
    invalidate();
    if (next !== 'flip') return;
    flipping = setInterval(() => {
      scene.turn = /** @type {Eye} */ (1 - scene.turn);
      if (!document.hidden) invalidate();
    }, WIGGLE_MS);
  };
  /** @param {Partial<typeof motion>} changed */
  const setMotion = (changed) => {
    Object.assign(motion, changed);
    move();
    onMotion();
  };
  calm.addEventListener('change', () => setMotion({ stopped: calm.matches }));

  canvas.addEventListener('webglcontextlost', (event) => {
    event.preventDefault(); // else it never comes back
    lost = true;
    delete canvas.dataset.scene;
    onLost();
  });
  canvas.addEventListener('webglcontextrestored', () => {
    lost = false;
    renderer = createRenderer(gl);
    onRestored();
  });
  new ResizeObserver(invalidate).observe(canvas.parentElement ?? canvas);
  settings.onChange(invalidate);

  return {
    gl,
    canvas,
    invalidate,
    currentView,
    camera: scene.camera,
    renderer: () => renderer,
    picture: () => picture,
    isLost: () => lost,
    /** Largest side of one view in pixels. */
    limitPx: () => /** @type {number} */ (gl.getParameter(gl.MAX_TEXTURE_SIZE) ?? 2048),

    /** @param {Picture | null} next */
    setPicture(next) {
      picture = next;
      Object.assign(scene.look, { yaw: 0, pitch: 0 });
      canvas.classList.toggle('sphere', next?.sphere != null);
      delete canvas.dataset.scene;
      if (next && !lost) renderer.setPicture(next);
      invalidate();
    },

    /** What belongs to the picture on show. @param {import('./scene.js').Scene} next */
    setScene(next) {
      if (lost || !picture) return;
      renderer.scene.set(next);
      picture.hasScene = true;
      canvas.dataset.scene = 'ready';
      invalidate();
    },

    /** @param {number} x @param {number} y */
    setGaze(x, y) {
      scene.gaze.x = Math.max(-1, Math.min(1, x));
      scene.gaze.y = Math.max(-1, Math.min(1, y));
      if (currentView().needs === 'depth') invalidate();
    },

    /** Look elsewhere on a picture's sphere, by radians to the left and up. @param {number} left @param {number} up */
    turn(left, up) {
      scene.look.yaw = (scene.look.yaw + left) % (2 * Math.PI);
      scene.look.pitch = Math.max(-STEEPEST, Math.min(STEEPEST, scene.look.pitch + up));
      invalidate();
    },

    /** While the headset is in use the canvas belongs to it. @param {boolean} yes */
    setInHeadset(yes) {
      inHeadset = yes;
      invalidate();
    },

    /** Whether motion is stopped, by whom ever, and whether that was for its slowness. */
    motion,

    /** How the view moves, unless motion is stopped. @param {Move} next */
    setMoving(next) {
      wanted = next;
      move();
    },

    /** A press on Stop or Play. */
    toggleMotion: () => setMotion({ stopped: !motion.stopped, isAskedFor: motion.stopped }),
  };
}

/** @typedef {NonNullable<ReturnType<typeof createStage>>} Stage */
