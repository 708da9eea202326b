/** From a picture's bytes to one bitmap per eye, no larger than the graphics card takes. */

import { readJpegContents } from './jpeg_contents.js';
import { LAYOUTS, viewAspect, viewRectangle } from './layouts.js';
import { halvesAlike } from './likeness.js';
import { detectLayout, detectProjection } from './recognition.js';
import { PictureError } from './sources.js';
import { PROJECTIONS } from './sphere.js';

/** @typedef {import('./types.js').Eye} Eye */
/** @typedef {import('./types.js').Loaded} Loaded */
/** @typedef {import('./types.js').Picture} Picture */
/** @typedef {import('./types.js').Source} Source */
/** @typedef {import('./jpeg_contents.js').Contents} Contents */

/** What the visitor chose for a picture: keys of LAYOUTS and PROJECTIONS, or 'auto'. @typedef {{layout: string, projection: string}} Choice */

/** Pixels of one view: more is beyond every headset, and a phone's memory is not enough for it. */
const MOST_PIXELS = 8192 * 4096;
const ONE_VIEW = ['mono', 'separate', 'rgbd'];
const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'];

/** @param {Blob} blob */
async function isHeic(blob) {
  const head = new TextDecoder('latin1').decode(await blob.slice(4, 12).arrayBuffer());
  return head.startsWith('ftyp') && HEIC_BRANDS.includes(head.slice(4));
}

/**
 * @param {Blob} blob
 * @param {string} title
 */
async function decode(blob, title) {
  try {
    return await createImageBitmap(blob, { premultiplyAlpha: 'none' });
  } catch {
    if (await isHeic(blob)) throw new PictureError('heic', title || 'The file');
    const kind = blob.type ? `${title || 'The file'} is of type ${blob.type}` : title || 'The file';
    throw new PictureError('not_picture', `${kind} and cannot be decoded`);
  }
}

/**
 * The layout of a picture that is one file: what was asked, what the file tells, or what its halves show.
 * @param {ImageBitmap} bitmap
 * @param {string} asked a key of LAYOUTS, or 'auto'
 * @param {{name: string, contents: Contents}} file
 */
function chooseLayout(bitmap, asked, { name, contents }) {
  if (asked in LAYOUTS) return asked;
  if (contents.layout) return contents.layout;
  const size = { widthPx: bitmap.width, heightPx: bitmap.height };
  return detectLayout({ name, ...size, ...halvesAlike(bitmap) });
}

/**
 * The part of a sphere that a view covers and what to call it; null on a flat screen.
 * @param {string} asked a key of PROJECTIONS, or 'auto'
 * @param {{name: string, contents: Contents, aspect: number}} view
 */
function chooseSphere(asked, { name, contents, aspect }) {
  if (asked === 'auto' && contents.sphere) return { sphere: contents.sphere, projection: 'Part of a sphere' };
  const { label, sphere } = PROJECTIONS[asked === 'auto' ? detectProjection(name, aspect) : asked];
  return { sphere, projection: sphere ? label : '' };
}

/**
 * Cut one eye's view out, scaled down to the limit.
 * @param {ImageBitmap} bitmap
 * @param {{x: number, y: number, width: number, height: number}} rectangle
 * @param {number} limitPx
 */
function cut(bitmap, { x, y, width, height }, limitPx) {
  const scale = Math.min(1, limitPx / Math.max(width, height), Math.sqrt(MOST_PIXELS / (width * height)));
  /** @type {ImageBitmapOptions} */
  const options = { premultiplyAlpha: 'none' };
  if (scale < 1) {
    options.resizeWidth = Math.max(1, Math.round(width * scale));
    options.resizeHeight = Math.max(1, Math.round(height * scale));
    options.resizeQuality = 'medium'; // 'high' takes twice the time, 20 s for two views of 75 megapixels
  }
  return createImageBitmap(bitmap, x, y, width, height, options);
}

/**
 * Both views of a decoded picture, and of its partner where there is one.
 * @param {ImageBitmap} bitmap
 * @param {ImageBitmap | null} partner
 * @param {{layout: string, limitPx: number}} options
 */
async function split(bitmap, partner, { layout, limitPx }) {
  const [first, second] = /** @type {Eye[]} */ ([0, 1]).map((eye) => {
    const from = eye === 1 && partner ? partner : bitmap;
    return () => cut(from, viewRectangle(layout, eye, from.width, from.height), limitPx);
  });
  const both = partner !== null || !ONE_VIEW.includes(layout);
  return Promise.all([first(), both ? second() : null]);
}

/**
 * The right view when it is a picture of its own. One inside of a damaged file may be missing: the left one still shows.
 * @param {Blob | null} file
 * @param {Blob | null} inside
 * @param {string} title
 */
async function decodePartner(file, inside, title) {
  if (file) return decode(file, title);
  try {
    return inside && (await createImageBitmap(inside, { premultiplyAlpha: 'none' }));
  } catch {
    return null;
  }
}

/** @param {{blob: Blob, nearBright: boolean} | null} depth */
async function decodeDepth(depth) {
  try {
    return depth && (await createImageBitmap(depth.blob));
  } catch {
    return null; // looking around is an extra
  }
}

/**
 * Decode and split a picture.
 * @param {Loaded} loaded
 * @param {{limitPx: number, choice: Choice, depth: ImageBitmap | null}} options `depth`: the map that the source names
 * @returns {Promise<Picture>}
 */
export async function openPicture({ source, files }, { limitPx, choice, depth }) {
  const contents = await readJpegContents(files[0]);
  const bitmap = await decode(files[0], source.title);
  const given = choice.layout in LAYOUTS ? choice.layout : source.layout;
  const apart = given === 'auto' || given === 'separate';
  const partner = apart ? await decodePartner(files[1] ?? null, contents.right, source.title) : null;
  const file = { name: source.title, contents };
  const layout = partner ? 'separate' : chooseLayout(bitmap, given, file);
  const full = viewRectangle(layout, 0, bitmap.width, bitmap.height);
  const aspect = viewAspect(layout, bitmap.width, bitmap.height);
  const projection = choice.projection in PROJECTIONS ? choice.projection : source.projection;
  const views = await split(bitmap, partner, { layout, limitPx });
  const { width, height } = bitmap;
  const beside = layout === 'rgbd' ? await cut(bitmap, viewRectangle('side_by_side', 1, width, height), limitPx) : null;
  bitmap.close();
  partner?.close();
  const [left, right] = source.swap && views[1] ? [views[1], views[0]] : views;
  const told = depth ?? beside;
  const found = told === null ? await decodeDepth(contents.depth) : null;
  return {
    source: found && contents.depth ? { ...source, depthNearBright: contents.depth.nearBright } : source,
    layout,
    ...chooseSphere(projection, { ...file, aspect }),
    left,
    right,
    depth: told ?? found,
    hasScene: false,
    remark: apart && contents.right && !partner ? 'its second view is damaged' : '',
    widthPx: left.width,
    heightPx: left.height,
    aspect,
    shrunk: left.width < full.width ? { from: full.width, to: left.width } : null,
  };
}

/**
 * Free the memory of a picture's bitmaps.
 * @param {Picture} picture
 */
export function closeBitmaps({ left, right, depth }) {
  for (const bitmap of [left, right, depth]) bitmap?.close();
}
