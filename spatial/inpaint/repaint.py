"""The disoccluded pixels of a pair, painted by an inpainter, window by window."""

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.depth import Progress
from spatial.geometry import fitted_size
from spatial.inpaint.inpainters import Inpainter
from spatial.records import StereoPair

LONGEST_SIDE_PX = 1536  # of what the model sees in windows: a large photo's gaps are shrunk
WINDOW_PX = 512  # what such models were trained at
MARGIN_PX = 64  # at a window's inner borders: too few surroundings, so not used


def windows(holes: NDArray[np.bool_]) -> Iterator[tuple[tuple[slice, slice], NDArray[np.bool_]]]:
    """Yield windows that cover all holes of a picture, and which of their pixels are taken.

    Every hole pixel is taken once, with MARGIN_PX of surroundings where the picture does not end
    before.
    """
    height, width = holes.shape
    rows, columns = min(WINDOW_PX, height), min(WINDOW_PX, width)
    open_holes = holes.copy()
    while open_holes.any():
        y, x = np.unravel_index(int(open_holes.argmax()), holes.shape)  # the topmost one
        top = min(max(int(y) - MARGIN_PX, 0), height - rows)
        left = min(max(int(x) - columns // 2, 0), width - columns)
        window = (slice(top, top + rows), slice(left, left + columns))
        core = tuple(
            slice(
                MARGIN_PX if part.start > 0 else 0,
                part.stop - part.start - (MARGIN_PX if part.stop < end else 0),
            )
            for part, end in zip(window, holes.shape, strict=True)
        )
        taken = np.zeros((rows, columns), bool)
        taken[core] = open_holes[window][core]
        open_holes[window] &= ~taken
        yield window, taken


def _repaint_view(
    rgb: NDArray[np.uint8], holes: NDArray[np.bool_], inpainter: Inpainter, seed: int
) -> NDArray[np.uint8]:
    height, width = holes.shape
    size = fitted_size(width, height, LONGEST_SIDE_PX)
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    share = cv2.resize(holes.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    small_holes = np.asarray(share).reshape(size[1], size[0]) > 0
    for window, taken in windows(small_holes):
        painted = inpainter(small[window].copy(), small_holes[window], seed=seed)
        small[window][taken] = painted[taken]
    whole = np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    out = rgb.copy()
    out[holes] = whole[holes]
    return out


def repaint(
    pair: StereoPair, inpainter: Inpainter, *, seed: int = 0, progress: Progress | None = None
) -> StereoPair:
    """Return the pair with its disoccluded pixels painted; all others stay, byte for byte.

    Args:
        pair: as rendered, filled from the background: the model starts from that.
        inpainter: a loaded model.
        seed: start of the random numbers.
        progress: told before each view.
    """
    report = progress or (lambda _share, _words: None)
    views = []
    for number, (view, holes) in enumerate(
        ((pair.left, pair.left_disoccluded), (pair.right, pair.right_disoccluded))
    ):
        report(0.5 * number, "painting what no camera saw")
        views.append(_repaint_view(view, holes, inpainter, seed) if holes.any() else view)
    return replace(pair, left=views[0], right=views[1])
