"""The camera that a file needs when the photo does not name one."""

import math

from spatial.records import Photo

BASELINE_M = 0.064  # between human eyes: what looks life-size; one photo tells no other
ASSUMED_FOCAL_35MM = 28.0  # main camera of most phones, in 35-mm equivalent
_DIAGONAL_35MM_MM = math.hypot(36.0, 24.0)


def focal_px(photo: Photo) -> float:
    """Return the photo's focal length in pixels, or that of a 28-mm (35-mm equivalent) lens when it is unknown.

    The equivalent is by the diagonal: f_px = 28 mm * diagonal_px / 43.27 mm, 65 degrees along the long side of 3:2.
    """
    if photo.focal_px is not None:
        return photo.focal_px
    return ASSUMED_FOCAL_35MM * math.hypot(photo.width_px, photo.height_px) / _DIAGONAL_35MM_MM
