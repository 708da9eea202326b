# ruff: noqa: ANN001
"""Mean colours around gaps, on a coarse grid. Arrays are those of ``warp_rows``."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spatial.kernels import compiled
from spatial.stereo.warp_rows import UNSEEN

_CELLS_ACROSS = 90
AROUND_SHARE = 0.085  # of the width: deviation of the Gaussian that weighs the whole surroundings
SURFACE_SHARE = 0.04  # the same for pixels of the gap's own surface
SURFACE_SLACK_SHARE = 0.006  # of the width: deviation in disparity of what is one surface
_LEAST_WEIGHT = 1e-6  # pixels: with less there is no mean
UNKNOWN = np.float32(-1.0)


class MeanColours(NamedTuple):
    """Mean colours near gaps, UNKNOWN where there are none.

    Attributes:
        around: float32 [h, w, 3], of what around a cell is no nearer than its gaps.
        surface: float32 [h, w, 3], of the surface that the gaps in the cell belong to.
        cell_px: side of a cell.
    """

    around: NDArray[np.float32]
    surface: NDArray[np.float32]
    cell_px: int


@compiled
def _add_up(view, depth, gap, cell, known, missing) -> None:
    """Per cell: ``known`` gets the sums of colour, disparity and count, ``missing`` of disparity and count."""
    height, width = gap.shape
    for y in range(height):
        for x in range(width):
            if depth[y, x] == UNSEEN:
                continue
            if gap[y, x] == 0:
                cell_sum = known[y // cell, x // cell]
                for c in range(3):
                    cell_sum[c] += np.float64(view[y, x, c])
                cell_sum[3] += np.float64(depth[y, x])
                cell_sum[4] += 1.0
            else:
                missing[y // cell, x // cell, 0] += np.float64(depth[y, x])
                missing[y // cell, x // cell, 1] += 1.0


@compiled
def _gap_disparity(missing, row, column):  # noqa: ANN202
    """Return (mean disparity, count) of the gaps in a cell and its eight neighbours."""
    total = count = 0.0
    for y in range(max(row - 1, 0), min(row + 2, missing.shape[0])):
        for x in range(max(column - 1, 0), min(column + 2, missing.shape[1])):
            total += missing[y, x, 0]
            count += missing[y, x, 1]
    return total / max(count, 1.0), count


@compiled
def _weigh(known, place, disparity, spread, total) -> None:
    """Add the cells around a place [row, column], weighed by distance and disparity, to ``total``.

    ``spread``: deviations in cells, in px of disparity for what is nearer, and for what is farther.
    """
    height, width = known.shape[:2]
    row, column = place
    sigma, nearer, farther = spread
    reach = int(np.ceil(2.5 * sigma))
    for y in range(max(row - reach, 0), min(row + reach + 1, height)):
        for x in range(max(column - reach, 0), min(column + reach + 1, width)):
            if known[y, x, 4] == 0.0:
                continue
            off = known[y, x, 3] / known[y, x, 4] - disparity
            off /= nearer if off > 0 else farther
            far = ((y - row) ** 2 + (x - column) ** 2) / (sigma * sigma)
            weight = np.exp(-0.5 * (far + off * off))
            for c in range(5):
                total[c] += weight * known[y, x, c]


@compiled
def _average(known, missing, spread, out) -> None:
    """Gaussian means over cells; ``spread`` as for ``_weigh``, infinite: any disparity."""
    height, width = missing.shape[:2]
    for row in range(height):
        for column in range(width):
            disparity, count = _gap_disparity(missing, row, column)
            if count > 0.0:
                total = np.zeros(5)
                _weigh(known, (row, column), disparity, spread, total)
                if total[4] > _LEAST_WEIGHT:
                    for c in range(3):
                        out[row, column, c] = np.float32(total[c] / total[4])


def mean_colours(
    view: NDArray[np.uint8], depth: NDArray[np.float32], gap: NDArray[np.int32]
) -> MeanColours:
    """Return mean colours near the gaps of a view."""
    height, width = gap.shape
    cell = max(1, width // _CELLS_ACROSS)
    shape = (-(-height // cell), -(-width // cell))
    known, missing = np.zeros((*shape, 5)), np.zeros((*shape, 2))
    _add_up(view, depth, gap, cell, known, missing)
    around, surface = (np.full((*shape, 3), UNKNOWN) for _ in range(2))
    slack_px = max(1.0, SURFACE_SLACK_SHARE * width)
    _average(known, missing, (AROUND_SHARE * width / cell, slack_px, np.inf), around)
    _average(known, missing, (SURFACE_SHARE * width / cell, slack_px, slack_px), surface)
    return MeanColours(around, surface, cell)
