"""Where a soft depth map steps, and from which depth to which."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.kernels import compiled, for_each_stripe

RADIUS_PX = 7  # both sides of a network's soft silhouette lie within it
_SIDE_SHARE = 0.2  # of the range within the radius: what is closer to an end belongs to that side
_PLANE_RATIO, _STEP_RATIO = 0.55, 0.65  # of the ranges within once and twice the radius
_LEAST_STEP = 0.03  # of the map's range: smaller steps stay soft


class Steps(NamedTuple):
    """What silhouettes join, each float32 [h, w].

    Attributes:
        far: mean depth of the far side around a pixel.
        near: mean depth of the near side.
        share: how much of a step there is, 0 to 1.
    """

    far: NDArray[np.float32]
    near: NDArray[np.float32]
    share: NDArray[np.float32]


@compiled
def _extremes(padded, y, x, radius):  # noqa: ANN001, ANN202
    low = high = padded[y, x]
    for j in range(y - radius, y + radius + 1):
        for i in range(x - radius, x + radius + 1):
            low = min(low, padded[j, i])
            high = max(high, padded[j, i])
    return low, high


@compiled
def _average_sides(padded, margin, sides, top, bottom) -> None:  # noqa: ANN001
    """Write far, near and range around rows [top, bottom) to ``sides``, 3 x float32 [h, w]."""
    far, near, span = sides
    for y in range(top, bottom):
        for x in range(span.shape[1]):
            low, high = _extremes(padded, y + margin, x + margin, RADIUS_PX)
            reach = np.float32(_SIDE_SHARE) * (high - low)
            far_total = near_total = far_count = near_count = np.float32(0.0)
            for j in range(y + margin - RADIUS_PX, y + margin + RADIUS_PX + 1):
                for i in range(x + margin - RADIUS_PX, x + margin + RADIUS_PX + 1):
                    value = padded[j, i]
                    if value <= low + reach:
                        far_total += value
                        far_count += np.float32(1.0)
                    if value >= high - reach:
                        near_total += value
                        near_count += np.float32(1.0)
            far[y, x] = far_total / far_count
            near[y, x] = near_total / near_count
            span[y, x] = high - low


def find_steps(depth: NDArray[np.float32]) -> Steps:
    """Return where a map in [0, 1], larger is nearer or farther alike, steps rather than slopes.

    A step has its whole range within the radius, so that a window of twice the radius has no more;
    a plane has twice as much there, and is none. The map is taken to go on beyond its border as it
    ends, so that planes stay planes.

    Args:
        depth: float32 [h, w].
    """
    height, width = depth.shape
    margin = 2 * RADIUS_PX
    padded = np.pad(depth, margin, mode="reflect", reflect_type="odd").astype(np.float32)
    far, near, span = (np.empty((height, width), np.float32) for _ in range(3))
    for_each_stripe(
        height,
        width,
        lambda top, bottom: _average_sides(padded, margin, (far, near, span), top, bottom),
    )
    window = np.ones((2 * margin + 1, 2 * margin + 1), np.uint8)
    wide = cv2.dilate(padded, window) - cv2.erode(padded, window)
    ratio = span / np.maximum(wide[margin:-margin, margin:-margin], np.float32(1e-6))
    share = np.clip((ratio - _PLANE_RATIO) / (_STEP_RATIO - _PLANE_RATIO), 0, 1)
    share *= np.clip(span / _LEAST_STEP - 1, 0, 1)
    return Steps(far, near, share.astype(np.float32))


def snap_to_sides(depth: NDArray[np.float32], steps: Steps) -> None:
    """Move every pixel between both sides to the closer one, in place, as far as there is a step.

    Args:
        depth: float32 [H, W].
        steps: of the same size.
    """
    side = np.where(
        depth + depth > steps.far + steps.near,
        np.maximum(steps.near, depth),
        np.minimum(steps.far, depth),
    )
    side -= depth
    side *= steps.share
    depth += side
