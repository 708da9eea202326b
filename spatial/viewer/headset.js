/** The life of a headset session: is there one, enter, draw a frame, place the screen, leave. */

import { createRoomButtons } from './room_buttons.js';
import { createHandInput } from './hand_input.js';
import { createHeadsetScene } from './headset_scene.js';
import { multiply, placeInFront, yawOf } from './matrices.js';
import { planScreen } from './screen.js';
import { readFrustum, turnFromEye } from './sphere.js';
import { openTarget } from './targets.js';

/** @typedef {import('./types.js').Eye} Eye */

const SESSION = { optionalFeatures: ['local-floor', 'layers'] }; // hand-tracking would take pinches away on Vision Pro
const DEPTH_RANGE_M = { depthNear: 0.05, depthFar: 100 };
const LONGEST_STEP_S = 0.1;
const WHOLE_VIEW = new Float32Array([0, 0, 1, 1]);

/**
 * @typedef {object} Options
 * @property {import('./stage.js').Stage} stage
 * @property {import('./settings.js').Settings} settings
 * @property {boolean} layers composition layers may be used
 * @property {boolean} antialias
 * @property {(state: string, detail?: string) => void} say with a key of HEADSET_STATES
 * @property {(by: 1 | -1) => void} step to the next or previous picture
 * @property {() => number} count pictures in the set
 */

/** A key of HEADSET_STATES: what this browser on this address can do. */
export async function probeHeadset() {
  if (!isSecureContext) return 'insecure';
  if (!navigator.xr) return 'no_webxr';
  try {
    return (await navigator.xr.isSessionSupported('immersive-vr')) ? 'ready' : 'none';
  } catch {
    return 'blocked'; // SecurityError: the page around this frame does not pass the permission on
  }
}

