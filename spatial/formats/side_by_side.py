"""Full, half and cross-eyed side-by-side; the left eye's view is on the left half unless cross-eyed.

The suffixes are those by which players know a layout: ``_LRF`` (Pigasus), ``_Full_SBS`` (SKYBOX, iw3-player), ``_SBS``
(DeoVR); ``_LR`` alone means half (iw3-player), so a half picture must not carry ``_SBS``; ``_RLF`` is right eye first.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.formats.format import EncodedFile
from spatial.formats.picture_file import jpeg_file
from spatial.records import SpatialPhoto

SIDE_BY_SIDE, HALF_SIDE_BY_SIDE, CROSS_EYED = "side_by_side", "half_side_by_side", "cross_eyed"


def side_by_side(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return [H, 2 W, 3]: both views [H, W, 3] at full size, left eye on the left."""
    return np.concatenate((left, right), axis=1)


def half_side_by_side(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return both views [H, W, 3] squeezed to half their width, averaged over area, left eye on the left.

    An odd width is rounded up, so that both halves are equal: [H, 2 ceil(W / 2), 3].
    """
    height, width = left.shape[:2]
    half = ((width + 1) // 2, height)
    views = [cv2.resize(view, half, interpolation=cv2.INTER_AREA) for view in (left, right)]
    return np.asarray(np.concatenate(views, axis=1), np.uint8)


def encode_side_by_side(result: SpatialPhoto, _name: str) -> tuple[EncodedFile, ...]:
    """Return the full side-by-side JPEG."""
    picture = side_by_side(result.pair.left, result.pair.right)
    return (jpeg_file(picture, result, role=SIDE_BY_SIDE, suffix="_LRF_Full_SBS.jpg"),)


def encode_half_side_by_side(result: SpatialPhoto, _name: str) -> tuple[EncodedFile, ...]:
    """Return the half side-by-side JPEG."""
    picture = half_side_by_side(result.pair.left, result.pair.right)
    return (jpeg_file(picture, result, role=HALF_SIDE_BY_SIDE, suffix="_Half_LR.jpg"),)


def encode_cross_eyed(result: SpatialPhoto, _name: str) -> tuple[EncodedFile, ...]:
    """Return the JPEG for viewing with crossed eyes: the right eye's view on the left half."""
    picture = side_by_side(result.pair.right, result.pair.left)
    return (jpeg_file(picture, result, role=CROSS_EYED, suffix="_RLF_cross.jpg"),)
