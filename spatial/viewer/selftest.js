/**
 * A picture that shows by itself whether each eye gets its own view: a letter for each eye, a ladder of discs from
 * behind to in front of the screen, a circle that must be round.
 */

const WIDTH = 1280; // of one view
const HEIGHT = 960;

/** Discs of the ladder: disparity x_left - x_right in pixels, and the word below. @type {[number, string][]} */
const LADDER = [
  [-24, 'far'],
  [-12, ''],
  [0, 'screen'],
  [12, ''],
  [24, 'near'],
];

/** @type {import('./types.js').Source} */
export const SELF_TEST = {
  title: 'Self-test',
  layout: 'side_by_side',
  projection: 'flat',
  swap: false,
  uncrossed: 24 / WIDTH,
  disparity: [-24 / WIDTH, 24 / WIDTH],
  widthPerDistance: null,
  depthUrl: null,
  depthNearBright: true,
};

/** @type {Record<'L' | 'R', {colour: string, x: number}>} */
const LETTERS = { L: { colour: '#e5484d', x: 0.415 }, R: { colour: '#3e8bff', x: 0.585 } };

/**
 * @param {OffscreenCanvasRenderingContext2D} context
 * @param {string} text
 * @param {[number, number]} place centre
 * @param {{size: number, colour?: string, bold?: boolean}} look
 */
function write(context, text, [x, y], { size, colour = '#f2f2f2', bold = false }) {
  context.font = `${bold ? 'bold ' : ''}${size}px system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = colour;
  context.fillText(text, x, y);
}

/**
 * @param {OffscreenCanvasRenderingContext2D} context
 * @param {[number, number]} centre
 * @param {number} radius
 * @param {{fill?: string, stroke?: string}} look
 */
function disc(context, [x, y], radius, { fill, stroke }) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.lineWidth = 6;
  if (fill) {
    context.fillStyle = fill;
    context.fill();
  }
  if (stroke) {
    context.strokeStyle = stroke;
    context.stroke();
  }
}

/** @param {OffscreenCanvasRenderingContext2D} context */
function drawBackground(context) {
  context.fillStyle = '#16181d';
  context.fillRect(0, 0, WIDTH, HEIGHT);
  context.strokeStyle = '#2c313a';
  context.lineWidth = 2;
  for (let x = 40; x < WIDTH; x += 80) context.strokeRect(x, 0, 0, HEIGHT);
  for (let y = 40; y < HEIGHT; y += 80) context.strokeRect(0, y, WIDTH, 0);
}

/**
 * One eye's view.
 * @param {OffscreenCanvasRenderingContext2D} context
 * @param {'L' | 'R'} letter
 */
function drawView(context, letter) {
  const side = letter === 'L' ? 0.5 : -0.5; // share of the disparity that this view's objects move to the right
  drawBackground(context);
  write(context, 'Which eye sees which letter?', [WIDTH / 2, 80], { size: 50, bold: true });
  const { colour, x } = LETTERS[letter];
  disc(context, [WIDTH / 2, 330], 205, { stroke: '#8a93a3' });
  disc(context, [x * WIDTH, 330], 88, { fill: colour });
  write(context, letter, [x * WIDTH, 336], { size: 120, bold: true });
  write(context, 'Left eye alone: red L. Right eye alone: blue R. The ring is round.', [WIDTH / 2, 580], { size: 36 });
  LADDER.forEach(([disparity, word], i) => {
    const centre = WIDTH / 2 + (i - 2) * 210;
    const place = centre + side * disparity;
    disc(context, [place, 720], 62, { fill: '#d7b65c', stroke: '#16181d' });
    write(context, `${i + 1}`, [place, 724], { size: 58, colour: '#16181d', bold: true });
    if (word) write(context, word, [centre, 820], { size: 34, colour: '#b9c0cc' });
  });
  write(context, '5 must float in front, 1 behind. If not: exchange the eyes.', [WIDTH / 2, 896], { size: 36 });
}

/** Draw both views side by side and return them as PNG. */
export async function drawSelfTest() {
  const canvas = new OffscreenCanvas(2 * WIDTH, HEIGHT);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
  for (const letter of /** @type {('L' | 'R')[]} */ (['L', 'R'])) {
    context.save();
    context.beginPath();
    context.rect(letter === 'L' ? 0 : WIDTH, 0, WIDTH, HEIGHT);
    context.clip();
    context.translate(letter === 'L' ? 0 : WIDTH, 0);
    drawView(context, letter);
    context.restore();
  }
  return canvas.convertToBlob({ type: 'image/png' });
}
