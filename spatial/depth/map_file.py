"""An uploaded depth map: PNG of 8 or 16 bit, TIFF, PFM or npy, grey, of any range.

Levels are taken as they are: no bit depth is guessed from the largest one. A ``_depth.json`` or
``_depth_float.json`` beside a map that this project exported says what its numbers mean.
"""

import hashlib
import io
import json
import math
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray
from PIL import (
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    TiffImagePlugin,
)

from spatial.bounds import DAMAGE, MAX_DEPTH_PIXELS, BoundsError, check_picture, reason_of
from spatial.depth.errors import EstimatorError
from spatial.records import DepthKind, DepthSpace

MAX_MAP_BYTES = 512 * 10**6

MAP_SUFFIXES = (".png", ".tif", ".tiff", ".pfm", ".pgm", ".npy", ".jpg", ".jpeg")

_NPY = b"\x93NUMPY"
_NPY_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
_PICTURES: dict[bytes, type[ImageFile.ImageFile]] = {
    b"\x89PNG": PngImagePlugin.PngImageFile,
    b"II*\0": TiffImagePlugin.TiffImageFile,
    b"MM\0*": TiffImagePlugin.TiffImageFile,
    b"Pf": PpmImagePlugin.PpmImageFile,
    b"P5": PpmImagePlugin.PpmImageFile,
    b"\xff\xd8\xff": JpegImagePlugin.JpegImageFile,
}
_GREY = ("L", "I", "F", "I;16", "I;16B", "I;16L")
MAX_NOTE_BYTES = 1_000_000
_DAMAGE = (*DAMAGE, tokenize.TokenError)  # numpy's, of a header


@dataclass(frozen=True, slots=True, kw_only=True)
class MapMeaning:
    """What the file beside a map says: ``value = scale * stored + shift``, its space and kind."""

    space: DepthSpace
    kind: DepthKind
    scale: float = 1.0
    shift: float = 0.0
    unknown: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMap:
    """A depth map as a file holds it.

    Attributes:
        values: float32 [H, W], as stored.
        valid: bool [H, W]; False where a value is not finite or transparent.
        is_float: whether the file holds floating-point numbers.
        is_byte: whether it holds no more than 256 levels.
        meaning: what the file beside it says, or None.
        digest: changes with the file's content.
    """

    values: NDArray[np.float32]
    valid: NDArray[np.bool_]
    is_float: bool
    is_byte: bool = False
    meaning: MapMeaning | None = None
    digest: str = ""


def read_map(path: Path) -> StoredMap:
    """Return the depth map in a file, with what the file beside it says.

    Raises:
        EstimatorError: there is no such file, or it is no depth map: unknown format, coloured,
            damaged, too large, or without a known value.
    """
    return decode_map(_read_bytes(path), path)


def _read_bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_MAP_BYTES:
            msg = f"{path} is larger than {MAX_MAP_BYTES // 10**6} MB; save the depth map smaller"
            raise EstimatorError(msg)
        return path.read_bytes()
    except OSError as error:
        msg = f"the depth map {path} cannot be read ({error.strerror}); check the path"
        raise EstimatorError(msg) from error


def decode_map(data: bytes, path: Path) -> StoredMap:
    """Return the depth map in a file's bytes, with what the file beside it says.

    Raises:
        EstimatorError: it is no depth map: unknown format, coloured, damaged, too large, or without
            a known value.
    """
    try:
        array, alpha = _read_npy(data, path) if data.startswith(_NPY) else _read_picture(data, path)
    except EstimatorError:
        raise
    except BoundsError as error:
        msg = f"the depth map {path.name} {error}"
        raise EstimatorError(msg) from error
    except _DAMAGE as error:
        msg = f"the depth map {path.name} is damaged ({reason_of(error)}); save it again"
        raise EstimatorError(msg) from error
    with np.errstate(over="ignore"):  # float64 beyond float32 becomes infinite, and so unknown
        values = np.asarray(array, np.float32)
    valid = np.isfinite(values) & alpha
    if not valid.any():
        msg = f"the depth map {path.name} holds no finite value; supply another one"
        raise EstimatorError(msg)
    is_float = bool(np.issubdtype(array.dtype, np.floating))
    return StoredMap(
        values=np.where(valid, values, np.float32(0.0)),
        valid=valid,
        is_float=is_float,
        is_byte=array.dtype.itemsize == 1,
        meaning=_read_meaning(path),
        digest=hashlib.sha256(data).hexdigest()[:16],
    )


