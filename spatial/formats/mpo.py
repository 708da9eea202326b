"""MPO: both views as two JPEG pictures in one file, CIPA DC-007, type Multi-Frame Disparity.

The left view comes first. Each picture carries an ``MPF`` segment: the first one the index of both pictures, both an
attribute block with its number. Numbers are big-endian; offsets count from the segment's byte-order mark.
"""

import struct
from collections.abc import Sequence

from spatial.formats.camera import BASELINE_M
from spatial.formats.format import EncodedFile
from spatial.formats.jpeg_segments import APP2, end_of_headers, insert_segments, segment
from spatial.formats.picture_file import jpeg_bytes
from spatial.records import SpatialPhoto

MPO = "mpo"
DISPARITY_TYPE = 0x020002  # Multi-Frame Image (Disparity), JPEG, no dependencies
_IDENTIFIER = b"MPF\x00"
_BYTE_ORDER = b"MM\x00\x2a"
_FIRST_BLOCK = len(_BYTE_ORDER) + 4
_LONG, _RATIONAL, _UNDEFINED = 4, 5, 7
_SIGNED_RATIONAL = 10
_NOTHING = struct.pack(">II", 0, 1)
_BASELINE = struct.pack(">II", round(BASELINE_M * 1000), 1000)
_VERSION = (0xB000, _UNDEFINED, 4, b"0100")

_Tag = tuple[int, int, int, bytes]


def _block(tags: Sequence[_Tag], *, start: int, next_block: bool) -> bytes:
    """Return a TIFF directory that begins at ``start``, its long values behind it, the next directory behind these."""
    table, values = b"", b""
    position = start + 2 + 12 * len(tags) + 4
    for tag, kind, count, value in tags:
        inline = value
        if len(value) > 4:
            inline = struct.pack(">I", position + len(values))
            values += value
        table += struct.pack(">HHI", tag, kind, count) + inline
    following = position + len(values) if next_block else 0
    return struct.pack(">H", len(tags)) + table + struct.pack(">I", following) + values


def _attributes(number: int, start: int) -> bytes:
    tags = (
        _VERSION,
        (0xB101, _LONG, 1, struct.pack(">I", number)),  # this picture's number
        (0xB204, _LONG, 1, struct.pack(">I", 1)),  # the base viewpoint is the first picture
        (0xB205, _SIGNED_RATIONAL, 1, _NOTHING),  # convergence angle: the axes are parallel
        (0xB206, _RATIONAL, 1, _NOTHING if number == 1 else _BASELINE),  # metres from the base
    )
    return _block(tags, start=start, next_block=False)


def _first_payload(*, sizes: tuple[int, int], second_offset: int) -> bytes:
    entries = struct.pack(">IIIHH", DISPARITY_TYPE, sizes[0], 0, 0, 0)
    entries += struct.pack(">IIIHH", DISPARITY_TYPE, sizes[1], second_offset, 0, 0)
    tags = (
        _VERSION,
        (0xB001, _LONG, 1, struct.pack(">I", 2)),
        (0xB002, _UNDEFINED, len(entries), entries),
    )
    index = _block(tags, start=_FIRST_BLOCK, next_block=True)
    head = _IDENTIFIER + _BYTE_ORDER + struct.pack(">I", _FIRST_BLOCK)
    return head + index + _attributes(1, _FIRST_BLOCK + len(index))


def join_as_mpo(left_jpeg: bytes, right_jpeg: bytes) -> bytes:
    """Return one MPO file of two JPEG files, left view first."""
    head = _IDENTIFIER + _BYTE_ORDER + struct.pack(">I", _FIRST_BLOCK)
    second = insert_segments(right_jpeg, [segment(APP2, head + _attributes(2, _FIRST_BLOCK))])
    grown = len(segment(APP2, _first_payload(sizes=(0, 0), second_offset=0)))
    first_size = len(left_jpeg) + grown
    base = end_of_headers(left_jpeg) + 4 + len(_IDENTIFIER)  # where the byte-order mark stands
    payload = _first_payload(sizes=(first_size, len(second)), second_offset=first_size - base)
    return insert_segments(left_jpeg, [segment(APP2, payload)]) + second


def encode_mpo(result: SpatialPhoto, _name: str) -> tuple[EncodedFile, ...]:
    """Return the MPO file, for 3D televisions, 3D cameras and stereo viewers."""
    left, right = (jpeg_bytes(view, result) for view in (result.pair.left, result.pair.right))
    return (
        EncodedFile(
            role=MPO,
            suffix=".mpo",
            media_type="image/mpo",
            data=join_as_mpo(left, right),
            width_px=result.photo.width_px,
            height_px=result.photo.height_px,
        ),
    )
