/**
 * A layer of a scene as triangles. Every corner lies on its ray from the middle between the eyes, at the distance at which
 * both eyes see it in the stereo pair: Z = IPD D / (IPD - p), with p its parallax on a screen D away. A disparity is
 * x_left - x_right as a share of the picture's width, so p = -disparity * width of the screen.
 *
 * A quad across a step of nearness would be a rubber sheet. It is there twice instead, once at the depth of either side;
 * each copy shows only what belongs to its side, by the full disparity map.
 */

/** @typedef {import('./png16.js').LevelMap} LevelMap */

/**
 * @typedef {object} Mesh
 * @property {Float32Array} corners five numbers each: u and v, 0 to 1 from the upper left, the disparity, the side of a step
 *   (1 near, -1 far, 0 none) and the disparity that parts the sides
 * @property {Uint32Array} triangles corners of each; near sides come last
 */

export const NUMBERS_PER_CORNER = 5;
/** The picture goes on beyond its edges by this share, so that a window seen from the side is full. */
const SKIRT = 0.15;
const FARTHEST = 40; // times the distance of the screen

/**
 * Distance of a point over the distance of the screen.
 * @param {number} disparity
 * @param {{widthM: number, offsetM: number, eyeDistanceM: number}} screen `offsetM`: each eye's picture is moved outwards
 */
export function relativeDistance(disparity, { widthM, offsetM, eyeDistanceM }) {
  const parallax = 2 * offsetM - disparity * widthM;
  return Math.min(FARTHEST, eyeDistanceM / Math.max(eyeDistanceM - parallax, eyeDistanceM / FARTHEST));
}

/**
 * Columns and rows of quads that keep within a number of triangles and are about square.
 * @param {LevelMap} map
 * @param {number} most triangles
 */
export function gridFor({ width, height }, most) {
  const quads = most / 2;
  const columns = Math.min(width, Math.max(1, Math.floor(Math.sqrt((quads * width) / height))));
  const rows = Math.min(height, Math.max(1, Math.floor(quads / columns)));
  return { columns, rows };
}

/**
 * The pixel of the map at a share of its side.
 * @param {number} share
 * @param {number} size
 */
function pixelAt(share, size) {
  return Math.min(size - 1, Math.floor(share * size));
}

/**
 * The pixels between every two lines of a grid; what lies beyond the picture takes the pixels at its edge.
 * @param {number} count quads across the picture
 * @param {number} size pixels across the map
 */
function gridLines(count, size) {
  const shares = new Float32Array(count + 3);
  const pixels = new Int32Array(count + 3);
  for (let i = 0; i < shares.length; i++) {
    const inside = Math.max(0, Math.min(1, (i - 1) / count));
    shares[i] = i === 0 ? -SKIRT : i === count + 2 ? 1 + SKIRT : inside;
    pixels[i] = pixelAt(inside, size);
  }
  return { shares, pixels };
}

/** @typedef {ReturnType<typeof gridLines>} GridLines */

/**
 * For every quad the level in the middle of its step, or -1 where it has none.
 * @param {LevelMap} map
 * @param {GridLines} across
 * @param {GridLines} down
 * @param {number} step in levels
 */
function findSteps({ levels, width }, across, down, step) {
  const columns = across.pixels.length - 1;
  const middles = new Float32Array(columns * (down.pixels.length - 1)).fill(-1);
  for (let quad = 0; quad < middles.length; quad++) {
    const [i, j] = [quad % columns, Math.floor(quad / columns)];
    let low = 65535;
    let high = 0;
    for (let y = down.pixels[j]; y <= down.pixels[j + 1]; y++) {
      for (let x = across.pixels[i]; x <= across.pixels[i + 1]; x++) {
        const level = levels[y * width + x];
        if (level < low) low = level;
        if (level > high) high = level;
      }
    }
    if (high - low > step) middles[quad] = (low + high) / 2;
  }
  return middles;
}

/**
 * The mean levels of both sides of a quad's step.
 * @param {LevelMap} map
 * @param {number[]} part left, top, right and bottom pixel
 * @param {number} middle
 */
function meansOf({ levels, width }, [left, top, right, bottom], middle) {
  let [near, nears, far, fars] = [0, 0, 0, 0];
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const level = levels[y * width + x];
      if (level >= middle) {
        near += level;
        nears++;
      } else {
        far += level;
        fars++;
      }
    }
  }
  return { near: near / nears, far: far / fars };
}

/**
 * Build the mesh of a layer.
 * @param {LevelMap} map
 * @param {{range: [number, number], most: number, step: number}} options `range`: disparities at level 0 and at level
 *   65535; `most`: triangles, before cuts; `step`: smallest difference of disparity at which a quad is cut, Infinity for a
 *   layer that must have no holes
 * @returns {Mesh}
 */
export function buildMesh(map, { range: [first, last], most, step }) {
  const grid = gridFor(map, most);
  const across = gridLines(grid.columns, map.width);
  const down = gridLines(grid.rows, map.height);
  const perLevel = (last - first) / 65535;
  const middles = findSteps(map, across, down, step / Math.abs(perLevel));
  const [columns, rows] = [across.pixels.length, down.pixels.length];
  const cuts = middles.reduce((count, middle) => count + (middle >= 0 ? 1 : 0), 0);
  const corners = new Float32Array(NUMBERS_PER_CORNER * (columns * rows + 8 * cuts));
  const triangles = new Uint32Array(6 * (middles.length + cuts));
  const next = { corner: 0, plain: 0, far: 6 * (middles.length - cuts), near: 6 * middles.length };
  /** @param {number} i @param {number} j */
  const levelAt = (i, j) => map.levels[down.pixels[j] * map.width + across.pixels[i]];
  /** @param {number} i @param {number} j @param {number} level @param {number} side @param {number} middle */
  const addCorner = (i, j, level, side, middle) => {
    const at = NUMBERS_PER_CORNER * next.corner++;
    corners[at] = across.shares[i];
    corners[at + 1] = down.shares[j];
    corners[at + 2] = first + perLevel * level;
    corners[at + 3] = side;
    corners[at + 4] = first + perLevel * middle;
  };
  /** @param {'plain' | 'far' | 'near'} kind @param {number} a upper left @param {number} c lower left; the others follow */
  const addQuad = (kind, a, c) => {
    triangles.set([a, c, a + 1, a + 1, c, c + 1], next[kind]);
    next[kind] += 6;
  };
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) addCorner(i, j, levelAt(i, j), 0, 0);
  }
  for (let quad = 0; quad < middles.length; quad++) {
    const [i, j] = [quad % (columns - 1), Math.floor(quad / (columns - 1))];
    const middle = middles[quad];
    if (middle < 0) {
      addQuad('plain', j * columns + i, (j + 1) * columns + i);
      continue;
    }
    const part = [across.pixels[i], down.pixels[j], across.pixels[i + 1], down.pixels[j + 1]];
    const means = meansOf(map, part, middle);
    for (const kind of /** @type {const} */ (['far', 'near'])) {
      const start = next.corner;
      for (let corner = 0; corner < 4; corner++) {
        const [x, y] = [i + (corner & 1), j + (corner >> 1)];
        const level = levelAt(x, y);
        const belongs = (kind === 'near') === (level >= middle);
        addCorner(x, y, belongs ? level : means[kind], kind === 'near' ? 1 : -1, middle);
      }
      addQuad(kind, start, start + 2);
    }
  }
  return { corners, triangles };
}
