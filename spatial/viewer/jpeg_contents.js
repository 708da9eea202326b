/** What a JPEG file carries besides its picture: a second view, a depth map, the order of its views, a part of a sphere. */

const [APP1, APP2, APP3, START_OF_SCAN] = [0xe1, 0xe2, 0xe3, 0xda];
const XMP = 'http://ns.adobe.com/xap/1.0/\0';
const EXTENDED_XMP = 'http://ns.adobe.com/xmp/extension/\0';
const GUID_LENGTH = 32;
const MPF = 'MPF\0';
const MP_ENTRIES = 0xb002;
const MP_ENTRY_BYTES = 16;
const DISPARITY_VIEW = 0x020002; // what CIPA DC-007 calls a picture that is one view of a stereo pair
const JPS = '_JPSJPS_';
/** Layouts of a JPS header: side by side and over under, the left or the right view first. @type {Record<number, (string | null)[]>} */
const JPS_LAYOUTS = { 2: ['side_by_side', 'cross_eyed'], 3: ['top_bottom', null] };

/** @typedef {{marker: number, from: number, to: number}} Segment where a segment's payload lies */

/**
 * @typedef {object} Contents
 * @property {Blob | null} right the right view, when the file's own picture is the left one
 * @property {{blob: Blob, nearBright: boolean} | null} depth
 * @property {string | null} layout a key of LAYOUTS
 * @property {Float32Array | null} sphere the part of a sphere that one view covers, as in Picture
 */

/** @type {Contents} */
const NOTHING = { right: null, depth: null, layout: null, sphere: null };

/**
 * The segments before the picture's data; a torn file ends the list.
 * @param {DataView} view
 */
function segmentsOf(view) {
  /** @type {Segment[]} */
  const found = [];
  let at = 2;
  while (at + 4 <= view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    const to = at + 2 + view.getUint16(at + 2);
    if (marker === START_OF_SCAN || to > view.byteLength || to < at + 4) break;
    found.push({ marker, from: at + 4, to });
    at = to;
  }
  return found;
}

/** @param {Uint8Array} bytes @param {number} from @param {number} to */
function latin(bytes, from, to) {
  return new TextDecoder('latin1').decode(bytes.subarray(from, to));
}

/**
 * The segments with this marker whose payload starts with a name, the name left out.
 * @param {Uint8Array} bytes
 * @param {Segment[]} segments
 * @param {number} marker
 * @param {string} name
 */
function named(bytes, segments, marker, name) {
  return segments
    .filter(({ marker: own, from, to }) => own === marker && latin(bytes, from, Math.min(to, from + name.length)) === name)
    .map(({ from, to }) => ({ from: from + name.length, to }));
}

/**
 * The XMP of a file, the extended part behind the main one.
 * @param {Uint8Array} bytes
 * @param {Segment[]} segments
 */
function xmpOf(bytes, segments) {
  const main = named(bytes, segments, APP1, XMP).map(({ from, to }) => latin(bytes, from, to));
  const pieces = named(bytes, segments, APP1, EXTENDED_XMP)
    .filter(({ from, to }) => to - from > GUID_LENGTH + 8)
    .map(({ from, to }) => {
      const head = new DataView(bytes.buffer, bytes.byteOffset + from + GUID_LENGTH, 8);
      return { place: head.getUint32(4), from: from + GUID_LENGTH + 8, to };
    })
    .sort((a, b) => a.place - b.place);
  return [...main, ...pieces.map(({ from, to }) => latin(bytes, from, to))].join('');
}

/**
 * The value of a property, written as an attribute or as an element, or null.
 * @param {string} xmp
 * @param {string} name
 */
function property(xmp, name) {
  for (const [open, close] of [[`${name}="`, '"'], [`<${name}>`, '</']]) {
    const start = xmp.indexOf(open);
    const end = start < 0 ? -1 : xmp.indexOf(close, start + open.length);
    if (end >= 0) return xmp.slice(start + open.length, end);
  }
  return null;
}

/** @param {string | null} base64 @param {string} type */
async function decoded(base64, type) {
  if (!base64) return null;
  try {
    return await (await fetch(`data:${type};base64,${base64.replace(/\s+/g, '')}`)).blob();
  } catch {
    return new Blob(); // torn: what it was for says so when it cannot be decoded
  }
}

/**
 * GPano: the part of a sphere that the picture covers, in radians, or null.
 * @param {string} xmp
 */
