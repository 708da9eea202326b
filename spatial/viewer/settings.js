/** Every choice of the visitor: one row each, remembered by the browser unless `remember` is false. */

/**
 * @typedef {object} Row
 * @property {number | boolean | string} initial
 * @property {string} label
 * @property {string} [help]
 * @property {string} [unit]
 * @property {number} [min]
 * @property {number} [max]
 * @property {number} [step]
 * @property {boolean} [remember] default true
 * @property {'headset' | 'flat' | null} group where its control stands; null: it has a control of its own
 */

/** @type {Record<string, Row>} */
export const SETTINGS = {
  view: { initial: 'sway', label: 'View', group: null },
  swap: {
    initial: false,
    label: 'Exchange the eyes',
    help: 'When near things look far. The self-test picture tells.',
    remember: false,
    group: 'headset',
  },
  width_m: { initial: 2, label: 'Screen width', unit: 'm', min: 0.3, max: 15, step: 0.1, group: 'headset' },
  distance_m: { initial: 2.5, label: 'Distance', unit: 'm', min: 0.5, max: 15, step: 0.1, group: 'headset' },
  life_size: {
    initial: false,
    label: 'Life size',
    help: 'As wide as the camera saw it: from the focal length, or a guess where the file does not tell it.',
    group: 'headset',
  },
  depth: {
    initial: true,
    label: 'Depth in the headset',
    help: 'Where a picture has a scene: it moves with your head, up to 15 cm to each side. Off: flat.',
    group: 'headset',
  },
  guard: {
    initial: true,
    label: 'Comfort guard',
    help: 'Keeps the screen so small that no eye has to turn outwards.',
    group: 'headset',
  },
  offset_mm: {
    initial: 0,
    label: 'Convergence',
    help: 'Moves each eye’s picture outwards: the scene goes back. Half the eye distance puts the screen plane at infinity.',
    unit: 'mm',
    min: -31.5,
    max: 31.5,
    step: 0.5,
    group: 'headset',
  },
  curve: { initial: 0, label: 'Curved screen', min: 0, max: 1, step: 0.1, group: 'headset' },
  background: { initial: 0.1, label: 'Room brightness', min: 0, max: 0.5, step: 0.02, group: 'headset' },
  buttons: {
    initial: true,
    label: 'Buttons below the picture',
    help: 'Exit, previous and next. They come with a press, or when pointed at.',
    group: 'headset',
  },
  spacing_mm: {
    initial: 62,
    label: 'Lens spacing',
    help: 'Cardboard and parallel viewing: from the middle of one picture to the middle of the other.',
    unit: 'mm',
    min: 45,
    max: 75,
    step: 1,
    group: 'flat',
  },
};

const STORED_AS = 'spatial-viewer';
const STORE_AFTER_MS = 200; // a stick held sideways changes a value every frame

/** @typedef {Record<string, any>} Values a value for every key of SETTINGS */

/**
 * Return `value` as the row's type and within its range, or null when it is none.
 * @param {Row} row
 * @param {unknown} value
 */
export function accept(row, value) {
  if (typeof row.initial === 'boolean') {
    if (typeof value === 'boolean') return value;
    return value === '1' ? true : value === '0' ? false : null;
  }
  if (typeof row.initial === 'string') return typeof value === 'string' && value ? value : null;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return null;
  return Math.min(Math.max(number, row.min ?? -Infinity), row.max ?? Infinity);
}

/** What the browser remembers; nothing where storage is blocked. @returns {Values} */
function stored() {
  try {
    const found = JSON.parse(localStorage.getItem(STORED_AS) ?? '{}');
    return typeof found === 'object' && found !== null ? found : {};
  } catch {
    return {}; // private mode or a blocked frame: everything works, nothing is remembered
  }
}

/** @param {Values} values */
function store(values) {
  const kept = Object.entries(values).filter(([key]) => SETTINGS[key].remember ?? true);
  try {
    localStorage.setItem(STORED_AS, JSON.stringify(Object.fromEntries(kept)));
  } catch {
    // as in stored()
  }
}

/**
 * The settings in force: the rows' initial values, over them what was remembered, over that what the address says.
 * @param {URLSearchParams} search
 */
export function createSettings(search) {
  /** @type {Values} */
  const values = {};
  const remembered = stored();
  for (const [key, row] of Object.entries(SETTINGS)) {
    const given = accept(row, search.get(key));
    const kept = (row.remember ?? true) ? accept(row, remembered[key]) : null;
    values[key] = given ?? kept ?? row.initial;
  }
  /** @type {((key: string) => void)[]} */
  const listeners = [];
  let storing = 0;
  addEventListener('pagehide', () => {
    if (storing) store(values);
  });
  /**
   * @param {string} key
   * @param {unknown} value
   */
  const set = (key, value) => {
    const accepted = accept(SETTINGS[key], value);
    if (accepted === null || accepted === values[key]) return;
    values[key] = accepted;
    clearTimeout(storing);
    storing = setTimeout(() => {
      storing = 0;
      store(values);
    }, STORE_AFTER_MS);
    for (const listener of listeners) listener(key);
  };
  return {
    values,
    set,
    /** @param {(key: string) => void} listener */
    onChange: (listener) => void listeners.push(listener),
    reset: () => {
      for (const [key, row] of Object.entries(SETTINGS)) {
        if (row.group !== null) set(key, row.initial);
      }
    },
  };
}

/** @typedef {ReturnType<typeof createSettings>} Settings */
