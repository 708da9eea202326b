/** A scene in the headset: how far the head is from where the pair was placed for it, and what it sees from there. */

import { multiply, placeInFront } from './matrices.js';
import { easedM, meshShare, rangeLight } from './motion.js';

/** @typedef {import('./types.js').Placement} Placement */
/** @typedef {import('./types.js').ScreenPlan} ScreenPlan */

const AVERAGE_EYE_DISTANCE_M = 0.063;

/**
 * Distance between the eyes of a pose, the average where it has but one view.
 * @param {readonly XRView[]} views
 */
function eyeDistanceOf(views) {
  const left = views.find(({ eye }) => eye === 'left')?.transform.position;
  const right = views.find(({ eye }) => eye === 'right')?.transform.position;
  if (!left || !right) return AVERAGE_EYE_DISTANCE_M;
  return Math.hypot(left.x - right.x, left.y - right.y, left.z - right.z);
}

/**
 * out = a place in the room, in the axes of someone who was placed there.
 * @param {Float32Array} out
 * @param {DOMPointReadOnly} at
 * @param {Placement} placement
 */
function inAxesOf(out, at, placement) {
  const x = at.x - placement.x; // no array: this runs for every eye of every frame
  const z = at.z - placement.z;
  const cos = Math.cos(placement.yaw);
  const sin = Math.sin(placement.yaw);
  out[0] = cos * x - sin * z;
  out[1] = at.y - placement.y;
  out[2] = sin * x + cos * z;
}

/** @param {{stage: import('./stage.js').Stage, settings: import('./settings.js').Settings}} options */
export function createHeadsetScene({ stage, settings }) {
  const head = new Float32Array(3);
  const follow = new Float32Array(3); // how far the scene goes along with a head beyond its range
  const model = new Float32Array(16);
  /** @type {import('./scene_renderer.js').SceneView} */
  const view = {
    viewProjection: new Float32Array(16),
    eye: new Float32Array(3),
    screen: new Float32Array(4),
    eyeDistanceM: AVERAGE_EYE_DISTANCE_M,
    share: 0,
    light: 1,
  };
  let isBeyond = false;
  /** A curved screen, exchanged eyes or a sphere have no mesh. @param {ScreenPlan} plan */
  const possible = (plan) =>
    settings.values.depth && !settings.values.swap && plan.shape[2] === 0 && stage.renderer().scene.has();

  return {
    /** Share of the pixels that the scene draws, 0 at rest. */
    share: () => view.share,

    /** Whether the head has left the range that the scene was made for. */
    isBeyond: () => isBeyond,

    /** The head rests where the screen was placed for it. @param {XRViewerPose} pose */
    rest({ views }) {
      view.eyeDistanceM = eyeDistanceOf(views);
    },

    /**
     * Look where the head is; once a frame.
     * @param {XRViewerPose} pose
     * @param {Placement} placement
     * @param {ScreenPlan} plan
     */
    poll({ transform }, placement, plan) {
      view.share = 0;
      isBeyond = false;
      if (!possible(plan)) return;
      inAxesOf(head, transform.position, placement);
      const offsetM = Math.hypot(head[0], head[1], head[2]);
      view.share = meshShare(offsetM);
      if (view.share === 0) return;
      const rangeM = stage.picture()?.source.scene?.motionM ?? 0;
      const beyond = 1 - easedM(offsetM, rangeM) / offsetM;
      for (let axis = 0; axis < 3; axis++) follow[axis] = beyond * head[axis];
      view.light = rangeLight(offsetM, rangeM);
      isBeyond = offsetM > rangeM;
      view.screen[0] = 2 * plan.shape[0];
      view.screen[1] = 2 * plan.shape[1];
      view.screen[2] = plan.distanceM;
      view.screen[3] = plan.offsetM;
      placeInFront(model, placement, follow[0], -follow[2]);
      model[13] += follow[1];
    },

    /**
     * Draw it for one eye.
     * @param {XRView} eyeView
     * @param {Float32Array} viewProjection
     * @param {Placement} placement
     */
    draw({ transform }, viewProjection, placement) {
      if (view.share === 0) return;
      inAxesOf(view.eye, transform.position, placement);
      for (let axis = 0; axis < 3; axis++) view.eye[axis] -= follow[axis];
      multiply(view.viewProjection, viewProjection, model);
      stage.renderer().scene.draw(view);
    },
  };
}
