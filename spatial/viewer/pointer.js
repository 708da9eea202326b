/**
 * What hands do on the page. Wheel and two-finger pinch: size of the screen, with Shift its distance; the flat view
 * zooms along. One finger or the mouse: move a zoomed picture, or turn on a sphere. Hovering: look around.
 */

const PER_WHEEL_STEP = 0.0015; // growth per unit of deltaY, as an exponent
const FARTHEST_ZOOM = 12;
const VIEW_ANGLE = 1.08; // radians that the shorter side of the canvas shows of a sphere, not zoomed

/**
 * @param {import('./stage.js').Stage} stage
 * @param {import('./settings.js').Settings} settings
 */
function createZoom(stage, settings) {
  const { camera, canvas } = stage;
  const keepInside = () => {
    const slack = camera.zoom - 1;
    camera.x = Math.max(-slack, Math.min(slack, camera.x));
    camera.y = Math.max(-slack, Math.min(slack, camera.y));
    canvas.classList.toggle('zoomed', camera.zoom > 1);
    stage.invalidate();
  };
  return {
    keepInside,
    reset() {
      Object.assign(camera, { zoom: 1, x: 0, y: 0 });
      keepInside();
    },
    /** @param {number} factor @param {{x: number, y: number}} at the point that stays, -1 to 1, up positive */
    size(factor, at) {
      settings.set('width_m', settings.values.width_m * factor);
      const zoom = Math.max(1, Math.min(FARTHEST_ZOOM, camera.zoom * factor));
      const grown = zoom / camera.zoom;
      camera.x = at.x - (at.x - camera.x) * grown;
      camera.y = at.y - (at.y - camera.y) * grown;
      camera.zoom = zoom;
      keepInside();
    },
    /** @param {number} factor */
    distance: (factor) => settings.set('distance_m', settings.values.distance_m * factor),
  };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{clientX: number, clientY: number}} event
 */
function placeOn(canvas, { clientX, clientY }) {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  return { x: (2 * (clientX - left)) / width - 1, y: 1 - (2 * (clientY - top)) / height };
}

/**
 * Two fingers pinch, one moves.
 * @param {import('./stage.js').Stage} stage
 * @param {ReturnType<typeof createZoom>} zoom
 */
function listenToFingers(stage, zoom) {
  const { canvas, camera } = stage;
  /** @type {Map<number, {clientX: number, clientY: number}>} */
  const fingers = new Map();
  const apart = () => {
    const [a, b] = fingers.values();
    return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) || 1;
  };
  /** @param {PointerEvent} event @param {{clientX: number, clientY: number}} before */
  const pan = (event, before) => {
    const right = event.clientX - before.clientX;
    const down = event.clientY - before.clientY;
    if (stage.picture()?.sphere) {
      const perPx = VIEW_ANGLE / (camera.zoom * Math.min(canvas.clientWidth, canvas.clientHeight));
      stage.turn(right * perPx, down * perPx); // what is under the finger stays there
      return;
    }
    camera.x += (2 * right) / canvas.clientWidth;
    camera.y -= (2 * down) / canvas.clientHeight;
    zoom.keepInside();
  };
  canvas.addEventListener('pointerdown', (event) => {
    fingers.set(event.pointerId, event);
    if (event.pointerType === 'mouse' || fingers.size > 1) canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const wide = fingers.size === 2 ? apart() : 0;
    fingers.set(event.pointerId, event);
    if (wide > 0) zoom.size(apart() / wide, placeOn(canvas, event));
    else if (fingers.size === 1 && (camera.zoom > 1 || stage.picture()?.sphere)) pan(event, before);
  });
  for (const over of /** @type {const} */ (['pointerup', 'pointercancel', 'pointerleave'])) {
    canvas.addEventListener(over, (event) => void fingers.delete(event.pointerId));
  }
}

/**
 * @param {import('./stage.js').Stage} stage
 * @param {import('./settings.js').Settings} settings
 */
export function listenToPointer(stage, settings) {
  const { canvas } = stage;
  const zoom = createZoom(stage, settings);
  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const factor = Math.exp(-(event.deltaY || event.deltaX) * PER_WHEEL_STEP);
      if (event.shiftKey) zoom.distance(factor);
      else zoom.size(factor, placeOn(canvas, event));
    },
    { passive: false },
  );
  canvas.addEventListener('pointermove', (event) => {
    const { x, y } = placeOn(canvas, event);
    stage.setGaze(x, y);
  });
  canvas.addEventListener('dblclick', zoom.reset);
  listenToFingers(stage, zoom);
  return zoom;
}
