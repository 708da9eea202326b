"""Tab *Stereo*: both views side by side, and the spatial photo as files."""

from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from spatial.formats import side_by_side
from spatial.records import SpatialPhoto
from spatial.web.depth_tab import ROLES as DEPTH_TAB_ROLES


@dataclass(frozen=True, slots=True, kw_only=True)
class StereoTab:
    """Components of the tab."""

    views: gr.Image
    make_files: gr.Button
    files: gr.File

    @property
    def outputs(self) -> list[Component]:
        return [self.views, self.make_files, self.files]

    def show(self, preview: SpatialPhoto) -> dict[Component, Any]:
        """Return the picture of a preview."""
        return {self.views: side_by_side(preview.pair.left, preview.pair.right)}

    def offer(self, paths: dict[str, str]) -> dict[Component, Any]:
        """Return the downloads among the files of a result, or a button that makes them."""
        chosen = [path for role, path in paths.items() if role not in DEPTH_TAB_ROLES]
        return {
            self.files: gr.File(chosen or None, visible=bool(chosen)),
            self.make_files: gr.Button(visible=not chosen),
        }


def build_stereo_tab() -> StereoTab:
    """Make the tab's components inside the current ``gr.Tab``."""
    views = gr.Image(
        label="Left eye | right eye",
        alt_text="The spatial photo: left eye's view on the left, right eye's view on the right",
        format="jpeg",
        interactive=False,
        buttons=["fullscreen"],
        elem_id="stereo-views",
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
