"""JPEG: very large ones are scaled down while they are decoded, and a lost end is filled."""

import io
import struct
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from PIL import Image, JpegImagePlugin

from spatial.bounds import directory, first_directory
from spatial.photo.limits import MAX_PIXELS
from spatial.photo.picture import Picture

MAX_JPEG_PIXELS = 400_000_000
MAX_MISSING = 0.05  # of the picture
MAX_PICTURES = 8  # of a multi-picture file that are looked at
_END = b"\xff\xd9"
_MP_ENTRIES = 0xB002
_NOTHING = 128  # what libjpeg decodes where data are missing


def open_jpeg(data: bytes) -> Picture:
    """Return the picture of a JPEG file."""
    return Picture(image=JpegImagePlugin.JpegImageFile(io.BytesIO(data)))


def decode_jpeg(picture: Picture, data: bytes) -> Picture:
    """Return the picture with its pixels, at most MAX_PIXELS of them, to its last row.

    Raises:
        OSError: more than MAX_MISSING of it is missing.
    """
    image, size = picture.image, picture.image.size
    divisor = _shrink(image)
    notes = picture.notes
    if divisor > 1:
        megapixels = size[0] * size[1] / 1e6
        notes += (f"its {megapixels:.0f} megapixels are read at 1/{divisor} of width and height",)
    try:
        image.load()
    except OSError as error:
        if "truncated" not in str(error):
            raise
        whole = JpegImagePlugin.JpegImageFile(io.BytesIO(data + _END))
        _shrink(whole)
        whole.load()
        missing = _fill_from_above(whole)
        if missing is None:
            raise
        image, share = missing
        lost = f"{share:.1%} of the picture is filled from above" if share else "all is there"
        notes += (f"its last bytes are missing; {lost}",)
    return replace(picture, image=image, notes=notes)


def pictures_behind(image: Image.Image, data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield type and file of the pictures behind the first one that an index lists (CIPA DC-007).

    The type is that of section 5.2.3.3, for instance 0x020002 for a view of a stereo pair.
    """
    block, base = image.info.get("mp", b""), image.info.get("mpoffset", 0)
    if not block:
        return
    entries, _ = directory(block, first_directory(block))
    for entry in entries:
        if entry.tag == _MP_ENTRIES:
            order = "<" if block.startswith(b"II") else ">"
            index = block[entry.at : entry.at + entry.size][: 16 * MAX_PICTURES]
            rows = struct.iter_unpack(order + "IIIHH", index[: len(index) // 16 * 16])
            for attribute, size, offset, _, _ in islice(rows, 1, None):
                yield attribute & 0xFFFFFF, data[base + offset : base + offset + size]


def _shrink(image: Image.Image) -> int:
    """Let the decoder scale the picture down to MAX_PIXELS; return the divisor."""
    divisor = 1
    while image.width * image.height > MAX_PIXELS * divisor**2:
        divisor *= 2
    if divisor > 1:
        image.draft(None, (-(-image.width // divisor), -(-image.height // divisor)))
    return divisor


def _fill_from_above(
    image: JpegImagePlugin.JpegImageFile,
) -> tuple[Image.Image, float] | None:
    """Return the picture without its missing part, and the share of that; None for too much."""
    pixels = np.array(image)
    missing = _missing_part(pixels, _block_px(image))
    share = float(missing.mean())
    rows = np.flatnonzero(missing.any(axis=1))
    if share > MAX_MISSING or (rows.size and rows[0] == 0):
        return None
    if rows.size:
        columns = np.arange(missing.shape[1])
        last_known = np.where(missing.any(axis=0), missing.argmax(axis=0), missing.shape[0]) - 1
        for row in rows:
            gone = missing[row]
            pixels[row, gone] = pixels[last_known[gone], columns[gone]]
    filled = Image.fromarray(pixels, image.mode)
    filled.info.update(image.info)
    return filled, share


def _block_px(image: JpegImagePlugin.JpegImageFile) -> int:
    """Return the longer side of what is coded at a time: 8 pixels, or 16 where colour is coarse."""
    factors = [max(h, v) for _, h, v, _ in image.layer]
    return 8 * max(factors) if len(factors) > 1 else 8


def _missing_part(pixels: NDArray, block_px: int) -> NDArray[np.bool_]:
    """Return where nothing was decoded: blocks of even middle grey, down to the last row.

    The last picture elements before them may be wrong, so that the block before the first one
    counts too.
    """
    height, width = pixels.shape[:2]
    grey = (pixels == _NOTHING).reshape(height, width, -1).all(axis=2)
    rows, columns = -(-height // block_px), -(-width // block_px)
    padded = np.ones((rows * block_px, columns * block_px), np.bool_)
    padded[:height, :width] = grey
    share = padded.reshape(rows, block_px, columns, block_px).mean(axis=(1, 3))
    blocks = share > 0.5
    down = np.logical_and.accumulate(blocks[::-1])[::-1]
    if down.any():
        down.flat[max(int(down.argmax()) - 1, 0)] = True
    return down.repeat(block_px, 0).repeat(block_px, 1)[:height, :width]
