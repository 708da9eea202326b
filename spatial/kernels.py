"""What all compiled loops share: options, stripes of rows, reading between pixels, rounding.

Steps and first pixels are passed to compiled functions as np.int64(...): whatever gets a literal is
compiled once more for it.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import cv2
import numba
import numpy as np

STRIPE_PIXELS = 1_500_000  # at most
MAX_WORKERS = 4  # bounds the memory for stripes under way, whatever the machine

compiled = numba.njit(cache=True, nogil=True, error_model="numpy")
"""Compile a function once and for all processes; it releases the GIL, and divides as numpy does."""


def for_each_stripe(height_px: int, width_px: int, work: Callable[[int, int], None]) -> None:
    """Call ``work(top, bottom)`` for stripes of rows that cover [0, height_px).

    So many at a time as OpenCV has threads in this process, which shares them with other processes.

    Rows must not depend on each other: ``work`` writes to its own rows only and releases the GIL
    where it spends its time. Plain threads, because numba's own default threading layer aborts the
    process when two threads enter it, as a web server's do.
    """
    workers = min(cv2.getNumThreads() or 1, MAX_WORKERS)
    rows = max(16, min(STRIPE_PIXELS // width_px, -(-height_px // workers)))
    tops = range(0, height_px, rows)
    with ThreadPoolExecutor(max_workers=workers) as pool:
        list(pool.map(lambda top: work(top, min(top + rows, height_px)), tops))


@compiled
def to_byte(value):  # noqa: ANN001, ANN201
    """Round a float and keep it in [0, 255]."""
    return np.uint8(min(max(int(value + np.float32(0.5)), 0), 255))


@compiled
def locate(pixel, cell_px, cells):  # noqa: ANN001, ANN201
    """Return where a pixel's centre lies between those of cells: (cell, share of the next one)."""
    at = (np.float32(pixel) + np.float32(0.5)) / np.float32(cell_px) - np.float32(0.5)
    at = min(max(at, np.float32(0.0)), np.float32(cells - 1))
    return int(at), at - np.float32(int(at))


@compiled
def read_bilinear(grid, place, channel):  # noqa: ANN001, ANN201
    """Read a grid [h, w, c] at ``place``: (row, share of the next, column, share of the next)."""
    y, v, x, u = place
    below, right = min(y + 1, grid.shape[0] - 1), min(x + 1, grid.shape[1] - 1)
    upper = grid[y, x, channel] + u * (grid[y, right, channel] - grid[y, x, channel])
    lower = grid[below, x, channel] + u * (grid[below, right, channel] - grid[below, x, channel])
    return upper + v * (lower - upper)