function sphereOf(xmp) {
  if (property(xmp, 'GPano:ProjectionType') !== 'equirectangular') return null;
  const [fullWidth, fullHeight, width, height, left, top] = [
    'FullPanoWidthPixels',
    'FullPanoHeightPixels',
    'CroppedAreaImageWidthPixels',
    'CroppedAreaImageHeightPixels',
    'CroppedAreaLeftPixels',
    'CroppedAreaTopPixels',
  ].map((name) => Number(property(xmp, `GPano:${name}`)));
  const [perColumn, perRow] = [(2 * Math.PI) / fullWidth, Math.PI / fullHeight];
  const part = [left * perColumn - Math.PI, Math.PI / 2 - top * perRow, width * perColumn, height * perRow];
  const possible = part.every(Number.isFinite) && part[2] > 0 && part[3] > 0 && part[2] < 6.3 && part[3] < 3.2;
  return possible ? new Float32Array(part) : null;
}

/**
 * Where the second view of a stereo pair lies in an MPO file, or null.
 * @param {DataView} view
 * @param {number} base the index's byte-order mark, from which its offsets count
 */
function secondView(view, base) {
  const little = view.getUint16(base) === 0x4949;
  const word = (/** @type {number} */ at) => view.getUint32(at, little);
  const table = base + word(base + 4);
  const views = [];
  for (let i = 0; i < view.getUint16(table, little); i++) {
    const row = table + 2 + 12 * i;
    if (view.getUint16(row, little) !== MP_ENTRIES) continue;
    for (let at = 0; at < word(row + 4); at += MP_ENTRY_BYTES) {
      const entry = base + word(row + 8) + at;
      const offset = word(entry + 8);
      if ((word(entry) & 0xffffff) === DISPARITY_VIEW) views.push({ from: offset && base + offset, size: word(entry + 4) });
    }
  }
  return views[1] ?? null;
}

/** The layout that a JPS header tells, or null. @param {DataView} view @param {number} from */
function jpsLayout(view, from) {
  const [flags, layout, kind] = [3, 4, 5].map((at) => view.getUint8(from + at));
  const [halfHeight, halfWidth, leftFirst] = [1, 2, 4].map((bit) => (flags & bit) !== 0);
  const full = kind === 1 ? JPS_LAYOUTS[layout]?.[leftFirst ? 0 : 1] : null;
  return full && (halfHeight || halfWidth) ? `half_${full}` : (full ?? null);
}

/** Every value of a repeated property. @param {string} xmp @param {string} name */
function properties(xmp, name) {
  return [...xmp.matchAll(new RegExp(`${name}(?:>|=")([^<"]*)`, 'g'))].map((match) => match[1]);
}

/**
 * Dynamic Depth: the depth map among the files that stand behind the picture's own, or null.
 * @param {string} xmp
 * @param {Blob} blob
 */
function appendedDepth(xmp, blob) {
  const address = property(xmp, 'DepthMap:DepthURI');
  const place = address ? properties(xmp, 'Item:DataURI').indexOf(address) : -1;
  const lengths = properties(xmp, 'Item:Length').map(Number);
  if (place < 0 || lengths.length <= place || !lengths.every(Number.isFinite)) return null;
  const from = blob.size - lengths.slice(place).reduce((sum, length) => sum + length, 0);
  return from > 0 ? blob.slice(from, from + lengths[place], 'image/jpeg') : null;
}

/**
 * Read what a file carries; of what is no JPEG, or torn, nothing.
 * @param {Blob} blob
 * @returns {Promise<Contents>}
 */
export async function readJpegContents(blob) {
  const start = new Uint8Array(await blob.slice(0, 2).arrayBuffer());
  if (start[0] !== 0xff || start[1] !== 0xd8) return NOTHING;
  const buffer = await blob.arrayBuffer();
  const [bytes, view] = [new Uint8Array(buffer), new DataView(buffer)];
  const segments = segmentsOf(view);
  const xmp = xmpOf(bytes, segments);
  const inXmp = await decoded(property(xmp, 'GDepth:Data'), property(xmp, 'GDepth:Mime') ?? 'image/png');
  const depth = inXmp ?? appendedDepth(xmp, blob);
  const contents = {
    right: await decoded(property(xmp, 'GImage:Data'), 'image/jpeg'),
    depth: depth && { blob: depth, nearBright: false }, // RangeInverse and RangeLinear both grow with the distance
    layout: null,
    sphere: sphereOf(xmp),
  };
  try {
    const [jps] = named(bytes, segments, APP3, JPS);
    const [index] = named(bytes, segments, APP2, MPF);
    const second = index && secondView(view, index.from);
    const right = second && blob.slice(second.from, second.from + second.size, 'image/jpeg');
    return { ...contents, right: contents.right ?? right ?? null, layout: jps ? jpsLayout(view, jps.from) : null };
  } catch (error) {
    if (error instanceof RangeError) return contents; // an index that leads outside of the file
    throw error;
  }
}
