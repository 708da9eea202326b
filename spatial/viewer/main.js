/** The page: connects canvas, pictures, headset and controls. */

import { listenForMessages, readAddress } from './entries.js';
import { FLAT_VIEWS, canShow } from './flat.js';
import { createGallery } from './gallery.js';
import { createHeadset, probeHeadset } from './headset.js';
import { entriesOfFiles, listenForIncoming } from './incoming.js';
import { keyTable, listenToKeys } from './keys.js';
import { LAYOUTS } from './layouts.js';
import { buildChoices, buildSettings, buildViews, element, sayHeadset, sayPicture, showChoices, showCode, showViews } from './panel.js';
import { listenToPointer } from './pointer.js';
import { noteOf } from './screen.js';
import { createSettings } from './settings.js';
import { drawMessage } from './message_picture.js';
import { createStage } from './stage.js';
import { HEADSET_STATES, PICTURE_STATES, words } from './states.js';
import { startTilt } from './tilt.js';
import { enterFullScreen, leaveFullScreen } from './fullscreen.js';

const KEY_STEP = 1.1;
const search = new URLSearchParams(location.search);
const settings = createSettings(search);
const canvas = /** @type {HTMLCanvasElement} */ (element('canvas'));
const antialias = search.get('aa') !== '0';
const embedded = search.get('embed') === '1';
/** This page with all its controls, whatever part of it a frame shows. */
const wholePage = new URL(location.href);
wholePage.searchParams.delete('embed');

/** @type {import('./panel.js').Deeds} */
const deeds = {
  new_tab: () => void open(wholePage.href, '_blank', 'noopener'),
  retry: () => void gallery?.retry(),
  open_file: () => element('file').click(),
  self_test: () => void gallery?.show([{ src: 'test' }]),
};
/** @param {string | null} state @param {string} detail */
function say(state, detail = '') {
  sayPicture(state, detail, deeds);
  if (state === null || state === 'loading' || !headset?.isRunning() || stage?.isLost()) return;
  stage?.setPicture(drawMessage(PICTURE_STATES[state].title, words(PICTURE_STATES[state], detail)));
  headset.pictureChanged();
}

let mayEnter = false;
/** @param {string} state @param {string} detail */
function sayOfHeadset(state, detail = '') {
  sayHeadset(state, detail, deeds);
  mayEnter = HEADSET_STATES[state].enter;
  const elsewhere = HEADSET_STATES[state].elsewhere ?? false;
  element('enter').hidden = elsewhere;
  showCode(elsewhere);
  showEnter();
}

function showEnter() {
  /** @type {HTMLButtonElement} */ (element('enter')).disabled = !mayEnter || !stage?.picture();
}

const stage = createStage(canvas, {
  settings,
  antialias,
  onLost: () => say('context_lost'),
  onRestored: () => void gallery?.again(),
  onMotion: () => refresh(),
});
const gallery = stage && createGallery({ stage, allowForeign: readAddress(search).allowForeign, say, onPicture });
const headset =
  stage &&
  createHeadset({
    stage,
    settings,
    layers: search.get('layers') !== '0',
    antialias,
    say: sayOfHeadset,
    step: (by) => void gallery?.step(by),
    count: () => gallery?.count() ?? 0,
  });

/** What there is to know about the picture, in one line. */
function facts() {
  const picture = stage?.picture();
  if (!picture) return '';
  const said = [
    LAYOUTS[picture.layout].label,
    picture.projection,
    picture.remark,
    `${picture.widthPx} × ${picture.heightPx} px each eye`,
    picture.shrunk && `made smaller from ${picture.shrunk.from} px for this graphics card`,
    gallery && gallery.count() > 1 && `${gallery.index() + 1} of ${gallery.count()}`,
    settings.values.swap && 'eyes exchanged',
  ];
  return said.filter(Boolean).join(' · ');
}

