"""A photo of a pinhole camera on a sphere: equal angles have equal lengths (equirectangular projection)."""

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

_ROWS_AT_ONCE = 256


class SphereCrop(NamedTuple):
    """The part of a sphere that a picture covers, centred straight ahead.

    Attributes:
        width_px: width of the picture.
        height_px: height of the picture.
        px_per_rad: scale, the same in both directions.
    """

    width_px: int
    height_px: int
    px_per_rad: float


def crop_of_photo(width_px: int, height_px: int, focal_px: float) -> SphereCrop:
    """Return the crop that holds the whole photo at its own scale in the middle.

    >>> crop_of_photo(200, 100, 100.0)
    SphereCrop(width_px=157, height_px=93, px_per_rad=100.0)
    """
    width = 2.0 * focal_px * math.atan(0.5 * width_px / focal_px)
    height = 2.0 * focal_px * math.atan(0.5 * height_px / focal_px)
    return SphereCrop(max(1, round(width)), max(1, round(height)), focal_px)


def to_sphere(
    rgb: NDArray[np.uint8], *, focal_px: float, crop: SphereCrop, shift_px: float = 0.0
) -> NDArray[np.uint8]:
    """Return uint8 [crop.height_px, crop.width_px, 3]; black where the photo shows nothing.

    The direction at longitude a and latitude b (down) meets the photo at x = f tan a, y = f tan b / cos a from its
    centre. ``shift_px`` moves the photo to the right by so many of its pixels.
    """
    height, width = rgb.shape[:2]
    longitude = (np.arange(crop.width_px) - 0.5 * (crop.width_px - 1)) / crop.px_per_rad
    latitude = (np.arange(crop.height_px) - 0.5 * (crop.height_px - 1)) / crop.px_per_rad
    ahead = np.maximum(np.cos(longitude), 1e-6)  # 180 degrees and more: far outside the photo
    x = focal_px * np.sin(longitude) / ahead + 0.5 * (width - 1) - shift_px
    x = x.astype(np.float32)
    out = np.empty((crop.height_px, crop.width_px, 3), np.uint8)
    for top in range(0, crop.height_px, _ROWS_AT_ONCE):
        down = np.tan(np.clip(latitude[top : top + _ROWS_AT_ONCE], -1.57, 1.57))
        y = (focal_px * down[:, None] / ahead + 0.5 * (height - 1)).astype(np.float32)
        columns = np.ascontiguousarray(np.broadcast_to(x, y.shape))
        out[top : top + len(down)] = cv2.remap(
            rgb, columns, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0
        )
    return out
