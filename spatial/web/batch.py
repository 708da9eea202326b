"""Panel *Several photos at once*, which is also the endpoint ``/batch``."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import gradio as gr
from gradio.components import Component

from spatial.depth import EstimatorError, Progress
from spatial.formats import FormatError, free_name, suffixes_of
from spatial.photo import PhotoError
from spatial.records import RecordError
from spatial.settings import ConvertSettings
from spatial.web.api import Endpoint, Parameter, describe, format_menu, formats_from
from spatial.web.controls import settings_from
from spatial.web.files import QUICK_FORMATS, new_folder, write_files, zip_files
from spatial.web.messages import PRIVATE, SessionError, clear_errors, page_progress
from spatial.web.photo_block import FILE_TYPES
from spatial.web.studio import Studio

MOST_PHOTOS = 100
BATCH = "batch"
_QUEUE = "batch"
_ARCHIVE = "spatial_photos.zip"
_PHOTOS = Parameter("photos", list[str], None, "Several of them.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchEntry:
    """What became of one photo.

    Attributes:
        name: of the uploaded file.
        files: names in the ZIP; empty when it was refused.
        note: why another estimator was used, or why the photo was refused; may be empty.
    """

    name: str
    files: list[str]
    note: str


def convert_many(
    studio: Studio,
    photos: Sequence[str],
    *,
    estimator: str,
    formats: Sequence[str],
    settings: ConvertSettings,
    progress: Progress,
) -> tuple[str, list[BatchEntry]]:
    """Convert photos one after the other; return the path of the ZIP, and an entry for each photo.

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
            known = studio.depths.find(path, estimator, settings.depth)
            result = studio.renderer.full(known, settings)
            photo = replace(result.photo, name=free_name(result.photo, folder, suffixes))
            paths = write_files(replace(result, photo=photo), formats, folder=folder).values()
        except (PhotoError, EstimatorError, RecordError, FormatError) as refusal:
            entries.append(BatchEntry(name=file, files=[], note=str(refusal)))
            continue
        packed += paths
        entries.append(BatchEntry(name=file, files=[Path(p).name for p in paths], note=known.note))
    if not packed:
        msg = f"None of the photos could be converted. {entries[0].name}: {entries[0].note}"
        raise SessionError(msg)
    progress(1.0, "packing")
    return zip_files(packed, folder / _ARCHIVE), entries


def make_batch(studio: Studio, default_estimator: str) -> Callable[..., tuple[str, list[dict]]]:
    """Return the function behind ``/batch`` and the page's own batch."""

    @clear_errors
    def answer(
        photos: list[str] | None, estimator: str, formats: object, *values: object
    ) -> tuple[str, list[dict]]:
        archive, entries = convert_many(
            studio,
            photos or [],
            estimator=estimator,
            formats=formats_from(formats),
            settings=settings_from(values),
            progress=page_progress,
        )
        return archive, [asdict(entry) for entry in entries]

    endpoint = Endpoint(
        summary="Turn several photos into files of chosen formats; names are kept.",
        returns=(
            "One ZIP with the files of every photo.",
            "One entry for each photo: its name, its files, or why it was refused.",
        ),
        work=answer,
        formats=QUICK_FORMATS,
    )
    describe(answer, BATCH, endpoint, default_estimator, _PHOTOS)
    return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPanel:
    """Components of the panel."""

    photos: gr.File
    formats: Component
    start: gr.Button
    archive: gr.File
    report: gr.JSON


def build_batch_panel() -> BatchPanel:
    """Make the panel, closed, in the current column."""
    with gr.Accordion("Several photos at once", open=False, elem_id="batch"):
        photos = gr.File(
            label=f"Up to {MOST_PHOTOS} photos, all with the settings above",
            file_count="multiple",
            file_types=list(FILE_TYPES),
            height=140,
            elem_id="batch-photos",
        )
        # MCP finds no definition inside of a parameter: what a file is must stand where it is used.
        schema = photos.api_info()
        schema["items"] = schema["$defs"]["FileData"]
        formats = format_menu(QUICK_FORMATS, visible=True)
        start = gr.Button("Make them 3D", elem_id="batch-start")
        archive = gr.File(label="ZIP", interactive=False, visible=False, elem_id="batch-archive")
        report = gr.JSON(label="Result for each photo", visible=False, elem_id="batch-report")
    return BatchPanel(photos=photos, formats=formats, start=start, archive=archive, report=report)


def add_batch(
    studio: Studio,
    panel: BatchPanel,
    *,
    estimator: Component,
    widgets: dict[str, Component],
    default_estimator: str,
) -> None:
    """Let the panel's button, and the API, convert photos with the page's settings."""
    done = panel.start.click(
        make_batch(studio, default_estimator),
        inputs=[panel.photos, estimator, panel.formats, *widgets.values()],
        outputs=[panel.archive, panel.report],
        api_name=BATCH,
        concurrency_id=_QUEUE,
        concurrency_limit=1,
        show_progress_on=panel.start,
    )
    done.success(
        lambda: (gr.File(visible=True), gr.JSON(visible=True)),
        outputs=[panel.archive, panel.report],
        show_progress="hidden",
        **PRIVATE,
    )
