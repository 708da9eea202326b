/** What the viewer was asked to show: by its address, or by a message of the page around it. */

import { layoutNamed } from './layouts.js';

/**
 * @typedef {object} Entry one picture that was asked for
 * @property {string} [src] address of a picture or manifest, or 'test'
 * @property {Blob} [file] a picture from this machine
 * @property {string} [title]
 * @property {string} [layout]
 * @property {number | string | null} [maxdisp] largest parallax behind the screen as a share of a view's width
 * @property {number | string | null} [fov] horizontal field of view in degrees
 * @property {string | null} [depth] address of a depth map, near is bright
 * @property {boolean} [shared] a result behind a share link: when it is missing, it has expired
 */

/** Addresses of other servers whose messages and pictures are welcome, from the page's head. */
export function welcomeOrigins() {
  const listed = document.querySelector('meta[name="viewer-origins"]')?.getAttribute('content') ?? '';
  return listed.split(/\s+/).filter((word) => word !== '');
}

/**
 * @typedef {object} Asked
 * @property {Entry[]} entries
 * @property {string | null} list address of a JSON list of entries
 * @property {boolean} allowForeign pictures of other servers may be shown (?allow=1)
 */

/**
 * Read the page's address: `?src=` (also several times), `?id=` of a shared result, `?list=`; `layout`, `maxdisp`,
 * `fov` and `depth` go with a bare picture.
 * @param {URLSearchParams} search
 * @returns {Asked}
 */
export function readAddress(search) {
  const about = {
    title: search.get('title') ?? undefined,
    layout: search.get('layout') ?? undefined,
    maxdisp: search.get('maxdisp'),
    fov: search.get('fov'),
    depth: search.get('depth'),
  };
  const results = search.getAll('id').map((id) => ({
    src: `../s/${encodeURIComponent(id)}/manifest.json`,
    shared: true,
  }));
  const pictures = search.getAll('src').map((src) => ({ ...about, src }));
  return {
    entries: [...results, ...pictures],
    list: search.get('list'),
    allowForeign: search.get('allow') === '1',
  };
}

/**
 * Read entries from parsed JSON: a list of addresses or of objects with `src`; anything else is left out.
 * @param {unknown} list
 * @returns {Entry[]}
 */
export function readEntries(list) {
  if (!Array.isArray(list)) return [];
  return list
    .map((item) => (typeof item === 'string' ? { src: item } : item))
    .filter((item) => typeof item?.src === 'string')
    .map(({ src, title, layout, maxdisp, fov, depth }) => ({
      src,
      title: typeof title === 'string' ? title : undefined,
      layout: layoutNamed(typeof layout === 'string' ? layout : ''),
      maxdisp: maxdisp ?? null,
      fov: fov ?? null,
      depth: typeof depth === 'string' ? depth : null,
    }));
}

/**
 * Call `load` with the entries of every `stereo:load` message from this origin or a welcome one. Others are ignored.
 * @param {(entries: Entry[]) => void} load
 */
export function listenForMessages(load) {
  const welcome = new Set([location.origin, ...welcomeOrigins()]);
  addEventListener('message', ({ data, origin }) => {
    if (!welcome.has(origin) || data?.type !== 'stereo:load') return;
    const entries = readEntries(data.list ?? [data]);
    if (entries.length > 0) load(entries);
  });
}
