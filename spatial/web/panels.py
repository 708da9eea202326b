"""What stands beside the picture: three controls, the goals, and everything else folded away."""

from dataclasses import dataclass

import gradio as gr
from gradio.components import Component

from spatial.depth import MAP_SUFFIXES
from spatial.formats import DEVICES
from spatial.web import result_html
from spatial.web.controls import (
    Controls,
    build_basic,
    build_more,
    build_presets,
    controls_of,
)
from spatial.web.files import EVERYTHING
from spatial.web.handlers import TAP_FOCUS, TAP_SCREEN
from spatial.web.models import build_model_menu
from spatial.web.photo_block import build_place

_OWN_MAP = (
    "<p>Use a grey picture (8 or 16 bit) or a file of decimal numbers. Its shape must be that of "
    "the photo. The lower part of the photo is taken as near. If near and far come out swapped, "
    "tick “Invert depth”.</p>"
)
_TRUE_DEPTH = (
    "<p>Upload the measured depth of this photo: a 16-bit PNG in millimetres, or a float TIFF, PFM "
    "or NPY file in metres. 0 means unknown. The estimated depth is scaled and shifted to fit the "
    "true depth. Then the two are compared.</p>"
)
_PAPER = (
    "<p>The paper that this app follows measures its pictures like this. The figures compare the "
    "result with the flat photo, so they say little about how good it looks in 3D.</p>"
)
_EVERYTHING = (
    "<p>All files above, further formats, and one that says what each file is, in one ZIP.</p>"
)
_HEADINGS = {"bokeh": "Blur", "stereo": "3D", "export": "Files"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Goals:
    """What can be done with a result.

    Attributes:
        makers: goal to the button that makes its files.
        share: stores the result under a link.
        link: where the link is shown.
    """

    makers: dict[str, gr.Button]
    share: gr.Button
    link: gr.HTML


def build_goals(days: int) -> Goals:
    """Make the folded goals; what is shared is kept for so many days."""
    makers = {}
    with gr.Column(elem_id="goals"):
        gr.HTML(f"<h2>A link, for headsets and for friends</h2>{_offer(days)}")
        share = gr.Button("Create link", size="md", elem_id="create-link")
        link = build_place(result_html.LINK)
        for device in DEVICES:
            gr.HTML(f"<h2>{device.name}</h2><p>{device.how}</p>")
            makers[device.key] = _maker(device.key, f"Make the files: {device.name}")
        gr.HTML(f"<h2>Everything (ZIP)</h2>{_EVERYTHING}")
        makers[EVERYTHING] = _maker(EVERYTHING, "Make everything")
    return Goals(makers=makers, share=share, link=link)


def _maker(goal: str, label: str) -> gr.Button:
    button = gr.Button(label, size="md", elem_id=f"make-{goal}")
    build_place(result_html.place_of(goal))
    return button


def _offer(days: int) -> str:
    return (
        f"<p>“Create link” stores this spatial photo on the server for {days} days. You get a "
        "link that nobody can guess. It works on every device. Nothing is stored before you press "
        "the button.</p>"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Panels:
    """Components of the settings and the details.

    Attributes:
        controls: all settings.
        make_comfortable: lowers the depth until it is comfortable to look at.
        tap: what a tap on the picture sets.
        estimator: the menu of depth models.
        again: estimates the depth once more.
        own_map: takes the visitor's own depth map.
        measure: measures as the paper does.
        true_depth: takes true depth.
    """

    controls: Controls
    make_comfortable: gr.Button
    tap: gr.Radio
    estimator: gr.Dropdown
    again: gr.Button
    own_map: gr.File
    measure: gr.Button
    true_depth: gr.File


def build_basics() -> tuple[dict[str, Component], gr.Button, gr.Radio]:
    """Make the three controls, the button for comfort, and what a tap sets."""
    made: dict[str, Component] = {}
    stereo, blur = gr.Column(elem_id="strength"), gr.Column(elem_id="blur")
    with stereo:
        with gr.Row(elem_id="comfort-row"):
            build_place(result_html.COMFORT)
            comfortable = gr.Button("Make comfortable", size="sm", elem_id="make-comfortable")
        made |= build_basic("stereo")
    with blur:
        made |= build_basic("bokeh")
        tap = gr.Radio(
            [("the screen plane", TAP_SCREEN), ("what is sharp", TAP_FOCUS)],
            value=TAP_SCREEN,
            label="A tap on the picture sets",
            elem_id="tap",
        )
    return made, comfortable, tap


def build_panels(basics: tuple[dict[str, Component], gr.Button, gr.Radio]) -> Panels:
    """Make *More* and *Details*, both folded."""
    made, comfortable, tap = basics
    with gr.Accordion("More", open=False, elem_id="more"):
        gr.HTML("<h2>Depth</h2>")
        estimator = build_model_menu()
        again = gr.Button("Estimate the depth again", size="sm", elem_id="estimate-again")
        build_place(result_html.DEPTH_SOURCE)
        made |= build_more("depth")
        with gr.Accordion("Use your own depth map", open=False, elem_id="own-depth"):
            gr.HTML(_OWN_MAP)
            own_map = _map_file("Depth map", "own-depth-file")
        for section, heading in _HEADINGS.items():
            gr.HTML(f"<h2>{heading}</h2>")
            made |= build_more(section)
        presets = build_presets()
    with gr.Accordion("Details", open=False, elem_id="details-panel"):
        build_place(result_html.DETAILS, "Choose a photo first.")
        with gr.Accordion("Figures of the paper", open=False, elem_id="paper-figures"):
            gr.HTML(_PAPER)
            measure = gr.Button("Measure at full size", size="sm", elem_id="measure")
            build_place(result_html.FIGURES)
        with gr.Accordion("Compare with a true depth map", open=False, elem_id="compare-depth"):
            gr.HTML(_TRUE_DEPTH)
            true_depth = _map_file("True depth", "true-depth")
            build_place(result_html.DEPTH_ERRORS)
    return Panels(
        controls=controls_of(made, presets),
        make_comfortable=comfortable,
        tap=tap,
        estimator=estimator,
        again=again,
        own_map=own_map,
        measure=measure,
        true_depth=true_depth,
    )


def _map_file(label: str, elem_id: str) -> gr.File:
    return gr.File(label=label, file_types=list(MAP_SUFFIXES), height=120, elem_id=elem_id)
