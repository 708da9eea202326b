"""The part of the page where a photo is chosen, and what happens with it before depth."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.events import Dependency

from spatial.photo import MAX_FILE_BYTES
from spatial.web.edge import PRIVATE
from spatial.web.handlers import TAP_FOCUS, TAP_SCREEN
from spatial.web.photo_input import FILE_TYPES, PhotoEntry

_PHOTO_HEIGHT_PX = 280
_ACCEPTED = f"JPEG, PNG, WebP, TIFF, HEIC or AVIF up to {MAX_FILE_BYTES // 10**6} MB, or drop one on the picture."
_CHECKS_AT_ONCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoBlock:
    """Where a photo comes in."""

    entry: PhotoEntry
    photo: gr.Image
    other: gr.UploadButton
    make: gr.Button
    tap: gr.Radio
    for_programs: gr.Image


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoEvents:
    """What happens to the photo.

    Attributes:
        chosen: another one was chosen; what is still being made belongs to the one before.
        arrived: it has been checked, and depth can begin.
    """

    chosen: Sequence[Callable[..., Dependency]]
    arrived: Sequence[Dependency]


def build_photo_block(shown: Path | None) -> PhotoBlock:
    """Make the photo's components; ``shown`` is there from the start."""
    entry = PhotoEntry()
    photo = entry.build(_PHOTO_HEIGHT_PX, shown)
    with gr.Row(elem_id="start"):
        other = gr.UploadButton(
            "Choose a photo", file_types=list(FILE_TYPES), elem_id="other", min_width=120
        )
        make = gr.Button("Make it 3D", variant="primary", elem_id="make", min_width=120)
    gr.HTML(_ACCEPTED, elem_id="accepted")
    target = gr.Radio(
        [("Tap sets screen plane", TAP_SCREEN), ("Tap sets focus", TAP_FOCUS)],
        value=TAP_SCREEN,
        label="A tap on the photo sets",
        show_label=False,
        elem_id="tap",
        container=False,
        render=False,  # it has its place below the result on a phone
    )
    return PhotoBlock(
        entry=entry,
        photo=photo,
        other=other,
        make=make,
        tap=target,
        for_programs=entry.build_for_programs(),
    )


def build_choices(block: PhotoBlock, examples: Sequence[Path]) -> gr.Dataset | None:
    """Make what sets the tap on the photo, and photos to try.

    Not ``gr.Examples``: that answers a click by making the photo's component anew for this visitor, and the new one would
    open the next file itself.
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


def connect_photo(page: gr.Blocks, block: PhotoBlock, choices: gr.Dataset | None) -> PhotoEvents:
    """Uploads are checked at once; the first example is there as soon as the page is, the others on a click."""
    checking: dict[str, Any] = {
        "show_progress": "hidden",
        "concurrency_limit": _CHECKS_AT_ONCE,
        "trigger_mode": "multiple",  # the next photo need not wait for the check of the one before
        **PRIVATE,
    }
    uploads = [block.photo, block.other]
    arrived = [
        source.upload(block.entry.accept, source, block.photo, **checking) for source in uploads
    ]
    chosen = [source.upload for source in uploads]
    if choices is not None:
        at_once: dict[str, Any] = {"queue": False, "show_progress": "hidden", **PRIVATE}
        arrived.append(page.load(lambda: None, **at_once))
        arrived.append(choices.click(block.entry.choose, choices, block.photo, **at_once))
        chosen.append(choices.click)
        page.load(None, js=_name_examples(choices), **PRIVATE)
    return PhotoEvents(chosen=chosen, arrived=arrived)


def _name_examples(choices: gr.Dataset) -> str:
    """Return JavaScript that tells screen readers what the example buttons show; Gradio leaves them without a name."""
    names = json.dumps([f"Example photo: {Path(path).stem}" for (path,) in choices.raw_samples])
    return (
        f"() => {names}.forEach((name, i) => "
        "document.querySelectorAll('#examples button')[i]?.setAttribute('aria-label', name))"
    )
