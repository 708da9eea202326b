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
 * @property {Blob} [blob] the picture itself, when it was dropped, chosen or drawn here
 * @property {string} title
 * @property {string} layout a key of LAYOUTS, or 'auto'
 * @property {boolean} swap the file's right view is meant for the left eye
 * @property {number | null} uncrossed largest parallax behind the screen, as a share of the view's width
 * @property {[number, number] | null} disparity farthest and nearest disparity (x_left - x_right) / width
 * @property {number | null} widthPerDistance life-size screen width over viewing distance = width_px / focal_px
 * @property {string | null} depthUrl address of a depth map of the same scene
 * @property {boolean} depthNearBright bright in the depth map is near
 *
 * @typedef {object} Picture a loaded source
 * @property {Source} source
 * @property {Blob} blob kept so that a lost graphics context can be filled again
 * @property {string} layout the key of LAYOUTS that was applied
 * @property {ImageBitmap} left closed, like the other bitmaps, once the graphics card has it
 * @property {ImageBitmap | null} right null when both eyes see the left view
 * @property {ImageBitmap | null} depth
 * @property {number} widthPx of one view
 * @property {number} heightPx of one view
 * @property {number} aspect shown width / height of one view
 * @property {{from: number, to: number} | null} shrunk widths in pixels, when the texture limit asked for it
 *
 * @typedef {object} ScreenPlan where the virtual screen stands, after the comfort guard
 * @property {Float32Array} shape half the width, half the height, and the radius of a curved screen (0: flat)
 * @property {number} distanceM
 * @property {number} offsetM each eye's picture is moved outwards by this
 * @property {string | null} note key of NOTES, when the guard held something back
 *
 * @typedef {object} Placement the viewer's place and direction when the screen was last placed
 * @property {number} x
 * @property {number} y
 * @property {number} z
 * @property {number} yaw radians, 0 looks along -z, positive turns left
 */

export {};
