// The picture: the chosen photo, and its views as soon as there are some, drawn by the viewer's own renderer (../viewer).
// Runs once for the place of the views, which is `element`; `trigger` tells the page of a tap, and when the views wait for their
// layers.
const find = (name) => element.querySelector(name);
const [figure, canvas, photo, left, depth] = ['.views', 'canvas', '.photo', '.left', '.depth'].map(find);
const hints = {
  sway: 'Your eye moves a few millimetres: you see depth without glasses.',
  parallax: 'Move the pointer over the picture, or tilt the phone.',
  wiggle: 'Both views in turn: you see depth without glasses.',
  anaglyph: 'For red-cyan glasses: red in front of the left eye.',
  parallel: 'Look past the screen until the two pictures become one.',
  cross_eyed: 'Cross your eyes until the two pictures become one.',
  depth: 'Photo and depth: bright is near.',
  slow: 'This device draws slowly, so the picture stands still. Press Play to move it.',
};
const AIM_STEP = 0.02; // of the picture's side
const REST_MS = 400; // until a slider is taken to stand still
const movesItself = { sway: 'sway', wiggle: 'flip' };
const values = { view: 'sway', swap: false, spacing_mm: 62 }; // the viewer's settings, of which the page has these
const address = (path) => new URL(path, document.baseURI).href;
const viewer = (module) => import(address(`viewer/${module}.js`));
let changed = () => {};
let turn = 0;
let again = () => {};

/** The renderer; null where there is no WebGL: then the left view stays. */
const renderer = Promise.all(['stage', 'scene', 'tilt'].map(viewer)).then(([stage, scene, tilt]) => {
  const settings = { values, onChange: (listener) => { changed = listener; } };
  const onLost = () => figure.classList.remove('drawn');
  const made = stage.createStage(canvas, { settings, antialias: false, onLost, onRestored: () => again(), onMotion: tell });
  return made && { stage: made, ...scene, ...tilt };
}).catch(() => null);

const tell = async () => {
  const { mode } = figure.dataset;
  const moves = movesItself[mode];
  values.view = mode;
  changed();
  find('.split').hidden = mode !== 'depth';
  const drawn = await renderer;
  find('.stop').hidden = !moves || !drawn;
  drawn?.stage.setMoving(moves ?? null);
  const { stopped, isSlow } = drawn?.stage.motion ?? {};
  find('.stop').textContent = stopped ? 'Play' : 'Stop';
  if (!drawn && mode !== 'depth') find('.hint').textContent = 'This browser cannot draw the views in 3D (no WebGL): you see the left one.';
  else find('.hint').textContent = hints[stopped && isSlow && moves ? 'slow' : mode];
};
element.querySelectorAll('.modes input').forEach((input) => input.addEventListener('change', async () => {
  figure.dataset.mode = input.value;
  void tell();
  const drawn = await renderer;
  if (drawn && input.value === 'parallax') void drawn.startTilt(drawn.stage, true);
}));
find('.stop').addEventListener('click', async () => (await renderer)?.stage.toggleMotion());
find('.split').addEventListener('input', ({ target }) => figure.style.setProperty('--split', `${target.value}%`));

const placeOn = ({ clientX, clientY }) => {
  const box = figure.getBoundingClientRect();
  return [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
};
figure.addEventListener('pointermove', async (event) => {
  const [x, y] = placeOn(event);
  (await renderer)?.stage.setGaze(2 * x - 1, 1 - 2 * y);
});
figure.addEventListener('click', (event) => {
  const isOne = !['parallel', 'cross_eyed'].includes(figure.dataset.mode);
  const place = event.target === point ? aim : placeOn(event);
  if (isOne && !left.hidden) trigger('select', { index: place, value: '' });
});

// The same by keyboard: a point that is seen while it has the focus.
const point = find('.point');
const aim = [0.5, 0.5];
const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
point.addEventListener('keydown', (event) => {
  if (!arrows[event.key]) return;
  event.preventDefault(); // it would scroll
  arrows[event.key].forEach((step, axis) => { aim[axis] = Math.min(1, Math.max(0, aim[axis] + step * AIM_STEP)); });
  [point.style.left, point.style.top] = aim.map((share) => `${100 * share}%`);
});

const load = async (source) => {
  const loaded = new Image();
  loaded.src = source;
  await loaded.decode();
  return loaded;
};
const shape = (width, height) => figure.style.setProperty('--aspect', width / height);

/** Show a photo, and nothing of the one before. */
const showPhoto = (content) => {
  turn++;
  figure.classList.remove('drawn');
  [left, depth, photo].forEach((picture) => { picture.hidden = true; });
  photo.removeAttribute('src');
  if (!content) return;
  shape(content.width, content.height);
  photo.src = content.address;
  photo.hidden = false;
};

const bitmapOf = (source) => createImageBitmap(source, { premultiplyAlpha: 'none' });
const fetchBitmap = async (source) => bitmapOf(await (await fetch(source)).blob()); // decoded beside the page's own work
let views = Promise.resolve(0);
const drawViews = async ({ pictures, range, width, height }, mine) => {
  const drawn = await renderer;
  const others = drawn ? [pictures.right, pictures.map].map(fetchBitmap) : [];
  const shown = await load(pictures.left);
  const bitmaps = drawn ? await Promise.all([bitmapOf(shown), ...others]) : [];
  if (mine === turn) { // and no other photo, or other picture of it, by now
    shape(width, height);
    [[left, pictures.left], [depth, pictures.depth]].forEach(([picture, source]) => {
      picture.src = source;
      picture.hidden = false;
    });
  }
  if (mine === turn && drawn) {
    const [leftView, rightView, map] = bitmaps;
    drawn.stage.setPicture({
      source: { disparity: range, depthNearBright: true }, layout: 'separate', left: leftView, right: rightView, depth: map,
      hasScene: false, aspect: width / height, sphere: null,
    });
    figure.classList.add('drawn');
    setTimeout(() => { if (mine === turn) trigger('play'); }, REST_MS);
  }
  bitmaps.forEach((bitmap) => bitmap.close()); // the graphics card has them
};
const showViews = (content) => {
  const mine = ++turn;
  if (!content) return;
  again = () => showViews(content);
  views = drawViews(content, mine).catch(() => {});
};

/** The layers are asked for once the visitor's hand rests; the views sway by their depth until then. */
const showScene = async (manifest) => {
  const [mine, drawn] = [turn, await renderer, await views].slice(0, 2);
  if (!manifest || !drawn || mine !== turn) return;
  const base = address(manifest);
  const source = drawn.readScene((await (await fetch(base)).json()).scene, base);
  const scene = source && await drawn.openScene(source, async (file) => (await fetch(file)).blob());
  if (scene && mine === turn) drawn.stage.setScene(scene);
  scene?.colours.forEach((bitmap) => bitmap.close());
};

spatial.place('photo', element, showPhoto);
spatial.place('stereo-views', element, showViews);
spatial.place('scene', element, (manifest) => void showScene(manifest).catch(() => {}));
void tell();
