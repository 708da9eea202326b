// The ways to look at the pair that need no headset. Runs once for the place of the views, which is `element`.
const find = (name) => element.querySelector(name);
const figure = find('.views');
const hints = {
  wiggle: 'Both views in turn: depth without glasses.',
  anaglyph: 'For red-cyan glasses, red before the left eye.',
  side: 'Left eye on the left. Look through the screen until the pictures merge.',
  cross: 'Right eye on the left. Cross your eyes until the pictures merge.',
  slide: 'Move the slider to compare the views.',
};
const calm = matchMedia('(prefers-reduced-motion: reduce)');
const tell = () => {
  const mode = figure.dataset.mode;
  const still = calm.matches && mode === 'wiggle';
  find('.hint').textContent = still ? 'Your system asks for less motion: this is the left view.' : hints[mode];
  find('.stop').hidden = mode !== 'wiggle' || still;
  find('.split').hidden = mode !== 'slide';
};
element.querySelectorAll('.modes input').forEach((input) => input.addEventListener('change', () => {
  figure.dataset.mode = input.value;
  tell();
}));
find('.stop').addEventListener('click', () => {
  const still = figure.classList.toggle('still');
  find('.stop').textContent = still ? 'Go on' : 'Stop';
});
find('.split').addEventListener('input', (event) => {
  figure.style.setProperty('--split', `${event.target.value}%`);
});
let turn = 0;
const show = async (content) => {
  const mine = ++turn;
  if (!content) {
    figure.querySelectorAll('img').forEach((picture) => { picture.hidden = true; });
    return;
  }
  const load = async ([name, address]) => {
    const picture = new Image();
    picture.src = address;
    await picture.decode();
    return [name, address];
  };
  const ready = await Promise.all(Object.entries(content.pictures).map(load)).catch(() => []);
  if (mine !== turn) return;
  figure.style.setProperty('--aspect', content.width / content.height);
  for (const [name, address] of ready) {
    find(`img.${name}`).src = address;
    find(`img.${name}`).hidden = false;
  }
};
calm.addEventListener('change', tell);
tell();
spatial.place('stereo-views', element, show);
