"""The file formats that can be read, one row each, and those that are known but not read."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from PIL import BmpImagePlugin, GifImagePlugin, Image, ImageFile, WebPImagePlugin

from spatial.bounds import (
    DAMAGE,
    MAX_GIF_PIXELS,
    BoundsError,
    check_picture,
    pictures_in_gif,
    reason_of,
)
from spatial.photo.deep import decode_deep
from spatial.photo.heif import open_avif, open_heif
from spatial.photo.jpeg import MAX_JPEG_PIXELS, decode_jpeg, open_jpeg
from spatial.photo.limits import MAX_PIXELS, PhotoError, UnreadError, check_size
from spatial.photo.picture import Picture
from spatial.photo.png import open_png
from spatial.photo.raw import open_raw
from spatial.photo.tiff import decode_tiff, is_raw, open_tiff

_Test = Callable[[bytes], bool]


def _decode(picture: Picture, _data: bytes) -> Picture:
    """Return the picture with its pixels."""
    picture.image.load()
    return picture


class PhotoFormat(NamedTuple):
    """A file format that can be read.

    Attributes:
        title: its name.
        suffixes: of such files, the usual one first.
        matches: tells it by a file's bytes.
        open: reads the headers.
        decode: reads the pixels.
        max_pixels: how many the headers may tell.
    """

    title: str
    suffixes: tuple[str, ...]
    matches: _Test
    open: Callable[[bytes], Picture]
    decode: Callable[[Picture, bytes], Picture] = _decode
    max_pixels: int = MAX_PIXELS


def _starts_with(*signatures: bytes) -> _Test:
    return lambda data: data.startswith(signatures)


def _has_brand(*brands: bytes) -> _Test:
    """Return a test for ISO base media files: major or compatible brand of the ``ftyp`` box."""

    def matches(data: bytes) -> bool:
        box = data[: int.from_bytes(data[:4], "big")][:256]
        found = {box[8:12], *(box[i : i + 4] for i in range(16, len(box), 4))}
        return data[4:8] == b"ftyp" and not found.isdisjoint(brands)

    return matches


def _plain(plugin: Callable[[io.BytesIO], ImageFile.ImageFile]) -> Callable[[bytes], Picture]:
    """Return a reader by one of Pillow's plugins; of several pictures, the first one is read."""

    def read(data: bytes) -> Picture:
        image = plugin(io.BytesIO(data))
        if image.format == "GIF":  # Pillow would read all of it to tell
            several = pictures_in_gif(data) > 1
        else:
            several = getattr(image, "is_animated", False)
        notes = ("an animation; its first picture is used",) if several else ()
        return Picture(image=image, notes=notes)

    return read


# The readers are called directly: Image.open would also try formats that nobody asked for, and
# warns about sizes that are allowed here. Raw stands before TIFF, which most of it is made of;
# AVIF before HEIF, because both use the brand mif1.
FORMATS: tuple[PhotoFormat, ...] = (
    PhotoFormat(
        "JPEG",
        (".jpg", ".jpeg", ".jfif", ".jpe", ".mpo", ".jps"),
        _starts_with(b"\xff\xd8\xff"),
        open_jpeg,
        decode_jpeg,
        MAX_JPEG_PIXELS,
    ),
    PhotoFormat(
        "PNG",
        (".png", ".apng", ".pns"),
        _starts_with(b"\x89PNG\r\n\x1a\n"),
        open_png,
        decode_deep,
    ),
    PhotoFormat(
        "WebP",
        (".webp",),
        lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP",
        _plain(WebPImagePlugin.WebPImageFile),
    ),
    PhotoFormat(
        "camera raw",
        (".dng", ".nef", ".arw", ".cr2", ".cr3", ".orf", ".rw2", ".raf", ".pef", ".srw"),
        is_raw,
        open_raw,
    ),
    PhotoFormat(
        "TIFF",
        (".tif", ".tiff"),
        _starts_with(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
        open_tiff,
        decode_tiff,
    ),
    PhotoFormat("BMP", (".bmp", ".dib"), _starts_with(b"BM"), _plain(BmpImagePlugin.BmpImageFile)),
    PhotoFormat(
        "GIF",
        (".gif",),
        _starts_with(b"GIF87a", b"GIF89a"),
        _plain(GifImagePlugin.GifImageFile),
        max_pixels=MAX_GIF_PIXELS,
    ),
    PhotoFormat("AVIF", (".avif",), _has_brand(b"avif", b"avis"), open_avif, decode_deep),
    PhotoFormat(
        "HEIC/HEIF",
        (".heic", ".heif", ".hif"),
        _has_brand(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"),
        open_heif,
        decode_deep,
    ),
)
PHOTO_SUFFIXES: tuple[str, ...] = tuple(s for f in FORMATS for s in f.suffixes)
NOT_READ: tuple[tuple[str, _Test], ...] = (
    ("JPEG XL", _starts_with(b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n")),
    ("JPEG 2000", _starts_with(b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51")),
    ("OpenEXR", _starts_with(b"\x76\x2f\x31\x01")),
    ("a Photoshop file", _starts_with(b"8BPS")),
    ("a PDF", _starts_with(b"%PDF")),
    ("a video", _has_brand(b"isom", b"iso2", b"mp41", b"mp42", b"qt  ", b"M4V ")),
)


def find_format(data: bytes, label: str) -> PhotoFormat:
    """Return a file's format by its first bytes; raise PhotoError when it is none of FORMATS."""
    for known in FORMATS:
        if known.matches(data):
            return known
    for title, matches in NOT_READ:
        if matches(data):
            msg = f"{label} is {title}, which is not read; export it as JPEG, PNG or HEIC"
            raise PhotoError(msg)
    titles = ", ".join(f.title for f in FORMATS)
    msg = f"{label} is not a photo that can be read; supported are {titles}"
    raise PhotoError(msg)


def read_picture(
    data: bytes, label: str, check: Callable[[tuple[int, int]], None] | None = None
) -> Picture:
    """Return the picture in a file, decoded after its size was checked.

    Args:
        data: the file.
        label: names it in a refusal.
        check: raises where a size is not allowed; default are the limits of a photo.

    Raises:
        PhotoError: it is of no known format, damaged, too large or too small, or would take too
            long or too much memory to read.
    """
    known = find_format(data, label)
    with damage_of(label):
        check_picture(data)
        picture = known.open(data)
        if check is None:
            check_size(*picture.image.size, label, known.max_pixels)
        else:
            check(picture.image.size)
        return known.decode(picture, data)


@contextmanager
def damage_of(label: str) -> Iterator[None]:
    """Turn what decoders raise into a PhotoError."""
    try:
        yield
    except PhotoError:
        raise
    except (BoundsError, UnreadError) as error:
        msg = f"{label} {error}"
        raise PhotoError(msg) from error
    except (*DAMAGE, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        msg = (
            f"{label} is damaged or incomplete ({reason_of(error)}); copy it again or export "
            "it anew"
        )
        if isinstance(error, MemoryError):
            msg = f"{label} needs more memory to read than there is; scale it down"
        raise PhotoError(msg) from error
