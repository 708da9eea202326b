"""The part of the page where a photo is chosen, and what happens with it before depth."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.events import Dependency

from spatial.photo import MAX_FILE_BYTES
from spatial.web.handlers import TAP_FOCUS, TAP_SCREEN, accept, accept_example
from spatial.web.messages import PRIVATE
from spatial.web.photo_input import FILE_TYPES, build_photo, build_photo_for_programs
from spatial.web.session import Studio
from spatial.web.shown_photo import PhotoEvents

_PHOTO_HEIGHT_PX = 280
_ACCEPTED = f"JPEG, PNG, WebP, TIFF, HEIC or AVIF, up to {MAX_FILE_BYTES // 10**6} MB. You can also drop a file here."
_CHECKS_AT_ONCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoBlock:
    """Where a photo comes in."""

    photo: gr.Image
    other: gr.UploadButton
    make: gr.Button
    tap: gr.Radio
    for_programs: gr.Image


def build_photo_block(shown: Path | None) -> PhotoBlock:
    """Make the photo's components; ``shown`` is there from the start."""
    photo = build_photo(_PHOTO_HEIGHT_PX, shown)
    with gr.Row(elem_id="start"):
        other = gr.UploadButton(
            "Choose a photo", file_types=list(FILE_TYPES), elem_id="other", min_width=120
        )
        make = gr.Button("Make it 3D", variant="primary", elem_id="make", min_width=120)
    gr.HTML(_ACCEPTED, elem_id="accepted")
    target = gr.Radio(
        [
            ("Tap: put this point at the screen", TAP_SCREEN),
            ("Tap: focus on this point", TAP_FOCUS),
        ],
        value=TAP_SCREEN,
        label="What a tap on the photo does",
        show_label=False,
        elem_id="tap",
        container=False,
        render=False,  # it has its place below the result on a phone
    )
    return PhotoBlock(
        photo=photo,
        other=other,
        make=make,
        tap=target,
        for_programs=build_photo_for_programs(),
    )


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
    studio: Studio,
    events: PhotoEvents,
    *,
    block: PhotoBlock,
    choices: gr.Dataset | None,
    clears: Sequence[Component],
) -> list[Dependency]:
    """Connect all ways to choose another photo; return what has arrived then, and is checked.

    Args:
        page: the page; its first example is there as soon as it is.
        studio: reads the photos.
        events: the rule that they follow.
        block: the photo's components.
        choices: examples, if there are any.
        clears: components that hold what belongs to the photo of before.
    """
    checking: dict[str, Any] = {
        "fills": [block.photo],
        "show_progress": "hidden",
        "concurrency_limit": _CHECKS_AT_ONCE,
    }
    take = accept(studio, events.photos)
    arrived = [
        events.choosing(source.upload, take, inputs=[source], **checking)
        for source in (block.photo, block.other)
    ]
    triggers = [block.photo.upload, block.other.upload, block.photo.clear]
    events.choosing(block.photo.clear, take, inputs=[block.photo], **checking)
    if choices is not None:
        chosen = accept_example(studio, events.photos)
        first = partial(chosen, sample=choices.raw_samples[0])
        arrived.append(events.choosing(page.load, first, **checking))
        arrived.append(events.choosing(choices.click, chosen, inputs=[choices], **checking))
        triggers.append(choices.click)
        page.load(None, js=_name_examples(choices), **PRIVATE)
    nothing = f"() => {json.dumps([None] * len(clears))}"
    gr.on(triggers, None, js=nothing, outputs=list(clears), **PRIVATE)
    return arrived


def _name_examples(choices: gr.Dataset) -> str:
    """Return JavaScript that tells screen readers what the example buttons show; Gradio leaves them without a name."""
    names = json.dumps([f"Example photo: {Path(path).stem}" for (path,) in choices.raw_samples])
    return (
        f"() => {names}.forEach((name, i) => "
        "document.querySelectorAll('#examples button')[i]?.setAttribute('aria-label', name))"
    )
