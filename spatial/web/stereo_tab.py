"""Tab *Stereo*: the pair in every way that needs no headset, and the spatial photo as files."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from spatial.formats import atomic_write, dubois, encode_jpeg, make_folder
from spatial.records import SpatialPhoto
from spatial.web.depth_tab import ROLES as DEPTH_TAB_ROLES
from spatial.web.files import cache_url, new_folder

_QUALITY = 88
_MODES = {
    "wiggle": "Wiggle",
    "anaglyph": "Anaglyph",
    "side": "Side by side",
    "cross": "Cross-eyed",
    "slide": "Left | right",
}
_CHOICES = "".join(
    f'<label><input type="radio" name="stereo-mode" value="{mode}"'
    f"{' checked' if mode == 'wiggle' else ''}><span>{title}</span></label>"
    for mode, title in _MODES.items()
)
_TEMPLATE = f"""
<fieldset class="modes"><legend>Show as</legend>{_CHOICES}</fieldset>
<figure class="views" data-mode="wiggle">
  <img class="left" alt="The photo as the left eye sees it" hidden>
  <img class="right" alt="The photo as the right eye sees it" hidden>
  <img class="anaglyph" alt="The spatial photo for red-cyan glasses" hidden>
</figure>
<p class="under"><input class="split" type="range" min="0" max="100" value="50"
aria-label="How much of the left and of the right view is shown"><button class="stop" type="button">Stop</button>
<span class="hint"></span></p>
"""
# The pictures are exchanged only when all have arrived, so that nothing flickers or jumps while a slider moves.
_SCRIPT = """
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
const show = async () => {
  const pictures = props.value?.pictures;
  if (!pictures) return;
  const mine = ++turn;
  const load = async ([name, address]) => {
    const picture = new Image();
    picture.src = address;
    await picture.decode();
    return [name, address];
  };
  const ready = await Promise.all(Object.entries(pictures).map(load)).catch(() => []);
  if (mine !== turn) return;
  figure.style.setProperty('--aspect', props.value.width / props.value.height);
  for (const [name, address] of ready) {
    find(`img.${name}`).src = address;
    find(`img.${name}`).hidden = false;
  }
};
calm.addEventListener('change', tell);
watch('value', show);
tell();
show();
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StereoTab:
    """Components of the tab."""

    views: gr.HTML
    make_files: gr.Button
    files: gr.File

    @property
    def outputs(self) -> list[Component]:
        return [self.views, self.make_files, self.files]

    def show(self, preview: SpatialPhoto) -> dict[Component, Any]:
        """Return the pictures of a preview."""
        return {self.views: _pictures(preview)}

    def offer(self, paths: dict[str, str]) -> dict[Component, Any]:
        """Return the downloads among the files of a result, or a button that makes them."""
        chosen = [path for role, path in paths.items() if role not in DEPTH_TAB_ROLES]
        return {
            self.files: gr.File(chosen or None, visible=bool(chosen)),
            self.make_files: gr.Button(visible=not chosen),
        }


def _pictures(preview: SpatialPhoto) -> dict[str, Any]:
    """Write both views and the anaglyph into Gradio's cache; return their addresses and size."""
    pair = preview.pair
    folder: Path = new_folder()
    make_folder(folder)
    views = {"left": pair.left, "right": pair.right, "anaglyph": dubois(pair.left, pair.right)}
    pictures = {}
    with ThreadPoolExecutor(len(views)) as pool:  # the encoder leaves Python's lock alone
        jpegs = pool.map(lambda rgb: encode_jpeg(rgb, quality=_QUALITY), views.values())
        for name, jpeg in zip(views, jpegs, strict=True):
            path = folder / f"{name}.jpg"
            with atomic_write(path) as temporary:
                temporary.write_bytes(jpeg)
            pictures[name] = cache_url(path)
    height_px, width_px = pair.left.shape[:2]
    return {"pictures": pictures, "width": width_px, "height": height_px}


def build_stereo_tab() -> StereoTab:
    """Make the tab's components inside the current ``gr.Tab``."""
    views = gr.HTML(
        None, html_template=_TEMPLATE, js_on_load=_SCRIPT, elem_id="stereo-views", padding=False
    )
    make_files = gr.Button("Make full-size files", visible=False, elem_id="make-files")
    files = gr.File(
        label="Full and half side-by-side (left eye on the left), manifest",
        file_count="multiple",
        interactive=False,
        visible=False,
        elem_id="stereo-files",
    )
    return StereoTab(views=views, make_files=make_files, files=files)
