"""Speed and memory on this machine, as ratios within one run wherever a ratio makes sense.

Seconds wander from run to run and from machine to machine; the ratios do so far less. Nothing here is asserted.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.bokeh import apply_bokeh
from spatial.evaluation.app_server import running_app
from spatial.evaluation.bokeh import score_bokeh
from spatial.evaluation.figure import Figure
from spatial.evaluation.scene import TWELVE_MEGAPIXELS, synthetic_scene
from spatial.settings import BokehMethod, BokehSettings, Fill, StereoMethod, StereoSettings
from spatial.stereo import render_stereo


def _best_of(times: int, action: Callable[[], object]) -> float:
    """Return the seconds of the fastest of some runs."""
    seconds = []
    for _ in range(times):
        start = perf_counter()
        action()
        seconds.append(perf_counter() - start)
    return min(seconds)


def measure_import() -> Iterator[Figure]:
    """Seconds that ``import spatial`` adds to a start of Python."""
    command = [sys.executable, "-X", "importtime", "-c", "import spatial"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    microseconds = [
        int(line.split("|")[1]) for line in told.splitlines() if line.endswith(" spatial")
    ]
    yield Figure(name="import spatial", value=microseconds[-1] / 1e6, unit="s", goal="<= 1")


def measure_scanline() -> Iterator[Figure]:
    """Both eyes at 12 megapixels against two linear ``cv2.remap`` of the same picture."""
    height, width = TWELVE_MEGAPIXELS
    rgb, nearness = synthetic_scene(height, width)
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    x += 3.3
    floor = _best_of(5, lambda: [cv2.remap(rgb, x, y, cv2.INTER_LINEAR) for _ in range(2)])
    yield Figure(name="two cv2.remap, 4000 x 3000", value=floor, unit="s")
    for fill, goal in ((Fill.FAST, "<= 4"), (Fill.BEST, "<= 40")):
        settings = StereoSettings(fill=fill)
        render_stereo(rgb[:64], nearness[:64], settings)  # compiled or read from the cache
        ours = _best_of(3, lambda settings=settings: render_stereo(rgb, nearness, settings))
        name = f"scanline, {fill.value} fill"
        yield Figure(name=f"{name}, both eyes, 4000 x 3000", value=ours, unit="s")
        yield Figure(name=f"{name} / two remaps", value=ours / floor, unit="x", goal=goal)


def measure_size() -> Iterator[Figure]:
    """How the seconds of both eyes grow with the picture: the slope of log time over log pixels, 1 to 48 megapixels."""
    pixels, seconds = [], []
    for scale in (1, 2, 4, 7):
        height, width = 858 * scale, 1144 * scale
        rgb, nearness = synthetic_scene(height, width)
        pixels.append(height * width)
        seconds.append(
            _best_of(2, lambda pair=(rgb, nearness): render_stereo(*pair, StereoSettings()))
        )
        name = f"scanline, fast fill, {height * width / 1e6:.0f} MP"
        yield Figure(name=name, value=1e9 * seconds[-1] / pixels[-1], unit="ns/px")
    slope = float(np.polyfit(np.log(pixels), np.log(seconds), 1)[0])
    yield Figure(name="slope of seconds over pixels", value=slope, unit="", goal="about 1")


def measure_bokeh() -> Iterator[Figure]:
    """Seconds at 12 megapixels, and the colour error at a silhouette against a scene of known layers."""
    rgb, nearness = synthetic_scene(*TWELVE_MEGAPIXELS)
    for method in BokehMethod:
        settings = BokehSettings(bokeh_method=method, focus_nearness=0.5)
        apply_bokeh(rgb[:64], nearness[:64], settings)
        seconds = _best_of(2, lambda settings=settings: apply_bokeh(rgb, nearness, settings))
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
    ours = _best_of(5, lambda: render_stereo(rgb, nearness, settings))
    shift_px = (0.5 * settings.ipd_mm / settings.screen_width_mm * 256 * (1 - nearness)).astype(int)
    loops = _best_of(1, lambda: [paper_loops(rgb, shift_px, sign) for sign in (-1, 1)])
    yield Figure(name="paper: Python loops / ours", value=loops / ours, unit="x", goal=">= 50")


_CONVERT_TWICE = """
import resource, sys, threading
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
print("peak_kb", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def measure_convert() -> Iterator[Figure]:
    """A 12-megapixel JPEG to a side-by-side file in a process of its own: second run, and peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        rgb, _ = synthetic_scene(*TWELVE_MEGAPIXELS)
        path = Path(folder) / "photo.jpg"
        cv2.imwrite(str(path), rgb)
        told = _run_python(_CONVERT_TWICE, [str(path), folder])
    seconds = [float(s) for s in re.findall(r"seconds (\S+)", told)]
    peak_gb = float(re.findall(r"peak_kb (\d+)", told)[0]) * 1024 / 1e9
    yield Figure(name="12 MP photo to side-by-side, warm", value=seconds[-1], unit="s", goal="<= 6")
    yield Figure(name="the same, first in its process", value=seconds[0], unit="s")
    yield Figure(name="peak memory", value=peak_gb, unit="GB", goal="<= 2")


def _run_python(code: str, arguments: Sequence[str]) -> str:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def measure_start() -> Iterator[Figure]:
    """Seconds from the start of the web app to its first answer."""
    with tempfile.TemporaryDirectory() as folder, running_app(Path(folder)) as app:
        yield Figure(
            name="web app, start to first answer", value=app.start_s, unit="s", goal="<= 15"
        )


MEASURES: dict[str, Callable[[], Iterator[Figure]]] = {
    "import": measure_import,
    "start": measure_start,
    "scanline": measure_scanline,
    "size": measure_size,
    "bokeh": measure_bokeh,
    "paper": measure_paper,
    "convert": measure_convert,
}
