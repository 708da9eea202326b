/** How alike the two halves of a picture are, whatever their brightness and however gradual their shading. */

const SIZE = 64; // samples along each side of a half
const REACH = 4; // samples that the halves may be shifted against each other: 6 % of a view

/**
 * Grey samples of one part of a picture, SIZE x SIZE, rows first.
 * @param {ImageBitmap} bitmap
 * @param {[number, number, number, number]} part shares of the picture
 */
function sample(bitmap, [x, y, w, h]) {
  const canvas = new OffscreenCanvas(SIZE, SIZE);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
    canvas.getContext('2d', { willReadFrequently: true })
  );
  const [width, height] = [bitmap.width, bitmap.height];
  context.imageSmoothingQuality = 'medium';
  context.drawImage(bitmap, x * width, y * height, w * width, h * height, 0, 0, SIZE, SIZE);
  const { data } = context.getImageData(0, 0, SIZE, SIZE);
  const grey = new Float32Array(SIZE * SIZE);
  for (let i = 0; i < grey.length; i++) {
    grey[i] = 0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2];
  }
  return grey;
}

/**
 * Take the mean out of every row (stride 1) or column (stride SIZE): a sky above a meadow makes any two halves alike.
 * @param {Float32Array} grey
 * @param {1 | typeof SIZE} stride
 */
function flatten(grey, stride) {
  const step = stride === 1 ? SIZE : 1;
  for (let line = 0; line < SIZE; line++) {
    let sum = 0;
    for (let i = 0; i < SIZE; i++) sum += grey[line * step + i * stride];
    for (let i = 0; i < SIZE; i++) grey[line * step + i * stride] -= sum / SIZE;
  }
}

/**
 * Normalised correlation with `b` shifted sideways, over the columns that both have.
 * @param {Float32Array} a
 * @param {Float32Array} b
 * @param {number} shift
 */
function correlation(a, b, shift) {
  let [ab, aa, bb] = [0, 0, 0];
  for (let row = 0; row < SIZE; row++) {
    for (let column = REACH; column < SIZE - REACH; column++) {
      const left = a[row * SIZE + column];
      const right = b[row * SIZE + column + shift];
      ab += left * right;
      aa += left * left;
      bb += right * right;
    }
  }
  return aa * bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

/**
 * The best correlation over small sideways shifts.
 * @param {ImageBitmap} bitmap
 * @param {import('./types.js').Layout} layout
 * @param {1 | typeof SIZE} stride along which lines shading is taken out
 */
function likeness(bitmap, layout, stride) {
  const [a, b] = layout.views.map((part) => sample(bitmap, part));
  flatten(a, stride);
  flatten(b, stride);
  let best = -1;
  for (let shift = -REACH; shift <= REACH; shift++) {
    best = Math.max(best, correlation(a, b, shift));
  }
  return best;
}

/**
 * Correlations, -1 to 1, of the left with the right half and of the top with the bottom half.
 * @param {ImageBitmap} bitmap
 * @param {Record<string, import('./types.js').Layout>} layouts
 */
export function halvesAlike(bitmap, layouts) {
  return {
    sides: likeness(bitmap, layouts.side_by_side, 1),
    stack: likeness(bitmap, layouts.top_bottom, SIZE),
  };
}
