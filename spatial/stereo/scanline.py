"""The default renderer: sub-pixel, depth-ordered, disocclusions filled from the background."""

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.records import StereoPair
from spatial.settings import Convergence, StereoSettings, Synthesise
from spatial.stereo.stripes import for_each_stripe
from spatial.stereo.warp_rows import SMOOTH_RADIUS_PX, smooth_gaps, warp_rows

SUBJECT_PERCENTILE, NEAREST_PERCENTILE = 98.0, 99.5
BEHIND_WINDOW_PERCENT = 0.3  # of the width: where *auto* puts the subject
_SAMPLE_STEP_PX = 1000  # percentiles from about this many samples per axis

# Which part of the disparity each eye's view takes: x_view = x + part * disparity.
_EYE_PARTS: dict[Synthesise, tuple[float, float]] = {
    Synthesise.BOTH: (0.5, -0.5),
    Synthesise.RIGHT: (0.0, -1.0),
    Synthesise.LEFT: (1.0, 0.0),
}


class WarpedView(NamedTuple):
    """One synthesised view.

    Attributes:
        rgb: uint8 [H, W, 3].
        disoccluded: bool [H, W], pixels that the photo does not show; their colour is filled in.
    """

    rgb: NDArray[np.uint8]
    disoccluded: NDArray[np.bool_]


def warp_scanline(
    rgb: NDArray[np.uint8], disparity_px: NDArray[np.float32], *, fraction: float
) -> WarpedView:
    """Return the view in which the photo's pixel x stands at ``x + fraction * disparity_px``.

    From a left photo with disparity ``x_left - x_right``, fraction -1 gives the right view; from a photo in the middle
    0.5 gives the left view and -0.5 the right. Larger disparity is nearer and wins. 0 returns an equal picture.
    Single deviating disparities are removed by a 3 x 3 median first.

    Args:
        rgb: uint8 [H, W, 3].
        disparity_px: float32 [H, W], finite.
        fraction: any finite number.
    """
    height, width = disparity_px.shape
    view = np.empty_like(rgb)
    disoccluded = np.empty((height, width), bool)

    def work(top: int, bottom: int) -> None:
        first, last = max(top - SMOOTH_RADIUS_PX - 1, 0), min(bottom + SMOOTH_RADIUS_PX + 1, height)
        disparity = cv2.medianBlur(disparity_px[first:last], 3).reshape(last - first, width)
        drawn = np.empty((last - first, width, 3), np.uint8)
        depth = np.empty((last - first, width), np.float32)
        gap = np.empty((last - first, width), np.int32)
        warp_rows(rgb[first:last], disparity, float(fraction), drawn, depth, gap)
        own = slice(top - first, bottom - first)
        view[top:bottom] = drawn[own]
        np.not_equal(gap[own], 0, out=disoccluded[top:bottom])
        smooth_gaps(drawn, depth, gap, top - first, view[top:bottom])

    for_each_stripe(height, width, work)
    return WarpedView(view, disoccluded)


def _percentile(nearness: NDArray[np.float32], percentile: float) -> float:
    rows, columns = (max(1, n // _SAMPLE_STEP_PX) for n in nearness.shape)
    return float(np.percentile(nearness[::rows, ::columns], percentile))


def _converge_auto(nearness: NDArray[np.float32], settings: StereoSettings) -> float:
    middle = tuple(slice(n // 3, max(n - n // 3, n // 3 + 1)) for n in nearness.shape)
    subject = _percentile(nearness[middle], SUBJECT_PERCENTILE)
    strength = settings.max_parallax_percent
    # With less than 1.5 % of parallax the step behind the window shrinks too, so that 0 leaves the photo alone.
    behind = min(BEHIND_WINDOW_PERCENT, 0.2 * strength)
    return subject + behind / strength if strength > 0 else subject


def _converge_nearest(nearness: NDArray[np.float32], _: StereoSettings) -> float:
    return _percentile(nearness, NEAREST_PERCENTILE)


def _converge_value(_: NDArray[np.float32], settings: StereoSettings) -> float:
    return settings.convergence_nearness


_CONVERGENCE: dict[Convergence, Callable[[NDArray, StereoSettings], float]] = {
    Convergence.AUTO: _converge_auto,
    Convergence.NEAREST: _converge_nearest,
    Convergence.VALUE: _converge_value,
}


def screen_nearness(nearness: NDArray[np.float32], settings: StereoSettings) -> float:
    """Return the nearness that lies on the screen plane.

    *auto*: 0.3 % of the width in front of the 98th percentile of the picture's middle ninth (central third of rows
    and columns), so that the subject stands just behind the window; *nearest*: the 99.5th percentile of the whole
    picture; *value*: ``convergence_nearness``.
    """
    return _CONVERGENCE[settings.convergence](nearness, settings)


def screen_disparity(
    nearness: NDArray[np.float32], settings: StereoSettings
) -> NDArray[np.float32]:
    """Return float32 [H, W]: ``(nearness - screen_nearness) * max_parallax_percent / 100 * width`` in px."""
    gain_px = settings.max_parallax_percent / 100.0 * nearness.shape[1]
    disparity_px = nearness - np.float32(screen_nearness(nearness, settings))
    disparity_px *= np.float32(gain_px)
    return disparity_px


def render_scanline(
    rgb: NDArray[np.uint8], nearness: NDArray[np.float32], settings: StereoSettings
) -> StereoPair:
    """Return both views of a photo; an eye that is not synthesised sees the photo itself, byte for byte."""
    disparity_px = screen_disparity(nearness, settings)
    left, right = (
        warp_scanline(rgb, disparity_px, fraction=part)
        if part
        else WarpedView(rgb, np.zeros(nearness.shape, bool))
        for part in _EYE_PARTS[settings.synthesise]
    )
    return StereoPair(
        left=left.rgb,
        right=right.rgb,
        disparity_px=disparity_px,
        left_disoccluded=left.disoccluded,
        right_disoccluded=right.disoccluded,
    )
