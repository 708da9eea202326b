/** From an entry to the bytes of its picture and what is known about it. */

import { nameOf, welcomeOrigins } from './addresses.js';
import { LAYOUTS, layoutNamed } from './layouts.js';
import { readScene } from './scene.js';
import { drawSelfTest, SELF_TEST } from './selftest.js';
import { projectionNamed } from './sphere.js';

/** @typedef {import('./entries.js').Entry} Entry */
/** @typedef {import('./types.js').Source} Source */
/** @typedef {import('./types.js').Loaded} Loaded */

/** Something is wrong with the picture: a key of PICTURE_STATES and a detail for its text. */
export class PictureError extends Error {
  /**
   * @param {string} state
   * @param {string} detail
   */
  constructor(state, detail) {
    super(`${state}: ${detail}`);
    this.state = state;
    this.detail = detail;
  }
}

/** Answers that have words of their own. @type {Record<number, string>} */
const STATUS_STATES = { 404: 'not_found', 410: 'not_found' };

/** @typedef {{allowForeign: boolean, signal: AbortSignal}} Rules */

/**
 * Fetch from this origin, from a welcome one, or, when allowed, from any server that permits it.
 * @param {string} address
 * @param {Rules} rules
 */
async function get(address, { allowForeign, signal }) {
  const url = new URL(address, location.href);
  const own = url.origin === location.origin || url.protocol === 'data:';
  if (!own && !allowForeign && !welcomeOrigins().includes(url.origin)) {
    throw new PictureError('foreign', url.host || url.href);
  }
  const name = url.protocol === 'data:' ? 'data' : url.href;
  let response;
  try {
    response = await fetch(url, { mode: own ? 'same-origin' : 'cors', credentials: 'same-origin', signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new PictureError(own ? 'unreachable' : 'foreign_blocked', own ? name : url.host);
  }
  if (!response.ok) {
    const state = STATUS_STATES[response.status] ?? 'refused';
    const answer = `${response.status} ${response.statusText}`.trim();
    throw new PictureError(state, state === 'refused' ? answer : name);
  }
  return response;
}

/** @param {unknown} value @returns {number | null} */
function finite(value) {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/**
 * What an entry itself says about its picture.
 * @param {Entry} entry
 * @returns {Source}
 */
function sourceOf(entry) {
  const [uncrossed, fov] = [finite(entry.maxdisp), finite(entry.fov)];
  const known = fov !== null && fov > 0 && fov < 180;
  return {
    title: entry.title ?? (entry.file instanceof File ? entry.file.name : nameOf(entry.src ?? '')),
    layout: layoutNamed(entry.layout),
    projection: projectionNamed(entry.projection),
    swap: false,
    uncrossed: uncrossed === null ? null : Math.max(0, uncrossed),
    disparity: null,
    widthPerDistance: known ? 2 * Math.tan((fov * Math.PI) / 360) : null,
    depthUrl: entry.depth ?? null,
    depthNearBright: true,
  };
}

/**
 * Read a manifest of schema 1; unknown keys are ignored.
 * @param {any} manifest
 * @param {string} base the manifest's own address
 * @returns {Source}
 */
export function readManifest(manifest, base) {
  if (manifest?.schema !== 1) {
    throw new PictureError('bad_manifest', `It is of schema ${manifest?.schema}, this page reads schema 1.`);
  }
  const file = manifest.files?.[manifest.layout];
  if (!(manifest.layout in LAYOUTS) || typeof file?.href !== 'string') {
    throw new PictureError('bad_manifest', `It names no stereo picture (layout: ${manifest.layout}).`);
  }
  const { p1, p99, reference_width: width } = manifest.disparity_px ?? {};
  const measured = width > 0 && Number.isFinite(p1) && Number.isFinite(p99);
  const focal = finite(manifest.focal_px);
  const scene = readScene(manifest.scene, base);
  return {
    url: new URL(file.href, base).href,
    title: nameOf(file.href).replace(/(_LRF?_(Full|Half)_SBS)?\.\w+$/i, ''),
    layout: manifest.layout,
    projection: 'flat',
    swap: manifest.eye_order === 'right_left' && manifest.layout !== 'cross_eyed', // whose row swaps already
    uncrossed: measured ? Math.max(0, -p1 / width) : null,
    disparity: measured ? [p1 / width, p99 / width] : null,
    widthPerDistance: focal && width > 0 ? width / focal : null,
    depthUrl: typeof manifest.depth?.href === 'string' ? new URL(manifest.depth.href, base).href : null,
    depthNearBright: manifest.depth?.polarity !== 'far_bright',
    scene,
    sceneLost: manifest.scene != null && scene === null,
  };
}

/** @param {Response} response */
function isJson(response) {
  return /json/.test(response.headers.get('content-type') ?? '') || /\.json$/.test(new URL(response.url).pathname);
}

/**
 * @param {Response} response
 * @param {Rules} rules
 * @returns {Promise<Loaded>}
 */
async function followManifest(response, rules) {
  let manifest;
  try {
    manifest = await response.json();
  } catch {
    throw new PictureError('bad_manifest', `${nameOf(response.url)} is no JSON.`);
  }
  const source = readManifest(manifest, response.url);
  const picture = await get(/** @type {string} */ (source.url), rules);
  return { source, files: [await picture.blob()] };
}

/**
 * Fetch an entry's picture, through its manifest when it has one.
 * @param {Entry} entry
 * @param {Rules} rules
 * @returns {Promise<Loaded>}
 */
export async function fetchEntry(entry, { allowForeign, signal }) {
  const rules = { allowForeign: allowForeign || (entry.byHand ?? false), signal };
  if (entry.file) {
    return { source: sourceOf(entry), files: entry.rightFile ? [entry.file, entry.rightFile] : [entry.file] };
  }
  if (entry.src === 'test') return { source: SELF_TEST, files: [await drawSelfTest()] };
  try {
    const [response, right] = await Promise.all([
      get(entry.src ?? '', rules),
      entry.right ? get(entry.right, rules) : null,
    ]);
    if (isJson(response)) return await followManifest(response, rules);
    const files = [await response.blob()];
    if (right) files.push(await right.blob());
    return { source: sourceOf(entry), files };
  } catch (error) {
    if (error instanceof PictureError && error.state === 'not_found' && entry.shared) {
      throw new PictureError('expired', error.detail);
    }
    throw error;
  }
}

/**
 * Fetch the entries of a JSON list; their addresses are relative to the list's.
 * @param {string} address
 * @param {Rules} rules
 */
export async function fetchList(address, rules) {
  const response = await get(address, rules);
  try {
    return { list: await response.json(), base: response.url };
  } catch {
    throw new PictureError('bad_manifest', `${nameOf(response.url)} is no JSON list of pictures.`);
  }
}

/**
 * The depth map of a source, or null when it has none or it cannot be had: parallax is an extra.
 * @param {Source} source
 * @param {Rules} rules
 */
export async function fetchDepth(source, rules) {
  if (source.depthUrl === null) return null;
  try {
    return await createImageBitmap(await (await get(source.depthUrl, rules)).blob());
  } catch (error) {
    if (rules.signal.aborted) throw error;
    return null;
  }
}

/**
 * A file that belongs to a picture.
 * @param {string} address
 * @param {Rules} rules
 */
export async function fetchBlob(address, rules) {
  return (await get(address, rules)).blob();
}
