"""Panel *Several photos at once*, which is also the endpoint ``/batch``."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from spatial.collections import Models, Outcome, Recipe, Status, convert_photo, refused_or
from spatial.formats import OutputError, free_name, suffixes_of, write_result
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


def convert_each(
    studio: Studio,
    photos: Sequence[str],
    *,
    estimator: str,
    formats: Sequence[str],
    settings: ConvertSettings,
    folder: Path,
) -> Iterator[tuple[Outcome, str]]:
    """Convert photos one after the other into a folder.

    Yields:
        What became of each, and the address of a small picture of it; "" where it was refused.

    Raises:
        SessionError: there are no photos, or too many.
        FormatError: a format is unknown or cannot be written here.
        OutputError: the cache is full.
    """
    if not 0 < len(photos) <= MOST_PHOTOS:
        msg = f"Choose 1 to {MOST_PHOTOS} photos; there are {len(photos)}."
        raise SessionError(msg)
    suffixes = suffixes_of(formats)
    small: dict[Path, str] = {}

    def convert(path: Path) -> Outcome:
        known = studio.depths.find(str(path), estimator, settings.depth)
        photo, model = studio.depths.photo_of(known), studio.depths.estimator(known)
        photo = replace(photo, name=free_name(photo, folder, suffixes))
        recipe = Recipe(formats=tuple(formats), settings=settings, estimator=model.info.id)
        now = datetime.now(timezone.utc)
        made = convert_photo(photo, recipe, Models(lambda: model), created=now)
        written = write_result(made.files, folder, leader=made.files[-1].name)
        small[path] = publish({"small.jpg": fit_preview(photo.rgb, _THUMBNAIL_PX)})["small"]
        return Outcome(
            path=path,
            status=Status.DONE,
            reason=known.note,
            comfort=made.comfort,
            files=tuple(written.values()),
            notes=photo.notes,
        )

    for path in map(Path, photos):
        outcome = refused_or(path, partial(convert, path))
        if outcome.disk_full:
            raise OutputError(outcome.reason)
        yield outcome, small.pop(path, "")


def make_batch(studio: Studio) -> Callable[..., tuple[str, list[dict]]]:
    """Return the function behind ``/batch``."""

    @clear_errors
    def answer(
        photos: list[str] | None, estimator: str, formats: object, *values: object
    ) -> tuple[str, list[dict]]:
        paths, folder = photos or [], new_folder()
        work = convert_each(
            studio,
            paths,
            estimator=estimator,
            formats=formats_from(formats),
            settings=settings_from(values),
            folder=folder,
        )
        packed: list[Path] = []
        entries = []
        for outcome, _ in work:
            packed += outcome.files
            name, names = outcome.path.name, [file.name for file in outcome.files]
            entries.append({"name": name, "files": names, "note": outcome.told})
            page_progress(len(entries) / len(paths), f"{len(entries)} of {len(paths)}: {name}")
        if not packed:
            name, _, note = entries[0].values()
            msg = f"None of the photos could be converted. {name}: {note}"
            raise SessionError(msg)
        return zip_files(packed, folder / _ARCHIVE), entries

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
        lines: list[tuple[str, Outcome | None, str]] = [(Path(p).name, None, "") for p in paths]
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
            for place, (outcome, small) in enumerate(work):
                lines[place] = (outcome.path.name, outcome, small)
                packed += outcome.files
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
