"""High dynamic range of more than 8 bit: tone-mapped at the depth of the file, so without steps.

Pillow hands out 8 bit. HEIC is read by pi-heif at its depth, PNG and AVIF by OpenCV.
"""

import io
from dataclasses import replace

import numpy as np
import pi_heif
from numpy.typing import NDArray
from PIL import Image

from spatial.photo.colour_spaces import to_srgb_levels
from spatial.photo.picture import Picture

_ROWS_AT_ONCE = 256


def decode_deep(picture: Picture, data: bytes, number: int | None = None) -> Picture:
    """Return the picture with its pixels; those with more than 8 bit of high range in sRGB.

    ``number`` says which one of the pictures of a HEIF file it is; None = its primary one.
    """
    image = picture.image
    srgb = _tone_mapped(picture, data, number)
    if srgb is None or image.format == "PNG":  # which may have EXIF at its end
        image.load()
    return replace(picture, srgb=srgb)


def _tone_mapped(picture: Picture, data: bytes, number: int | None) -> Image.Image | None:
    """Return the picture in sRGB; None where 8 bit are enough, or it is no plain RGB."""
    if picture.high_range is None or picture.image.mode != "RGB":
        return None
    bits, *codes = picture.high_range
    is_heif = picture.image.format == "HEIF"
    levels = _read_heif(data, number) if is_heif else _read_by_opencv(data)
    size = picture.image.size
    if levels is None or levels.dtype != np.uint16 or levels.shape != (size[1], size[0], 3):
        return None
    most = (1 << bits) - 1
    table = to_srgb_levels(codes[0], codes[1], most << (16 - bits) if is_heif else most)
    rgb = np.empty(levels.shape, np.uint8)
    for top in range(0, size[1], _ROWS_AT_ONCE):
        part = slice(top, top + _ROWS_AT_ONCE)
        rgb[part] = table(levels[part])
    return Image.fromarray(rgb)


def _read_heif(data: bytes, number: int | None) -> NDArray:
    """Return levels that fill 16 bit from above."""
    file = pi_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False)
    return np.array(file if number is None else file[number])  # a copy: its memory goes with it


def _read_by_opencv(data: bytes) -> NDArray | None:
    import cv2  # noqa: PLC0415 - takes a while

    try:
        found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None  # Pillow tells what is wrong with it
    return None if found is None else np.asarray(found)[..., ::-1]
