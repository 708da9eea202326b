"""Tab *Depth*: the photo against its depth, and the depth as files."""

from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from spatial.depth import MAP_SUFFIXES
from spatial.formats import colour_nearness
from spatial.records import SpatialPhoto
from spatial.web.controls import build_depth_widgets

ROLES = ("depth", "depth_info", "depth_colour")

NAME_PICTURES = """
() => setTimeout(() => document.querySelectorAll('#depth-slider img').forEach((picture, i) => {
  picture.alt = i ? 'Depth of the photo: bright is near' : 'The photo';
}), 300)
"""
"""JavaScript that tells screen readers what the two pictures are; Gradio leaves them without a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthTab:
    """Components of the tab."""

    slider: gr.ImageSlider
    adjust: dict[str, Component]
    own: gr.File
    files: gr.File

    @property
    def outputs(self) -> list[Component]:
        return [self.slider, self.files]

    def show(self, preview: SpatialPhoto) -> dict[Component, Any]:
        """Return the picture of a preview."""
        return {self.slider: (preview.photo.rgb, colour_nearness(preview.nearness))}

    def offer(self, paths: dict[str, str]) -> dict[Component, Any]:
        """Return the downloads among the files of a result, or none when there are no files yet."""
        chosen = [paths[role] for role in ROLES if role in paths]
        return {self.files: gr.File(chosen or None, visible=bool(chosen))}


def build_depth_tab() -> DepthTab:
    """Make the tab's components inside the current ``gr.Tab``."""
    slider = gr.ImageSlider(
        label="Photo | depth: bright is near",
        format="jpeg",
        interactive=False,
        max_height=640,
        buttons=["fullscreen"],
        elem_id="depth-slider",
    )
    with gr.Row(elem_id="adjust-depth"):
        adjust = build_depth_widgets()
    files = gr.File(
        label="Depth: 16-bit PNG (near is bright), what its numbers mean (JSON), in colour (PNG)",
        file_count="multiple",
        interactive=False,
        visible=False,
        elem_id="depth-files",
    )
    with gr.Accordion("Bring your own depth map", open=False, elem_id="own-depth"):
        gr.HTML(
            "<p>A grey picture, 8 or 16 bit, or a float map, of any size and the photo's shape. What lies low in it is "
            "taken as near; when it comes out inside out, tick <b>Invert depth</b>.</p>"
        )
        own = gr.File(
            label="Depth map",
            file_types=list(MAP_SUFFIXES),
            height=120,
            elem_id="own-depth-file",
        )
    return DepthTab(slider=slider, adjust=adjust, own=own, files=files)
