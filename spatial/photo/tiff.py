"""TIFF: the page that is the photo, camera raw told apart, and what Pillow cannot read by its name.

Tags of TIFF 6.0, section 8; DNG 1.7 for the two kinds of sensor data.
"""

import io
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from PIL import Image, TiffImagePlugin

from spatial.bounds import BoundsError, Entry, directories, directory, first_directory
from spatial.photo.limits import UnreadError
from spatial.photo.picture import Picture

MAX_PAGES = 100
_SUBFILE, _BITS, _COLOURS, _SAMPLES, _DNG, _FORMAT = 254, 258, 262, 277, 50706, 339
_REDUCED, _MASK = 1, 4
_SENSOR = {32803, 34892}  # colour filter array, linear raw
_WHITE_IS_ZERO, _SEPARATED, _FLOATING = 0, 5, 3
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_RAW_STARTS = (b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FOVb", b"\0MRM")
_NAMES = {_SEPARATED: "CMYK", 2: "RGB", 8: "CIELab", 9: "ICCLab", 32844: "LogLuv", 32845: "LogLuv"}

_Tags = dict[int, list[int]]


def is_raw(data: bytes) -> bool:
    """Tell whether a file is what a camera's sensor saw: its pictures are previews, if any."""
    if data.startswith(_RAW_STARTS) or data[8:11] == b"CR\2" or data[4:12] == b"ftypcrx ":
        return True
    if not data.startswith(_TIFF):
        return False
    try:
        found = [_numbers(data, entries) for entries in directories(data)]
        return (
            any(_DNG in tags or not _SENSOR.isdisjoint(tags.get(_COLOURS, ())) for tags in found)
            or _full_page(data) is None
        )
    except BoundsError:
        return False  # refused by those bounds


def open_tiff(data: bytes) -> Picture:
    """Return the first page of a TIFF file that is no thumbnail and no mask."""
    number, tags = _full_page(data) or (0, {})
    try:
        image = TiffImagePlugin.TiffImageFile(io.BytesIO(data))
        image.seek(number)
    except SyntaxError as error:
        raise _unreadable(tags) from error
    image.info.pop("xmp", None)  # its orientation would count
    notes = ("several pages; the first full one is used",) if image.is_animated else ()
    return Picture(image=image, exif=data, is_upright=True, notes=notes)


def decode_tiff(picture: Picture, data: bytes) -> Picture:
    """Return the picture with its pixels; deep grey whose white is zero is turned over."""
    image = picture.image
    image.load()
    is_negative = getattr(image, "tag_v2", {}).get(_COLOURS) == _WHITE_IS_ZERO
    if is_negative and image.mode.startswith("I;16"):
        turned = Image.fromarray(np.uint16(65535) - np.asarray(image).astype(np.uint16))
        turned.info.update(image.info)
        return replace(picture, image=turned)
    return picture


def _full_page(data: bytes) -> tuple[int, _Tags] | None:
    """Return number and tags of the first page that is neither reduced nor a mask."""
    for number, tags in enumerate(_pages(data)):
        if not tags.get(_SUBFILE, [0])[0] & (_REDUCED | _MASK):
            return number, tags
    return None


def _pages(data: bytes) -> Iterator[_Tags]:
    offset, seen = first_directory(data), set()
    while offset and offset not in seen and len(seen) < MAX_PAGES:
        seen.add(offset)
        entries, offset = directory(data, offset)
        yield _numbers(data, entries)


def _numbers(data: bytes, entries: list[Entry]) -> _Tags:
    wanted = (_SUBFILE, _BITS, _COLOURS, _SAMPLES, _DNG, _FORMAT)
    found = {entry.tag: entry.numbers(data) for entry in entries if entry.tag in wanted}
    return {tag: numbers for tag, numbers in found.items() if numbers}


def _unreadable(tags: _Tags) -> UnreadError:
    """Return the refusal of a sound page, by what its pixels are."""
    colours, samples = tags.get(_COLOURS, [-1])[0], tags.get(_SAMPLES, [1])[0]
    bits = max(tags.get(_BITS, [1]))
    name = _NAMES.get(colours, "grey" if samples < 3 else "colours")
    usual = {_SEPARATED: 4, 0: 1, 1: 1, 3: 1}.get(colours, 3)
    kind = f"{name}{' with alpha' if samples > usual else ''} of {bits} bit"
    if _FLOATING in tags.get(_FORMAT, ()):
        kind = f"{name} in floating point"
    return UnreadError(f"is a TIFF in {kind}, which is not read; export it as RGB with 8 or 16 bit")
