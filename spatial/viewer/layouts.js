/** How two views lie in one picture: one row each, and how to guess the row of a bare file. */

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
  top_bottom: { label: 'Top and bottom', views: STACK, stretch: 1 },
  half_top_bottom: { label: 'Top and bottom, half height', views: STACK, stretch: 0.5 },
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

/** Endings that people and programs give to stereoscopic files. @type {[RegExp, string][]} */
const NAME_HINTS = [
  [/(half|_h|-h)[-_ ]?(sbs|side|lr\b)|_3dh\b/i, 'half_side_by_side'],
  [/(half|_h|-h)[-_ ]?(tb|ou|top)|_3dv\b/i, 'half_top_bottom'],
  [/[-_ .](full)?_?(tb|ou|tbf)\b|top[-_ ]?bottom/i, 'top_bottom'],
  [/[-_ .](rl|cross|crosseyed|cross_eyed)\b|\.jps$/i, 'cross_eyed'],
  [/[-_ .](full)?_?(sbs|lr)\b|side[-_ ]?by[-_ ]?side/i, 'side_by_side'],
];

const ALIKE = 0.6; // correlation from which two halves count as views of one scene
const ALIKE_WIDE = 0.3; // the same for a picture too wide to be one photo
const WIDE = 2.4; // width / height
const SIXTEEN_NINE = [1.7, 1.86]; // a squeezed pair usually fills a 16:9 frame

/**
 * Guess the layout of a file: by its name, else by whether its halves show one scene, with the aspect deciding
 * between full and half size.
 * @param {{name: string, widthPx: number, heightPx: number, sides: number, stack: number}} file `sides` and `stack`
 *   are the correlations of the left with the right and of the top with the bottom half
 */
export function detectLayout({ name, widthPx, heightPx, sides, stack }) {
  const hint = NAME_HINTS.find(([pattern]) => pattern.test(name));
  if (hint) return hint[1];
  const ratio = widthPx / heightPx;
  const squeezed = ratio > SIXTEEN_NINE[0] && ratio < SIXTEEN_NINE[1];
  if (ratio >= WIDE) return sides >= ALIKE_WIDE ? 'side_by_side' : 'mono';
  if (Math.max(sides, stack) < ALIKE) return 'mono';
  if (sides >= stack) return squeezed ? 'half_side_by_side' : 'side_by_side';
  return squeezed ? 'half_top_bottom' : 'top_bottom';
}
