"""Two real views -> a pair whose screen plane lies where it is wanted, by moving them sideways."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.geometry import known_sample, percentile_range, to_nearness
from spatial.records import DepthKind, DepthMap, DepthSpace, StereoPair
from spatial.settings import Convergence, StereoSettings
from spatial.stereo.scanline import draw_view
from spatial.stereo.screen import FAR_PERCENTILE, NEAR_PERCENTILE, limit_percent, screen_of

AS_IT_IS_PERCENT = (
    1.0  # of the width: *auto* leaves a pair alone whose subject is as near the screen
)


class PlacedPair(NamedTuple):
    """A pair, and the columns of the photo that its left view shows."""

    pair: StereoPair
    columns: slice


def place_pair(
    left: NDArray[np.uint8],
    right: NDArray[np.uint8],
    disparity_px: NDArray[np.float32],
    settings: StereoSettings | None,
) -> PlacedPair:
    """Return both views with the screen plane where the settings ask for it.

    One is moved against the other by whole pixels, and both are cut to what is left of them. The
    plane is chosen as for a synthesised pair; *auto* leaves a pair as it was photographed where its
    subject is near the screen already. Both ends keep within the largest angle as far as moving can
    do that; else they lie beyond it by as much.

    Args:
        left: uint8 [H, W, 3].
        right: uint8 [H, W, 3], its rows those of the left view.
        disparity_px: float32 [H, W], x_left - x_right of what the left view shows.
        settings: None = nothing is moved.
    """
    width = left.shape[1]
    known = DepthMap.from_values(
        disparity_px, kind=DepthKind.AFFINE_INVARIANT, space=DepthSpace.INVERSE_DEPTH
    )
    low, high = percentile_range(disparity_px, known.valid)
    shift = 0
    if settings is not None:
        percent = 100.0 * (high - low) / width
        screen = screen_of(to_nearness(known), percent, settings)
        shift = _shift_px(disparity_px, low + screen.nearness * (high - low), settings)
    kept = max(1, width - abs(shift))
    columns, of_right = (slice(start, start + kept) for start in (max(0, -shift), max(0, shift)))
    none = np.zeros((left.shape[0], kept), bool)
    pair = StereoPair(
        left=np.ascontiguousarray(left[:, columns]),
        right=np.ascontiguousarray(right[:, of_right]),
        disparity_px=disparity_px[:, columns] + np.float32(shift),
        left_disoccluded=none,
        right_disoccluded=none,
        screen_nearness=(-shift - low) / (high - low) if high > low else None,
    )
    return PlacedPair(pair, columns)


def _shift_px(disparity_px: NDArray[np.float32], plane_px: float, settings: StereoSettings) -> int:
    """Return by how many px disparity is to grow, which moves ``plane_px`` to the screen."""
    width = disparity_px.shape[1]
    is_near = abs(plane_px) <= 0.01 * AS_IT_IS_PERCENT * width
    wanted = 0.0 if settings.convergence is Convergence.AUTO and is_near else -plane_px
    far, near = np.percentile(known_sample(disparity_px), (FAR_PERCENTILE, NEAR_PERCENTILE))
    limit_px = 0.01 * limit_percent(settings) * width
    lowest, highest = -limit_px - far, limit_px - near
    if lowest > highest:
        return round(-0.5 * float(far + near))
    return round(float(np.clip(wanted, lowest, highest)))


def seen_by_right(
    values: NDArray[np.float32], left: NDArray[np.uint8], disparity_px: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return values of the left view's pixels, [H, W], as they lie in the right view."""
    drawn = draw_view(left, disparity_px, fraction=-1.0)
    rows, columns = np.indices(values.shape, np.float32)
    columns += np.clip(drawn.disparity_px, disparity_px.min(), disparity_px.max())
    columns -= drawn.gap_px  # what the left view hides is as the background beside it
    moved = cv2.remap(values, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)
