/** The controls of the page, made from the tables: views, settings, layouts, and the words of the states. */

import { canShow, FLAT_VIEWS } from './flat.js';
import { LAYOUTS } from './layouts.js';
import { SETTINGS } from './settings.js';
import { PROJECTIONS } from './sphere.js';
import { HEADSET_STATES, PICTURE_STATES, words } from './states.js';

/** @typedef {import('./settings.js').Settings} Settings */
/** @typedef {import('./types.js').Picture} Picture */
/** @typedef {Record<string, () => void>} Deeds what the buttons of a state do */

/** What the buttons of a state say. @type {Record<string, string>} */
const ACTION_LABELS = {
  new_tab: 'Open in a new tab',
  retry: 'Try again',
  open_file: 'Open files…',
  self_test: 'Self-test picture',
};

/**
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
export function element(id) {
  return /** @type {T} */ (document.getElementById(id));
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, unknown>} properties
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, properties, children = []) {
  const made = document.createElement(tag);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

/** @param {import('./settings.js').Row} row @param {number} value */
function shown(row, value) {
  const digits = (row.step ?? 1) >= 1 ? 0 : (row.step ?? 1) >= 0.1 ? 1 : 2;
  return `${value.toFixed(digits)}${row.unit ? ` ${row.unit}` : ''}`;
}

/** @param {Settings} settings @param {string} key */
function makeSwitch(settings, key) {
  const row = SETTINGS[key];
  const input = make('input', { type: 'checkbox', id: key });
  input.addEventListener('change', () => settings.set(key, input.checked));
  const follow = () => void (input.checked = settings.values[key]);
  return { follow, nodes: [make('label', { className: 'switch' }, [input, row.label])], input };
}

/** @param {Settings} settings @param {string} key */
function makeSlider(settings, key) {
  const row = SETTINGS[key];
  const range = { min: `${row.min}`, max: `${row.max}`, step: `${row.step}` };
  const input = make('input', { type: 'range', id: key, ...range });
  const output = make('output', { htmlFor: key });
  input.addEventListener('input', () => settings.set(key, input.valueAsNumber));
  const follow = () => {
    const text = shown(row, settings.values[key]);
    input.value = `${settings.values[key]}`;
    output.textContent = text;
    input.setAttribute('aria-valuetext', text);
  };
  return { follow, nodes: [make('label', { htmlFor: key }, [row.label, output]), input], input };
}

/** @param {Settings} settings */
export function buildSettings(settings) {
  /** @type {Record<string, () => void>} */
  const followers = {};
  for (const [key, row] of Object.entries(SETTINGS)) {
    if (row.group === null) continue;
    const control = (typeof row.initial === 'boolean' ? makeSwitch : makeSlider)(settings, key);
    const block = make('div', { className: 'setting' }, control.nodes);
    if (row.help) {
      block.append(make('small', { id: `${key}-help`, textContent: row.help }));
      control.input.setAttribute('aria-describedby', `${key}-help`);
    }
    element(`${row.group}-settings`).append(block);
    followers[key] = control.follow;
    control.follow();
  }
  settings.onChange((key) => followers[key]?.());
}

/** Why a view cannot be shown. */
const LACKING = {
  depth: 'Sway and look around need a depth map; this picture comes without one.',
  pair: 'The other views need two; this is a single picture.',
};

/** How the picture on show can be shown otherwise: by the select elements `layout` and `projection`. */
const CHOICES = { layout: LAYOUTS, projection: PROJECTIONS };

/** @param {(changed: Partial<import('./pictures.js').Choice>) => void} choose */
export function buildChoices(choose) {
  for (const [id, table] of Object.entries(CHOICES)) {
    const select = /** @type {HTMLSelectElement} */ (element(id));
    select.append(make('option', { value: 'auto', textContent: 'Found by itself' }));
    for (const [key, { label }] of Object.entries(table)) {
      select.append(make('option', { value: key, textContent: label }));
    }
    select.addEventListener('change', () => choose({ [id]: select.value }));
  }
}

/** @param {import('./pictures.js').Choice} choice */
export function showChoices(choice) {
  for (const id of /** @type {(keyof typeof CHOICES)[]} */ (Object.keys(CHOICES))) {
    /** @type {HTMLSelectElement} */ (element(id)).value = choice[id];
  }
}

/** @param {(view: string) => void} choose */
export function buildViews(choose) {
  const place = /** @type {HTMLElement} */ (document.querySelector('#views .choices'));
  for (const [key, view] of Object.entries(FLAT_VIEWS)) {
    const input = make('input', { type: 'radio', name: 'view', value: key });
    input.addEventListener('click', () => choose(key)); // also by keys, and again after leaving full screen
    place.append(make('label', {}, [input, make('span', { textContent: view.label })]));
  }
}

/**
 * Mark the view in use, and say why others cannot be chosen.
 * @param {import('./flat.js').FlatView} current
 * @param {Picture | null} picture
 */
export function showViews(current, picture) {
  const lacking = new Set();
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (document.getElementsByName('view'))) {
    const view = FLAT_VIEWS[input.value];
    const possible = canShow(view, picture);
    const reason = LACKING[view.needs ?? 'pair'];
    if (picture && !possible) lacking.add(reason);
    input.disabled = !possible;
    input.checked = view === current;
    const label = /** @type {HTMLElement} */ (input.parentElement);
    label.title = possible ? view.hint : reason;
  }
  element('view-hint').textContent = current.hint;
  element('lacking').textContent = [...lacking].join(' ');
  element('stage').classList.toggle('paired', current.fills ?? false);
}

/**
 * @param {HTMLElement} place
 * @param {import('./states.js').State} state
 * @param {Deeds} deeds
 */
function offer(place, state, deeds) {
  const buttons = (state.actions ?? []).map((action) => {
    const button = make('button', { type: 'button', textContent: ACTION_LABELS[action] });
    button.addEventListener('click', deeds[action]);
    return button;
  });
  place.replaceChildren(...buttons);
}

/**
 * Say a state of the picture, or hide the message.
 * @param {string | null} key of PICTURE_STATES
 * @param {string} detail
 * @param {Deeds} deeds
 */
export function sayPicture(key, detail, deeds) {
  const box = element('message');
  box.hidden = key === null;
  if (key === null) return;
  const state = PICTURE_STATES[key];
  box.className = state.tone;
  box.dataset.state = key;
  const [title, text, place] = /** @type {Iterable<HTMLElement>} */ (box.children);
  title.textContent = state.title;
  text.textContent = words(state, detail);
  offer(place, state, deeds);
}

/**
 * Say a state of the headset.
 * @param {string} key of HEADSET_STATES
 * @param {string} detail
 * @param {Deeds} deeds
 */
export function sayHeadset(key, detail, deeds) {
  const state = HEADSET_STATES[key];
  const line = element('headset-state');
  line.className = state.tone;
  line.dataset.state = key;
  const [title, text, place] = /** @type {Iterable<HTMLElement>} */ (line.children);
  title.textContent = state.title;
  text.textContent = words(state, detail);
  offer(place, state, deeds);
}

/** Show this page's address as a QR code, or hide it. It stays away where the server makes none. @param {boolean} yes */
export function showCode(yes) {
  const place = element('code');
  const picture = /** @type {HTMLImageElement} */ (place.querySelector('img'));
  const follow = () => void (place.hidden = !yes || picture.naturalWidth === 0);
  picture.onload = follow;
  if (yes && !picture.src) picture.src = `code.svg${location.search}`;
  follow();
}
