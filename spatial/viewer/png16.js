/** Grey PNG files of 16 bits, which browsers decode to 8. */

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const LARGEST_PX = 16 * 1024 * 1024; // levels: what a header claims is not yet there
const BYTES = 2; // of one level

/** @typedef {{width: number, height: number, levels: Uint16Array}} LevelMap rows from the top */

/**
 * The chunks of a file by name; those of one name joined.
 * @param {Uint8Array} bytes
 */
function chunksOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  /** @type {Record<string, Uint8Array[]>} */
  const found = {};
  for (let at = SIGNATURE.length; at + 12 <= bytes.length; ) {
    const size = view.getUint32(at);
    if (at + 12 + size > bytes.length) break;
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    (found[name] ??= []).push(bytes.subarray(at + 8, at + 8 + size));
    at += 12 + size;
  }
  return found;
}

/** @param {Uint8Array[]} parts */
async function inflated(parts) {
  const stream = new Blob(/** @type {BlobPart[]} */ (parts)).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** What a byte is predicted to be: the nearest of left, above and left above to their sum. @param {number} a @param {number} b @param {number} c */
function paeth(a, b, c) {
  const pa = Math.abs(b - c);
  const pb = Math.abs(a - c);
  const pc = Math.abs(a + b - 2 * c);
  if (pa <= pb && pa <= pc) return a;
  return pb <= pc ? b : c;
}

/**
 * Ways to undo the filters by number: `row` and the one `above` it, both with two bytes of nothing before them.
 * @type {((row: Uint8Array, above: Uint8Array) => void)[]}
 */
const UNFILTER = [
  () => undefined,
  (row) => {
    for (let i = BYTES; i < row.length; i++) row[i] += row[i - BYTES];
  },
  (row, above) => {
    for (let i = BYTES; i < row.length; i++) row[i] += above[i];
  },
  (row, above) => {
    for (let i = BYTES; i < row.length; i++) row[i] += (row[i - BYTES] + above[i]) >> 1;
  },
  (row, above) => {
    for (let i = BYTES; i < row.length; i++) row[i] += paeth(row[i - BYTES], above[i], above[i - BYTES]);
  },
];

/**
 * Decode a grey PNG of 16 bits without interlace.
 * @param {Uint8Array} bytes
 * @returns {Promise<LevelMap>}
 */
export async function decodePng16(bytes) {
  const { IHDR: [header] = [], IDAT: data } = chunksOf(bytes);
  if (!SIGNATURE.every((byte, i) => bytes[i] === byte) || header?.length !== 13 || !data) throw new Error('no PNG');
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [bits, colour, , , interlace] = header.subarray(8);
  if (bits !== 16 || colour !== 0 || interlace !== 0) throw new Error('no grey PNG of 16 bits');
  if (width * height < 1 || width * height > LARGEST_PX) throw new Error(`a map of ${width} x ${height} levels`);
  const stride = 1 + BYTES * width;
  const raw = await inflated(data);
  if (raw.length !== stride * height) throw new Error('torn PNG: rows are missing');
  const levels = new Uint16Array(width * height);
  let [row, above] = [new Uint8Array(stride - 1 + BYTES), new Uint8Array(stride - 1 + BYTES)];
  for (let y = 0; y < height; y++) {
    const undo = UNFILTER[raw[y * stride]];
    if (!undo) throw new Error('torn PNG: no such filter');
    row.set(raw.subarray(y * stride + 1, (y + 1) * stride), BYTES);
    undo(row, above);
    for (let x = 0; x < width; x++) levels[y * width + x] = (row[BYTES + 2 * x] << 8) | row[BYTES + 2 * x + 1];
    [row, above] = [above, row];
  }
  return { width, height, levels };
}
