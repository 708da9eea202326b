// The ways to look at the pair that need no headset. Runs once for the place of the views, which is `element`.
const find = (name) => element.querySelector(name);
const figure = find('.views');
const hints = {
  wiggle: 'Both views in turn: you see depth without glasses.',
  anaglyph: 'For red-cyan glasses: red in front of the left eye.',
  side: 'The left eye’s view is on the left. Look past the screen until the two pictures become one.',
  cross: 'The right eye’s view is on the left. Cross your eyes until the two pictures become one.',
  slide: 'Move the slider to compare the views.',
};
const calm = matchMedia('(prefers-reduced-motion: reduce)');
const tell = () => {
  const mode = figure.dataset.mode;
  const still = calm.matches && mode === 'wiggle';
  find('.hint').textContent = still ? 'Your system asks for less motion, so only the left view is shown.' : hints[mode];
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
