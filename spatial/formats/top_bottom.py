"""Full and half top-bottom: the left eye's view above the right eye's.

Suffixes: ``_TBF`` and ``_fulltb`` mean full, ``_TB`` alone half (iw3-player).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.formats.format import EncodedFile
from spatial.formats.picture_file import jpeg_file
from spatial.records import SpatialPhoto

TOP_BOTTOM, HALF_TOP_BOTTOM = "top_bottom", "half_top_bottom"


def top_bottom(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return [2 H, W, 3]: both views [H, W, 3] at full size, left eye on top."""
    return np.concatenate((left, right), axis=0)


def half_top_bottom(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return both views [H, W, 3] squeezed to half their height, averaged over area, left eye on top.

    An odd height is rounded up, so that both halves are equal: [2 ceil(H / 2), W, 3].
    """
    height, width = left.shape[:2]
    half = (width, (height + 1) // 2)
    views = [cv2.resize(view, half, interpolation=cv2.INTER_AREA) for view in (left, right)]
    return np.asarray(np.concatenate(views, axis=0), np.uint8)


def encode_top_bottom(result: SpatialPhoto, _name: str) -> tuple[EncodedFile, ...]:
    """Return the full top-bottom JPEG."""
    picture = top_bottom(result.pair.left, result.pair.right)
    return (jpeg_file(picture, result, role=TOP_BOTTOM, suffix="_TBF_fulltb.jpg"),)


def encode_half_top_bottom(result: SpatialPhoto, _name: str) -> tuple[EncodedFile, ...]:
    """Return the half top-bottom JPEG."""
    picture = half_top_bottom(result.pair.left, result.pair.right)
    return (jpeg_file(picture, result, role=HALF_TOP_BOTTOM, suffix="_Half_TB.jpg"),)
