"""A finished picture as one JPEG file of a result."""

import numpy as np
from numpy.typing import NDArray

from spatial.formats.encode import encode_jpeg
from spatial.formats.format import EncodedFile
from spatial.records import SpatialPhoto

JPEG = "image/jpeg"


def exif_of(result: SpatialPhoto) -> bytes:
    """Return the EXIF block that goes into the files: the place only where the settings ask for it."""
    photo = result.photo
    wanted = photo.exif_with_gps if result.settings.export.keep_gps else b""
    return wanted or photo.exif


def jpeg_bytes(picture: NDArray[np.uint8], result: SpatialPhoto) -> bytes:
    """Return uint8 RGB [H, W, 3] as a JPEG of the settings' quality with the photo's EXIF block."""
    quality = result.settings.export.jpeg_quality
    return encode_jpeg(picture, quality=quality, exif=exif_of(result))


def jpeg_file(
    picture: NDArray[np.uint8], result: SpatialPhoto, *, role: str, suffix: str
) -> EncodedFile:
    """Return the JPEG file of uint8 RGB [H, W, 3]."""
    return EncodedFile(
        role=role,
        suffix=suffix,
        media_type=JPEG,
        data=jpeg_bytes(picture, result),
        width_px=picture.shape[1],
        height_px=picture.shape[0],
    )
