# ruff: noqa: ANN001
"""Smoothing of filled gaps across rows. Arrays are those of ``warp_rows``."""

import numpy as np

from spatial.stereo.warp_rows import SLACK_PER_PX, SLACK_PX, UNSEEN, compiled, to_byte

FAST_REACH_PX = 16
_ROWS_EACH_WAY = 5  # that are averaged; a larger reach leaves rows out


@compiled
def smooth_gaps(drawn, top, out, largest_reach) -> None:
    """Average filled pixels with the same background above and below, so that rows do not streak.

    The reach grows with the distance from the background; other surfaces take no part.

    Args:
        drawn: (view, depth, gap) of some rows as ``warp_rows`` leaves them.
        top: number of the row of ``view`` that is ``out``'s first.
        out: uint8 [h, W, 3], a copy of those rows of ``view``, changed where ``gap`` is not 0.
        largest_reach: in rows.
    """
    view, depth, gap = drawn
    height, width = gap.shape
    one = np.float32(1.0)
    for row in range(out.shape[0]):
        y = row + top
        for x in range(width):
            distance = abs(gap[y, x])
            if distance == 0 or depth[y, x] == UNSEEN:
                continue
            reach = min(largest_reach, distance)
            own, slack = depth[y, x], np.float32(SLACK_PX + SLACK_PER_PX * distance)
            per_row = one / np.float32(reach + 1)
            red = green = blue = weights = np.float32(0.0)
            step = max(1, reach // _ROWS_EACH_WAY)
            for other in range(y - reach // step * step, y + reach + 1, step):
                if 0 <= other < height and abs(depth[other, x] - own) <= slack:
                    offset = np.float32(other - y) * per_row
                    weight = (one - offset * offset) * (one - offset * offset)
                    weights += weight
                    red += weight * np.float32(view[other, x, 0])
                    green += weight * np.float32(view[other, x, 1])
                    blue += weight * np.float32(view[other, x, 2])
            out[row, x, 0] = to_byte(red / weights)
            out[row, x, 1] = to_byte(green / weights)
            out[row, x, 2] = to_byte(blue / weights)
