"""Harm to a file that its reader does not notice at the door: parts are changed, lengths and
checksums made right again.
"""

import base64
import random
import re
import struct
import zlib
from collections.abc import Callable

from spatial.boxes import move_items

ODD = (
    0,
    1,
    2,
    3,
    7,
    8,
    127,
    128,
    255,
    256,
    32767,
    32768,
    65535,
    65536,
    2**31 - 1,
    2**31,
    2**32 - 1,
)
WORDS = (
    b"nan",
    b"inf",
    b"-1",
    b"1e999",
    b"9" * 400,
    b"(",
    b"[" * 999,
    b"{",
    b"\0",
    b"%s",
    b"<!DOCTYPE",
)
_LARGEST = 4_000_000
_PICTURE = re.compile(rb'(?:GDepth|GImage):Data="([A-Za-z0-9+/=]+)"')
_EXTENDED = b"http://ns.adobe.com/xmp/extension/\0"
_BEHIND = re.compile(rb"(?<=\xff\xd9)(?=\xff\xd8\xff|\x89PNG)|(?<=IEND....)(?=\x89PNG)", re.DOTALL)
Part = tuple[bytes, bytes]  # kind, content


def mutate(data: bytes, random_: random.Random) -> bytes:
    """Return the file with one to four changes, most of them within its parts."""
    for _ in range(random_.randint(1, 4)):
        data = _mutate_once(data, random_)[:_LARGEST]
    return data


def _mutate_once(data: bytes, random_: random.Random) -> bytes:
    if random_.random() < 0.2:
        return harm(data, random_)
    try:
        if data[4:8] == b"ftyp":
            return with_items_in_place(data, _change_boxes(data, random_))
        if data.startswith(b"\xff\xd8") and random_.random() < 0.5:
            return change_within_jpeg(data, random_)
        split, join = next(pair for start, pair in _LAYOUTS.items() if data.startswith(start))
        parts = split(data)
        _change(parts, random_)
        return join(parts)
    except (struct.error, IndexError, ValueError, OverflowError, StopIteration):
        return harm(data, random_)


