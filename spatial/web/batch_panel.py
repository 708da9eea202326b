"""Panel *Several photos at once*, which is also the endpoint ``/batch``."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from spatial.depth import EstimatorError, Progress
from spatial.formats import FormatError, free_name, suffixes_of
from spatial.photo import PhotoError
from spatial.records import RecordError
from spatial.settings import ConvertSettings, iter_settings
from spatial.web.api import (
    ESTIMATOR_HELP,
    FORMATS_HELP,
    document,
    format_choice,
    formats_from,
    setting_parameters,
    settings_of,
)
from spatial.web.devices import QUICK_FORMATS
from spatial.web.files import new_folder, write_files, zip_files
from spatial.web.messages import PRIVATE, PageProgress, SessionError, clear_errors
from spatial.web.photo_input import FILE_TYPES
from spatial.web.session import Studio

MOST_PHOTOS = 100
_ARCHIVE = "spatial_photos.zip"
_PHOTOS_HELP = "Several of them."
BATCH = "batch"
_BATCH_SUMMARY = "Turn several photos into files of chosen formats; names are kept."
_BATCH_RETURNS = (
    "One ZIP with the files of every photo.",
    "One entry for each photo: its name, its files, or why it was refused.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchEntry:
    """What became of one photo.

    Attributes:
        name: of the uploaded file.
        files: names in the ZIP; empty when it was refused.
        note: why another estimator stood in, or why the photo was refused; may be empty.
    """

    name: str
    files: tuple[str, ...]
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {**asdict(self), "files": list(self.files)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A finished batch: the ZIP, and what became of each photo in order."""

    archive: str
    entries: tuple[BatchEntry, ...]


def convert_many(
    studio: Studio,
    photos: Sequence[str],
    *,
    estimator: str,
    formats: Sequence[str],
    settings: ConvertSettings,
    progress: Progress,
) -> Batch:
    """Convert photos one after the other.

    Raises:
        SessionError: there are no photos, too many, or none of them can be used.
        FormatError: a format is unknown or cannot be written here.
        OutputError: the cache cannot be written to.
    """
    if not 0 < len(photos) <= MOST_PHOTOS:
        msg = f"Choose 1 to {MOST_PHOTOS} photos; there are {len(photos)}."
        raise SessionError(msg)
    suffixes = suffixes_of(formats)
    folder = new_folder()
    entries: list[BatchEntry] = []
    packed: list[str] = []
    for index, path in enumerate(photos):
        file = Path(path).name
        progress(index / len(photos), f"{index + 1} of {len(photos)}: {file}")
        try:
            known = studio.find_depth(path, estimator, settings.depth)
            result = studio.full(known, settings)
            photo = replace(result.photo, name=free_name(result.photo, folder, suffixes))
            paths = write_files(replace(result, photo=photo), formats, folder=folder).values()
        except (PhotoError, EstimatorError, RecordError, FormatError) as refusal:
            entries.append(BatchEntry(name=file, files=(), note=str(refusal)))
            continue
        packed += paths
        names = tuple(Path(p).name for p in paths)
        entries.append(BatchEntry(name=file, files=names, note=known.note))
    if not packed:
        msg = f"None of the photos could be converted. {entries[0].name}: {entries[0].note}"
        raise SessionError(msg)
    progress(1.0, "packing")
    return Batch(archive=zip_files(packed, folder / _ARCHIVE), entries=tuple(entries))


def make_batch(studio: Studio, default_estimator: str) -> Callable[..., tuple[str, list[dict]]]:
    """Return the function behind ``/batch`` and the page's own batch."""
    settings = list(iter_settings())

    @clear_errors
    def answer(
        photos: list[str] | None, estimator: str, formats: object, *values: object
    ) -> tuple[str, list[dict]]:
        made = convert_many(
            studio,
            photos or [],
            estimator=estimator,
            formats=formats_from(formats),
            settings=settings_of(settings, values),
            progress=PageProgress(),
        )
        return made.archive, [entry.to_dict() for entry in made.entries]

    parameters: list[tuple[str, type, Any, str]] = [
        ("photos", list[str], None, _PHOTOS_HELP),
        ("estimator", str, default_estimator, ESTIMATOR_HELP),
        ("formats", list[str], list(QUICK_FORMATS), FORMATS_HELP),
        *setting_parameters(settings),
    ]
    document(answer, BATCH, parameters=parameters, summary=_BATCH_SUMMARY, returns=_BATCH_RETURNS)
    return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPanel:
    """Components of the panel."""

    photos: gr.File
    formats: Component
    start: gr.Button
    archive: gr.File
    report: gr.JSON

    def connect(
        self,
        work: Callable[..., Any],
        *,
        estimator: Component,
        settings: Sequence[Component],
        concurrency_id: str,
    ) -> None:
        """Let the button, and the API, do ``work`` with the page's estimator and settings."""
        done = self.start.click(
            work,
            inputs=[self.photos, estimator, self.formats, *settings],
            outputs=[self.archive, self.report],
            api_name=BATCH,
            concurrency_id=concurrency_id,
            concurrency_limit=1,
            show_progress_on=self.start,
        )
        done.success(
            lambda: (gr.File(visible=True), gr.JSON(visible=True)),
            outputs=[self.archive, self.report],
            show_progress="hidden",
            **PRIVATE,
        )


def build_batch_panel() -> BatchPanel:
    """Make the panel, closed, in the current column."""
    with gr.Accordion("Several photos at once", open=False, elem_id="batch"):
        photos = gr.File(
            label=f"Up to {MOST_PHOTOS} photos; the settings above are used for all",
            file_count="multiple",
            file_types=list(FILE_TYPES),
            height=140,
            elem_id="batch-photos",
        )
        # MCP finds no definition inside of a parameter, so that what a file is stands where it is used.
        schema = photos.api_info()
        schema["items"] = schema["$defs"]["FileData"]
        formats = format_choice(QUICK_FORMATS, visible=True)
        start = gr.Button("Make them 3D", elem_id="batch-start")
        archive = gr.File(label="ZIP", interactive=False, visible=False, elem_id="batch-archive")
        report = gr.JSON(label="Result for each photo", visible=False, elem_id="batch-report")
    return BatchPanel(photos=photos, formats=formats, start=start, archive=archive, report=report)
