"""Speed and memory of the scan-line renderer, from 1 to 100 megapixels."""

import tracemalloc
from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from spatial.evaluation.figures import (
    TWELVE_MEGAPIXELS,
    Figure,
    best_of,
    run_python,
    synthetic_scene,
)
from spatial.settings import Fill, StereoSettings
from spatial.stereo import render_stereo

SIZES = ((867, 1156), (1500, 2000), (3000, 4000), (4500, 6000), (6000, 8000))
HUNDRED_MEGAPIXELS = (8660, 11540)


def measure_scanline() -> Iterator[Figure]:
    """Both eyes at 12 megapixels against two linear ``cv2.remap`` of the same picture."""
    height, width = TWELVE_MEGAPIXELS
    rgb, nearness = synthetic_scene(height, width)
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    x += 3.3
    floor = best_of(5, lambda: [cv2.remap(rgb, x, y, cv2.INTER_LINEAR) for _ in range(2)])
    yield Figure(name="two cv2.remap, 4000 x 3000", value=floor, unit="s")
    for fill in Fill:
        settings = StereoSettings(fill=fill)
        render_stereo(rgb[:64], nearness[:64], settings)  # compiled or read from the cache
        ours = best_of(3, lambda settings=settings: render_stereo(rgb, nearness, settings))
        name = f"scanline, {fill.value} fill"
        yield Figure(name=f"{name}, both eyes, 4000 x 3000", value=ours, unit="s")
        yield Figure(name=f"{name} / two remaps", value=ours / floor, unit="x")


def extra_bytes(fill: Fill, size: tuple[int, int]) -> float:
    """Return the peak memory of rendering above the pair itself, in bytes per pixel and eye.

    As told by tracemalloc, which sees every array of numpy and OpenCV.

    Args:
        fill: the quality.
        size: height and width in px.
    """
    rgb, nearness = synthetic_scene(*size)
    settings = StereoSettings(fill=fill)
    render_stereo(rgb[:64], nearness[:64], settings)
    tracemalloc.start()
    try:
        pair = render_stereo(rgb, nearness, settings)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    views = (pair.left, pair.right, pair.left_disoccluded, pair.right_disoccluded)
    kept = sum(array.nbytes for array in (*views, pair.disparity_px))
    return (peak - kept) / (2.0 * nearness.size)


def measure_memory(size: tuple[int, int] = TWELVE_MEGAPIXELS) -> Iterator[Figure]:
    """Peak extra memory of both qualities, at 12 megapixels."""
    for fill in Fill:
        value = extra_bytes(fill, size)
        name = f"scanline, {fill.value} fill, memory above the pair, {size[1]} x {size[0]}"
        yield Figure(name=name, value=value, unit="bytes per pixel and eye")


def measure_size(sizes: Sequence[tuple[int, int]] = SIZES) -> Iterator[Figure]:
    """The slope of log seconds over log pixels, both eyes, 1 to 48 megapixels."""
    pixels, seconds = [], []
    for size in sizes:
        rgb, nearness = synthetic_scene(*size)
        render_stereo(rgb[:64], nearness[:64], StereoSettings())
        pixels.append(nearness.size)
        seconds.append(
            best_of(3, lambda scene=(rgb, nearness): render_stereo(*scene, StereoSettings()))
        )
        yield Figure(
            name=f"scanline, fast fill, {nearness.size / 1e6:.0f} MP",
            value=1e9 * seconds[-1] / pixels[-1],
            unit="ns/px",
        )
    log_pixels, log_seconds = np.log((pixels, seconds))
    slope = float(np.polyfit(log_pixels, log_seconds, 1)[0])
    smallest, largest = (pixels[i] / 1e6 for i in (0, -1))
    name = f"slope of seconds over pixels, {smallest:.0f} to {largest:.0f} MP"
    yield Figure(name=name, value=slope, unit="")


_RENDER_ONCE = """
import sys
from time import perf_counter
from spatial.evaluation.figures import peak_memory_bytes, synthetic_scene
from spatial.settings import StereoSettings
from spatial.stereo import render_stereo
rgb, nearness = synthetic_scene(*map(int, sys.argv[1:]))
render_stereo(rgb[:64], nearness[:64], StereoSettings())
start = perf_counter()
pair = render_stereo(rgb, nearness, StereoSettings())
print(perf_counter() - start, peak_memory_bytes())
"""


def measure_large(size: tuple[int, int] = HUNDRED_MEGAPIXELS) -> Iterator[Figure]:
    """Seconds and peak memory of the largest photo that is read, in a process of its own.

    Photo, nearness and the pair alone are 19 bytes per pixel.
    """
    told = run_python(_RENDER_ONCE, [str(side) for side in size])
    seconds, peak_bytes = map(float, told.split())
    pixels = size[0] * size[1]
    name = f"scanline, fast fill, both eyes, {pixels / 1e6:.0f} MP"
    yield Figure(name=name, value=seconds, unit="s")
    yield Figure(name=f"{name}, peak of the process", value=peak_bytes / 1e9, unit="GB")
    yield Figure(name="the same", value=peak_bytes / pixels, unit="bytes per pixel")