def _check_size(width: int, height: int, path: Path) -> None:
    if not 0 < width * height <= MAX_DEPTH_PIXELS:
        msg = (
            f"the depth map {path.name} has {width} x {height} pixels, "
            f"at most {MAX_DEPTH_PIXELS // 10**6} megapixels are read"
        )
        raise EstimatorError(msg)


def _read_npy(data: bytes, path: Path) -> tuple[NDArray, NDArray[np.bool_]]:
    file = io.BytesIO(data)
    try:
        shape, is_fortran, dtype = _NPY_HEADERS[np.lib.format.read_magic(file)](file)
    except _DAMAGE as error:
        msg = f"the depth map {path.name} is damaged (its header is none of NumPy's); save it again"
        raise EstimatorError(msg) from error
    sides = [side for side in shape if side != 1] if len(shape) == 3 else shape
    if len(sides) != 2 or dtype.kind not in "iuf":
        msg = f"the depth map {path.name} must hold numbers [H, W], its shape is {list(shape)}"
        raise EstimatorError(msg)
    _check_size(sides[1], sides[0], path)
    values = np.frombuffer(data, dtype, math.prod(sides), file.tell())
    array = values.reshape(sides, order="F" if is_fortran else "C")
    return array, np.ones(array.shape, np.bool_)


def _read_picture(data: bytes, path: Path) -> tuple[NDArray, NDArray[np.bool_]]:
    plugin = next((p for start, p in _PICTURES.items() if data.startswith(start)), None)
    if plugin is None:
        msg = f"{path.name} is no depth map; known are PNG, TIFF, PFM, PGM, JPEG and npy, all grey"
        raise EstimatorError(msg)
    check_picture(data)
    with plugin(io.BytesIO(data)) as picture:
        _check_size(picture.width, picture.height, path)
        picture.load()
        if picture.mode in _GREY:
            array = np.asarray(picture)
            return array, np.ones(array.shape, np.bool_)
        return _grey_of(picture, path)


def _grey_of(picture: Image.Image, path: Path) -> tuple[NDArray, NDArray[np.bool_]]:
    """Return one channel of a picture whose channels are equal, and where it is not transparent."""
    rgba = np.asarray(picture.convert("RGBA"))
    rgb = rgba[..., :3]
    if (rgb.max(axis=2) - rgb.min(axis=2)).max() > 2:  # JPEG's colours wander by a level
        msg = f"the depth map {path.name} is coloured; save it in grey, without a colour scale"
        raise EstimatorError(msg)
    return rgba[..., 0], rgba[..., 3] > 0


def _read_meaning(path: Path) -> MapMeaning | None:
    """Return what the project's own JSON beside a map says; None where none is about this file."""
    for suffix in (".json", "_float.json"):
        beside = path.with_name(path.stem + suffix)
        try:
            with beside.open(encoding="utf-8") as file:
                told = json.loads(file.read(MAX_NOTE_BYTES))
        except OSError:
            continue
        except (ValueError, RecursionError) as error:
            msg = (
                f"{beside.name} beside the depth map cannot be read; remove it, or export both "
                "again"
            )
            raise EstimatorError(msg) from error
        if isinstance(told, dict) and unquote(str(told.get("file"))) == path.name:
            return _meaning_of(told, beside)
    return None


def _meaning_of(told: Mapping, beside: Path) -> MapMeaning:
    try:
        scaling, unknown = told.get("scaling") or {}, told.get("unknown")
        scale, shift = (float(scaling.get(*given)) for given in (("scale", 1.0), ("shift", 0.0)))
        if not (math.isfinite(scale) and math.isfinite(shift)):
            raise ArithmeticError
        return MapMeaning(
            space=DepthSpace(told["space"]),
            kind=DepthKind(told["kind"]),
            scale=scale,
            shift=shift,
            unknown=float(unknown) if isinstance(unknown, (int, float)) else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        msg = (
            f"{beside.name} does not say what the depth map's numbers are; remove it, or "
            "export both again"
        )
        raise EstimatorError(msg) from error
