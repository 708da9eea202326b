"""What is measured: start, the page, many visitors at once, memory over many conversions."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

import cv2
from gradio_client import Client, handle_file

from spatial.evaluation.figures import TWELVE_MEGAPIXELS, Figure, synthetic_scene

from .browser import (
    CHOOSE,
    NoBrowserError,
    find_chromium,
    first_paint_s,
    full_size_s,
    moving_s,
    open_page,
    slider_to_preview_s,
    upload_to_view_s,
    wait_for_example,
    wait_for_picture,
)
from .server import RunningApp, running_app
from .viewer import measure_viewer
from .visitors import Visit, visit_at_once, write_visitor_photos

VISITORS, CONVERSIONS = 50, 300
_CURVE_POINTS = 12
_SLIDER_PERCENTS = (1.0, 3.0, 1.5, 2.5, 2.0)
_FIRST_NAME = "first"
_SIZES = (600, 800), TWELVE_MEGAPIXELS, (6000, 8000)


def measure_page(app: RunningApp, folder: Path) -> Iterator[Figure]:
    """What one visitor waits for, in a real browser.

    Raises:
        NoBrowserError: there is none.
    """
    find_chromium()
    photos = {name: folder / f"{name}.jpg" for name in (_FIRST_NAME, "large", "huge")}
    for size, photo in zip(_SIZES, photos.values(), strict=True):
        cv2.imwrite(str(photo), synthetic_scene(*size)[0])
    with open_page(app.url) as page:
        yield Figure(name="first contentful paint", value=first_paint_s(page), unit="s")
        wait_for_example(page)
        yield Figure(name="first visit to a picture that can move", value=moving_s(page), unit="s")
        page.set_input_files(CHOOSE, str(photos[_FIRST_NAME]))
        wait_for_picture(page, _FIRST_NAME)  # models are loaded, the renderer is compiled
        seconds = upload_to_view_s(page, photos["large"])
        name = "upload of 12 MP to its stereo picture"
        yield Figure(name=name, value=seconds, unit="s")
        wait_for_picture(page, "large")
        moves = [1000 * slider_to_preview_s(page, percent) for percent in _SLIDER_PERCENTS]
        name = f"slider to new preview, median of {len(moves)}"
        yield Figure(name=name, value=median(moves), unit="ms")
        whole, alone = full_size_s(page)
        yield Figure(name="12 MP: pressed to downloaded at full size", value=whole, unit="s")
        yield Figure(name="12 MP: the download itself", value=alone, unit="s")
        seconds = upload_to_view_s(page, photos["huge"])
        name = "upload of 48 MP to its stereo picture"
        yield Figure(name=name, value=seconds, unit="s")
    with open_page(app.url) as page:  # a new browser: nothing of the page is there yet
        wait_for_example(page)
        name = "first visit to a server that is warm, to a picture that can move"
        yield Figure(name=name, value=moving_s(page), unit="s")


def visitor_figures(visits: Sequence[Visit]) -> Iterator[Figure]:
    """What many visitors at once met, as figures."""
    count = len(visits)
    errors = [visit.error for visit in visits if visit.error]
    mixed = sum(not visit.is_own for visit in visits if not visit.error)
    waited = [visit for visit in visits if max(visit.positions, default=0) > 0]
    worst = max(visit.seconds for visit in visits)
    name = f"{count} visitors at once"
    yield Figure(
        name=f"{name}: errors {sorted(set(errors))[:3] or ''}".rstrip(), value=len(errors), unit=""
    )
    yield Figure(name=f"{name}: answers to another photo", value=mixed, unit="")
    yield Figure(name=f"{name}: were told their place in the queue", value=len(waited), unit="")
    yield Figure(name=f"{name}: the last one waited", value=worst, unit="s")


def measure_visitors(app: RunningApp, folder: Path, count: int) -> Iterator[Figure]:
    """Errors, mixed-up results and queue positions of many visitors at once."""
    photos = write_visitor_photos(folder, count)
    yield from visitor_figures(visit_at_once(app.url, photos, folder))


def measure_memory(app: RunningApp, folder: Path, count: int) -> Iterator[Figure]:
    """The memory of the server over many conversions of different photos, as a curve."""
    if app.memory_mb() is None:
        yield Figure(
            name="memory: this system has no /proc to tell it", value=float("nan"), unit=""
        )
        return
    photos = write_visitor_photos(folder, count, (1200, 900))
    client = Client(app.url, verbose=False, download_files=str(folder))
    every = max(1, count // _CURVE_POINTS)
    curve: dict[int, float] = {}
    for number, photo in enumerate(photos, 1):
        client.predict(handle_file(str(photo)), api_name="/stereo")
        photo.unlink()
        if number % every == 0:
            curve[number] = app.memory_mb() or float("nan")
            yield Figure(name=f"memory after {number} conversions", value=curve[number], unit="MB")
    later = [megabytes for number, megabytes in curve.items() if number >= count / 3]
    if len(later) > 1:
        name = "memory, end / first third of the run"
        yield Figure(name=name, value=later[-1] / later[0], unit="x")


def measure_app(visitors: int = VISITORS, conversions: int = CONVERSIONS) -> Iterator[Figure]:
    """Start the web app and measure the page, many visitors at once, and memory.

    Args:
        visitors: how many come at once; 0 leaves them out.
        conversions: over how many memory is watched; 0 leaves it out.
    """
    with tempfile.TemporaryDirectory() as name, running_app(Path(name)) as app:
        parts = {part: Path(name) / part for part in ("page", "viewer", "visitors", "memory")}
        for folder in parts.values():
            folder.mkdir()
        yield Figure(name="start to first answer", value=app.start_s, unit="s")
        try:
            yield from measure_page(app, parts["page"])
            yield from measure_viewer(parts["viewer"])
        except NoBrowserError as error:
            yield Figure(name=f"page or viewer NOT measured: {error}", value=float("nan"), unit="")
        if visitors:
            yield from measure_visitors(app, parts["visitors"], visitors)
        if conversions:
            yield from measure_memory(app, parts["memory"], conversions)
