"""Bytes of a photo file -> Photo: upright, sRGB, 8 bit, checked before it is decoded."""

import hashlib
import logging
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spatial.bounds import DAMAGE, reason_of
from spatial.photo.camera_depth import read_camera_depth
from spatial.photo.colour import to_srgb
from spatial.photo.colour_spaces import adobe_rgb
from spatial.photo.depth_beside import split_depth
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
from spatial.photo.recognition import is_on_sphere, sphere_of
from spatial.photo.second_view import ViewHints, Views, find_views, in_words, read_pair, told_layout
from spatial.photo.xmp import XmpError, panorama_of
from spatial.records import DepthKind, DepthMap, DepthSpace, Photo, SecondView
from spatial.settings import InputLayout

_TURNED_OVER = (2, 3)  # orientations that exchange left and right

_log = logging.getLogger(__name__)


def load_photo(
    source: Path | str | bytes,
    *,
    name: str | None = None,
    layout: InputLayout = InputLayout.AUTO,
    right: Path | str | bytes | None = None,
) -> Photo:
    """Return the photo in a file or in the bytes of one; of a stereo photo, both views.

    Args:
        source: a path, or the file's content.
        name: name of the photo; default is the file's name without folder and suffix, or "photo"
            for bytes.
        layout: how the file shows two views.
        right: the file of the right view, where ``source`` is that of the left one.

    Raises:
        PhotoError: the file is missing, no photo, damaged, too large, too small or too narrow; or
            it holds two views that do not fit each other.
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
        exif = read_exif(_exif_block(picture), notes.append, is_file=picture.is_upright)
        reading = _Reading(label, exif, notes.append)
        rgb = reading.upright(picture)
    panorama = _panorama(picture, notes.append)
    digest = hashlib.sha256(data)
    if right is None:
        pair = reading.pair_in(picture, data, rgb) if layout is not InputLayout.MONO else None
    else:
        other = load_photo(right, layout=InputLayout.MONO)
        pair, layout = ((rgb, other.rgb), True), InputLayout.SEPARATE
        digest.update(other.sha256.encode())
        label = f"{label} with {other.name}"
    hints = ViewHints(
        rgb=rgb,
        pair=pair,
        told=told_layout(picture.image),
        name=label,
        layout=layout,
        on_sphere=bool(panorama) or is_on_sphere(label),
    )
    second = None
    if beside := split_depth(rgb, label, layout):
        rgb, depth = beside
        check_size(rgb.shape[1], rgb.shape[0], label)
        notes.append("a photo with its depth beside it; both are used")
    elif found := find_views(hints):
        views, lay = found
        check_size(views.left.shape[1], views.left.shape[0], label)
        rgb, second = views.left, SecondView(rgb=views.right, disparity=views.disparity)
        depth = DepthMap.from_values(
            views.disparity, kind=DepthKind.AFFINE_INVARIANT, space=DepthSpace.INVERSE_DEPTH
        )
        notes.append(_told(lay, views.moved_px))
        panorama = panorama or sphere_of(label, rgb.shape[1], rgb.shape[0])
    else:
        depth = read_camera_depth(picture, data, reading.orientation, notes.append)
    photo = Photo(
        rgb=rgb,
        name=plain_name(name or stem),
        sha256=digest.hexdigest(),
        focal_px=find_focal_px(exif, width_px=rgb.shape[1], height_px=rgb.shape[0]),
        depth=depth,
        second=second,
        exif=exif_for_results(exif, notes.append),
        exif_with_gps=exif_with_gps(exif),
        panorama=tuple(panorama.items()),
        notes=tuple(notes),
    )
    for note in notes:
        _log.warning("%s: %s", label, note)
    return photo


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A photo that is not loaded yet.

    Attributes:
        path: its file.
        layout: how that shows two views.
        right: the file of the right view, where ``path`` is that of the left one.
    """

    path: Path
    layout: InputLayout = InputLayout.AUTO
    right: Path | None = None

    def load(self) -> Photo:
        """Return the photo; see ``load_photo``."""
        return load_photo(self.path, layout=self.layout, right=self.right)


class _Reading(NamedTuple):
    """How the pictures of a file are read: what names it, its EXIF data, and who is told."""

    label: str
    exif: Exif
    tell: Callable[[str], None]

    @property
    def orientation(self) -> int:
        return self.exif.orientation

    def upright(self, picture: Picture) -> NDArray[np.uint8]:
        """Return a picture of the file, uint8 [H, W, 3] in sRGB."""
        profile = _profile(picture, self.exif)
        srgb = picture.srgb or to_srgb(picture.image, profile, self.label, self.tell)
        return np.array(turn_upright(srgb, 1 if picture.is_upright else self.orientation))

    def pair_in(
        self, picture: Picture, data: bytes, rgb: NDArray[np.uint8]
    ) -> tuple[Views, bool] | None:
        """Return the two pictures in the file, and whether it calls them views; None for one."""
        try:
            pair = read_pair(picture, data)
            if pair is None:
                return None
            left = rgb if pair.left is None else self.upright(pair.left)
            right = self.upright(pair.right)
        except DAMAGE as error:
            self.tell(f"its second picture is not used ({reason_of(error)})")
            return None
        is_turned_over = self.orientation in _TURNED_OVER
        return ((right, left) if is_turned_over else (left, right)), pair.is_told


def _told(layout: InputLayout, moved_px: float) -> str:
    """Return the note of a stereo photo."""
    mended = f", the right one turned or moved by up to {moved_px:.0f} px, so that its rows agree"
    return f"a stereo photo ({in_words(layout)}); both its views are used{mended * (moved_px > 0)}"


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
        tell("a panorama on a sphere; both views keep that")
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
