/**
 * What hands do in the headset. Trigger or pinch: place the screen in front; held and moved: pull it nearer or push it
 * away, lift it larger or smaller. Stick: size and distance. Other stick: previous and next. Buttons: next, leave.
 * A press on one of the buttons in the room does what it says instead. Nothing here needs a gamepad: a pinch comes from an input source that has none.
 */

/**
 * @typedef {object} Actions
 * @property {(event: XRInputSourceEvent) => void} press trigger or pinch, without a drag
 * @property {(by: 1 | -1) => void} step to the next or previous picture
 * @property {() => void} leave
 */

const STICK = { x: 2, y: 3 }; // axes of the thumbstick in the xr-standard mapping
const DEAD = 0.15;
const PER_SECOND = 1.2; // growth of size or distance with the stick fully out, as an exponent
const FLICK = 0.7;
const DRAG_STARTS_M = 0.04;
const DRAG_PER_M = 3; // growth per metre of hand movement, as an exponent
/** Buttons of the xr-standard mapping. @type {[number, (actions: Actions) => void][]} */
const BUTTONS = [
  [4, (actions) => actions.step(1)], // A or X
  [5, (actions) => actions.leave()], // B or Y
];

/** @param {number} value */
function beyondDead(value) {
  return Math.abs(value) > DEAD ? value : 0;
}

/**
 * @param {import('./settings.js').Settings} settings
 * @param {Actions} actions
 */
export function createHandInput(settings, actions) {
  /** What is held: by whom, where it began, and the size and distance then. */
  const hold = {
    /** @type {XRInputSource | null} */ by: null,
    started: false,
    moved: false,
    x: 0,
    y: 0,
    z: 0,
    width: 1,
    distance: 1,
  };
  /** @type {WeakMap<XRInputSource, boolean>} */
  const flicked = new WeakMap();
  /** @type {WeakMap<XRInputSource, number>} */
  const pressed = new WeakMap();

  /** @param {string} key @param {number} exponent */
  const grow = (key, exponent) => {
    if (exponent !== 0) settings.set(key, settings.values[key] * Math.exp(exponent));
  };
  /** @param {XRInputSource} source @param {Gamepad} gamepad @param {number} seconds */
  const pollStick = (source, gamepad, seconds) => {
    const x = beyondDead(gamepad.axes[STICK.x] ?? 0);
    const y = beyondDead(gamepad.axes[STICK.y] ?? 0);
    if (x === 0 && y === 0 && !flicked.get(source)) return;
    if (source.handedness !== 'left') {
      grow('width_m', x * PER_SECOND * seconds);
      grow('distance_m', -y * PER_SECOND * seconds); // pushed forward is negative
      return;
    }
    const out = Math.abs(x) > FLICK;
    if (out && !flicked.get(source)) actions.step(x > 0 ? 1 : -1);
    if (out !== (flicked.get(source) ?? false)) flicked.set(source, out);
  };
  /** @param {XRInputSource} source @param {Gamepad} gamepad */
  const pollButtons = (source, gamepad) => {
    let now = 0;
    for (let i = 0; i < BUTTONS.length; i++) {
      if (gamepad.buttons[BUTTONS[i][0]]?.pressed) now |= 1 << i;
    }
    const before = pressed.get(source) ?? 0;
    if (now === before) return;
    pressed.set(source, now);
    for (let i = 0; i < BUTTONS.length; i++) {
      if (now & ~before & (1 << i)) BUTTONS[i][1](actions);
    }
  };
  /** @param {DOMPointReadOnly} at */
  const beginDrag = (at) => {
    hold.started = true;
    hold.x = at.x;
    hold.y = at.y;
    hold.z = at.z;
    hold.width = settings.values.width_m;
    hold.distance = settings.values.distance_m;
  };
  /** @param {XRFrame} frame @param {XRReferenceSpace} space @param {number} yaw the screen's direction */
  const pollHold = (frame, space, yaw) => {
    if (!hold.by) return;
    const at = frame.getPose(hold.by.gripSpace ?? hold.by.targetRaySpace, space)?.transform.position;
    if (!at) return;
    if (!hold.started) beginDrag(at);
    const up = at.y - hold.y;
    const forward = -(at.z - hold.z) * Math.cos(yaw) - (at.x - hold.x) * Math.sin(yaw);
    hold.moved ||= Math.hypot(up, forward) > DRAG_STARTS_M;
    if (!hold.moved) return;
    settings.set('width_m', hold.width * Math.exp(DRAG_PER_M * up));
    settings.set('distance_m', hold.distance * Math.exp(DRAG_PER_M * forward));
  };

  return {
    /** @param {XRSession} session */
    attach(session) {
      hold.by = null;
      session.addEventListener('selectstart', ({ inputSource }) => {
        Object.assign(hold, { by: inputSource, started: false, moved: false });
      });
      session.addEventListener('selectend', ({ inputSource }) => {
        if (hold.by === inputSource) hold.by = null;
      });
      session.addEventListener('select', (event) => {
        if (!hold.moved) actions.press(event);
      });
    },

    /**
     * Look at sticks, buttons and the holding hand; once a frame.
     * @param {XRFrame} frame
     * @param {XRReferenceSpace} space
     * @param {{yaw: number, seconds: number}} now direction of the screen, time since the last frame
     */
    poll(frame, space, { yaw, seconds }) {
      const sources = frame.session.inputSources;
      for (let i = 0; i < sources.length; i++) {
        const { gamepad } = sources[i];
        if (!gamepad) continue;
        pollStick(sources[i], gamepad, seconds);
        pollButtons(sources[i], gamepad);
      }
      pollHold(frame, space, yaw);
    },
  };
}
