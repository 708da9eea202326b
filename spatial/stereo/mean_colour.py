# ruff: noqa: ANN001
"""What the fill ``best`` adds: far from what is known, colour returns to the mean around.

That is the best linear guess where colours correlate with ``exp(-distance / length)``. The mean is
taken on a coarse grid, of what is no nearer than the gap, so that no foreground is pulled in. All
lengths grow with the picture's width. Arrays are those of ``warp_rows``.
"""

import numpy as np
from numpy.typing import NDArray

from spatial.kernels import compiled, locate, read_bilinear, to_byte
from spatial.stereo.warp_rows import UNSEEN

_CELLS_ACROSS = 90
LENGTH_SHARE = 0.045  # of the width: distance at which colours are e times less alike
_SPREAD_SHARE = 0.12  # of the width: deviation of the Gaussian that weighs the surroundings
_SLACK_SHARE = 0.006  # of the width: deviation in disparity of what is nearer, at least 1 px
_LEAST_WEIGHT = 1e-6  # pixels: with less there is no mean


@compiled
def _add_up(view, depth, gap, cell_px, known, missing) -> None:
    """Add up cells: colour, disparity, count in ``known``; disparity and count in ``missing``."""
    for y in range(gap.shape[0]):
        for x in range(gap.shape[1]):
            if depth[y, x] == UNSEEN:
                continue
            row, column = y // cell_px, x // cell_px
            if gap[y, x] == 0:
                for c in range(3):
                    known[row, column, c] += np.float64(view[y, x, c])
                known[row, column, 3] += np.float64(depth[y, x])
                known[row, column, 4] += 1.0
            else:
                missing[row, column, 0] += np.float64(depth[y, x])
                missing[row, column, 1] += 1.0


@compiled
def _add_around(known, row, column, disparity, spread, total) -> None:
    """Add up colour and count of the cells around one, weighed, in ``total`` [4].

    ``spread``: deviations of the weight in cells, and in px of disparity for what is nearer.
    """
    cells, slack_px = spread
    reach = int(np.ceil(2.5 * cells))
    for y in range(max(row - reach, 0), min(row + reach + 1, known.shape[0])):
        for x in range(max(column - reach, 0), min(column + reach + 1, known.shape[1])):
            count = known[y, x, 4]
            if count == 0.0:
                continue
            nearer = max(known[y, x, 3] / count - disparity, 0.0) / slack_px
            away = ((y - row) ** 2 + (x - column) ** 2) / (cells * cells)
            weight = np.exp(-0.5 * (away + nearer * nearer))
            for c in range(3):
                total[c] += weight * known[y, x, c]
            total[3] += weight * count


@compiled
def _average(known, missing, spread, means) -> None:
    """Write the mean colour around cells in or beside gaps, and 1, to ``means`` [h, w, 4]."""
    height, width = missing.shape[:2]
    for row in range(height):
        for column in range(width):
            beside = missing[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
            count = beside[:, :, 1].sum()
            if count == 0.0:
                continue
            total = np.zeros(4)
            disparity = beside[:, :, 0].sum() / count
            _add_around(known, row, column, disparity, spread, total)
            if total[3] > _LEAST_WEIGHT:
                for c in range(4):
                    means[row, column, c] = np.float32(total[c] / total[3])


def mean_colours(
    view: NDArray[np.uint8], depth: NDArray[np.float32], gap: NDArray[np.int32]
) -> tuple[NDArray[np.float32], int]:
    """Return mean colours near the gaps of a view and the side of a cell in px.

    The means are float32 [h, w, 4], the last number 1; all are 0 where there is none.
    """
    height, width = gap.shape
    cell_px = max(1, width // _CELLS_ACROSS)
    shape = (-(-height // cell_px), -(-width // cell_px))
    known, missing = np.zeros((*shape, 5)), np.zeros((*shape, 2))
    _add_up(view, depth, gap, cell_px, known, missing)
    means = np.zeros((*shape, 4), np.float32)
    spread = (_SPREAD_SHARE * width / cell_px, max(1.0, _SLACK_SHARE * width))
    _average(known, missing, spread, means)
    return means, cell_px


@compiled
def return_to_mean(drawn, means, cell_px, top, out) -> None:
    """Move filled pixels towards the mean around, the more the farther they are from what is known.

    Args:
        drawn: (view, depth, gap) of the whole picture.
        means: of ``mean_colours``.
        cell_px: the same.
        top: number of the first row of ``out``.
        out: uint8 [h, W, 3], rows of the view, changed where ``gap`` is not 0.
    """
    _, depth, gap = drawn
    for y in range(top, top + out.shape[0]):
        row, below = locate(y, cell_px, means.shape[0])
        for x in range(gap.shape[1]):
            if gap[y, x] == 0 or depth[y, x] == UNSEEN:
                continue
            column, right = locate(x, cell_px, means.shape[1])
            place = (row, below, column, right)
            known = read_bilinear(means, place, 3)
            if known == 0:
                continue
            keep = np.exp(-abs(gap[y, x]) / (LENGTH_SHARE * gap.shape[1]))
            for c in range(3):
                mean = read_bilinear(means, place, c) / known
                own = np.float32(out[y - top, x, c])
                out[y - top, x, c] = to_byte(np.float32(mean + keep * (own - mean)))
