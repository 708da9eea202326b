/** Keys of the page: one row each, shown under Settings. */

import { element, make } from './panel.js';

/**
 * @typedef {object} Key
 * @property {string[]} keys
 * @property {string} shown
 * @property {string} does
 * @property {() => void} run
 */

/**
 * @param {Record<'enter' | 'next' | 'previous' | 'larger' | 'smaller' | 'farther' | 'nearer' | 'swap' | 'view' | 'full' | 'fit' | 'stop', () => void>} deeds
 * @returns {Key[]}
 */
export function keyTable(deeds) {
  return [
    { keys: ['v'], shown: 'V', does: 'enter VR', run: deeds.enter },
    { keys: ['ArrowRight'], shown: '→', does: 'next picture', run: deeds.next },
    { keys: ['ArrowLeft'], shown: '←', does: 'previous picture', run: deeds.previous },
    { keys: ['+', '='], shown: '+', does: 'larger', run: deeds.larger },
    { keys: ['-'], shown: '−', does: 'smaller', run: deeds.smaller },
    { keys: [']'], shown: ']', does: 'farther', run: deeds.farther },
    { keys: ['['], shown: '[', does: 'nearer', run: deeds.nearer },
    { keys: ['0'], shown: '0', does: 'fit the picture', run: deeds.fit },
    { keys: ['s'], shown: 'S', does: 'exchange the eyes', run: deeds.swap },
    { keys: ['m'], shown: 'M', does: 'next view', run: deeds.view },
    { keys: ['f'], shown: 'F', does: 'full screen', run: deeds.full },
    { keys: [' '], shown: 'Space', does: 'stop or go on', run: deeds.stop },
  ];
}

const CONTROLS = 'input, select, button, summary, a';
const CONTROL_KEYS = [' ', 'Enter', 'ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'];

/** @param {Key[]} table */
export function listenToKeys(table) {
  const list = /** @type {HTMLElement} */ (element('keys').querySelector('dl'));
  for (const { shown, does } of table) {
    list.append(make('dt', {}, [make('kbd', { textContent: shown })]), make('dd', { textContent: does }));
  }
  addEventListener('keydown', (event) => {
    const at = /** @type {Element} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (at.matches?.('select') || (at.matches?.(CONTROLS) && CONTROL_KEYS.includes(event.key))) return;
    const row = table.find(({ keys }) => keys.includes(event.key.length === 1 ? event.key.toLowerCase() : event.key));
    if (!row) return;
    event.preventDefault();
    row.run();
  });
}
