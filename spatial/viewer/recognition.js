/** How a picture is known that does not say how its views lie. The table is shared with the Unity project and the tests. */

import TABLE from './recognition.json' with { type: 'json' };

/** @typedef {{name: string, widthPx: number, heightPx: number}} File */
/** @typedef {{sides: number, stack: number, tint: number}} Likeness of the left with the right, of the top with the bottom half: correlations; how coloured the right one is */
/** @typedef {{halves: string, full: string, half: string, half_view_aspects: number[][]}} Arrangement */

/** @type {Record<string, Arrangement>} */
const ARRANGEMENTS = TABLE.arrangements;

/** @param {string} words */
function between(words) {
  return new RegExp(`(?:^|[-_ .])(?:${words})(?=[-_ .]|$)`, 'i');
}

/** @type {{pattern: RegExp, arrangement: string, size?: string, alike: number}[]} */
const NAMES = TABLE.names.map(({ words, ...row }) => ({ ...row, pattern: between(words) }));
const PROJECTIONS = TABLE.projections.map(({ words, ...row }) => ({ ...row, pattern: between(words) }));
const DEPTH_BESIDE = between(TABLE.depth_beside.words);
const PAIRS = TABLE.pairs.map(({ left, right }) => [between(left), between(right)]);

/**
 * @param {number} value
 * @param {number[]} range
 */
function within(value, [from, to]) {
  return value >= from && value <= to;
}

/**
 * The key of LAYOUTS for an arrangement: of half size when the name says so, or else when a view is as narrow or as
 * wide as a squeezed one.
 * @param {string} arrangement
 * @param {string | undefined} size
 * @param {File} file
 */
function sized(arrangement, size, { widthPx, heightPx }) {
  const { halves, full, half, half_view_aspects: aspects } = ARRANGEMENTS[arrangement];
  const aspect = (widthPx / heightPx) * (halves === 'sides' ? 0.5 : 2);
  const squeezed = size ? size === 'half' : aspects.some((range) => within(aspect, range));
  return squeezed ? half : full;
}

/**
 * Guess the layout of a file, a key of LAYOUTS. What the halves show decides; a name counts only where they are alike.
 * @param {File & Likeness} file
 */
export function detectLayout(file) {
  const { name, widthPx, heightPx, ...likeness } = file;
  if (DEPTH_BESIDE.test(name) && likeness.tint <= TABLE.depth_beside.most_tint) return 'rgbd';
  const named = NAMES.find(({ pattern }) => pattern.test(name));
  if (named) {
    const { halves } = ARRANGEMENTS[named.arrangement];
    if (likeness[/** @type {'sides' | 'stack'} */ (halves)] >= named.alike) return sized(named.arrangement, named.size, file);
  }
  const { alike, alike_when_wide: alikeWhenWide, wide_aspect: wide } = TABLE.unnamed;
  const { sides, stack } = likeness;
  if (widthPx / heightPx >= wide) return sides >= alikeWhenWide ? sized('sides', undefined, file) : 'mono';
  if (Math.max(sides, stack) < alike) return 'mono';
  return sized(sides >= stack ? 'sides' : 'stack', undefined, file);
}

/**
 * Guess the projection of a file, a key of PROJECTIONS: a name that tells a sphere counts where one view has its shape.
 * @param {string} name
 * @param {number} aspect width / height of one view
 */
export function detectProjection(name, aspect) {
  const found = PROJECTIONS.find(({ pattern, view_aspects: range }) => pattern.test(name) && within(aspect, range));
  return found?.projection ?? 'flat';
}

/**
 * What two file names have in common when one is a left and the other the right view of it, or null.
 * @param {string} left
 * @param {string} right
 */
export function pairName(left, right) {
  for (const [ofLeft, ofRight] of PAIRS) {
    const rest = left.replace(ofLeft, '');
    if (rest !== left && right !== right.replace(ofRight, '') && rest === right.replace(ofRight, '')) return rest;
  }
  return null;
}
