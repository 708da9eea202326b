"""Rows are independent of each other: work on stripes of them, on all cores, in bounded memory."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

STRIPE_PIXELS = 1_500_000
MAX_WORKERS = 4  # bounds the memory for stripes under way, whatever the machine


def for_each_stripe(height_px: int, width_px: int, work: Callable[[int, int], None]) -> None:
    """Call ``work(top, bottom)`` for stripes of rows that cover [0, height_px), several at a time.

    ``work`` must write to its own rows only and release the GIL where it spends its time. Plain threads, because
    numba's own default threading layer aborts the process when two threads enter it, as a web server's do.
    """
    rows = max(16, STRIPE_PIXELS // width_px)
    tops = range(0, height_px, rows)
    workers = min(len(tops), os.cpu_count() or 1, MAX_WORKERS)
    with ThreadPoolExecutor(max_workers=workers) as pool:
        list(pool.map(lambda top: work(top, min(top + rows, height_px)), tops))
