"""Panel *Several photos at once*, which is also the endpoint ``/batch``."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
from gradio.components import Component

from spatial.depth import EstimatorError, Progress
from spatial.formats import FormatError, free_name, suffixes_of
from spatial.photo import PhotoError
from spatial.records import RecordError
from spatial.settings import ConvertSettings
from spatial.web.api import Endpoint, Parameter, describe, format_menu, formats_from
from spatial.web.controls import settings_from
from spatial.web.files import (
    QUICK_FORMATS,
    fill,
    fit_preview,
    link_to,
    new_folder,
    publish,
    write_files,
    zip_files,
)
from spatial.web.messages import (
    KNOWN_ERRORS,
    PRIVATE,
    SessionError,
    clear_errors,
    page_progress,
    refusal,
)
from spatial.web.photo_block import FILE_TYPES
from spatial.web.studio import Studio

MOST_PHOTOS = 100
BATCH = "batch"
_QUEUE = "batch"
_ARCHIVE = "spatial_photos.zip"
_THUMBNAIL_PX = 144
_PHOTOS = Parameter("photos", list[str], None, "Several of them.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchEntry:
    """What became of one photo.

    Attributes:
        name: of the uploaded file.
        files: names in the ZIP; empty when it was refused.
        note: how the photo was read, why another estimator was used, or why it was refused.
    """

    name: str
    files: list[str]
    note: str


class Converted(NamedTuple):
    """What became of one photo: its entry, the paths of its files, and a small picture of it.

    Paths are None while it waits, and there are none when it was refused.
    """

    entry: BatchEntry
    paths: list[str] | None
    thumbnail: str = ""


def convert_each(
    studio: Studio,
    photos: Sequence[str],
    *,
    estimator: str,
    formats: Sequence[str],
    settings: ConvertSettings,
    folder: Path,
) -> Iterator[Converted]:
    """Convert photos one after the other into a folder; yield what became of each.

    Raises:
        SessionError: there are no photos, or too many.
        FormatError: a format is unknown or cannot be written here.
        OutputError: the cache cannot be written to.
    """
    if not 0 < len(photos) <= MOST_PHOTOS:
        msg = f"Choose 1 to {MOST_PHOTOS} photos; there are {len(photos)}."
        raise SessionError(msg)
    suffixes = suffixes_of(formats)
    for path in photos:
        file = Path(path).name
        try:
            known = studio.depths.find(path, estimator, settings.depth)
            result = studio.renderer.full(known, settings)
            photo = replace(result.photo, name=free_name(result.photo, folder, suffixes))
            paths = [*write_files(replace(result, photo=photo), formats, folder=folder).values()]
        except (PhotoError, EstimatorError, RecordError, FormatError) as error:
            yield Converted(BatchEntry(name=file, files=[], note=str(error)), [])
            continue
        told = "; ".join(filter(None, (*photo.notes, known.note)))
        entry = BatchEntry(name=file, files=[Path(p).name for p in paths], note=told)
        small = publish({"small.jpg": fit_preview(photo.rgb, _THUMBNAIL_PX)})["small"]
        yield Converted(entry, paths, small)


def convert_many(
    studio: Studio,
    photos: Sequence[str],
    *,
    progress: Progress,
    **wish: Any,  # noqa: ANN401
) -> tuple[str, list[BatchEntry]]:
    """Convert photos as ``convert_each``; return the path of the ZIP, and an entry for each photo.

    Raises:
        SessionError: none of the photos can be used; and what ``convert_each`` raises.
    """
    folder = new_folder()
    done: list[Converted] = []
    for converted in convert_each(studio, photos, folder=folder, **wish):
        done.append(converted)
        progress(len(done) / len(photos), f"{len(done)} of {len(photos)}: {converted.entry.name}")
    packed = [path for converted in done for path in converted.paths or ()]
    entries = [converted.entry for converted in done]
    if not packed:
        msg = f"None of the photos could be converted. {entries[0].name}: {entries[0].note}"
        raise SessionError(msg)
    return zip_files(packed, folder / _ARCHIVE), entries


def make_batch(studio: Studio) -> Callable[..., tuple[str, list[dict]]]:
    """Return the function behind ``/batch``."""

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
    describe(answer, BATCH, endpoint, _PHOTOS)
    return answer


def make_list(studio: Studio) -> Callable[..., Iterator[str]]:
    """Return the page's own batch: a list that grows with every photo, as HTML."""

    def show(
        photos: list[str] | None, estimator: str, formats: object, *values: object
    ) -> Iterator[str]:
        paths, folder, packed = photos or [], new_folder(), []
        lines = [Converted(BatchEntry(name=Path(p).name, files=[], note=""), None) for p in paths]
        try:
            work = convert_each(
                studio,
                paths,
                estimator=estimator,
                formats=formats_from(formats),
                settings=settings_from(values),
                folder=folder,
            )
            yield fill("photo_list.html", photos=lines, archive=None)
            for place, converted in enumerate(work):
                lines[place] = converted
                packed += converted.paths or ()
                yield fill("photo_list.html", photos=lines, archive=None)
            if packed:
                archive = link_to(zip_files(packed, folder / _ARCHIVE))
                yield fill("photo_list.html", photos=lines, archive=archive)
        except KNOWN_ERRORS as error:
            raise refusal(str(error)) from error

    return show


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPanel:
    """Components of the panel."""

    photos: gr.File
    formats: Component
    start: gr.Button
    report: gr.HTML


def build_batch_panel() -> BatchPanel:
    """Make the panel, closed, in the current column."""
    with gr.Accordion("Several photos at once", open=False, elem_id="batch"):
        gr.HTML(f"<p>Up to {MOST_PHOTOS} photos, all with the settings above.</p>")
        photos = gr.File(
            label="Photos",
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
        report = gr.HTML("", elem_id="batch-report")
    return BatchPanel(photos=photos, formats=formats, start=start, report=report)


def add_batch(
    studio: Studio,
    panel: BatchPanel,
    *,
    estimator: Component,
    widgets: dict[str, Component],
) -> None:
    """Let the panel's button, and the API, convert photos with the page's settings."""
    inputs = [panel.photos, estimator, panel.formats, *widgets.values()]
    queue: dict[str, Any] = {"concurrency_id": _QUEUE, "concurrency_limit": 1}
    panel.start.click(
        make_list(studio),
        inputs=inputs,
        outputs=panel.report,
        show_progress_on=panel.start,
        **queue,
        **PRIVATE,
    )
    gr.on(
        [],
        make_batch(studio),
        inputs=inputs,
        outputs=[gr.File(label="ZIP", visible=False), gr.JSON(label="Photos", visible=False)],
        api_name=BATCH,
        **queue,
    )
