/**
 * Buttons in the room, below the screen: leave, and previous and next of a set. They come with a press and when pointed
 * at, and go after a while, so that nothing disturbs the picture. A pinch has no buttons and Vision Pro no other way out.
 */

import { multiply, placeInFront } from './matrices.js';

/** @typedef {import('./types.js').ScreenPlan} ScreenPlan */

const SHOWN_S = 5;
const LOOK_EVERY_S = 0.05; // a pose is an object, and one a frame would be garbage
/** Sizes as shares of the distance: 0.1 is about 6 degrees. */
const HALF_BUTTON = { width: 0.11, height: 0.036 };
const GAP = 0.03;
const LOWEST = 0.62; // the middle of the buttons below the eyes: lower, and the head would have to bend
const NEARER = 0.9; // where the screen reaches down to them they stand before it
const PIXELS = { width: 352, height: 116, font: 'bold 44px system-ui, sans-serif' }; // of one button
const LOOKS = { plain: ['#22262e', '#eceef2'], pointed: ['#6ea8fe', '#0b1a30'] };

/**
 * @typedef {object} Deeds
 * @property {(by: 1 | -1) => void} step to the next or previous picture
 * @property {() => void} leave
 * @property {() => void} recentre place the screen before the head anew
 */

/** @typedef {{label: string, run: (deeds: Deeds) => void}} Button */

/** @type {Button} */
const LEAVE = { label: 'Exit VR', run: (deeds) => deeds.leave() };
const ALONE = [LEAVE];
/** @type {Button[]} */
const IN_A_SET = [
  { label: '‹ Previous', run: (deeds) => deeds.step(-1) },
  LEAVE,
  { label: 'Next ›', run: (deeds) => deeds.step(1) },
];
/** They come by themselves where the head has left a scene's range. @type {Button[]} */
const BEYOND = [
  { label: 'Too far away', run: (deeds) => deeds.recentre() },
  { label: 'Recentre', run: (deeds) => deeds.recentre() },
  LEAVE,
];

/**
 * @param {Button[]} buttons
 * @param {number} pointed index, or -1
 */
function paint(buttons, pointed) {
  const { width, height, font } = PIXELS;
  const canvas = new OffscreenCanvas(width * buttons.length, height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.font = font;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  buttons.forEach(({ label }, i) => {
    const [ground, text] = i === pointed ? LOOKS.pointed : LOOKS.plain;
    context.fillStyle = ground;
    context.fillRect(i * width + 2, 0, width - 4, height);
    context.fillStyle = text;
    context.fillText(label, (i + 0.5) * width, height / 2);
  });
  return canvas.transferToImageBitmap();
}

/**
 * Where a ray meets the buttons' plane: `out` is x and y in the plane's own metres. False when it never does.
 * @param {Float32Array} out
 * @param {Float32Array} ray of an input source: it starts at the origin and runs along -z
 * @param {Float32Array} plane
 */
function meets(out, ray, plane) {
  const x = ray[12] - plane[12];
  const y = ray[13] - plane[13];
  const z = ray[14] - plane[14];
  const from = x * plane[8] + y * plane[9] + z * plane[10];
  const along = -(ray[8] * plane[8] + ray[9] * plane[9] + ray[10] * plane[10]);
  if (from <= 0 || along >= 0) return false; // behind the plane, or pointing away
  const reach = -from / along;
  for (let axis = 0; axis < 2; axis++) {
    const at = 4 * axis;
    const start = x * plane[at] + y * plane[at + 1] + z * plane[at + 2];
    const step = -(ray[8] * plane[at] + ray[9] * plane[at + 1] + ray[10] * plane[at + 2]);
    out[axis] = start + reach * step;
  }
  return true;
}

/**
 * @param {{stage: import('./stage.js').Stage, settings: import('./settings.js').Settings, deeds: Deeds, count: () => number}} options
 *   `count`: pictures in the set
 */
export function createRoomButtons({ stage, settings, deeds, count }) {
  const model = new Float32Array(16);
  const modelView = new Float32Array(16);
  const shape = new Float32Array(3);
  const spot = new Float32Array(2);
  const state = { left: 0.5, unlooked: 0.5, pointed: -1, covers: false, beyond: false };
  let buttons = ALONE;
  /** What is on the graphics card, and on which: a lost context takes it away. @type {unknown[]} */
  let painted = [];

  const isShown = () => settings.values.buttons && (state.left > 0 || state.beyond);
  /** Index of the button under a ray, or -1. @param {XRPose | null | undefined} pose */
  const under = (pose) => {
    if (!pose || !meets(spot, pose.transform.matrix, model)) return -1;
    if (Math.abs(spot[0]) > shape[0] || Math.abs(spot[1]) > shape[1]) return -1;
    const share = (spot[0] + shape[0]) / (2 * shape[0]);
    return Math.min(buttons.length - 1, Math.floor(share * buttons.length));
  };

  return {
    isShown,
    /** Whether they stand before the screen. */
    covers: () => state.covers && isShown(),
    show: () => void (state.left = SHOWN_S),

    /** Whether the head is beyond the scene's range now; true when that has changed: they are to be placed anew. @param {boolean} beyond */
    setBeyond(beyond) {
      const changed = beyond !== state.beyond;
      state.beyond = beyond;
      return changed;
    },

    /** @param {ScreenPlan} plan @param {import('./types.js').Placement} placement */
    place({ distanceM, shape: screen }, placement) {
      buttons = state.beyond ? BEYOND : count() > 1 ? IN_A_SET : ALONE;
      const height = HALF_BUTTON.height * distanceM;
      const below = screen[1] + GAP * distanceM + height;
      const deepest = LOWEST * distanceM;
      state.covers = below > deepest;
      placeInFront(model, placement, 0, state.covers ? NEARER * distanceM : distanceM);
      model[13] -= Math.min(below, deepest);
      shape[0] = HALF_BUTTON.width * distanceM * buttons.length;
      shape[1] = height;
    },

    /**
     * Let time go by and look where hands point now and then; once a frame.
     * @param {XRFrame} frame
     * @param {XRReferenceSpace} space
     * @param {number} seconds since the last frame
     */
    poll(frame, space, seconds) {
      if (!settings.values.buttons) return;
      state.left = Math.max(0, state.left - seconds);
      state.unlooked += seconds;
      if (state.unlooked < LOOK_EVERY_S) return;
      const sources = frame.session.inputSources;
      state.unlooked = 0;
      state.pointed = -1;
      for (let i = 0; i < sources.length && state.pointed < 0; i++) {
        if (sources[i].targetRayMode === 'tracked-pointer') {
          state.pointed = under(frame.getPose(sources[i].targetRaySpace, space));
        }
      }
      if (state.pointed >= 0) state.left = SHOWN_S;
    },

    /**
     * Do what the pressed button says; false when none was pressed, or none was there to be seen.
     * @param {XRInputSourceEvent} event
     * @param {XRReferenceSpace} space
     */
    press({ frame, inputSource }, space) {
      const index = isShown() ? under(frame?.getPose(inputSource.targetRaySpace, space)) : -1;
      if (index < 0) return false;
      buttons[index].run(deeds);
      return true;
    },

    /** @param {Float32Array} viewProjection */
    draw(viewProjection) {
      if (!isShown()) return;
      const renderer = stage.renderer();
      if (painted[0] !== renderer || painted[1] !== buttons || painted[2] !== state.pointed) {
        renderer.setButtons(paint(buttons, state.pointed));
        painted = [renderer, buttons, state.pointed];
      }
      multiply(modelView, viewProjection, model);
      renderer.drawButtons(modelView, shape);
    },
  };
}
