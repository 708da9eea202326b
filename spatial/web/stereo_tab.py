"""Tab *Stereo*: the pair in every way that needs no headset, and the spatial photo as files."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from spatial.formats import dubois
from spatial.records import SpatialPhoto
from spatial.web.depth_tab import ROLES as DEPTH_TAB_ROLES
from spatial.web.files import static_file
from spatial.web.pictures import build_place, file_list, publish

VIEWS, FILES = "stereo-views", "stereo-files"
_FILES = "Full and half side-by-side (left eye on the left), manifest"
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
_SCRIPT = static_file("stereo_views.js")


@dataclass(frozen=True, slots=True, kw_only=True)
class StereoTab:
    """Components of the tab: where the views are shown, and a button that makes files."""

    views: gr.HTML
    make_files: gr.Button


def stereo_views(preview: SpatialPhoto) -> dict[str, Any]:
    """Return the addresses of both views and the anaglyph, and their size."""
    pair = preview.pair
    anaglyph = dubois(pair.left, pair.right)
    height_px, width_px = pair.left.shape[:2]
    pictures = publish({"left": pair.left, "right": pair.right, "anaglyph": anaglyph})
    return {"pictures": pictures, "width": width_px, "height": height_px}


def stereo_files(paths: dict[str, str]) -> str:
    """Return HTML with the files of a result that are not those of its depth."""
    chosen = [path for role, path in paths.items() if role not in DEPTH_TAB_ROLES]
    return f"<p>{_FILES}</p>{file_list(chosen)}"


def build_stereo_tab() -> StereoTab:
    """Make the tab's components inside the current ``gr.Tab``."""
    views = gr.HTML(html_template=_TEMPLATE, js_on_load=_SCRIPT, elem_id=VIEWS)
    make_files = gr.Button("Make full-size files", elem_id="make-files")
    build_place(FILES)
    return StereoTab(views=views, make_files=make_files)
