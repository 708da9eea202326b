/** How alike the two halves of a picture are, whatever their brightness and however gradual their shading. */

const SIZE = 128; // samples along each side of the picture
const HALF = SIZE / 2;
const PLAIN = 1; // variance of grey, 0 to 255, up to which there is nothing to compare
const REACH = 4; // samples that the halves may be shifted against each other: 6 % of a side-by-side view

/** @typedef {{grey: Float32Array, width: number, height: number}} Half rows first */

/**
 * Colours of a picture, SIZE x SIZE pixels of red, green, blue and alpha, rows first.
 * @param {ImageBitmap} bitmap
 */
function sample(bitmap) {
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
    new OffscreenCanvas(SIZE, SIZE).getContext('2d', { willReadFrequently: true })
  );
  context.imageSmoothingQuality = 'medium';
  context.drawImage(bitmap, 0, 0, SIZE, SIZE);
  return context.getImageData(0, 0, SIZE, SIZE).data;
}

/** @param {Uint8ClampedArray} data */
function greyOf(data) {
  const grey = new Float32Array(SIZE * SIZE);
  for (let i = 0; i < grey.length; i++) {
    grey[i] = 0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2];
  }
  return grey;
}

/**
 * Cut a half out and take the mean out of every row or column: a sky above a meadow makes any two halves alike.
 * @param {Float32Array} grey
 * @param {{x: number, y: number, width: number, height: number}} part
 * @returns {Half}
 */
function cutOut(grey, { x, y, width, height }) {
  const half = new Float32Array(width * height);
  const sums = new Float32Array(SIZE);
  const line = width < height ? (/** @type {number} */ _, /** @type {number} */ row) => row : (/** @type {number} */ column) => column;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      half[row * width + column] = grey[(y + row) * SIZE + x + column];
      sums[line(column, row)] += half[row * width + column];
    }
  }
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) half[row * width + column] -= sums[line(column, row)] / HALF;
  }
  return { grey: half, width, height };
}

/**
 * Normalised correlation with `b` shifted sideways, over the columns that both have.
 * @param {Half} a
 * @param {Half} b
 * @param {number} shift
 */
function correlation(a, b, shift) {
  let [ab, aa, bb] = [0, 0, 0];
  for (let row = 0; row < a.height; row++) {
    for (let column = REACH; column < a.width - REACH; column++) {
      const left = a.grey[row * a.width + column];
      const right = b.grey[row * a.width + column + shift];
      ab += left * right;
      aa += left * left;
      bb += right * right;
    }
  }
  const plain = PLAIN * a.height * (a.width - 2 * REACH);
  return Math.min(aa, bb) > plain ? ab / Math.sqrt(aa * bb) : 0;
}

/**
 * The best correlation over small sideways shifts.
 * @param {Half} a
 * @param {Half} b
 */
function likeness(a, b) {
  let best = -1;
  for (let shift = -REACH; shift <= REACH; shift++) best = Math.max(best, correlation(a, b, shift));
  return best;
}

/**
 * The mean difference, 0 to 255, of the colours of a pixel of the right half.
 * @param {Uint8ClampedArray} data
 */
function tintOfRight(data) {
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) {
    const colours = [data[i], data[i + 1], data[i + 2]];
    if ((i / 4) % SIZE >= HALF) sum += Math.max(...colours) - Math.min(...colours);
  }
  return sum / (SIZE * HALF);
}

/**
 * Correlations, -1 to 1, of the left with the right half and of the top with the bottom half; the tint of the right one.
 * @param {ImageBitmap} bitmap
 */
export function halvesAlike(bitmap) {
  const data = sample(bitmap);
  const grey = greyOf(data);
  const [tall, wide] = [{ y: 0, width: HALF, height: SIZE }, { x: 0, width: SIZE, height: HALF }];
  return {
    sides: likeness(cutOut(grey, { ...tall, x: 0 }), cutOut(grey, { ...tall, x: HALF })),
    tint: tintOfRight(data),
    stack: likeness(cutOut(grey, { ...wide, y: 0 }), cutOut(grey, { ...wide, y: HALF })),
  };
}
