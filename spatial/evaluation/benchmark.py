"""Speed and memory on this machine, as ratios within one run wherever a ratio makes sense.

Seconds wander from run to run and from machine to machine; the ratios do so far less. Nothing here is asserted.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.bokeh import apply_bokeh
from spatial.evaluation.app_server import running_app
from spatial.evaluation.benchmark_depth import measure_depth, measure_marigold
from spatial.evaluation.benchmark_formats import measure_formats
from spatial.evaluation.benchmark_stereo import (
    measure_large,
    measure_memory,
    measure_scanline,
    measure_size,
)
from spatial.evaluation.bokeh import score_bokeh
from spatial.evaluation.figures import (
    TWELVE_MEGAPIXELS,
    Figure,
    best_of,
    run_python,
    synthetic_scene,
)
from spatial.settings import BokehMethod, BokehSettings, StereoMethod, StereoSettings
from spatial.stereo import render_stereo


def measure_import() -> Iterator[Figure]:
    """Seconds that ``import spatial`` adds to a start of Python."""
    command = [sys.executable, "-X", "importtime", "-c", "import spatial"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    microseconds = [
        int(line.split("|")[1]) for line in told.splitlines() if line.endswith(" spatial")
    ]
    yield Figure(name="import spatial", value=microseconds[-1] / 1e6, unit="s", goal="<= 1")


def measure_bokeh() -> Iterator[Figure]:
    """Seconds at 12 megapixels, and the colour error at a silhouette against a scene of known layers."""
    rgb, nearness = synthetic_scene(*TWELVE_MEGAPIXELS)
    for method in BokehMethod:
        settings = BokehSettings(bokeh_method=method, focus_nearness=0.5)
        apply_bokeh(rgb[:64], nearness[:64], settings)
        seconds = best_of(2, lambda settings=settings: apply_bokeh(rgb, nearness, settings))
        yield Figure(name=f"bokeh {method.value}, 12 MP", value=seconds, unit="s", goal="<= 1")
    for name, error in score_bokeh().items():
        yield Figure(name=f"error at the silhouette: {name}", value=error, unit="of 255")


def _nearest_known(
    view_row: NDArray[np.uint8], hole_row: NDArray[np.bool_], column: int
) -> NDArray[np.uint8]:
    """Return the colour of the nearest pixel of the row that is no hole, the left one on a tie."""
    for offset in range(1, len(hole_row)):
        for neighbour in (column - offset, column + offset):
            if 0 <= neighbour < len(hole_row) and not hole_row[neighbour]:
                return view_row[neighbour]
    return view_row[column]


def paper_loops(
    rgb: NDArray[np.uint8], shift_px: NDArray[np.int64], sign: int
) -> NDArray[np.uint8]:
    """One view of Eq. 5 with its fill in plain Python loops, the yardstick of the vectorised method."""
    height, width = shift_px.shape
    view, hole = np.zeros_like(rgb), np.ones((height, width), bool)
    for row in range(height):
        for column in range(width):
            target = column + sign * int(shift_px[row, column])
            if 0 <= target < width:
                view[row, target], hole[row, target] = rgb[row, column], False
        for column in range(width):
            if hole[row, column]:
                view[row, column] = _nearest_known(view[row], hole[row], column)
    return view


def measure_paper() -> Iterator[Figure]:
    """The vectorised paper method against plain Python loops on one small picture."""
    rgb, nearness = synthetic_scene(192, 256)
    settings = StereoSettings(stereo_method=StereoMethod.PAPER)
    nearness = np.clip(nearness, 0, 1)
    render_stereo(rgb, nearness, settings)
    ours = best_of(5, lambda: render_stereo(rgb, nearness, settings))
    shift_px = (0.5 * settings.ipd_mm / settings.screen_width_mm * 256 * (1 - nearness)).astype(int)
    loops = best_of(1, lambda: [paper_loops(rgb, shift_px, sign) for sign in (-1, 1)])
    yield Figure(name="paper: Python loops / ours", value=loops / ours, unit="x", goal=">= 50")


_CONVERT_TWICE = """
import sys, threading
from datetime import datetime, timezone
from pathlib import Path
from time import perf_counter
from spatial import convert, load_estimator, load_photo, write_formats
photo_path, folder = map(Path, sys.argv[1:])
estimator = load_estimator("embedded")
for _ in range(2):
    start = perf_counter()
    result = convert(load_photo(photo_path), estimator=estimator)
    write_formats(result, folder, formats=("sbs",), created=datetime.now(timezone.utc))
    print("seconds", perf_counter() - start)
    del result
from spatial.evaluation.figures import peak_memory_bytes
print("peak_bytes", peak_memory_bytes())
"""


def measure_convert() -> Iterator[Figure]:
    """A 12-megapixel JPEG to a side-by-side file in a process of its own: second run, and peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        rgb, _ = synthetic_scene(*TWELVE_MEGAPIXELS)
        path = Path(folder) / "photo.jpg"
        cv2.imwrite(str(path), rgb)
        told = run_python(_CONVERT_TWICE, [str(path), folder])
    seconds = [float(s) for s in re.findall(r"seconds (\S+)", told)]
    peak_gb = float(re.findall(r"peak_bytes (\d+)", told)[0]) / 1e9
    yield Figure(name="12 MP photo to side-by-side, warm", value=seconds[-1], unit="s", goal="<= 6")
    yield Figure(name="the same, first in its process", value=seconds[0], unit="s")
    yield Figure(name="peak memory", value=peak_gb, unit="GB", goal="<= 2")


def measure_start() -> Iterator[Figure]:
    """Seconds from the start of the web app to its first answer."""
    with tempfile.TemporaryDirectory() as folder, running_app(Path(folder)) as app:
        yield Figure(
            name="web app, start to first answer", value=app.start_s, unit="s", goal="<= 15"
        )


STEREO_MEASURES: dict[str, Callable[[], Iterator[Figure]]] = {
    "scanline": measure_scanline,
    "memory": measure_memory,
    "size": measure_size,
    "large": measure_large,
}
MEASURES: dict[str, Callable[[], Iterator[Figure]]] = {
    "import": measure_import,
    "start": measure_start,
    **STEREO_MEASURES,
    "bokeh": measure_bokeh,
    "formats": measure_formats,
    "paper": measure_paper,
    "depth": measure_depth,
    "convert": measure_convert,
}
# Minutes and gigabytes: only on demand.
FULL_MEASURES: dict[str, Callable[[], Iterator[Figure]]] = {"marigold": measure_marigold}
