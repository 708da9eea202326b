/** How two views lie in one picture: one row each. */

/** @typedef {import('./types.js').Layout} Layout */
/** @typedef {import('./types.js').Eye} Eye */

/** @type {[number, number, number, number][]} */
const SIDES = [[0, 0, 0.5, 1], [0.5, 0, 0.5, 1]];
/** @type {[number, number, number, number][]} */
const STACK = [[0, 0, 1, 0.5], [0, 0.5, 1, 0.5]];
/** @type {[number, number, number, number][]} */
const WHOLE = [[0, 0, 1, 1], [0, 0, 1, 1]];

/** @type {Record<string, Layout>} */
export const LAYOUTS = {
  side_by_side: { label: 'Side by side', views: SIDES, stretch: 1 },
  half_side_by_side: { label: 'Side by side, half width', views: SIDES, stretch: 2 },
  cross_eyed: { label: 'Side by side, eyes swapped', views: [SIDES[1], SIDES[0]], stretch: 1 },
  half_cross_eyed: { label: 'Side by side, half width, eyes swapped', views: [SIDES[1], SIDES[0]], stretch: 2 },
  top_bottom: { label: 'Top and bottom', views: STACK, stretch: 1 },
  half_top_bottom: { label: 'Top and bottom, half height', views: STACK, stretch: 0.5 },
  rgbd: { label: 'A photo and its depth', views: [SIDES[0], SIDES[0]], stretch: 1 },
  separate: { label: 'Two pictures, left and right', views: WHOLE, stretch: 1 },
  mono: { label: 'One picture for both eyes', views: WHOLE, stretch: 1 },
};

/** Other names for the same rows, as found in addresses and file names elsewhere. @type {Record<string, string>} */
const ALIASES = {
  full: 'side_by_side',
  sbs: 'side_by_side',
  'full-sbs': 'side_by_side',
  half: 'half_side_by_side',
  'half-sbs': 'half_side_by_side',
  hsbs: 'half_side_by_side',
  rl: 'cross_eyed',
  swapped: 'cross_eyed',
  'half-rl': 'half_cross_eyed',
  tb: 'top_bottom',
  'full-tb': 'top_bottom',
  'half-tb': 'half_top_bottom',
  '2d': 'mono',
};

/**
 * Return the key of LAYOUTS that a word means, or 'auto' when it means none.
 * @param {string | null | undefined} word
 */
export function layoutNamed(word) {
  const key = (word ?? '').toLowerCase();
  if (key in LAYOUTS) return key;
  return ALIASES[key] ?? 'auto';
}

/**
 * The part of a picture that one eye sees, in whole pixels. Of an odd number of columns or rows the middle one
 * belongs to neither eye.
 * @param {string} layout
 * @param {Eye} eye
 * @param {number} widthPx
 * @param {number} heightPx
 */
export function viewRectangle(layout, eye, widthPx, heightPx) {
  const [x, y, w, h] = LAYOUTS[layout].views[eye];
  return {
    x: Math.ceil(x * widthPx),
    y: Math.ceil(y * heightPx),
    width: Math.max(1, Math.floor(w * widthPx)),
    height: Math.max(1, Math.floor(h * heightPx)),
  };
}

/**
 * Shown width / height of one view.
 * @param {string} layout
 * @param {number} widthPx of the whole picture
 * @param {number} heightPx of the whole picture
 */
export function viewAspect(layout, widthPx, heightPx) {
  const [, , w, h] = LAYOUTS[layout].views[0];
  return (LAYOUTS[layout].stretch * w * widthPx) / (h * heightPx);
}
