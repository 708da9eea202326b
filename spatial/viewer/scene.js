/**
 * A scene: two layers of a photo that can be seen from beside. The manifest describes it under the key `scene`:
 *
 *   { "version": 1,
 *     "front": { "colour": { "href": "boat_scene_front.jpg" }, "disparity": { "href": "boat_scene_front.png" } },
 *     "back":  { "colour": { "href": "boat_scene_back.jpg" },  "disparity": { "href": "boat_scene_back.png" } },
 *     "disparity_range": [-0.021, 0.034],
 *     "motion_m": 0.15 }
 *
 * Colours are pictures from the middle between the eyes. Disparities are grey PNG files of 16 bits, of the same shape:
 * x_left - x_right as a share of the width, evenly from the first number of the range at level 0 to the second at 65535.
 * The front layer has steps where something near ends; the back one is filled behind them and has none. The head may move
 * `motion_m` metres to every side.
 */

/** @typedef {import('./scene_mesh.js').Mesh} Mesh */
/** @typedef {import('./png16.js').LevelMap} LevelMap */

/**
 * @typedef {object} SceneSource what the manifest tells
 * @property {{colour: string, disparity: string}} front addresses
 * @property {{colour: string, disparity: string}} back addresses
 * @property {[number, number]} range disparities at level 0 and 65535
 * @property {number} motionM
 *
 * @typedef {object} Scene
 * @property {SceneSource} source
 * @property {ImageBitmap[]} colours front and back; closed once the graphics card has them
 * @property {Mesh[]} meshes front and back
 * @property {LevelMap} map the front's disparities, for its silhouettes
 */

const VERSION = 1;
const LARGEST_DISPARITY = 0.5; // beyond it no pair could be looked at
const LARGEST_MOTION_M = 1;

/** @param {any} layer @param {string} base */
function addressesOf(layer, base) {
  const [colour, disparity] = [layer?.colour?.href, layer?.disparity?.href];
  if (typeof colour !== 'string' || typeof disparity !== 'string') return null;
  return { colour: new URL(colour, base).href, disparity: new URL(disparity, base).href };
}

/**
 * Read a manifest's scene; null when it has none, or one that this page cannot read.
 * @param {any} entry
 * @param {string} base the manifest's own address
 * @returns {SceneSource | null}
 */
export function readScene(entry, base) {
  const [front, back] = [addressesOf(entry?.front, base), addressesOf(entry?.back, base)];
  const [first, last] = Array.isArray(entry?.disparity_range) ? entry.disparity_range : [];
  const motionM = entry?.motion_m;
  const known = entry?.version === VERSION && front && back;
  const possible = [first, last].every((d) => Number.isFinite(d) && Math.abs(d) <= LARGEST_DISPARITY) && last > first;
  if (!known || !possible || !(motionM > 0 && motionM <= LARGEST_MOTION_M)) return null;
  return { front, back, range: [first, last], motionM };
}

/** @typedef {{number: number, fault?: string, meshes: Mesh[], map: LevelMap}} Answer */

/** The worker that builds meshes; started with the first scene. */
function createBuilders() {
  /** @type {Worker | null} */
  let worker = null;
  let asked = 0;
  /** @type {Map<number, (answer: Answer) => void>} */
  const waiting = new Map();
  const start = () => {
    const started = new Worker(new URL('scene_worker.js', import.meta.url), { type: 'module' });
    started.addEventListener('message', ({ data }) => {
      waiting.get(data.number)?.(data);
      waiting.delete(data.number);
    });
    return started;
  };
  return {
    /**
     * @param {Promise<ArrayBuffer>[]} maps front and back; they are given away
     * @param {[number, number]} range
     * @returns {Promise<Answer>}
     */
    async build(maps, range) {
      worker ??= start(); // while the maps are on their way
      const [front, back] = await Promise.all(maps);
      const number = ++asked;
      worker.postMessage({ number, front, back, range }, [front, back]);
      return new Promise((answer) => waiting.set(number, answer));
    },
  };
}

const builders = createBuilders();

/**
 * Load a scene and build its meshes; null when a layer is missing or torn: the flat pair stays.
 * @param {SceneSource} source
 * @param {(address: string) => Promise<Blob>} fetchBlob
 * @returns {Promise<Scene | null>}
 */
export async function openScene(source, fetchBlob) {
  const layers = [source.front, source.back];
  try {
    const maps = layers.map(async ({ disparity }) => (await fetchBlob(disparity)).arrayBuffer());
    const [{ fault, meshes, map }, ...colours] = await Promise.all([
      builders.build(maps, source.range),
      ...layers.map(async ({ colour }) => createImageBitmap(await fetchBlob(colour), { premultiplyAlpha: 'none' })),
    ]);
    if (fault !== undefined) throw new Error(fault);
    return { source, colours, meshes, map };
  } catch (error) {
    console.warn('the scene cannot be shown, the flat pair stays:', error);
    return null;
  }
}
