"""The part of the page where a photo is chosen, and what happens with it before depth."""

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

from spatial.photo import MAX_FILE_BYTES, PHOTO_SUFFIXES
from spatial.web.handlers import TAP_FOCUS, TAP_SCREEN, Handlers
from spatial.web.messages import PRIVATE
from spatial.web.shown_photo import PhotoEvents

FILE_TYPES = sorted(set(PHOTO_SUFFIXES))
_PHOTO_HEIGHT_PX = 280
_ACCEPTED = (
    f"JPEG, PNG, WebP, TIFF, HEIC or AVIF, up to {MAX_FILE_BYTES // 10**6} MB. "
    "You can also drop a file here."
)
_CHECKS_AT_ONCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoBlock:
    """Where a photo comes in.

    Attributes:
        photo: shows it, and takes one.
        other: a button that takes one that browsers cannot show.
        make: makes it 3D once more.
        tap: what a click on the photo does.
        for_programs: takes the photo of an API call; never shown, so that it holds none by itself.
    """

    photo: gr.Image
    other: gr.UploadButton
    make: gr.Button
    tap: gr.Radio
    for_programs: gr.Image


def build_photo_block(shown: Path | None) -> PhotoBlock:
    """Make the photo's components; ``shown`` is there from the start."""
    photo = gr.Image(
        None if shown is None else str(shown),
        label="Photo",
        type="filepath",
        sources=["upload", "clipboard"],
        height=_PHOTO_HEIGHT_PX,
        alt_text="The photo to convert",
        buttons=["fullscreen"],
        elem_id="photo",
    )
    for_programs = gr.Image(label="Photo", type="filepath", visible=False)
    for component in (photo, for_programs):
        # Gradio's own opens the file first: it knows no HEIC, clips 16 bit, and answers a text
        # file with a trace. (For a subclass it would write a stub file into this package.)
        component.preprocess = _uploaded_file
    with gr.Row(elem_id="start"):
        other = gr.UploadButton(
            "Choose a photo", file_types=list(FILE_TYPES), elem_id="other", min_width=120
        )
        make = gr.Button("Make it 3D", variant="primary", elem_id="make", min_width=120)
    gr.HTML(_ACCEPTED, elem_id="accepted")
    target = gr.Radio(
        [
            ("Click the photo: set the screen depth", TAP_SCREEN),
            ("Click the photo: set the focus", TAP_FOCUS),
        ],
        value=TAP_SCREEN,
        label="What a click on the photo does",
        show_label=False,
        elem_id="tap",
        container=False,
        render=False,  # it has its place below the result on a phone
    )
    return PhotoBlock(photo=photo, other=other, make=make, tap=target, for_programs=for_programs)


def _uploaded_file(payload: ImageData | None) -> str | None:
    """Return the path of the uploaded file in Gradio's cache, or None."""
    return None if payload is None else payload.path


def build_choices(block: PhotoBlock, examples: Sequence[Path]) -> gr.Dataset | None:
    """Make what sets the tap on the photo, and photos to try.

    Not ``gr.Examples``: that answers a click by making the photo's component anew for this visitor,
    and the new one would open the next file itself.
    """
    block.tap.render()
    if not examples:
        return None
    return gr.Dataset(
        components=[block.photo],
        samples=[[str(path)] for path in examples],
        label="Or try one of these",
        samples_per_page=8,
        elem_id="examples",
    )


def connect_photo(
    page: gr.Blocks,
    events: PhotoEvents,
    handlers: Handlers,
    *,
    block: PhotoBlock,
    choices: gr.Dataset | None,
    clears: Sequence[Component],
) -> list[Dependency]:
    """Connect all ways to choose another photo; return what has arrived then, and is checked.

    Args:
        page: the page; its first example is there as soon as it is.
        events: the rule that they follow.
        handlers: what is done.
        block: the photo's components.
        choices: examples, if there are any.
        clears: components that hold what belongs to the photo of before.
    """
    checking: dict[str, Any] = {
        "fills": [block.photo],
        "show_progress": "hidden",
        "concurrency_limit": _CHECKS_AT_ONCE,
    }
    arrived = [
        events.choosing(source.upload, handlers.accept, inputs=[source], **checking)
        for source in (block.photo, block.other)
    ]
    triggers = [block.photo.upload, block.other.upload, block.photo.clear]
    events.choosing(block.photo.clear, handlers.accept, inputs=[block.photo], **checking)
    if choices is not None:
        chosen = handlers.accept_example
        first = partial(chosen, sample=choices.raw_samples[0])
        arrived.append(events.choosing(page.load, first, **checking))
        arrived.append(events.choosing(choices.click, chosen, inputs=[choices], **checking))
        triggers.append(choices.click)
        page.load(None, js=_name_examples(choices), **PRIVATE)
    nothing = f"() => {json.dumps([None] * len(clears))}"
    gr.on(triggers, None, js=nothing, outputs=list(clears), **PRIVATE)
    return arrived


def _name_examples(choices: gr.Dataset) -> str:
    """Return JavaScript that names the example buttons for screen readers, as Gradio does not."""
    names = json.dumps([f"Example photo: {Path(path).stem}" for (path,) in choices.raw_samples])
    return (
        f"() => {names}.forEach((name, i) => "
        "document.querySelectorAll('#examples button')[i]?.setAttribute('aria-label', name))"
    )
