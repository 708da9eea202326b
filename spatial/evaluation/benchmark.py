"""Speed and memory on this machine, as ratios within one run wherever a ratio makes sense.

Seconds wander from run to run and from machine to machine; the ratios do so far less. Nothing here
is asserted.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

from spatial.bokeh import apply_bokeh
from spatial.evaluation.benchmark_collections import measure_collections
from spatial.evaluation.benchmark_depth import measure_depth, measure_marigold
from spatial.evaluation.benchmark_stereo import (
    measure_large,
    measure_memory,
    measure_scanline,
    measure_size,
)
from spatial.evaluation.figures import (
    TWELVE_MEGAPIXELS,
    Figure,
    best_of,
    run_python,
    synthetic_scene,
)
from spatial.formats import FORMATS
from spatial.records import DepthKind, DepthMap, DepthSpace, EstimatorInfo, Photo, SpatialPhoto
from spatial.settings import BokehMethod, BokehSettings, ConvertSettings
from spatial.stereo import render_stereo


def measure_import() -> Iterator[Figure]:
    """Seconds that ``import spatial`` adds to a start of Python."""
    command = [sys.executable, "-X", "importtime", "-c", "import spatial"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    microseconds = [
        int(line.split("|")[1]) for line in told.splitlines() if line.endswith(" spatial")
    ]
    yield Figure(name="import spatial", value=microseconds[-1] / 1e6, unit="s")


def measure_bokeh() -> Iterator[Figure]:
    """Seconds at 12 megapixels of each method."""
    rgb, nearness = synthetic_scene(*TWELVE_MEGAPIXELS)
    for method in BokehMethod:
        settings = BokehSettings(bokeh_method=method, focus_nearness=0.5)
        apply_bokeh(rgb[:64], nearness[:64], settings)
        seconds = best_of(2, lambda settings=settings: apply_bokeh(rgb, nearness, settings))
        yield Figure(name=f"bokeh {method.value}, 12 MP", value=seconds, unit="s")


def synthetic_result(height_px: int, width_px: int) -> SpatialPhoto:
    """Return a finished spatial photo of a synthetic scene."""
    rgb, nearness = synthetic_scene(height_px, width_px)
    settings = ConvertSettings()
    known = {"kind": DepthKind.AFFINE_INVARIANT, "space": DepthSpace.INVERSE_DEPTH}
    return SpatialPhoto(
        photo=Photo(rgb=rgb, name="scene"),
        depth=DepthMap(values=nearness, valid=np.ones(nearness.shape, bool), **known),
        nearness=nearness,
        focused=rgb,
        pair=render_stereo(rgb, nearness, settings.stereo),
        settings=settings,
        estimator=EstimatorInfo(
            id="synthetic",
            title="Synthetic",
            licence="Apache-2.0",
            source="made by the benchmark",
            revision="1",
            size_mb=0.0,
            **known,
        ),
    )


def measure_formats(size: tuple[int, int] = TWELVE_MEGAPIXELS) -> Iterator[Figure]:
    """Seconds and bytes of each row of FORMATS that this machine can write, at 12 megapixels."""
    result = synthetic_result(*size)
    megapixels = f"{size[0] * size[1] / 1e6:.2g} MP"
    for name, row in FORMATS.items():
        if not row.available():
            continue
        files = row.writer(result)
        seconds = best_of(1, lambda row=row: row.writer(result))
        yield Figure(name=f"format {name}, {megapixels}", value=seconds, unit="s")
        total = sum(len(file.data) for file in files)
        yield Figure(name=f"format {name}, size", value=total / 1e6, unit="MB")


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
    print(perf_counter() - start)
    del result
from spatial.evaluation.figures import peak_memory_bytes
print(peak_memory_bytes())
"""


def measure_convert() -> Iterator[Figure]:
    """Seconds and peak memory of a 12-megapixel JPEG to a side-by-side file, in a new process."""
    with tempfile.TemporaryDirectory() as folder:
        rgb, _ = synthetic_scene(*TWELVE_MEGAPIXELS)
        path = Path(folder) / "photo.jpg"
        cv2.imwrite(str(path), rgb)
        told = run_python(_CONVERT_TWICE, [str(path), folder])
    first_s, warm_s, peak_bytes = map(float, told.split())
    yield Figure(name="12 MP photo to side-by-side, warm", value=warm_s, unit="s")
    yield Figure(name="the same, first in its process", value=first_s, unit="s")
    yield Figure(name="peak memory", value=peak_bytes / 1e9, unit="GB")


STEREO_MEASURES: dict[str, Callable[[], Iterator[Figure]]] = {
    "scanline": measure_scanline,
    "memory": measure_memory,
    "size": measure_size,
    "large": measure_large,
}
MEASURES: dict[str, Callable[[], Iterator[Figure]]] = {
    "import": measure_import,
    **STEREO_MEASURES,
    "bokeh": measure_bokeh,
    "formats": measure_formats,
    "depth": measure_depth,
    "convert": measure_convert,
}
# Minutes: only where they are named.
NAMED_MEASURES: dict[str, Callable[[], Iterator[Figure]]] = {"collections": measure_collections}
# Minutes and gigabytes: only on demand.
FULL_MEASURES: dict[str, Callable[[], Iterator[Figure]]] = {"marigold": measure_marigold}
