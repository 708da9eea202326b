# ruff: noqa: ANN001
"""Smoothing of filled gaps across rows. Arrays are those of ``warp_rows``."""

import numpy as np

from spatial.kernels import compiled, to_byte
from spatial.stereo.warp_rows import SLACK_PER_PX, SLACK_PX, UNSEEN

REACH_PX = 12
_ROWS_EACH_WAY = 5  # that are averaged; a larger reach leaves rows out


@compiled
def smooth_gaps(drawn, rows, out) -> None:
    """Average filled pixels with the same background above and below, so that rows do not streak.

    The reach grows with the distance from the background; other surfaces take no part. Of a larger
    reach only some rows are taken, the same ones for all pixels of a neighbourhood, so that these
    agree.

    Args:
        drawn: (view, depth, gap) of some rows as ``warp_rows`` leaves them.
        rows: number, in the picture, of the first row of ``drawn``, and of ``out``.
        out: uint8 [h, W, 3], a copy of those rows of ``view``, changed where ``gap`` is not 0.
    """
    view, depth, gap = drawn
    origin, top = rows
    height, width = gap.shape
    one = np.float32(1.0)
    for row in range(out.shape[0]):
        y = row + top
        for x in range(width):
            distance = abs(gap[y - origin, x])
            if distance == 0 or depth[y - origin, x] == UNSEEN:
                continue
            reach = min(REACH_PX, distance)
            own, slack = depth[y - origin, x], np.float32(SLACK_PX + SLACK_PER_PX * distance)
            per_row = one / np.float32(reach + 1)
            step = max(1, reach // _ROWS_EACH_WAY)
            first = (max(y - reach, origin) + step - 1) // step * step
            red = green = blue = weights = np.float32(0.0)
            for other in range(first, min(y + reach + 1, origin + height), step):
                if abs(depth[other - origin, x] - own) <= slack:
                    offset = np.float32(other - y) * per_row
                    weight = (one - offset * offset) * (one - offset * offset)
                    weights += weight
                    red += weight * np.float32(view[other - origin, x, 0])
                    green += weight * np.float32(view[other - origin, x, 1])
                    blue += weight * np.float32(view[other - origin, x, 2])
            if weights > 0:
                out[row, x, 0] = to_byte(red / weights)
                out[row, x, 1] = to_byte(green / weights)
                out[row, x, 2] = to_byte(blue / weights)