/** Show what follows from picture and settings. */
function refresh() {
  if (!stage || !headset) return;
  const picture = stage.picture();
  const view = stage.currentView();
  const title = picture?.source.title || 'Spatial viewer';
  element('title').textContent = title;
  document.title = title;
  element('facts').textContent = facts();
  canvas.setAttribute('aria-label', picture ? `${title}, ${view.label}: ${view.hint}` : 'No picture yet');
  showViews(view, picture);
  if (gallery) showChoices(gallery.choice());
  showEnter();
  stage.setMoving(view.moves ?? null);
  element('running').hidden = !view.moves;
  element('running').textContent = stage.motion.stopped ? 'Go on' : 'Stop';
  for (const id of ['previous', 'next']) element(id).hidden = (gallery?.count() ?? 0) < 2;
  element('note').textContent = picture ? noteOf(headset.plan()) : '';
}

function onPicture() {
  headset?.pictureChanged();
  refresh();
}

/** @param {string} key */
function chooseView(key) {
  settings.set('view', key);
  if (stage && FLAT_VIEWS[key]?.needs === 'depth') void startTilt(stage, true);
  if (FLAT_VIEWS[key]?.fills) void enterFullScreen(element('stage'), () => settings.set('view', 'left'));
}

function nextView() {
  const keys = Object.keys(FLAT_VIEWS).filter((key) => canShow(FLAT_VIEWS[key], stage?.picture() ?? null));
  chooseView(keys[(keys.indexOf(settings.values.view) + 1) % keys.length]);
}

function toggleFullScreen() {
  if (!leaveFullScreen()) void enterFullScreen(element('stage'), null);
}

function listenToPage() {
  const file = /** @type {HTMLInputElement} */ (element('file'));
  file.addEventListener('change', () => {
    const entries = entriesOfFiles(file.files);
    file.value = ''; // the same file chosen again is a choice too
    if (entries.length > 0) void gallery?.show(entries);
  });
  listenForIncoming((entries) => void gallery?.show(entries));
  canvas.addEventListener('click', () => {
    if (FLAT_VIEWS[settings.values.view]?.fills) leaveFullScreen();
  });
  /** @type {[string, () => void][]} */
  const buttons = [
    ['enter', () => void headset?.enter()],
    ['previous', () => void gallery?.step(-1)],
    ['next', () => void gallery?.step(1)],
    ['running', () => stage?.toggleMotion()],
    ['open', deeds.open_file],
    ['self-test', deeds.self_test],
    ['full', toggleFullScreen],
    ['leave', () => void leaveFullScreen()],
    ['reset', settings.reset],
  ];
  for (const [id, run] of buttons) element(id).addEventListener('click', run);
  /** @type {HTMLAnchorElement} */ (element('new-tab')).href = wholePage.href;
  element('new-tab').hidden = window.top === window && !embedded;
  document.body.classList.toggle('embedded', embedded);
}

/** Find out what can be done about a headset, now and when one is plugged in. */
async function lookForHeadset() {
  const state = await probeHeadset();
  if (headset?.isRunning()) return;
  sayOfHeadset(state);
  if (state === 'ready') headset?.offer();
}

function start() {
  buildSettings(settings);
  buildChoices((changed) => void gallery?.choose(changed));
  buildViews(chooseView);
  listenToPage();
  if (!stage || !gallery || !headset) {
    say('no_webgl');
    sayOfHeadset('no_webgl');
    element('views').hidden = true;
    return;
  }
  settings.onChange(refresh);
  const zoom = listenToPointer(stage, settings);
  const middle = { x: 0, y: 0 };
  listenToKeys(
    keyTable({
      enter: () => void headset.enter(),
      next: () => void gallery.step(1),
      previous: () => void gallery.step(-1),
      larger: () => zoom.size(KEY_STEP, middle),
      smaller: () => zoom.size(1 / KEY_STEP, middle),
      farther: () => zoom.distance(KEY_STEP),
      nearer: () => zoom.distance(1 / KEY_STEP),
      fit: zoom.reset,
      swap: () => settings.set('swap', !settings.values.swap),
      view: nextView,
      full: toggleFullScreen,
      stop: stage.toggleMotion,
    }),
  );
  if (FLAT_VIEWS[settings.values.view]?.needs === 'depth') void startTilt(stage, false);
  listenForMessages((entries) => void gallery.show(entries));
  refresh();
  const { entries, list } = readAddress(search);
  void (list ? gallery.showList(list) : gallery.show(entries));
  void lookForHeadset();
  navigator.xr?.addEventListener('devicechange', () => void lookForHeadset());
  navigator.xr?.addEventListener('sessiongranted', () => void headset.enter()); // followed a link inside VR
}

start();
