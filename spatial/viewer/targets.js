/**
 * Where a headset session draws to: the plain WebGL layer that every browser has, or composition layers, where the
 * picture is a quad that the headset itself samples once and therefore shows sharper.
 */

import { layersTarget } from './layers.js';

/** @typedef {import('./types.js').ScreenPlan} ScreenPlan */

/**
 * @typedef {object} Target
 * @property {string} name
 * @property {(frame: XRFrame) => void} begin
 * @property {(view: XRView) => XRViewport | null} bindView bind the view's framebuffer; null when it has no pixels
 * @property {boolean} showsPicture the picture is shown by a layer and need not be drawn
 * @property {(plan: ScreenPlan, transform: () => XRRigidTransform, covered: boolean) => void} place after the
 *   screen moved; `covered`: something is drawn before it
 * @property {() => void} refresh after the picture or the order of the eyes changed
 */

const FRAMEBUFFER_SCALE = 1.2; // browsers render below the panel's resolution otherwise

/**
 * @param {XRSession} session
 * @param {WebGL2RenderingContext} gl
 * @param {boolean} antialias
 */
function openLayer(session, gl, antialias) {
  try {
    return new XRWebGLLayer(session, gl, { antialias, framebufferScaleFactor: FRAMEBUFFER_SCALE });
  } catch {
    return new XRWebGLLayer(session, gl, { antialias: false }); // some drivers refuse smooth edges here
  }
}

/**
 * @param {XRSession} session
 * @param {WebGL2RenderingContext} gl
 * @param {boolean} antialias
 * @returns {Target}
 */
function webglTarget(session, gl, antialias) {
  const layer = openLayer(session, gl, antialias);
  session.updateRenderState({ baseLayer: layer });
  return {
    name: 'webgl',
    showsPicture: false,
    begin() {
      gl.bindFramebuffer(gl.FRAMEBUFFER, layer.framebuffer); // null only where the canvas itself is shown
      gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    },
    bindView(view) {
      const viewport = layer.getViewport(view);
      return viewport && viewport.width > 0 ? viewport : null;
    },
    place() {},
    refresh() {},
  };
}

/** @param {XRSession} session */
function hasLayers(session) {
  const granted = /** @type {any} */ (session).enabledFeatures?.includes('layers') ?? false;
  const binding = /** @type {any} */ (globalThis).XRWebGLBinding;
  return granted && typeof binding?.prototype.createQuadLayer === 'function';
}

/**
 * The best target that this session offers.
 * @param {XRSession} session
 * @param {{stage: import('./stage.js').Stage, space: XRReferenceSpace, swapped: () => boolean, layers: boolean, antialias: boolean}} options
 * @returns {Target}
 */
export function openTarget(session, { stage, space, swapped, layers, antialias }) {
  if (layers && hasLayers(session)) {
    try {
      return layersTarget(session, { stage, space, swapped });
    } catch (error) {
      console.warn('composition layers were announced but do not work; drawing instead:', error);
    }
  }
  return webglTarget(session, stage.gl, antialias);
}
