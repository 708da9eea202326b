"""The file formats that can be read: one row each."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pi_heif
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from spatial.bounds import DAMAGE, BoundsError, check_picture, reason_of
from spatial.photo.limits import PhotoError

_UNKNOWN_PIXELS = "unknown pixel mode"  # what Pillow says of sound TIFF files that it cannot read


class PhotoFormat(NamedTuple):
    """A file format that can be read: name, usual suffixes, a test of the first bytes, reader."""

    title: str
    suffixes: tuple[str, ...]
    matches: Callable[[bytes], bool]
    open: Callable[[io.BytesIO], ImageFile.ImageFile]


def _starts_with(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(signatures)


def _has_brand(*brands: bytes) -> Callable[[bytes], bool]:
    """Return a test for ISO base media files: major or compatible brand of the ``ftyp`` box."""

    def matches(data: bytes) -> bool:
        box = data[: int.from_bytes(data[:4], "big")][:256]
        found = {box[8:12], *(box[i : i + 4] for i in range(16, len(box), 4))}
        return data[4:8] == b"ftyp" and not found.isdisjoint(brands)

    return matches


def _open_heif(file: io.BytesIO) -> ImageFile.ImageFile:
    image = pi_heif.HeifImageFile(file)
    if image.mode == "I;16":  # pi-heif takes the header's word, and writes beyond pixels of 8 bit
        msg = "holds grey of more than 8 bit, which is not read from HEIC; export it with 8 bit"
        raise BoundsError(msg)
    return image


# The readers are called directly: Image.open would also try formats that nobody asked for, and
# warns about sizes that are allowed here. AVIF stands before HEIF, because both use the brand mif1.
FORMATS: tuple[PhotoFormat, ...] = (
    PhotoFormat(
        "JPEG", (".jpg", ".jpeg"), _starts_with(b"\xff\xd8\xff"), JpegImagePlugin.JpegImageFile
    ),
    PhotoFormat("PNG", (".png",), _starts_with(b"\x89PNG\r\n\x1a\n"), PngImagePlugin.PngImageFile),
    PhotoFormat(
        "WebP",
        (".webp",),
        lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP",
        WebPImagePlugin.WebPImageFile,
    ),
    PhotoFormat(
        "TIFF",
        (".tif", ".tiff"),
        _starts_with(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
        TiffImagePlugin.TiffImageFile,
    ),
    PhotoFormat("BMP", (".bmp",), _starts_with(b"BM"), BmpImagePlugin.BmpImageFile),
    PhotoFormat("AVIF", (".avif",), _has_brand(b"avif", b"avis"), AvifImagePlugin.AvifImageFile),
    PhotoFormat(
        "HEIC/HEIF",
        (".heic", ".heif", ".hif"),
        _has_brand(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"),
        _open_heif,
    ),
)
PHOTO_SUFFIXES: tuple[str, ...] = tuple(s for f in FORMATS for s in f.suffixes)


def find_format(data: bytes, label: str) -> PhotoFormat:
    """Return a file's format by its first bytes; raise PhotoError when it is none of FORMATS."""
    for known in FORMATS:
        if known.matches(data):
            return known
    titles = ", ".join(f.title for f in FORMATS)
    msg = f"{label} is not a photo that can be read; supported are {titles}"
    raise PhotoError(msg)


def open_picture(data: bytes, label: str) -> ImageFile.ImageFile:
    """Return the picture in a file, not yet decoded.

    Raises:
        PhotoError: it is of no known format, damaged, or would take too long or too much memory to
            read.
    """
    known = find_format(data, label)
    with damage_of(label):
        check_picture(data)
        return known.open(io.BytesIO(data))


@contextmanager
def damage_of(label: str) -> Iterator[None]:
    """Turn what decoders raise into a PhotoError."""
    try:
        yield
    except PhotoError:
        raise
    except BoundsError as error:
        msg = f"{label} {error}"
        raise PhotoError(msg) from error
    except DAMAGE as error:
        msg = (
            f"{label} is damaged or incomplete ({reason_of(error)}); copy it again or export "
            "it anew"
        )
        if isinstance(error, MemoryError):
            msg = f"{label} needs more memory to read than there is; scale it down"
        elif str(error) == _UNKNOWN_PIXELS:
            msg = (
                f"{label} holds pixels of a kind that is not read, such as floating point; "
                "export it with 8 or 16 bit"
            )
        raise PhotoError(msg) from error
