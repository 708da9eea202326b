"""Two views in one JPEG file for cameras and televisions: MPO and JPS.

MPO (CIPA DC-007, type Multi-Frame Disparity) holds both views as two JPEG pictures, the left one
first. Each carries an ``MPF`` segment: the first one the index of both pictures, both an attribute
block with its number. Numbers are big-endian; offsets count from the segment's byte-order mark.

JPS is a side-by-side JPEG, right eye's view on the left half, with the descriptor that says so: the
APP3 segment ``_JPSJPS_`` of VRex, a 16-bit length, then separation, flags, layout and type.
"""

import struct
from collections.abc import Sequence

from spatial.formats.encode import (
    APP2,
    APP3,
    BASELINE_M,
    Encoded,
    end_of_headers,
    insert_segments,
    jpeg_of,
    segment,
)
from spatial.formats.layouts import cross_eyed
from spatial.records import SpatialPhoto

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
    """Return a TIFF directory that begins at ``start``, then its long values, then the next."""
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


def encode_mpo(result: SpatialPhoto) -> tuple[Encoded, ...]:
    """Return the MPO file, for 3D televisions, 3D cameras and stereo viewers."""
    left, right = jpeg_of(result.pair.left, result), jpeg_of(result.pair.right, result)
    return (left._replace(data=join_as_mpo(left.data, right.data)),)


_SEPARATION_PX, _RIGHT_FIRST_FULL_SIZE, _SIDE_BY_SIDE, _STEREOSCOPIC = 0, 0, 2, 1
_DESCRIPTOR = bytes((_SEPARATION_PX, _RIGHT_FIRST_FULL_SIZE, _SIDE_BY_SIDE, _STEREOSCOPIC))


def encode_jps(result: SpatialPhoto) -> tuple[Encoded, ...]:
    """Return the JPS file, cross-eyed as is the custom for this suffix."""
    jpeg = jpeg_of(cross_eyed(result.pair.left, result.pair.right), result)
    block = b"_JPSJPS_" + len(_DESCRIPTOR).to_bytes(2, "big") + _DESCRIPTOR + bytes(2)  # no comment
    return (jpeg._replace(data=insert_segments(jpeg.data, [segment(APP3, block)])),)
