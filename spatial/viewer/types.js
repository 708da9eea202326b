/**
 * The nouns of the viewer. Lengths are metres unless the name says otherwise, `eye` is 0 for left and 1 for right,
 * pictures start at their top left corner.
 *
 * @typedef {0 | 1} Eye
 *
 * @typedef {object} Layout how two views lie in one picture
 * @property {string} label shown to people
 * @property {[number, number, number, number][]} views x, y, width, height of the left and the right view, as shares
 *   of the picture, from its top left corner
 * @property {number} stretch a view's shown width / height over its stored width / height
 *
 * @typedef {object} Source what to show, before it is loaded
 * @property {string} [url] address of a picture or a manifest
 * @property {string} title
 * @property {string} layout a key of LAYOUTS, or 'auto'
 * @property {string} projection a key of PROJECTIONS, or 'auto'
 * @property {boolean} swap the file's right view is meant for the left eye
 * @property {number | null} uncrossed largest parallax behind the screen, as a share of the view's width
 * @property {[number, number] | null} disparity farthest and nearest disparity (x_left - x_right) / width
 * @property {number | null} widthPerDistance life-size screen width over viewing distance = width_px / focal_px
 * @property {string | null} depthUrl address of a depth map of the same scene
 * @property {boolean} depthNearBright bright in the depth map is near
 * @property {import('./scene.js').SceneSource | null} [scene] what can be seen from beside
 * @property {boolean} [sceneLost] there is a scene that this page cannot read
 *
 * @typedef {object} Loaded a source with its files, not yet decoded: they are kept, so that another layout or a lost graphics
 *   context can be served
 * @property {Source} source
 * @property {Blob[]} files the picture, or the left and the right view
 *
 * @typedef {object} Picture a loaded source
 * @property {Source} source
 * @property {string} layout the key of LAYOUTS that was applied
 * @property {ImageBitmap} left closed, like the other bitmaps, once the graphics card has it
 * @property {ImageBitmap | null} right null when both eyes see the left view
 * @property {ImageBitmap | null} depth
 * @property {boolean} hasScene its scene is on the graphics card
 * @property {number} widthPx of one view
 * @property {number} heightPx of one view
 * @property {number} aspect shown width / height of one view
 * @property {string} projection the label of how it is shown, when not on a flat screen; else empty
 * @property {Float32Array | null} sphere the part of a sphere that one view covers: longitude of its left edge, latitude of
 *   its upper edge, width and height, in radians; null on a flat screen
 * @property {string} remark what could not be shown of it; empty when all is well
 * @property {{from: number, to: number} | null} shrunk widths in pixels, when the texture limit asked for it
 *
 * @typedef {object} ScreenPlan where the virtual screen stands, after the comfort guard
 * @property {Float32Array} shape half the width, half the height, and the radius of a curved screen (0: flat)
 * @property {number} distanceM
 * @property {number} offsetM each eye's picture is moved outwards by this
 * @property {string | null} note key of NOTES, when the guard held something back
 *
 * @typedef {object} SphereView how someone looks at the inside of a sphere
 * @property {Float32Array} part as in Picture
 * @property {Float32Array} turn 3 x 3, from the eye's axes to the sphere's
 * @property {Float32Array} frustum slopes of the lines of sight at the edges, and the view's shift
 *
 * @typedef {object} Placement the viewer's place and direction when the screen was last placed
 * @property {number} x
 * @property {number} y
 * @property {number} z
 * @property {number} yaw radians, 0 looks along -z, positive turns left
 */

export {};