def harm(data: bytes, random_: random.Random) -> bytes:
    """Return bytes with one place changed, most often near the start, where headers lie."""
    if not data:
        return random_.randbytes(random_.randint(0, 8))
    at = random_.randrange(min(len(data), random_.choice((64, len(data)))))
    length = random_.choice((1, 2, 4, 16, 64, len(data) // 4))
    return random_.choice(_HARMS)(data, at, length, random_)


def _flip(data: bytes, at: int, _length: int, random_: random.Random) -> bytes:
    return data[:at] + bytes([data[at] ^ 1 << random_.randrange(8)]) + data[at + 1 :]


def _number(data: bytes, at: int, _length: int, random_: random.Random) -> bytes:
    size, order = random_.choice((1, 2, 4, 8)), random_.choice(("big", "little"))
    number = (random_.choice(ODD) % 256**size).to_bytes(size, order)
    return data[:at] + number + data[at + size :]


def _word(data: bytes, at: int, _length: int, random_: random.Random) -> bytes:
    word = random_.choice(WORDS)
    return data[:at] + word + data[at + random_.choice((0, len(word))) :]


def _lose(data: bytes, at: int, length: int, _random: random.Random) -> bytes:
    return data[:at] + data[at + length :]


def _repeat(data: bytes, at: int, length: int, random_: random.Random) -> bytes:
    part = data[at : at + length]
    return data[:at] + part * _times((2, 3, 50), part, random_) + data[at + length :]


def _times(choices: tuple[int, ...], part: bytes, random_: random.Random) -> int:
    """Return how often a part is repeated: what is longer than a file may be is cut off anyway."""
    return min(random_.choice(choices), 1 + _LARGEST // max(1, len(part)))


def _noise(data: bytes, at: int, length: int, random_: random.Random) -> bytes:
    return data[:at] + random_.randbytes(length) + data[at + length :]


def _cut(data: bytes, at: int, _length: int, _random: random.Random) -> bytes:
    return data[:at]


_HARMS = (_flip, _flip, _number, _number, _word, _lose, _repeat, _noise, _cut)


def _change(parts: list[Part], random_: random.Random) -> None:
    """Change, double, drop or exchange one part in place."""
    at, kind = random_.randrange(len(parts)), random_.randrange(8)
    name, content = parts[at]
    if kind == 0:
        parts[at:at] = [parts[at]] * _times((1, 2, 300), content, random_)
    elif kind == 1:
        del parts[at]
    elif kind == 2:
        other = random_.randrange(len(parts))
        parts[at], parts[other] = parts[other], parts[at]
    else:
        parts[at] = name, harm(content, random_)


# One pair a format: a file to its parts, and back


def _split_png(data: bytes) -> list[Part]:
    parts, at = [], 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        parts.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    return parts


def _join_png(parts: list[Part]) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )


def _split_jpeg(data: bytes) -> list[Part]:
    parts, at = [], 2
    while at < len(data) and data[at + 1] not in (0xD9, 0xDA):
        length = struct.unpack(">H", data[at + 2 : at + 4])[0]
        parts.append((data[at : at + 2], data[at + 4 : at + 2 + length]))
        at += 2 + length
    return [*parts, (b"", data[at:])]


def _join_jpeg(parts: list[Part]) -> bytes:
    return b"\xff\xd8" + b"".join(
        kind + (struct.pack(">H", min(len(body) + 2, 65535)) if kind else b"") + body
        for kind, body in parts
    )


def _split_riff(data: bytes) -> list[Part]:
    parts, at = [], 12
    while at < len(data):
        (length,) = struct.unpack("<I", data[at + 4 : at + 8])
        parts.append((data[at : at + 4], data[at + 8 : at + 8 + length]))
        at += 8 + length + length % 2
    return parts


def _join_riff(parts: list[Part]) -> bytes:
    body = b"".join(
        kind + struct.pack("<I", len(part)) + part + bytes(len(part) % 2) for kind, part in parts
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def change_within_jpeg(data: bytes, random_: random.Random) -> bytes:
    """Change a picture behind the first one, or what a segment holds: a directory, a picture."""
    first, *behind = _BEHIND.split(data)
    parts = _split_jpeg(first)
    if behind and random_.random() < 0.5:
        at = random_.randrange(len(behind))
        before = behind[at]
        behind[at] = _mutate_once(before, random_)
        parts = [(kind, _retold(body, len(before), len(behind[at]))) for kind, body in parts]
    else:
        held = [i for i, (_, body) in enumerate(parts) if _inside(body)]
        at = random_.choice(held)
        kind, body = parts[at]
        parts[at] = kind, _change_inside(body, random_)
    return _join_jpeg(parts) + b"".join(behind)


def _retold(body: bytes, before: int, after: int) -> bytes:
    """Return a segment that tells another number of bytes, in an index or in words."""
    if body.startswith(b"MPF\0"):
        for order in (">I", "<I"):
            body = body.replace(struct.pack(order, before), struct.pack(order, after))
    return re.sub(rb"(?<=[>\"])%d(?=[<\"])" % before, b"%d" % after, body, count=1)


_BLOCKS = {b"Exif\0\0": 6, b"MPF\0": 4}  # where a directory starts


def _inside(body: bytes) -> bool:
    return body.startswith(tuple(_BLOCKS)) or bool(_PICTURE.search(body))


def _change_inside(body: bytes, random_: random.Random) -> bytes:
    """Change the directory or the picture of a segment; its extension tells its length."""
    start = next((start for name, start in _BLOCKS.items() if body.startswith(name)), 0)
    if start:
        return body[:start] + _mutate_once(body[start:], random_)
    inner = _PICTURE.search(body)
    assert inner
    picture = base64.b64encode(_mutate_once(base64.b64decode(inner[1]), random_))
    body = body[: inner.start(1)] + picture + body[inner.end(1) :]
    if body.startswith(_EXTENDED):
        at = len(_EXTENDED) + 32
        body = body[:at] + struct.pack(">I", len(body) - at - 8) + body[at + 4 :]
    return body


_NESTED = {b"meta": 4, b"iprp": 0, b"ipco": 0, b"iinf": 6, b"iref": 4, b"moov": 0, b"grpl": 0}


def _split_boxes(data: bytes) -> list[Part]:
    parts, at = [], 0
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        length = length if length >= 8 else len(data) - at
        parts.append((kind, data[at + 8 : at + length]))
        at += length
    return parts


def _join_boxes(parts: list[Part]) -> bytes:
    return b"".join(struct.pack(">I4s", len(body) + 8, kind) + body for kind, body in parts)


def _change_boxes(data: bytes, random_: random.Random) -> bytes:
    """Change one box, as deep as it lies."""
    parts = _split_boxes(data)
    at = random_.randrange(len(parts))
    kind, body = parts[at]
    head = _NESTED.get(kind)
    if head is None or random_.random() < 0.1:
        _change(parts, random_)
    else:
        parts[at] = kind, body[:head] + _change_boxes(body[head:], random_)
    return _join_boxes(parts)


def with_items_in_place(data: bytes, changed: bytes) -> bytes:
    """Return the changed file with the offsets of its items moved as far as its pictures were."""
    moved = changed.find(b"mdat") - data.find(b"mdat")
    at = changed.find(b"iloc")
    if not moved or at < 4 or b"mdat" not in changed:
        return changed
    end = at - 4 + int.from_bytes(changed[at - 4 : at], "big")
    try:
        return changed[: at + 4] + move_items(changed[at + 4 : end], moved) + changed[end:]
    except (IndexError, OverflowError):
        return changed


def _split_tiff(data: bytes) -> list[Part]:
    """Return head, the entries of the first directory, and what follows."""
    order = "<" if data[:2] == b"II" else ">"
    (offset,) = struct.unpack(order + "I", data[4:8])
    (count,) = struct.unpack(order + "H", data[offset : offset + 2])
    entries = [data[offset + 2 + 12 * i :][:12] for i in range(count)]
    rest = data[offset + 2 + 12 * count :]
    return [(b"head", data[:offset]), *((b"entry", e) for e in entries), (b"rest", rest)]


def _join_tiff(parts: list[Part]) -> bytes:
    """Return the file; a directory that grows or shrinks moves nothing, its count alone is made
    right.
    """
    head = b"".join(body for kind, body in parts if kind == b"head")
    entries = [body.ljust(12, b"\0")[:12] for kind, body in parts if kind == b"entry"]
    order = "<" if head[:2] == b"II" else ">"
    rest = b"".join(body for kind, body in parts if kind == b"rest")
    return head + struct.pack(order + "H", len(entries)) + b"".join(entries) + rest


def _split_npy(data: bytes) -> list[Part]:
    (length,) = struct.unpack("<H", data[8:10])
    return [(b"head", data[10 : 10 + length]), (b"rest", data[10 + length :])]


def _join_npy(parts: list[Part]) -> bytes:
    head = b"".join(body for kind, body in parts if kind == b"head")[:65535]
    rest = b"".join(body for kind, body in parts if kind == b"rest")
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(head)) + head + rest


_LAYOUTS: dict[bytes, tuple[Callable[[bytes], list[Part]], Callable[[list[Part]], bytes]]] = {
    b"\x89PNG": (_split_png, _join_png),
    b"\xff\xd8": (_split_jpeg, _join_jpeg),
    b"RIFF": (_split_riff, _join_riff),
    b"II*\0": (_split_tiff, _join_tiff),
    b"MM\0*": (_split_tiff, _join_tiff),
    b"\x93NUM": (_split_npy, _join_npy),
}
