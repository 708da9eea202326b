/** What the viewer was asked to show: by its address, or by a message of the page around it. */

import { nameOf, welcomeOrigins } from './addresses.js';
import { layoutNamed } from './layouts.js';
import { pairName } from './recognition.js';
import { projectionNamed } from './sphere.js';

/**
 * @typedef {object} Entry one picture that was asked for
 * @property {string} [src] address of a picture or manifest, or 'test'
 * @property {string} [right] address of the right view, when `src` is the left one alone
 * @property {Blob} [file] a picture from this machine
 * @property {Blob} [rightFile] the right view, when `file` is the left one alone
 * @property {string} [title]
 * @property {string} [layout]
 * @property {string} [projection]
 * @property {number | string | null} [maxdisp] largest parallax behind the screen as a share of a view's width
 * @property {number | string | null} [fov] horizontal field of view in degrees
 * @property {string | null} [depth] address of a depth map, near is bright
 * @property {boolean} [byHand] dropped or pasted by the visitor: it may lie on any server that permits it
 * @property {boolean} [shared] a result behind a share link: when it is missing, it has expired
 */

/**
 * @typedef {object} Asked
 * @property {Entry[]} entries
 * @property {string | null} list address of a JSON list of entries
 * @property {boolean} allowForeign pictures of other servers may be shown (?allow=1)
 */

/**
 * Read the page's address: `?src=` (also several times), `?id=` of a shared result, `?list=`; `right`, `layout`,
 * `projection`, `maxdisp`, `fov` and `depth` go with a bare picture.
 * @param {URLSearchParams} search
 * @returns {Asked}
 */
export function readAddress(search) {
  const about = {
    title: search.get('title') ?? undefined,
    right: search.get('right') ?? undefined,
    layout: search.get('layout') ?? undefined,
    projection: search.get('projection') ?? undefined,
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
    entries: joinPairs([...results, ...pictures]),
    list: search.get('list'),
    allowForeign: search.get('allow') === '1',
  };
}

/** @param {unknown} value */
function text(value) {
  return typeof value === 'string' ? value : undefined;
}

/** @param {Entry} entry */
function fileName({ file, src }) {
  return file instanceof File ? file.name : nameOf(src ?? '');
}

/**
 * Join the left and the right view of a pair that came as two files, boat_L.jpg and boat_R.jpg, to one entry.
 * @param {Entry[]} entries
 * @returns {Entry[]}
 */
export function joinPairs(entries) {
  const rest = [...entries];
  /** @type {Entry[]} */
  const joined = [];
  for (let entry = rest.shift(); entry; entry = rest.shift()) {
    const own = fileName(entry);
    const at = rest.findIndex((other) => (pairName(own, fileName(other)) ?? pairName(fileName(other), own)) !== null);
    if (at < 0) {
      joined.push(entry);
      continue;
    }
    const [other] = rest.splice(at, 1);
    const [left, right] = pairName(own, fileName(other)) === null ? [other, entry] : [entry, other];
    const title = left.title ?? pairName(fileName(left), fileName(right)) ?? undefined;
    joined.push({ ...left, title, right: right.src, rightFile: right.file });
  }
  return joined;
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
    .map(({ src, right, title, layout, projection, maxdisp, fov, depth }) => ({
      src,
      right: text(right),
      title: text(title),
      layout: layoutNamed(text(layout)),
      projection: projectionNamed(text(projection)),
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
