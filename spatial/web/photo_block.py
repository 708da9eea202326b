"""The picture, and the ways to choose the photo in it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.data_classes import ImageData
from gradio.events import Dependency
from PIL import Image

from spatial.photo import MAX_FILE_BYTES, PHOTO_SUFFIXES
from spatial.web import result_html
from spatial.web.files import fill, static_file
from spatial.web.handlers import WELCOME, Handlers
from spatial.web.messages import PRIVATE
from spatial.web.photo_events import PhotoEvents

FILE_TYPES = sorted(set(PHOTO_SUFFIXES))
_ACCEPTED = f"JPEG, PNG, WebP, TIFF, HEIC or AVIF, up to {MAX_FILE_BYTES // 10**6} MB."
_USUAL_ASPECT = 1.5
_CHECKS_AT_ONCE = 4


def build_place(name: str, empty: str = "") -> gr.HTML:
    """Make the place of results of this name; ``empty`` is the HTML in it while there is none."""
    return gr.HTML(
        html_template=empty, js_on_load=f"spatial.place('{name}', element)", elem_id=name
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureBlock:
    """The picture and what is told of it.

    Attributes:
        views: the picture; a tap on it is its event ``select``.
        progress: a row in which progress is shown.
        sharper: fetches the larger depth model.
        stop_sharper: gives that up.
    """

    views: gr.HTML
    progress: gr.HTML
    sharper: gr.Button
    stop_sharper: gr.Button


def build_picture(first: Path | None, sharper_size: str) -> PictureBlock:
    """Make the picture's components.

    Args:
        first: the photo that the page opens on; its place has its shape from the start.
        sharper_size: what fetching the larger depth model means, for people.
    """
    build_place(result_html.STATUS, WELCOME)
    views = gr.HTML(
        html_template=fill("stage.html", aspect=f"{_aspect(first):.4f}"),
        js_on_load=static_file("stage.js"),
        elem_id=result_html.VIEWS,
    )
    with gr.Row(elem_id="below"):
        progress = gr.HTML("", elem_id="progress")
        sharper = gr.Button(f"Sharper depth ({sharper_size})", size="sm", elem_id="sharper")
        stop_sharper = gr.Button("Stop the download", size="sm", elem_id="stop-sharper")
    return PictureBlock(views=views, progress=progress, sharper=sharper, stop_sharper=stop_sharper)


def _aspect(photo: Path | None) -> float:
    if photo is None:
        return _USUAL_ASPECT
    with Image.open(photo) as picture:
        return picture.width / picture.height


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceBlock:
    """Where a photo comes in.

    Attributes:
        choose: takes one.
        remove: removes it from the page.
        for_programs: takes the photo of an API call; never shown, so that it holds none by itself.
    """

    choose: gr.UploadButton
    remove: gr.Button
    for_programs: gr.Image


def build_choice() -> ChoiceBlock:
    """Make the buttons beside the picture."""
    for_programs = gr.Image(label="Photo", type="filepath", visible=False)
    # Gradio's own opens the file first: it knows no HEIC, clips 16 bit, and answers a text file
    # with a trace. (For a subclass it would write a stub file into this package.)
    for_programs.preprocess = _uploaded_file
    with gr.Row(elem_id="choose-block"):
        choose = gr.UploadButton(
            "Choose a photo", file_types=list(FILE_TYPES), elem_id="choose", min_width=120
        )
        gr.Button("Save and share", variant="primary", elem_id="save-share", min_width=120)
    return ChoiceBlock(
        choose=choose,
        remove=gr.Button("Remove the photo", size="sm", elem_id="remove", render=False),
        for_programs=for_programs,
    )


def _uploaded_file(payload: ImageData | None) -> str | None:
    """Return the path of the uploaded file in Gradio's cache, or None."""
    return None if payload is None else payload.path


def build_examples(block: ChoiceBlock, examples: Sequence[Path]) -> gr.Dataset | None:
    """Make photos to try, and the button that removes a photo.

    Not ``gr.Examples``: that answers a click by making a component anew for this visitor, and the
    new one would open the next file itself.
    """
    chosen = None
    if examples:
        chosen = gr.Dataset(
            components=[block.for_programs],
            samples=[[str(path)] for path in examples],
            label="Or try one of these",
            samples_per_page=8,
            elem_id="examples",
        )
    with gr.Row(elem_id="accepted"):
        gr.HTML(_ACCEPTED)
        block.remove.render()
    return chosen


def connect_photo(
    page: gr.Blocks,
    events: PhotoEvents,
    handlers: Handlers,
    *,
    block: ChoiceBlock,
    examples: gr.Dataset | None,
    clears: Sequence[Component],
) -> list[Dependency]:
    """Connect all ways to choose another photo; return what has arrived then, and is checked.

    Args:
        page: the page; its first example is there as soon as it is.
        events: the rule that they follow.
        handlers: what is done.
        block: the photo's components.
        examples: photos to try, if there are any.
        clears: components that hold what belongs to the photo of before.
    """
    checking: dict[str, Any] = {"show_progress": "hidden", "concurrency_limit": _CHECKS_AT_ONCE}
    choose = block.choose
    checked = {"stamp": "arrived(inputs[0])", **checking}
    arrived = [events.choosing(choose.upload, handlers.accept, inputs=[choose], **checked)]
    events.choosing(block.remove.click, handlers.remove, stamp="remove()", **checking)
    triggers = [block.remove.click]
    if examples is not None:
        chosen = handlers.accept_example
        first = partial(chosen, sample=examples.raw_samples[0])
        arrived.append(events.choosing(page.load, first, stamp="open()", **checking))
        arrived.append(events.choosing(examples.click, chosen, inputs=[examples], **checking))
        triggers.append(examples.click)
        page.load(None, js=_name_examples(examples), **PRIVATE)
    nothing = json.dumps([None] * len(clears))
    gr.on(triggers, None, js=f"() => {nothing}", outputs=list(clears), **PRIVATE)
    nothing_in_time = f"(file) => (spatial.inTime(file), {nothing})"
    choose.upload(None, inputs=choose, outputs=list(clears), js=nothing_in_time, **PRIVATE)
    return arrived


def _name_examples(examples: gr.Dataset) -> str:
    """Return JavaScript that names the example buttons for screen readers, as Gradio does not."""
    names = json.dumps([f"Example photo: {Path(path).stem}" for (path,) in examples.raw_samples])
    return (
        f"() => {names}.forEach((name, i) => "
        "document.querySelectorAll('#examples button')[i]?.setAttribute('aria-label', name))"
    )