/** @param {Options} options */
export function createHeadset({ stage, settings, layers, antialias, say, step, count }) {
  const { gl } = stage;
  /** @type {XRSession | null} */
  let session = null;
  /** @type {XRReferenceSpace} */
  let space;
  /** @type {import('./targets.js').Target} */
  let target;
  let plan = planScreen(settings.values, null);
  let toPlace = true; // put the screen in front of the viewer with the next pose
  let toPlan = true; // size, distance or picture changed
  const now = { yaw: 0, seconds: 0, ms: 0.5, covered: false };
  const placement = { x: 0, y: 0, z: 0, yaw: 0 };
  const models = [new Float32Array(16), new Float32Array(16)];
  const viewProjection = new Float32Array(16);
  const viewProjectionModel = new Float32Array(16);
  /** @type {import('./types.js').SphereView} */
  const sphere = { part: new Float32Array(4), turn: new Float32Array(9), frustum: new Float32Array(4) };

  const recentre = () => {
    toPlace = true;
  };
  const leave = () => void session?.end().catch(() => undefined); // it may have ended meanwhile
  const buttons = createRoomButtons({ stage, settings, deeds: { step, leave, recentre }, count });
  /** @param {XRInputSourceEvent} event */
  const press = (event) => {
    if (!buttons.press(event, space)) recentre();
    buttons.show();
  };
  const hands = createHandInput(settings, { press, step, leave });
  const scene = createHeadsetScene({ stage, settings });
  const onSphere = () => stage.picture()?.sphere != null;
  const swapped = () => /** @type {boolean} */ (settings.values.swap);

  /** @param {XRViewerPose} pose */
  const place = (pose) => {
    const { transform } = pose;
    scene.rest(pose);
    placement.x = transform.position.x;
    placement.y = transform.position.y;
    placement.z = transform.position.z;
    placement.yaw = now.yaw = yawOf(transform.orientation);
    toPlace = false;
    toPlan = true;
  };
  const screenTransform = () => {
    const [x, y, z] = [models[0][12], models[0][13], models[0][14]]; // without convergence both are the same
    const half = placement.yaw / 2;
    return new XRRigidTransform({ x, y, z }, { x: 0, y: Math.sin(half), z: 0, w: Math.cos(half) });
  };
  /** Something is drawn before the screen, or in its place: a layer of the headset would hide it. */
  const isCovered = () => buttons.covers() || onSphere() || scene.share() > 0;
  const rePlan = () => {
    plan = planScreen(settings.values, stage.picture());
    placeInFront(models[0], placement, -plan.offsetM, plan.distanceM);
    placeInFront(models[1], placement, plan.offsetM, plan.distanceM);
    buttons.place(plan, placement);
    target.place(plan, screenTransform, isCovered());
    toPlan = false;
  };
  /** @param {XRView} view @param {Eye} shown */
  const drawSphere = (view, shown) => {
    sphere.part = stage.picture()?.sphere ?? sphere.part;
    readFrustum(sphere.frustum, view.projectionMatrix);
    turnFromEye(sphere.turn, view.transform.matrix, placement.yaw);
    stage.renderer().drawBox(shown, WHOLE_VIEW, sphere);
  };
  /** @param {XRView} view */
  const drawView = (view) => {
    const viewport = target.bindView(view);
    if (!viewport) return;
    gl.viewport(viewport.x, viewport.y, viewport.width, viewport.height);
    multiply(viewProjection, view.projectionMatrix, view.transform.inverse.matrix);
    buttons.draw(viewProjection);
    if (target.showsPicture || !stage.renderer().hasPicture()) return;
    const eye = view.eye === 'right' ? 1 : 0; // never by index: there may be more than two views
    const shown = /** @type {Eye} */ (settings.values.swap ? 1 - eye : eye);
    if (onSphere()) return drawSphere(view, shown);
    multiply(viewProjectionModel, viewProjection, models[eye]);
    stage.renderer().drawScreen(shown, viewProjectionModel, plan.shape, scene.share());
    scene.draw(view, viewProjection, placement);
  };
  /** @param {DOMHighResTimeStamp} time @param {XRFrame} frame */
  const onFrame = (time, frame) => {
    frame.session.requestAnimationFrame(onFrame);
    const pose = frame.getViewerPose(space);
    if (!pose || stage.isLost()) return;
    now.seconds = Math.min((time - now.ms) / 1000, LONGEST_STEP_S);
    now.ms = time;
    if (toPlace) place(pose);
    hands.poll(frame, space, now);
    buttons.poll(frame, space, now.seconds);
    scene.poll(pose, placement, plan);
    if (buttons.setBeyond(scene.isBeyond())) toPlan = true;
    if (toPlan || now.covered !== isCovered()) rePlan();
    now.covered = isCovered();
    const grey = settings.values.background;
    gl.disable(gl.SCISSOR_TEST);
    gl.enable(gl.DEPTH_TEST); // the depth of the screen is written: headsets reproject by it
    gl.clearColor(grey, grey, grey, 1);
    target.begin(frame);
    const { views } = pose;
    for (let i = 0; i < views.length; i++) drawView(views[i]);
  };
  const onEnd = () => {
    session = null;
    stage.setInHeadset(false);
    say('ready');
    offer();
  };
  /** A session that did not start: give the canvas back to the page and say why. @param {unknown} error */
  const explain = (error) => {
    const { name, message } = /** @type {Error} */ (error);
    session?.removeEventListener('end', onEnd);
    leave();
    session = null;
    stage.setInHeadset(false);
    say(name === 'SecurityError' ? 'not_pressed' : 'failed', message || name);
  };

  /** @param {XRSession} started */
  const begin = async (started) => {
    session = started;
    session.addEventListener('end', onEnd);
    stage.setInHeadset(true);
    await gl.makeXRCompatible();
    space = await session.requestReferenceSpace('local');
    space.addEventListener('reset', recentre);
    session.updateRenderState(DEPTH_RANGE_M);
    target = openTarget(session, { stage, space, swapped, layers, antialias });
    hands.attach(session);
    toPlace = true;
    buttons.show();
    say('running', target.name);
    session.requestAnimationFrame(onFrame);
  };

  /** Let the browser show an enter button of its own (Meta Quest). */
  function offer() {
    const xr = /** @type {any} */ (navigator.xr);
    const offered = xr?.offerSession?.('immersive-vr', SESSION);
    offered?.then((/** @type {XRSession} */ started) => begin(started).catch(explain), () => undefined); // declined: nothing to say
  }

  settings.onChange((key) => {
    toPlan = true;
    if (key === 'swap' && session) target?.refresh();
  });

  return {
    isRunning: () => session !== null,
    recentre,
    leave,

    /** Ask for a session; to be called from a press on the button. */
    async enter() {
      if (session || !navigator.xr) return;
      say('starting');
      try {
        await begin(await navigator.xr.requestSession('immersive-vr', SESSION));
      } catch (error) {
        explain(error);
        offer();
      }
    },

    offer,

    /** After another picture was set on the stage. */
    pictureChanged() {
      toPlan = true;
      if (session) target?.refresh();
    },

    /** The plan in force, for the page. */
    plan: () => planScreen(settings.values, stage.picture()),
  };
}
