/** The set of pictures and the one on show: loads it, says what happens, steps to the next. */

import { readEntries } from './entries.js';
import { closeBitmaps, openPicture } from './pictures.js';
import { GraphicsError } from './renderer.js';
import { fetchDepth, fetchEntry, fetchList, PictureError } from './sources.js';

/** @typedef {import('./entries.js').Entry} Entry */

/**
 * @typedef {object} Options
 * @property {import('./stage.js').Stage} stage
 * @property {import('./settings.js').Settings} settings
 * @property {boolean} allowForeign
 * @property {(state: string | null, detail?: string) => void} say with a key of PICTURE_STATES, or null for none
 * @property {() => void} onPicture another picture is on the stage, or none
 */

/** @param {Options} options */
export function createGallery({ stage, settings, allowForeign, say, onPicture }) {
  /** @type {Entry[]} */
  let entries = [];
  let index = 0;
  let loading = new AbortController();
  /** What is on show, before it was split: another layout splits it anew. @type {{source: import('./types.js').Source, blob: Blob} | null} */
  let loaded = null;

  /** @param {import('./types.js').Picture | null} picture */
  const put = (picture) => {
    stage.setPicture(picture);
    if (picture) closeBitmaps(picture);
    onPicture();
  };
  /** @param {unknown} error */
  const explain = (error) => {
    if (error instanceof PictureError) return say(error.state, error.detail);
    if (error instanceof GraphicsError) return say('out_of_memory');
    throw error;
  };
  /**
   * Run one load; a newer one ends it.
   * @param {(rules: import('./sources.js').Rules) => Promise<void>} work
   */
  const run = async (work) => {
    loading.abort();
    loading = new AbortController();
    const { signal } = loading;
    try {
      await work({ allowForeign, signal });
    } catch (error) {
      if (signal.aborted) return;
      loaded = null;
      put(null);
      explain(error);
    }
  };
  /** @param {import('./sources.js').Rules} rules */
  const split = async (rules) => {
    if (!loaded) return;
    const { source, blob } = loaded;
    const depth = await fetchDepth(source, rules);
    const options = { limitPx: stage.limitPx(), layout: settings.values.layout, depth };
    const picture = await openPicture(source, blob, options);
    if (rules.signal.aborted) return closeBitmaps(picture);
    put(picture);
    if (!stage.isLost()) say(null);
  };
  /** @param {Entry} entry */
  const load = (entry) =>
    run(async (rules) => {
      say('loading', entry.title ?? '');
      loaded = await fetchEntry(entry, rules);
      await split(rules);
    });

  return {
    count: () => entries.length,
    index: () => index,

    /** @param {Entry[]} next */
    show(next) {
      entries = next;
      index = 0;
      settings.set('layout', 'auto');
      return entries.length > 0 ? load(entries[0]) : run(async () => say('empty'));
    },

    /** @param {string} address of a JSON list */
    showList: (address) =>
      run(async (rules) => {
        say('loading', '');
        const { list, base } = await fetchList(address, rules);
        entries = readEntries(list).map((entry) => ({ ...entry, src: new URL(entry.src ?? '', base).href }));
        if (entries.length === 0) throw new PictureError('bad_manifest', 'The list names no picture.');
        index = 0;
        await load(entries[0]);
      }),

    /** @param {1 | -1} by */
    step(by) {
      if (entries.length < 2) return;
      index = (index + by + entries.length) % entries.length;
      return load(entries[index]);
    },

    /** Load the picture on show once more. */
    retry: () => (entries.length > 0 ? load(entries[index]) : location.reload()),

    /** Split the picture on show anew: another layout, or a new graphics context. */
    again: () => run(split),
  };
}
