"""The default renderer: sub-pixel, depth-ordered, disocclusions filled from the background."""

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.kernels import for_each_stripe
from spatial.records import StereoPair
from spatial.settings import Fill, StereoSettings, Synthesise
from spatial.stereo.gaps import REACH_PX, smooth_gaps
from spatial.stereo.mean_colour import mean_colours, return_to_mean
from spatial.stereo.screen import place_screen, screen_disparity
from spatial.stereo.warp_rows import warp_rows

# Which part of the disparity each eye's view takes: x_view = x + part * disparity.
_EYE_PARTS: dict[Synthesise, tuple[float, float]] = {
    Synthesise.BOTH: (0.5, -0.5),
    Synthesise.RIGHT: (0.0, -1.0),
    Synthesise.LEFT: (1.0, 0.0),
}


class DrawnView(NamedTuple):
    """One synthesised view with its disparity, each row filled by itself.

    Attributes:
        rgb: uint8 [H, W, 3].
        disparity_px: float32 [H, W], of what is seen; in gaps, of the background that fills them;
            UNSEEN in rows that nothing of the photo reaches.
        gap_px: int32 [H, W], 0 where the photo shows the pixel, else the distance from the
            background that fills it, negative where that lies on the right.
    """

    rgb: NDArray[np.uint8]
    disparity_px: NDArray[np.float32]
    gap_px: NDArray[np.int32]


class WarpedView(NamedTuple):
    """One synthesised view.

    Attributes:
        rgb: uint8 [H, W, 3].
        disoccluded: bool [H, W], pixels that the photo does not show; their colour is filled in.
    """

    rgb: NDArray[np.uint8]
    disoccluded: NDArray[np.bool_]


def _draw(
    rgb: NDArray[np.uint8], disparity_px: NDArray[np.float32], rows: slice, fraction: float
) -> DrawnView:
    """Return some rows of a view; see ``warp_rows``."""
    height, width = disparity_px.shape
    first, last = max(rows.start - 1, 0), min(rows.stop + 1, height)  # the median's neighbours
    smooth = cv2.medianBlur(disparity_px[first:last], 3).reshape(last - first, width)
    disparity = smooth[rows.start - first : rows.stop - first]
    view = np.empty((len(disparity), width, 3), np.uint8)
    depth = np.empty(disparity.shape, np.float32)
    gap = np.empty(disparity.shape, np.int32)
    warp_rows(rgb[rows], disparity, fraction, view, depth, gap)
    return DrawnView(view, depth, gap)


def draw_view(
    rgb: NDArray[np.uint8], disparity_px: NDArray[np.float32], *, fraction: float
) -> DrawnView:
    """Return a view with its disparity and gaps, for ``fill_gaps``; else as ``warp_scanline``."""
    height, width = disparity_px.shape
    numbers = (np.empty((height, width), kind) for kind in (np.float32, np.int32))
    drawn = DrawnView(np.empty_like(rgb), *numbers)

    def work(top: int, bottom: int) -> None:
        rows = slice(top, bottom)
        for whole, part in zip(drawn, _draw(rgb, disparity_px, rows, fraction), strict=True):
            whole[rows] = part

    for_each_stripe(height, width, work)
    return drawn


def fill_gaps(drawn: DrawnView) -> NDArray[np.uint8]:
    """Return a drawn view whose gaps agree across rows and return to the mean far inside (best)."""
    out = drawn.rgb.copy()
    means, cell_px = mean_colours(*drawn)

    def work(top: int, bottom: int) -> None:
        smooth_gaps(drawn, (0, top), out[top:bottom])
        return_to_mean(drawn, means, cell_px, top, out[top:bottom])

    height, width = drawn.gap_px.shape
    for_each_stripe(height, width, work)
    return out


def _warp_fast(
    rgb: NDArray[np.uint8], disparity_px: NDArray[np.float32], fraction: float
) -> WarpedView:
    view, disoccluded = np.empty_like(rgb), np.empty(disparity_px.shape, bool)
    height, width = disparity_px.shape

    def work(top: int, bottom: int) -> None:
        rows = slice(max(top - REACH_PX, 0), min(bottom + REACH_PX, height))
        drawn = _draw(rgb, disparity_px, rows, fraction)
        own = slice(top - rows.start, bottom - rows.start)
        view[top:bottom] = drawn[0][own]
        np.not_equal(drawn[2][own], 0, out=disoccluded[top:bottom])
        smooth_gaps(drawn, (rows.start, top), view[top:bottom])

    for_each_stripe(height, width, work)
    return WarpedView(view, disoccluded)


def _warp_best(
    rgb: NDArray[np.uint8], disparity_px: NDArray[np.float32], fraction: float
) -> WarpedView:
    drawn = draw_view(rgb, disparity_px, fraction=fraction)
    return WarpedView(fill_gaps(drawn), drawn.gap_px != 0)


_WARPS: dict[Fill, Callable[[NDArray, NDArray, float], WarpedView]] = {
    Fill.FAST: _warp_fast,
    Fill.BEST: _warp_best,
}


def warp_scanline(
    rgb: NDArray[np.uint8],
    disparity_px: NDArray[np.float32],
    *,
    fraction: float,
    fill: Fill = Fill.FAST,
) -> WarpedView:
    """Return the view in which the photo's pixel x stands at ``x + fraction * disparity_px``.

    From a left photo with disparity ``x_left - x_right``, fraction -1 gives the right view; from a
    photo in the middle 0.5 gives the left view and -0.5 the right. Larger disparity is nearer and
    wins. 0 returns an equal picture. Single deviating disparities are removed by a 3 x 3 median
    first.

    Args:
        rgb: uint8 [H, W, 3].
        disparity_px: float32 [H, W], finite.
        fraction: any finite number.
        fill: how disocclusions are filled; ``best`` needs 11 bytes per pixel more.

    Raises:
        ValueError: the sizes differ, or the disparity holds NaN or infinite values.
    """
    if disparity_px.shape != rgb.shape[:2]:
        msg = (
            f"disparity is {disparity_px.shape}, the photo {rgb.shape[:2]}; give one of the "
            "photo's size"
        )
        raise ValueError(msg)
    if not (np.isfinite(disparity_px.min()) and np.isfinite(disparity_px.max())):
        msg = "disparity holds NaN or infinite values; fill unknown disparity before rendering"
        raise ValueError(msg)
    return _WARPS[fill](rgb, disparity_px, float(fraction))


def render_scanline(
    rgb: NDArray[np.uint8], nearness: NDArray[np.float32], settings: StereoSettings
) -> StereoPair:
    """Return both views; an eye that is not synthesised sees the photo itself, byte for byte."""
    screen = place_screen(nearness, settings)
    disparity_px = screen_disparity(nearness, screen, settings)
    left, right = (
        warp_scanline(rgb, disparity_px, fraction=part, fill=settings.fill)
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
        screen_nearness=screen.nearness if screen.strength_percent > 0 else None,
    )
