"""The tabs beside the photo: stereo views, depth, figures, and what can be shared."""

from dataclasses import dataclass

import gradio as gr
from gradio.components import Component

from spatial.depth import MAP_SUFFIXES
from spatial.web import result_html
from spatial.web.controls import build_depth_widgets
from spatial.web.files import fill, static_file

WELCOME = "Choose a photo to turn it into 3D."
_NO_FIGURES = '<p class="empty">The figures appear when the full-size files are ready.</p>'
_NO_FILES = (
    '<p class="empty">Choose a photo first. Then this tab shows its files for each device.</p>'
)
_OWN_MAP = (
    "<p>Use a grey picture (8 or 16 bit) or a file of decimal numbers. Its shape must be that of "
    "the photo. The lower part of the photo is taken as near. If near and far come out swapped, "
    "tick <b>Invert depth</b>.</p>"
)
_TRUE_DEPTH = (
    "<p>Upload the measured depth of this photo: a 16-bit PNG in millimetres, or a float TIFF, PFM "
    "or NPY file in metres. 0 means unknown. The estimated depth is scaled and shifted to fit the "
    "true depth. Then the two are compared.</p>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tabs:
    """Components of all tabs.

    Attributes:
        status: one line above them.
        views: where the stereo views are shown.
        make_files: makes full-size files.
        depth: where the depth is shown.
        adjust: settings that any depth follows, by name.
        own_map: takes the visitor's own depth map.
        make_comfortable: lowers the depth until it is comfortable to look at.
        true_depth: takes true depth.
        share: stores the result under a link.
        prepare: writes the files for every device.
        link: where the link is shown.
        files: where the files for every device are shown.
    """

    status: gr.HTML
    views: gr.HTML
    make_files: gr.Button
    depth: gr.HTML
    adjust: dict[str, Component]
    own_map: gr.File
    make_comfortable: gr.Button
    true_depth: gr.File
    share: gr.Button
    prepare: gr.Button
    link: gr.HTML
    files: gr.HTML


def build_tabs(days: int) -> Tabs:
    """Make the tabs in the current column; what is shared is kept for so many days."""
    status = build_place(result_html.STATUS, WELCOME)
    with gr.Tabs(elem_id="tabs"):
        with gr.Tab("Stereo", id="stereo"):
            views = gr.HTML(
                html_template=fill("stereo_views.html"),
                js_on_load=static_file("stereo_views.js"),
                elem_id=result_html.VIEWS,
            )
            make_files = gr.Button("Make full-size files", elem_id="make-files")
            build_place(result_html.STEREO_FILES)
        with gr.Tab("Depth", id="depth"):
            depth = build_place(result_html.DEPTH)
            with gr.Row(elem_id="adjust-depth"):
                adjust = build_depth_widgets()
            build_place(result_html.DEPTH_FILES)
            with gr.Accordion("Use your own depth map", open=False, elem_id="own-depth"):
                gr.HTML(_OWN_MAP)
                own_map = _map_file("Depth map", "own-depth-file")
        with gr.Tab("Metrics", id="metrics"):
            build_place(result_html.COMFORT, _NO_FIGURES)
            make_comfortable = gr.Button(
                "Make comfortable", variant="primary", elem_id="make-comfortable"
            )
            build_place(result_html.FIGURES)
            with gr.Accordion("Compare with a true depth map", open=False, elem_id="compare-depth"):
                gr.HTML(_TRUE_DEPTH)
                true_depth = _map_file("True depth", "true-depth")
                build_place(result_html.DEPTH_ERRORS)
        with gr.Tab("View & share", id="share"):
            build_place(result_html.VIEWER)
            gr.HTML(_offer(days), elem_id="share-offer")
            with gr.Row():
                share = gr.Button("Create link", variant="primary", elem_id="share")
                prepare = gr.Button("Prepare all files", elem_id="prepare")
            build_place(result_html.ARCHIVE)
            link = build_place(result_html.LINK)
            files = build_place(result_html.DEVICE_FILES, _NO_FILES)
    return Tabs(
        status=status,
        views=views,
        make_files=make_files,
        depth=depth,
        adjust=adjust,
        own_map=own_map,
        make_comfortable=make_comfortable,
        true_depth=true_depth,
        share=share,
        prepare=prepare,
        link=link,
        files=files,
    )


def build_place(name: str, empty: str = "") -> gr.HTML:
    """Make the place of results of this name; ``empty`` is the HTML in it while there is none."""
    return gr.HTML(
        html_template=empty, js_on_load=f"spatial.place('{name}', element)", elem_id=name
    )


def _map_file(label: str, elem_id: str) -> gr.File:
    return gr.File(label=label, file_types=list(MAP_SUFFIXES), height=120, elem_id=elem_id)


def _offer(days: int) -> str:
    return (
        f"<p><b>Create link</b> stores this spatial photo on the server for {days} days. You get a "
        "link that nobody can guess. It works on every device, also in headsets. Nothing is stored "
        "before you press the button.</p>"
    )
