"""Where a soft depth map steps, from which depth to which, and which colours tell its sides apart.

A network's silhouette is a ramp of several pixels: its doubt about where the edge is. The place of
a pixel's depth between both sides is therefore taken as its odds of belonging to the near one, and
the pixel's colour as evidence: how much likelier it is on the near side than on the far side, where
the colours of both are normally distributed around their means. Without evidence the ramp stays.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.kernels import compiled, for_each_stripe

RADIUS_PX = 5  # both sides of a network's soft silhouette lie within it
_SIDE_SHARE = 0.2  # of the range within the radius: what is closer to an end belongs to that side
_PLANE_RATIO, _STEP_RATIO = 0.55, 0.65  # of the ranges within once and twice the radius
_LEAST_STEP = 0.03  # of the map's range: smaller steps stay soft
_COLOUR_NOISE = 1e-3  # variance, colours in [0, 1]: a weaker contrast says little
# Brightness, red against green, both against blue: nearly independent in photos.
_OPPONENTS = np.array([[1, 1, 1], [1, -1, 0], [0.5, 0.5, -1]], np.float32)
_OPPONENTS /= np.linalg.norm(_OPPONENTS, axis=1, keepdims=True)

DEPTH, FAR, NEAR, SHARE, WEIGHTS, OFFSET = 0, 1, 2, 3, 4, 7
"""Channels of ``find_steps``."""
_CHANNELS = 8


@compiled
def _add_up_sides(padded, y, x, sums):  # noqa: ANN001, ANN202
    """Add the pixels of both sides up, ``sums`` [2, 8], counts last; return the depth's range."""
    low = high = padded[y, x, 0]
    for j in range(y - RADIUS_PX, y + RADIUS_PX + 1):
        for i in range(x - RADIUS_PX, x + RADIUS_PX + 1):
            low = min(low, padded[j, i, 0])
            high = max(high, padded[j, i, 0])
    reach = np.float32(_SIDE_SHARE) * (high - low)
    sums[:] = 0
    for j in range(y - RADIUS_PX, y + RADIUS_PX + 1):
        for i in range(x - RADIUS_PX, x + RADIUS_PX + 1):
            belongs = padded[j, i, 0] <= low + reach, padded[j, i, 0] >= high - reach
            for side in range(2):
                if belongs[side]:
                    sums[side, 7] += 1
                    for channel in range(7):
                        sums[side, channel] += padded[j, i, channel]
    return high - low


@compiled
def _compare_sides(padded, margin, grid, span, top, bottom) -> None:  # noqa: ANN001
    """Write rows [top, bottom) of ``grid``, without shares, and of the range within the radius."""
    sums = np.zeros((2, 8), np.float32)
    for y in range(top, bottom):
        for x in range(span.shape[1]):
            span[y, x] = _add_up_sides(padded, y + margin, x + margin, sums)
            far, near, offset = sums[0, 7], sums[1, 7], np.float32(0)
            grid[y, x, DEPTH] = padded[y + margin, x + margin, 0]
            grid[y, x, FAR], grid[y, x, NEAR] = sums[0, 0] / far, sums[1, 0] / near
            for c in range(1, 4):
                of_far, of_near = sums[0, c] / far, sums[1, c] / near
                squares = sums[0, c + 3] + sums[1, c + 3] - far * of_far**2 - near * of_near**2
                variance = max(squares / (far + near), np.float32(0)) + np.float32(_COLOUR_NOISE)
                weight = (of_near - of_far) / variance
                grid[y, x, WEIGHTS + c - 1] = weight
                offset -= weight * (of_near + of_far) / 2
            grid[y, x, OFFSET] = offset


def find_steps(depth: NDArray[np.float32], rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return what silhouettes join, float32 [h, w, 8].

    The channels: DEPTH, the map itself. FAR and NEAR, the mean depth of both sides around a pixel.
    SHARE, 0 to 1, how much of a step rather than of a slope there is. WEIGHTS (of red, green and
    blue in [0, 1]) and OFFSET, whose sum is the logarithm of the odds that a colour is of the near
    side.

    A step has its whole range within the radius, so that a window of twice the radius has no more;
    a plane has twice as much there, and is none. The map is taken to go on beyond its border as it
    ends, so that planes stay planes.

    Args:
        depth: float32 [h, w], in [0, 1], larger is nearer or farther alike.
        rgb: uint8 [h, w, 3], the photo at the size of the map.
    """
    height, width = depth.shape
    margin = 2 * RADIUS_PX
    padded_depth = np.pad(depth, margin, mode="reflect", reflect_type="odd").astype(np.float32)
    colours = rgb.astype(np.float32) / np.float32(255) @ _OPPONENTS.T
    border = ((margin, margin), (margin, margin), (0, 0))
    padded = np.dstack([padded_depth, np.pad(np.dstack([colours, colours**2]), border, "reflect")])
    grid = np.empty((height, width, _CHANNELS), np.float32)
    span = np.empty((height, width), np.float32)
    for_each_stripe(
        height,
        width,
        lambda top, bottom: _compare_sides(padded, margin, grid, span, top, bottom),
    )
    window = np.ones((2 * margin + 1, 2 * margin + 1), np.uint8)
    wide = cv2.dilate(padded_depth, window) - cv2.erode(padded_depth, window)
    ratio = span / np.maximum(wide[margin:-margin, margin:-margin], np.float32(1e-6))
    share = np.clip((ratio - _PLANE_RATIO) / (_STEP_RATIO - _PLANE_RATIO), 0, 1)
    grid[..., FAR:SHARE] = np.clip(grid[..., FAR:SHARE], 0, 1)  # beyond the border the map goes on
    grid[..., SHARE] = share * np.clip(span / _LEAST_STEP - 1, 0, 1)
    grid[..., WEIGHTS:OFFSET] = grid[..., WEIGHTS:OFFSET] @ _OPPONENTS
    return grid
