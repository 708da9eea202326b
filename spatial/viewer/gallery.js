/** The set of pictures and the one on show: loads it, says what happens, steps to the next, which is loaded ahead. */

import { joinPairs, readEntries } from './entries.js';
import { closeBitmaps, openPicture } from './pictures.js';
import { GraphicsError } from './renderer.js';
import { openScene } from './scene.js';
import { fetchBlob, fetchDepth, fetchEntry, fetchList, PictureError } from './sources.js';

/** @typedef {import('./entries.js').Entry} Entry */
/** @typedef {import('./pictures.js').Choice} Choice */
/** @typedef {import('./types.js').Loaded} Loaded */

/**
 * @typedef {object} Options
 * @property {import('./stage.js').Stage} stage
 * @property {boolean} allowForeign
 * @property {(state: string | null, detail?: string) => void} say with a key of PICTURE_STATES, or null for none
 * @property {() => void} onPicture another picture is on the stage, or none
 */

const LARGE_MB = 6; // of a file, from which it takes a while to decode

/** What is said while a picture is decoded. @param {Loaded} loaded */
function aboutLoading({ source: { title }, files }) {
  const mb = files[0].size / 1e6;
  return mb < LARGE_MB ? title : `${title}, ${mb.toFixed(0)} MB: a picture this large takes a few seconds.`;
}

/** @type {Choice} */
const NOTHING_CHOSEN = { layout: 'auto', projection: 'auto' };

/**
 * Fetches one entry before it is asked for; at most one, so that memory stays flat however large the set.
 * @param {boolean} allowForeign
 */
function createAhead(allowForeign) {
  let abort = new AbortController();
  /** @type {{entry: Entry, loaded: Promise<Loaded | null>} | null} */
  let held = null;
  return {
    /** @param {Entry | undefined} entry */
    fetch(entry) {
      if (held?.entry === entry) return;
      abort.abort();
      abort = new AbortController();
      const rules = { allowForeign, signal: abort.signal };
      held = entry ? { entry, loaded: fetchEntry(entry, rules).catch(() => null) } : null; // said when it is asked for
    },

    /** What was fetched for an entry, or null. @param {Entry} entry */
    take: async (entry) => (held?.entry === entry ? held.loaded : null),
  };
}

/** @param {Options} options */
export function createGallery({ stage, allowForeign, say, onPicture }) {
  /** @type {Entry[]} */
  let entries = [];
  let index = 0;
  let loading = new AbortController();
  /** What is on show, before it was split: another layout splits it anew. @type {Loaded | null} */
  let loaded = null;
  const ahead = createAhead(allowForeign);
  /** What was chosen by hand belongs to its picture. @type {WeakMap<Entry, Choice>} */
  const choices = new WeakMap();
  const choice = () => choices.get(entries[index]) ?? NOTHING_CHOSEN;

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
  /**
   * The scene of the picture to show, begun beside it; a layout chosen by hand has none.
   * @param {import('./types.js').Source} source
   * @param {import('./sources.js').Rules} rules
   */
  const beginScene = ({ scene }, rules) =>
    scene && choice().layout === 'auto' ? openScene(scene, (address) => fetchBlob(address, rules)) : null;
  /** @param {import('./sources.js').Rules} rules */
  const split = async (rules) => {
    if (!loaded) return;
    const { source } = loaded;
    const coming = beginScene(source, rules);
    try {
      const depth = coming ? null : await fetchDepth(source, rules); // layers tell more, and come sooner
      const picture = await openPicture(loaded, { limitPx: stage.limitPx(), choice: choice(), depth });
      await new Promise((next) => setTimeout(next)); // a scene that is ready waits for its turn, which drawing would take
      if (rules.signal.aborted) return closeBitmaps(picture);
      if (source.sceneLost) picture.remark = 'its scene cannot be read, so it stays flat';
      put(picture);
      if (stage.isLost()) return;
      say(null);
      await (coming && addScene(coming, rules));
    } finally {
      for (const bitmap of (await coming)?.colours ?? []) bitmap.close();
    }
  };
  /** @param {ReturnType<typeof openScene>} coming @param {import('./sources.js').Rules} rules */
  const addScene = async (coming, rules) => {
    const scene = await coming;
    if (rules.signal.aborted || !loaded) return;
    if (scene) {
      stage.setScene(scene);
      return onPicture();
    }
    loaded = { ...loaded, source: { ...loaded.source, scene: null, sceneLost: true } };
    await split(rules);
  };
  const load = () =>
    run(async (rules) => {
      const entry = entries[index];
      say('loading', entry.title ?? '');
      const fetched = (await ahead.take(entry)) ?? (await fetchEntry(entry, rules));
      if (rules.signal.aborted) return;
      loaded = fetched;
      say('loading', aboutLoading(fetched));
      await split(rules);
      ahead.fetch(entries.length > 1 ? entries[(index + 1) % entries.length] : undefined);
    });

  return {
    count: () => entries.length,
    index: () => index,
    choice,

    /** @param {Entry[]} next */
    show(next) {
      entries = joinPairs(next);
      index = 0;
      return entries.length > 0 ? load() : run(async () => say('empty'));
    },

    /** @param {string} address of a JSON list */
    showList: (address) =>
      run(async (rules) => {
        say('loading', '');
        const { list, base } = await fetchList(address, rules);
        const absolute = (/** @type {string | undefined} */ address) => address && new URL(address, base).href;
        entries = joinPairs(
          readEntries(list).map((entry) => ({ ...entry, src: absolute(entry.src), right: absolute(entry.right) })),
        );
        if (entries.length === 0) throw new PictureError('bad_manifest', 'The list names no picture.');
        index = 0;
        await load();
      }),

    /** @param {1 | -1} by */
    step(by) {
      if (entries.length < 2) return;
      index = (index + by + entries.length) % entries.length;
      return load();
    },

    /** Show the picture otherwise, as long as it is in the set. @param {Partial<Choice>} changed */
    choose(changed) {
      if (entries.length === 0) return;
      choices.set(entries[index], { ...choice(), ...changed });
      return run(split);
    },

    /** Load the picture on show once more. */
    retry: () => (entries.length > 0 ? load() : location.reload()),

    /** Split the picture on show anew: a new graphics context. */
    again: () => run(split),
  };
}
