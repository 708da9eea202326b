"""How sharply estimated depth steps where true depth does."""

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.records import DepthMap

_STEP_SHARE = (
    0.06  # of the range of true disparity: a larger step from pixel to pixel is a silhouette
)
_BAND_SHARE = 0.006  # of the width: reach of the silhouette's neighbourhood on each side
_WINDOW_SHARE = 0.02  # of the width: both sides' own depth is looked for within this reach
_SIDE_SHARE = 0.25  # of the step: nearer to either side than this belongs to it
_LEAST_STEP = (
    0.5  # of a silhouette's step: where the estimate steps less, it does not see the silhouette
)


def _extremes(values: NDArray[np.float32], reach: int) -> tuple[NDArray, NDArray]:
    window = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    return cv2.erode(values, window), cv2.dilate(values, window)


def intermediate_share(estimated: NDArray[np.float32], true: NDArray[np.float32]) -> float:
    """Return the share of silhouette pixels whose estimate lies between both sides: 0 sharp, towards 1 blurred.

    A silhouette pixel lies within 0.6 % of the width of a step of true disparity of at least 6 % of its range, and
    within 2 % of the width the estimate steps by at least half as much. It is intermediate when its estimate is more
    than a quarter of that step away from the lowest and the highest estimate there. NaN when there is none.

    Args:
        estimated: float32 [H, W] in any unit that grows with ``true``, fitted to it.
        true: float32 [H, W].
    """
    width = true.shape[1]
    span = float(np.subtract(*np.percentile(true, (98, 2))))
    low, high = _extremes(true, 1)
    step = (high - low > _STEP_SHARE * span).astype(np.uint8)
    reach = max(1, round(_BAND_SHARE * width))
    band = cv2.dilate(step, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) > 0
    low, high = _extremes(estimated, max(2, round(_WINDOW_SHARE * width)))
    counted = band & (high - low > _LEAST_STEP * _STEP_SHARE * span)
    if not counted.any():
        return float("nan")
    place = (estimated[counted] - low[counted]) / (high[counted] - low[counted])
    return float(((place > _SIDE_SHARE) & (place < 1 - _SIDE_SHARE)).mean())


def naive_enlargement(depth: DepthMap, size: tuple[int, int]) -> DepthMap:
    """Return the map enlarged linearly to (height, width), without looking at the photo."""
    values = cv2.resize(depth.values, size[::-1], interpolation=cv2.INTER_LINEAR)
    return DepthMap.from_values(values, kind=depth.kind, space=depth.space)
