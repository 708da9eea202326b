"""Tab *Depth*: the photo against its depth, and the depth as files."""

from dataclasses import dataclass

import gradio as gr
from gradio.components import Component

from spatial.depth import MAP_SUFFIXES
from spatial.formats import colour_nearness
from spatial.records import SpatialPhoto
from spatial.web.controls import build_depth_widgets
from spatial.web.pictures import build_place, file_list, publish

ROLES = ("depth", "depth_info", "depth_colour")
PICTURE, FILES = "depth-slider", "depth-files"
_FILES = "Depth: 16-bit PNG (near is bright), what its numbers mean (JSON), in colour (PNG)"
_SPLIT = "this.closest('figure').style.setProperty('--split', this.value + '%')"


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthTab:
    """Components of the tab.

    Attributes:
        picture: where the depth is shown.
        adjust: settings that any depth follows, by name.
        own: takes the visitor's own map.
    """

    picture: gr.HTML
    adjust: dict[str, Component]
    own: gr.File


def depth_picture(preview: SpatialPhoto) -> str:
    """Return HTML of the photo and its depth, with a slider between them."""
    rgb = preview.photo.rgb
    addresses = publish({"photo": rgb, "depth": colour_nearness(preview.nearness)})
    height_px, width_px = rgb.shape[:2]
    return (
        f'<figure class="compare" style="--aspect: {width_px / height_px:.4f}">'
        f'<img src="{addresses["photo"]}" alt="The photo">'
        f'<img class="over" src="{addresses["depth"]}" alt="Depth of the photo: bright is near">'
        f'<input type="range" min="0" max="100" value="50" oninput="{_SPLIT}" '
        'aria-label="How much of the photo and of its depth is shown">'
        "<figcaption>Photo | depth: bright is near</figcaption></figure>"
    )


def depth_files(paths: dict[str, str]) -> str:
    """Return HTML with the files of the depth among those of a result."""
    chosen = [paths[role] for role in ROLES if role in paths]
    return f"<p>{_FILES}</p>{file_list(chosen)}"


def build_depth_tab() -> DepthTab:
    """Make the tab's components inside the current ``gr.Tab``."""
    picture = build_place(PICTURE)
    with gr.Row(elem_id="adjust-depth"):
        adjust = build_depth_widgets()
    build_place(FILES)
    with gr.Accordion("Bring your own depth map", open=False, elem_id="own-depth"):
        gr.HTML(
            "<p>Use a grey picture (8 or 16 bit) or a file of decimal numbers, with the photo's "
            "proportions. The lower part of the photo is assumed to be near. If near and far come "
            "out swapped, tick <b>Invert depth</b>.</p>"
        )
        own = gr.File(
            label="Depth map",
            file_types=list(MAP_SUFFIXES),
            height=120,
            elem_id="own-depth-file",
        )
    return DepthTab(picture=picture, adjust=adjust, own=own)
