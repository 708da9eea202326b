"""What a picture's file would take to read, told by its headers before any decoder sees it.

A decoder's own words are never repeated: they may hold bytes of the file.
"""

import math
import re
import struct
from collections.abc import Callable
from itertools import chain
from typing import NamedTuple

# What Pillow and libheif (RuntimeError) raise for broken files. Pillow warns of damaged metadata:
# UserWarning is for programs that turn warnings into errors.
DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    AssertionError,
    MemoryError,
    struct.error,
    UserWarning,
)

MAX_DEPTH_PIXELS = 24_000_000
MAX_SCANNED_PIXELS = 1_200_000_000  # 12 scans, as encoders write, of 100 megapixels
MAX_HEADER_BYTES = 16_000_000
MAX_PARTS = 50_000  # segments, chunks, strips and tiles, directory entries
MAX_RUN_LENGTH_PIXELS = 1_000_000  # decoded in Python
MAX_EXIF_BYTES = 1_000_000
MAX_TILE_PIXELS = 16_000_000
MAX_DIRECTORIES = 1000
MAX_GIF_BLOCKS = 500_000
MAX_GIF_PIXELS = 50_000_000
MAX_PROGRESSIVE_PIXELS = 200_000_000  # all coefficients are held at once


class BoundsError(ValueError):
    """Reading a file would take too much; the message goes on from the file's name."""


def reason_of(error: BaseException) -> str:
    """Return why a file could not be read, in words that follow "damaged or incomplete"."""
    if isinstance(error, MemoryError):
        return "more memory is needed than there is"
    is_short = isinstance(error, EOFError) or "truncated" in str(error).lower()
    return "its end is missing" if is_short else "its decoder gave up"


def check_picture(data: bytes) -> None:
    """Raise BoundsError where headers tell that reading takes too long or too much memory."""
    for signature, check in _CHECKS:
        if data.startswith(signature):
            check(data)
    if data[4:8] == b"ftyp":
        _check_boxes(data)


def check_exif(block: bytes) -> None:
    """Raise BoundsError where an EXIF block is larger than any camera writes, or claims more."""
    if len(block) > MAX_EXIF_BYTES:
        msg = "has more than 1 MB of EXIF data"
        raise BoundsError(msg)
    directories(block.removeprefix(b"Exif\0\0"))


# JPEG (ITU-T T.81, B.1)

_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
_SCAN, _END, _APP1 = 0xDA, 0xD9, 0xE1
_SIZE = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def _check_jpeg(data: bytes) -> None:
    at, parts, scans, pixels, padding = 2, 0, 0, 0, 0
    exif = []
    while found := _MARKER.search(data, at):
        marker, start = found[1][0], found.end()
        if not scans:
            padding += found.start() - at
        parts += 1
        if marker == _END:
            break
        at = start + int.from_bytes(data[start : start + 2], "big")
        if marker in _SIZE:
            height, width = struct.unpack(">HH", data[start + 3 : start + 7].ljust(4, b"\0"))
            pixels = max(pixels, width * height)
        if marker == _APP1 and data[start + 2 : start + 8] == b"Exif\0\0" and not scans:
            exif.append(data[start + 8 : at])
        scans += marker == _SCAN
        most = MAX_SCANNED_PIXELS if pixels <= MAX_PROGRESSIVE_PIXELS else pixels
        if scans * pixels > most or scans > 1000:
            msg = f"codes its {pixels / 1e6:.0f} megapixels in too many scans; save it as a JPEG"
            raise BoundsError(msg)
        if padding > 65_536 or parts > MAX_PARTS or (not scans and start > MAX_HEADER_BYTES):
            msg = "is padded with more than any camera writes before its picture; save it anew"
            raise BoundsError(msg)
    check_exif(b"".join(exif))


# PNG (third edition, 5.3)


def _check_png(data: bytes) -> None:
    at, parts = 8, 0
    while at < len(data):
        at += 12 + int.from_bytes(data[at : at + 4], "big")
        parts += 1
        if parts > MAX_PARTS:
            msg = f"is cut into more than {MAX_PARTS} chunks; save it anew"
            raise BoundsError(msg)


# BMP (BITMAPINFOHEADER)


def _check_bmp(data: bytes) -> None:
    if len(data) < 34 or int.from_bytes(data[14:18], "little") < 40:
        return
    width, height, _, compression = struct.unpack("<iiII", data[18:34])
    if compression in (1, 2) and width * abs(height) > MAX_RUN_LENGTH_PIXELS:
        msg = "is a BMP with run lengths, which are read up to 1 megapixel; save it as PNG"
        raise BoundsError(msg)


# TIFF and EXIF (TIFF 6.0, section 2; BigTIFF)

_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_TYPE_BYTES |= dict.fromkeys((16, 17, 18), 8)
_SUBDIRECTORIES = {330, 0x8769, 0x8825, 0xA005}  # of the picture, EXIF, GPS, interoperability
_STRIPS, _TILE_WIDTH, _TILE_HEIGHT, _TILES = 273, 322, 323, 324


class Entry(NamedTuple):
    """One value of a directory: its tag and type, its size in bytes and where it lies."""

    tag: int
    kind: int
    size: int
    at: int

    def numbers(self, block: bytes, most: int = 64) -> list[int]:
        """Return the whole numbers that it holds, the first ``most`` of them."""
        step = _TYPE_BYTES.get(self.kind, 1)
        end = self.at + min(self.size, most * step)
        return [_number(block[i : i + step], block) for i in range(self.at, end, step)]


