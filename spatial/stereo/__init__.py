"""Photo and nearness -> two views: one function, one table row per method.

``disparity_px = x_left - x_right`` on the screen, larger is nearer; a hole is a boolean mask, never
a colour.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from spatial.records import StereoPair
from spatial.settings import StereoMethod, StereoSettings
from spatial.stereo.paper import render_paper
from spatial.stereo.real_pair import PlacedPair, place_pair, seen_by_right
from spatial.stereo.scanline import (
    DrawnView,
    WarpedView,
    draw_view,
    fill_gaps,
    render_scanline,
    warp_scanline,
)

__all__ = [
    "METHODS",
    "DrawnView",
    "PlacedPair",
    "WarpedView",
    "draw_view",
    "fill_gaps",
    "place_pair",
    "render_stereo",
    "seen_by_right",
    "warp_scanline",
]

METHODS: dict[StereoMethod, Callable[[NDArray, NDArray, StereoSettings], StereoPair]] = {
    StereoMethod.SCANLINE: render_scanline,
    StereoMethod.PAPER: render_paper,
}


def render_stereo(
    rgb: NDArray[np.uint8], nearness: NDArray[np.float32], settings: StereoSettings
) -> StereoPair:
    """Return the left and the right view of a photo with known nearness.

    Args:
        rgb: uint8 [H, W, 3], any size from 1 x 1.
        nearness: float32 [H, W], 0 far, 1 near; values beyond are used by ``scanline``, clipped by
            ``paper``.
        settings: the method, and how strong the effect is.

    Raises:
        ValueError: the sizes differ, or nearness holds NaN or infinite values.
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or rgb.size == 0:
        msg = f"stereo needs a uint8 [H, W, 3] picture, got {rgb.dtype} {rgb.shape}"
        raise ValueError(msg)
    if nearness.shape != rgb.shape[:2]:
        msg = f"nearness is {nearness.shape}, the photo {rgb.shape[:2]}; resize depth to the photo"
        raise ValueError(msg)
    if not (np.isfinite(nearness.min()) and np.isfinite(nearness.max())):
        msg = "nearness holds NaN or infinite values; fill unknown depth before rendering"
        raise ValueError(msg)
    return METHODS[settings.stereo_method](
        np.ascontiguousarray(rgb), np.ascontiguousarray(nearness, np.float32), settings
    )
