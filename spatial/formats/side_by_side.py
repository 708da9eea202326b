"""Full and half side-by-side: the left eye's view on the left half.

The suffixes are those by which players know a layout: ``_LRF`` (Pigasus), ``_Full_SBS`` (SKYBOX, iw3-player), ``_SBS``
(DeoVR); ``_LR`` alone means half (iw3-player), so a half picture must not carry ``_SBS``.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.formats.encode import encode_jpeg
from spatial.formats.format import EncodedFile
from spatial.records import SpatialPhoto

SIDE_BY_SIDE, HALF_SIDE_BY_SIDE = "side_by_side", "half_side_by_side"


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


def _jpeg(
    picture: NDArray[np.uint8], result: SpatialPhoto, *, role: str, suffix: str
) -> EncodedFile:
    quality = result.settings.export.jpeg_quality
    return EncodedFile(
        role=role,
        suffix=suffix,
        media_type="image/jpeg",
        data=encode_jpeg(picture, quality=quality, exif=result.photo.exif),
        width_px=picture.shape[1],
        height_px=picture.shape[0],
    )


def encode_side_by_side(result: SpatialPhoto, _name: str) -> tuple[EncodedFile, ...]:
    """Return the full side-by-side JPEG."""
    picture = side_by_side(result.pair.left, result.pair.right)
    return (_jpeg(picture, result, role=SIDE_BY_SIDE, suffix="_LRF_Full_SBS.jpg"),)


def encode_half_side_by_side(result: SpatialPhoto, _name: str) -> tuple[EncodedFile, ...]:
    """Return the half side-by-side JPEG."""
    picture = half_side_by_side(result.pair.left, result.pair.right)
    return (_jpeg(picture, result, role=HALF_SIDE_BY_SIDE, suffix="_Half_LR.jpg"),)
