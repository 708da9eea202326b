"""EXIF: the orientation, the focal length, and the part that goes on to the results.

Values stay the bytes that the file holds, so that text in any encoding comes out as it went in.
"""

import math
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from PIL import ExifTags, Image

from spatial.bounds import DAMAGE, check_exif, directory, first_directory

DIAGONAL_35MM_MM = math.hypot(36.0, 24.0)
MAX_BYTES = 65_000  # one segment of a JPEG file
ADOBE_RGB, UNCALIBRATED = 2, 65535  # ColorSpace

_TRANSPOSE = {  # EXIF orientation -> what makes the picture upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_Base, _Directory = ExifTags.Base, ExifTags.IFD
_KEPT_TAGS = (
    _Base.ImageDescription,
    _Base.Make,
    _Base.Model,
    _Base.Software,
    _Base.DateTime,
    _Base.Artist,
    _Base.Copyright,
)
_DROPPED_EXIF_TAGS = (
    _Base.MakerNote,  # unreadable once moved, and may hide anything
    _Base.ExifImageWidth,  # of the input, not of what is written
    _Base.ExifImageHeight,
    _Base.ColorSpace,
    _Directory.Interop,
)
_MM_PER_UNIT = {2: 25.4, 3: 10.0, 4: 1.0, 5: 0.001}  # EXIF FocalPlaneResolutionUnit
_ORDERS = {b"II*\0": "<", b"MM\0*": ">", b"II+\0": "<", b"MM\0+": ">"}
_SHORT, _LONG, _POINTER = 3, 4, 13
_CODES = {1: "B", _SHORT: "H", _LONG: "I", 5: "II", 6: "b", 8: "h", 9: "i", 10: "ii", 13: "I"}
_SIZES = {2: 1, 7: 1, 11: 4, 12: 8} | {kind: struct.calcsize("=" + c) for kind, c in _CODES.items()}


class Tag(NamedTuple):
    """A value: its TIFF type and its bytes, in the order of the block."""

    kind: int
    value: bytes


Tags = Mapping[int, Tag]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exif:
    """The directories of an EXIF block: picture, camera and place; ``order`` is that of struct."""

    order: str = ">"
    picture: Tags = field(default_factory=dict)
    camera: Tags = field(default_factory=dict)
    place: Tags = field(default_factory=dict)
    interop: Tags = field(default_factory=dict)

    def number(self, tags: Tags, tag: int) -> float:
        """Return a number above 0; 0 where it is absent, unknown (0 or x/0) or none."""
        kind, value = tags.get(tag, Tag(0, b""))
        code = self.order + _CODES.get(kind, "")
        if len(code) == 1 or len(value) < struct.calcsize(code):
            return 0.0
        first, *second = struct.unpack_from(code, value)
        if second:
            first = first / second[0] if second[0] else 0.0
        return max(float(first), 0.0)

    @property
    def orientation(self) -> int:
        """Return how the camera was held, 1 to 8."""
        return int(self.number(self.picture, _Base.Orientation)) or 1

    @property
    def is_adobe_rgb(self) -> bool:
        """Tell whether the colours are those of Adobe RGB (Exif 3.0, 4.6.6; DCF 2.0, 3.7)."""
        told = self.number(self.camera, _Base.ColorSpace)
        index = self.interop.get(1, Tag(0, b"")).value
        return told == ADOBE_RGB or (told == UNCALIBRATED and index.startswith(b"R03"))


def read_exif(block: bytes, tell: Callable[[str], None], *, is_file: bool = False) -> Exif:
    """Return what an EXIF block, or the head of a TIFF file, tells; damage is told."""
    block = block.removeprefix(b"Exif\0\0")
    if not block:
        return Exif()
    try:
        if not is_file:
            check_exif(block)
        order = _ORDERS[block[:4]]
        picture = _read(block, first_directory(block))
        camera = _inner(block, picture, _Directory.Exif)
        return Exif(
            order=order,
            picture=picture,
            camera=camera,
            place=_inner(block, picture, _Directory.GPSInfo),
            interop=_inner(block, camera, _Directory.Interop),
        )
    except DAMAGE:
        tell("its EXIF data are damaged and not used")
        return Exif()


def _read(block: bytes, offset: int) -> Tags:
    """Return the values of a directory; one that lies beyond the block's end is left out."""
    entries, _ = directory(block, offset)
    return {
        entry.tag: Tag(entry.kind, block[entry.at : entry.at + entry.size])
        for entry in entries
        if entry.kind in _SIZES and 0 < entry.size <= len(block) - entry.at
    }


def _inner(block: bytes, tags: Tags, pointer: int) -> Tags:
    entry = tags.get(pointer)
    if entry is None or entry.kind not in (_LONG, _POINTER):
        return {}
    return _read(block, int.from_bytes(entry.value, "little" if block[:2] == b"II" else "big"))


def turn_upright(image: Image.Image, orientation: int) -> Image.Image:
    """Return the picture as the camera was held, EXIF orientation 1 to 8; others count as 1."""
    turn = _TRANSPOSE.get(orientation)
    return image if turn is None else image.transpose(turn)


def find_focal_px(exif: Exif, *, width_px: int, height_px: int) -> float | None:
    """Return the focal length in pixels of the upright photo, or None.

    From the 35-mm equivalent by the diagonal (CIPA DCG-001): f_px = f_35 * diagonal_px / 43.27 mm.
    Otherwise from the focal length in mm and the pixels per unit of the sensor, scaled to the
    present size.

    >>> exif = Exif(camera={ExifTags.Base.FocalLengthIn35mmFilm: Tag(_SHORT, bytes((0, 24)))})
    >>> round(find_focal_px(exif, width_px=3600, height_px=2400), 6)
    2400.0
    """

    def told(tag: int) -> float:
        return exif.number(exif.camera, tag)

    if focal_35mm := told(_Base.FocalLengthIn35mmFilm):
        return focal_35mm * math.hypot(width_px, height_px) / DIAGONAL_35MM_MM
    resolution = told(_Base.FocalPlaneXResolution)
    unit = int(told(_Base.FocalPlaneResolutionUnit)) or 2
    pixels_per_mm = resolution / _MM_PER_UNIT[unit] if unit in _MM_PER_UNIT else 0.0
    if not (told(_Base.FocalLength) and pixels_per_mm):
        return None
    sensor_px = max(told(_Base.ExifImageWidth), told(_Base.ExifImageHeight))
    scale = max(width_px, height_px) / sensor_px if sensor_px else 1.0
    return told(_Base.FocalLength) * pixels_per_mm * scale


def exif_for_results(exif: Exif, tell: Callable[[str], None]) -> bytes:
    """Return EXIF about picture and camera only: no GPS, thumbnail, maker note; orientation 1."""
    return _to_bytes(exif, {}, tell)


def exif_with_gps(exif: Exif) -> bytes:
    """Return what ``exif_for_results`` does and the place; nothing when the file tells no place."""
    return _to_bytes(exif, exif.place, lambda _note: None) if exif.place else b""


def _to_bytes(exif: Exif, place: Tags, tell: Callable[[str], None]) -> bytes:
    picture = {int(tag): exif.picture[tag] for tag in _KEPT_TAGS if tag in exif.picture}
    camera = {tag: v for tag, v in exif.camera.items() if tag not in _DROPPED_EXIF_TAGS}
    if not (picture or camera or place):
        return b""
    parts = (picture, camera, dict(place))
    while sum(12 + len(tag.value) for part in parts for tag in part.values()) > MAX_BYTES:
        largest, size, part = max(
            ((tag, len(part[tag].value), part) for part in parts for tag in part),
            key=lambda found: found[1],
        )
        tell(f"a value of {size} bytes in its EXIF data is not kept")
        del part[largest]
    picture[_Base.Orientation] = Tag(_SHORT, struct.pack(exif.order + "H", 1))
    inner = [(_Directory.Exif, camera), (_Directory.GPSInfo, parts[2])]
    return _join(exif.order, picture, [(pointer, tags) for pointer, tags in inner if tags])


def _join(order: str, picture: Tags, inner: list[tuple[int, Tags]]) -> bytes:
    """Return the block of a directory and those that it points to, each behind the one before."""
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 8)
    pointers = {pointer: Tag(_LONG, bytes(4)) for pointer, _ in inner}
    at = 8 + len(_directory(order, {**picture, **pointers}, 8))
    body = b""
    for pointer, tags in inner:
        pointers[pointer] = Tag(_LONG, struct.pack(order + "I", at + len(body)))
        body += _directory(order, tags, at + len(body))
    return b"Exif\0\0" + head + _directory(order, {**picture, **pointers}, 8) + body


def _directory(order: str, tags: Tags, start: int) -> bytes:
    """Return a directory that begins at ``start``, and its long values."""
    table, values = struct.pack(order + "H", len(tags)), b""
    after = start + 2 + 12 * len(tags) + 4
    for tag, (kind, value) in sorted(tags.items()):
        field = value.ljust(4, b"\0")
        if len(value) > 4:
            field = struct.pack(order + "I", after + len(values))
            values += value + bytes(len(value) % 2)
        table += struct.pack(order + "HHI", tag, kind, len(value) // _SIZES[kind]) + field
    return table + bytes(4) + values
