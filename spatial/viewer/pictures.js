/** From a picture's bytes to one bitmap per eye, no larger than the graphics card takes. */

import { halvesAlike } from './likeness.js';
import { LAYOUTS, viewAspect, viewRectangle } from './layouts.js';
import { detectLayout } from './recognition.js';
import { PictureError } from './sources.js';

/** @typedef {import('./types.js').Eye} Eye */
/** @typedef {import('./types.js').Picture} Picture */
/** @typedef {import('./types.js').Source} Source */

/**
 * @param {Blob} blob
 * @param {string} title
 */
async function decode(blob, title) {
  try {
    return await createImageBitmap(blob, { premultiplyAlpha: 'none' });
  } catch {
    const kind = blob.type ? `${title || 'The file'} is of type ${blob.type}` : title || 'The file';
    throw new PictureError('not_picture', `${kind} and cannot be decoded`);
  }
}

/**
 * @param {ImageBitmap} bitmap
 * @param {string} asked a key of LAYOUTS, or 'auto'
 * @param {string} name
 */
function chooseLayout(bitmap, asked, name) {
  if (asked in LAYOUTS) return asked;
  const file = { name, widthPx: bitmap.width, heightPx: bitmap.height };
  return detectLayout({ ...file, ...halvesAlike(bitmap) });
}

/**
 * Cut one eye's view out, scaled down to the limit.
 * @param {ImageBitmap} bitmap
 * @param {string} layout
 * @param {Eye} eye
 * @param {number} limitPx
 */
function cut(bitmap, layout, eye, limitPx) {
  const { x, y, width, height } = viewRectangle(layout, eye, bitmap.width, bitmap.height);
  const scale = Math.min(1, limitPx / Math.max(width, height));
  /** @type {ImageBitmapOptions} */
  const options = { premultiplyAlpha: 'none' };
  if (scale < 1) {
    options.resizeWidth = Math.max(1, Math.round(width * scale));
    options.resizeHeight = Math.max(1, Math.round(height * scale));
    options.resizeQuality = 'high';
  }
  return createImageBitmap(bitmap, x, y, width, height, options);
}

/**
 * Decode and split a picture.
 * @param {Source} source
 * @param {Blob} blob
 * @param {{limitPx: number, layout: string, depth: ImageBitmap | null}} options `layout`: the visitor's choice, or 'auto'
 * @returns {Promise<Picture>}
 */
export async function openPicture(source, blob, { limitPx, layout: chosen, depth }) {
  const bitmap = await decode(blob, source.title);
  const layout = chooseLayout(bitmap, chosen in LAYOUTS ? chosen : source.layout, source.title);
  const full = viewRectangle(layout, 0, bitmap.width, bitmap.height);
  const mono = layout === 'mono';
  const views = await Promise.all([
    cut(bitmap, layout, 0, limitPx),
    mono ? null : cut(bitmap, layout, 1, limitPx),
  ]);
  const aspect = viewAspect(layout, bitmap.width, bitmap.height);
  bitmap.close();
  const [left, right] = source.swap && views[1] ? [views[1], views[0]] : views;
  return {
    source,
    blob,
    layout,
    left,
    right,
    depth,
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
