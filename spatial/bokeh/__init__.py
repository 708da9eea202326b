"""Depth of field: photo and nearness -> a photo sharp at one distance; one row per method."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from spatial.bokeh.lens import blur_lens
from spatial.bokeh.paper import blur_paper, kernel_sizes
from spatial.settings import BokehMethod, BokehSettings

__all__ = ["METHODS", "apply_bokeh", "kernel_sizes"]

METHODS: dict[BokehMethod, Callable[[NDArray, NDArray, BokehSettings], NDArray[np.uint8]]] = {
    BokehMethod.LENS: blur_lens,
    BokehMethod.PAPER: blur_paper,
}


def apply_bokeh(
    rgb: NDArray[np.uint8], nearness: NDArray[np.float32], settings: BokehSettings
) -> NDArray[np.uint8]:
    """Return the picture with depth of field, uint8 [H, W, 3]; what is in focus stays bit for bit.

    Whether it is wanted at all (``settings.bokeh``) is the caller's question.

    Args:
        rgb: uint8 [H, W, 3].
        nearness: float32 [H, W], 0 far, 1 near, finite; values beyond are used by ``lens``, clipped
            by ``paper``.
        settings: focal plane and strength.

    Raises:
        ValueError: the sizes differ, or nearness holds NaN or infinite values.
    """
    if nearness.shape != rgb.shape[:2]:
        msg = f"nearness is {nearness.shape}, the photo {rgb.shape[:2]}; resize depth to the photo"
        raise ValueError(msg)
    if not (np.isfinite(nearness.min()) and np.isfinite(nearness.max())):
        msg = "nearness holds NaN or infinite values; fill unknown depth before blurring"
        raise ValueError(msg)
    return METHODS[settings.bokeh_method](rgb, nearness, settings)
