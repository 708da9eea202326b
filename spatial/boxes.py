"""Boxes of an ISO base media file (ISO/IEC 14496-12), as far as a still HEIC needs them.

A box is size, type and content; ``meta`` and other *full* boxes begin with a word of version and
flags.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

VERSION_AND_FLAGS_BYTES = 4


class BoxError(ValueError):
    """A file is not built as expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One box: its type and its content, without the header."""

    type: bytes
    content: bytes

    def to_bytes(self) -> bytes:
        return struct.pack(">I4s", 8 + len(self.content), self.type) + self.content


def read_boxes(data: bytes) -> Iterator[Box]:
    """Yield the boxes that follow one another in ``data``.

    Raises:
        BoxError: a box ends beyond the data.
    """
    position = 0
    while position < len(data):
        if position + 8 > len(data):
            msg = "a box is cut off"
            raise BoxError(msg)
        size, kind = struct.unpack_from(">I4s", data, position)
        head = 8
        if size == 1 and position + 16 <= len(data):
            (size,) = struct.unpack_from(">Q", data, position + 8)
            head = 16
        end = len(data) if size == 0 else position + size
        if end > len(data) or end < position + head:
            msg = f"box {kind!r} is cut off"
            raise BoxError(msg)
        yield Box(type=kind, content=data[position + head : end])
        position = end


def write_boxes(boxes: list[Box]) -> bytes:
    """Return the bytes of boxes one after the other."""
    return b"".join(box.to_bytes() for box in boxes)


def find(boxes: list[Box], kind: bytes) -> int:
    """Return the index of the first box of a type; raise BoxError where there is none."""
    for index, box in enumerate(boxes):
        if box.type == kind:
            return index
    msg = f"the file has no box {kind!r}"
    raise BoxError(msg)


def item_ids(iinf: bytes, kinds: tuple[bytes, ...]) -> list[int]:
    """Return the ids of items of some types, in the order of the item information box ``iinf``."""
    wide = iinf[0] > 0
    found = []
    for entry in read_boxes(iinf[8 if wide else 6 :]):
        layout = ">H2x4s" if entry.content[0] == 2 else ">I2x4s"
        item, kind = struct.unpack_from(layout, entry.content, VERSION_AND_FLAGS_BYTES)
        if kind in kinds:
            found.append(item)
    return found


def add_associations(ipma: bytes, added: dict[int, list[int]]) -> bytes:
    """Return the association box ``ipma`` with more properties, not essential, for some items.

    Args:
        ipma: content of the box.
        added: item id to indices of properties, counted from 1.
    """
    wide_id, wide_index = ipma[0] >= 1, bool(ipma[3] & 1)
    if not wide_index and max(max(indices) for indices in added.values()) > 127:
        msg = "the file has too many properties"
        raise BoxError(msg)
    id_format, index_format = ">I" if wide_id else ">H", ">H" if wide_index else ">B"
    (count,) = struct.unpack_from(">I", ipma, 4)
    out, position = [ipma[:8]], 8
    for _ in range(count):
        (item,) = struct.unpack_from(id_format, ipma, position)
        position += struct.calcsize(id_format)
        held = ipma[position]
        end = position + 1 + held * struct.calcsize(index_format)
        more = added.get(item, [])
        out.append(struct.pack(id_format, item) + bytes((held + len(more),)))
        out.append(ipma[position + 1 : end])
        out += [struct.pack(index_format, index) for index in more]
        position = end
    return b"".join(out)


def _number(data: bytes, position: int, size: int) -> int:
    return int.from_bytes(data[position : position + size], "big")


def move_items(iloc: bytes, distance: int) -> bytes:
    """Return the item location box ``iloc`` with every offset moved by ``distance`` bytes.

    Items whose data lie elsewhere (construction method not 0) stay. The base offset is moved where
    there is one, otherwise the offset of each extent.
    """
    out = bytearray(iloc)
    version = iloc[0]
    offset_size, length_size = iloc[4] >> 4, iloc[4] & 15
    base_size, index_size = iloc[5] >> 4, (iloc[5] & 15) if version else 0
    id_size = 4 if version == 2 else 2
    position = 6 + id_size
    for _ in range(_number(iloc, 6, id_size)):
        position += id_size
        method = 0
        if version:
            method = iloc[position + 1] & 15
            position += 2
        position += 2  # data reference
        base = _number(iloc, position, base_size)
        if method == 0 and base:
            out[position : position + base_size] = (base + distance).to_bytes(base_size, "big")
        position += base_size
        extents = _number(iloc, position, 2)
        position += 2
        for _ in range(extents):
            position += index_size
            if method == 0 and not base:
                offset = _number(iloc, position, offset_size) + distance
                out[position : position + offset_size] = offset.to_bytes(offset_size, "big")
            position += offset_size + length_size
    return bytes(out)
