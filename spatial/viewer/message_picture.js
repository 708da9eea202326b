/** Words on a screen: how a state is said inside the headset, where the page cannot be seen. */

const WIDTH = 1280;
const HEIGHT = 720;
const MARGIN = 90;

/**
 * Break a text into lines that fit.
 * @param {OffscreenCanvasRenderingContext2D} context
 * @param {string} text
 */
function linesOf(context, text) {
  /** @type {string[]} */
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const longer = `${lines[lines.length - 1]} ${word}`.trim();
    if (context.measureText(longer).width > WIDTH - 2 * MARGIN) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/**
 * A picture for both eyes with a title and a text.
 * @param {string} title
 * @param {string} text
 * @returns {import('./types.js').Picture}
 */
export function drawMessage(title, text) {
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.fillStyle = '#16181d';
  context.fillRect(0, 0, WIDTH, HEIGHT);
  let y = 200;
  for (const [words, font, colour, step] of /** @type {[string, string, string, number][]} */ ([
    [title, 'bold 60px system-ui, sans-serif', '#f2f2f2', 76],
    [text, '42px system-ui, sans-serif', '#b9c0cc', 58],
  ])) {
    context.font = font;
    context.fillStyle = colour;
    for (const line of linesOf(context, words)) {
      context.fillText(line, MARGIN, y);
      y += step;
    }
    y += 20;
  }
  return {
    source: {
      title,
      layout: 'mono',
      projection: 'flat',
      swap: false,
      uncrossed: null,
      disparity: null,
      widthPerDistance: null,
      depthUrl: null,
      depthNearBright: true,
    },
    layout: 'mono',
    left: canvas.transferToImageBitmap(),
    right: null,
    depth: null,
    hasScene: false,
    widthPx: WIDTH,
    heightPx: HEIGHT,
    aspect: WIDTH / HEIGHT,
    projection: '',
    sphere: null,
    remark: '',
    shrunk: null,
  };
}