def _number(field: bytes, block: bytes) -> int:
    return int.from_bytes(field, "little" if block.startswith(b"II") else "big")


def _is_wide(block: bytes) -> bool:
    return block[2:4] in (b"+\0", b"\0+")  # BigTIFF


def first_directory(block: bytes) -> int:
    """Return the offset of the first directory of a TIFF file or EXIF block."""
    return _number(block[8:16] if _is_wide(block) else block[4:8], block)


def directories(block: bytes) -> list[list[Entry]]:
    """Return all directories, also those inside; raise BoundsError when one claims too much."""
    found, seen, waiting = [], set(), [first_directory(block)]
    while waiting and len(seen) < MAX_DIRECTORIES:
        offset = waiting.pop()
        if offset not in seen:
            seen.add(offset)
            entries, following = directory(block, offset)
            found.append(entries)
            inner = (e.numbers(block) for e in entries if e.tag in _SUBDIRECTORIES)
            waiting += filter(None, (following, *chain.from_iterable(inner)))
    return found


def directory(block: bytes, offset: int) -> tuple[list[Entry], int]:
    """Return the entries of one directory and the offset of the next one, 0 at the end.

    Raises:
        BoundsError: its values are larger than the block.
    """
    width = 8 if _is_wide(block) else 4
    head = width if width == 8 else 2
    stride = 4 + 2 * width
    count = _number(block[offset : offset + head], block)
    end = min(offset + head + count * stride, len(block))
    entries = []
    for at in range(offset + head, end, stride):
        tag, kind = _number(block[at : at + 2], block), _number(block[at + 2 : at + 4], block)
        size = _number(block[at + 4 : at + 4 + width], block) * _TYPE_BYTES.get(kind, 0)
        place = at + 4 + width
        if size > width:
            place = _number(block[place : place + width], block)
        entries.append(Entry(tag, kind, size, place))
    if len(entries) > MAX_PARTS or sum(entry.size for entry in entries) > len(block):
        msg = "claims more metadata than it has bytes; save it anew"
        raise BoundsError(msg)
    return entries, _number(block[end : end + width], block)


def _check_tiff(data: bytes) -> None:
    for entries in directories(data):
        pieces = (e for e in entries if e.tag in (_STRIPS, _TILES))
        parts = max((e.size // _TYPE_BYTES.get(e.kind, 1) for e in pieces), default=0)
        if parts > MAX_PARTS:
            msg = f"is cut into {parts} pieces, at most {MAX_PARTS} are read; save it anew"
            raise BoundsError(msg)
        sides = (e.numbers(data, 1) for e in entries if e.tag in (_TILE_WIDTH, _TILE_HEIGHT))
        if math.prod(chain.from_iterable(sides)) > MAX_TILE_PIXELS:
            msg = f"has tiles of more than {MAX_TILE_PIXELS // 10**6} megapixels; save it anew"
            raise BoundsError(msg)


# HEIF and AVIF (ISO/IEC 14496-12, 4.2 and 8.11.6)


def _check_boxes(data: bytes) -> None:
    """Raise BoundsError where pi-heif would end the process: a kind of an item that is no text."""
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        size = int.from_bytes(data[at + 8 : at + 16], "big") if size == 1 else size
        end = at + size if size >= 8 else len(data)
        if kind == b"meta":
            _check_items(data[at:end])
        at = end


def _check_items(meta: bytes) -> None:
    for found in re.finditer(b"infe", meta):
        start = found.end()
        end = start - 8 + int.from_bytes(meta[start - 8 : start - 4], "big")
        skipped = 10 if meta[start : start + 1] == b"\3" else 8  # version, flags, numbers
        try:  # item_type and item_name, content_type
            b"\0".join(meta[start + skipped : end].split(b"\0")[:2]).decode()
        except UnicodeDecodeError as error:
            msg = "names the kind of a part with bytes that are no text; save it anew"
            raise BoundsError(msg) from error


# GIF (89a)


def pictures_in_gif(data: bytes) -> int:
    """Return how many pictures a GIF file has, 2 where there are more.

    Raises:
        BoundsError: it is cut into more blocks than any program writes.
    """
    at, parts, pictures = 13 + _colours(data[10:11]), 0, 0
    while pictures < 2 and data[at : at + 1] in (b"!", b","):
        is_picture = data[at : at + 1] == b","
        pictures += is_picture
        x, y, width, height = struct.unpack("<4H", data[at + 1 : at + 9].ljust(8, b"\0"))
        if is_picture and (x + width) * (y + height) > MAX_GIF_PIXELS:
            msg = f"is a GIF of {x + width} x {y + height} pixels; save it smaller, as PNG"
            raise BoundsError(msg)
        at += 11 + _colours(data[at + 9 : at + 10]) if is_picture else 2
        while size := data[at : at + 1]:
            at += 1 + size[0]
            parts += 1
            if parts > MAX_GIF_BLOCKS:
                msg = f"is cut into more than {MAX_GIF_BLOCKS} blocks; save it anew"
                raise BoundsError(msg)
            if size == b"\0":
                break
    return pictures


def _colours(flags: bytes) -> int:
    """Return the bytes of the colour table that follows."""
    return 6 << (flags[0] & 7) if flags and flags[0] & 0x80 else 0


_CHECKS: tuple[tuple[bytes | tuple[bytes, ...], Callable[[bytes], object]], ...] = (
    (b"\xff\xd8\xff", _check_jpeg),
    (b"\x89PNG", _check_png),
    (b"BM", _check_bmp),
    (b"GIF8", pictures_in_gif),
    ((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), _check_tiff),
)
