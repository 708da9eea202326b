"""Bytes of a photo file -> Photo: upright, sRGB, 8 bit, checked before it is decoded."""

import hashlib
import logging
import stat
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spatial.photo.camera_depth import read_camera_depth
from spatial.photo.colour import to_srgb
from spatial.photo.colour_spaces import adobe_rgb
from spatial.photo.exif import (
    Exif,
    exif_for_results,
    exif_with_gps,
    find_focal_px,
    read_exif,
    turn_upright,
)
from spatial.photo.limits import PhotoError, check_bytes, check_size
from spatial.photo.picture import Picture
from spatial.photo.readers import damage_of, read_picture
from spatial.photo.xmp import XmpError, panorama_of
from spatial.records import Photo

_log = logging.getLogger(__name__)


def load_photo(source: Path | str | bytes, *, name: str | None = None) -> Photo:
    """Return the photo in a file or in the bytes of one.

    Args:
        source: a path, or the file's content.
        name: name of the photo; default is the file's name without folder and suffix, or "photo"
            for bytes.

    Raises:
        PhotoError: the file is missing, no photo, damaged, too large, too small or too narrow.
    """
    if isinstance(source, bytes):
        label, stem, data = name or "the photo", "photo", source
    else:
        path = Path(source)
        label, stem, data = _printable(path.name), path.stem, _read(path)
    check_bytes(len(data), label)
    picture = read_picture(data, label)
    notes = list(picture.notes)
    with damage_of(label):
        image = picture.image
        exif = read_exif(_exif_block(picture), notes.append, is_file=picture.is_upright)
        orientation = 1 if picture.is_upright else exif.orientation
        srgb = to_srgb(image, _profile(picture, exif), label, notes.append)
        rgb = np.array(turn_upright(srgb, orientation))
    panorama = _panorama(picture, notes.append)
    depth = read_camera_depth(picture, data, orientation, notes.append)
    photo = Photo(
        rgb=rgb,
        name=plain_name(name or stem),
        sha256=hashlib.sha256(data).hexdigest(),
        focal_px=find_focal_px(exif, width_px=rgb.shape[1], height_px=rgb.shape[0]),
        depth=depth,
        exif=exif_for_results(exif, notes.append),
        exif_with_gps=exif_with_gps(exif),
        panorama=tuple(panorama.items()),
        notes=tuple(notes),
    )
    for note in notes:
        _log.warning("%s: %s", label, note)
    return photo


def _exif_block(picture: Picture) -> bytes:
    """Return the EXIF block, read after decoding: PNG may have it last."""
    return picture.exif if picture.exif is not None else picture.image.info.get("exif") or b""


def _panorama(picture: Picture, tell: Callable[[str], None]) -> dict[str, str]:
    packet = picture.xmp if picture.xmp is not None else picture.image.info.get("xmp", b"")
    try:
        panorama = panorama_of(packet if isinstance(packet, bytes) else packet.encode())
    except XmpError as error:
        tell(f"its XMP is not used ({error})")
        return {}
    if panorama:
        tell("a panorama on a sphere; both views keep that, depth does not close at the wrap")
    return panorama


def _profile(picture: Picture, exif: Exif) -> bytes:
    """Return the ICC profile of a picture's colours: what its container says counts before EXIF."""
    image = picture.image
    told = picture.profile or image.info.get("icc_profile", b"")
    if not told and exif.is_adobe_rgb and image.mode in ("L", "RGB", "RGBA"):
        return adobe_rgb()
    return told


def photo_from_rgb(rgb: NDArray, *, name: str = "photo") -> Photo:
    """Return a photo of an array, uint8 [H, W, 3] in sRGB, under the same limits of size as a file.

    Raises:
        PhotoError: the array has another shape or type, or is too large, too small or too narrow.
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8:
        msg = f"{name} must be an array of uint8 [H, W, 3], got {rgb.dtype} {list(rgb.shape)}"
        raise PhotoError(msg)
    check_size(rgb.shape[1], rgb.shape[0], name)
    pixels = np.ascontiguousarray(rgb)
    digest = hashlib.sha256(repr(pixels.shape).encode())
    digest.update(pixels.data)
    return Photo(rgb=pixels, name=plain_name(name), sha256=digest.hexdigest())


def plain_name(name: str) -> str:
    """Return the last part of a name: results lie under it, so it must not lead elsewhere."""
    return _printable(name).replace("\\", "/").rsplit("/", 1)[-1].strip(". ") or "photo"


def _printable(name: str) -> str:
    """Return a name without line breaks and other characters that no one can see."""
    return "".join(c for c in name if c.isprintable())


def _read(path: Path) -> bytes:
    """Return the content of an ordinary file, after a look at its size."""
    try:
        status = path.stat()
        _check_kind(status.st_mode, path)
        check_bytes(status.st_size, path.name)
        return path.read_bytes()
    except FileNotFoundError:
        msg = f"{path} does not exist; check the path"
        raise PhotoError(msg) from None
    except PhotoError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a null byte in the path
        reason = error.strerror if isinstance(error, OSError) else error
        msg = f"{str(path)!r} cannot be read ({reason}); check the path and its permissions"
        raise PhotoError(msg) from error


def _check_kind(mode: int, path: Path) -> None:
    if stat.S_ISDIR(mode):
        msg = f"{path} is a folder; give the photo files in it"
        raise PhotoError(msg)
    if not stat.S_ISREG(mode):
        msg = f"{path} is not an ordinary file; give a photo file"
        raise PhotoError(msg)
