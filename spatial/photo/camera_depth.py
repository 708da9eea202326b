"""The depth that a camera wrote into the photo: HEIC, and GDepth, Dynamic Depth, Apple in JPEG.

Whatever the file stores comes out as inverse depth, larger is nearer, or as depth, and turned like
the photo. A photo whose depth cannot be read is still a photo: the reason is logged and the photo
has no depth.
"""

import base64
import binascii
import io
import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, JpegImagePlugin

from spatial.bounds import (
    DAMAGE,
    MAX_DEPTH_PIXELS,
    check_picture,
    reason_of,
)
from spatial.photo.exif import turn_upright
from spatial.photo.jpeg import pictures_behind
from spatial.photo.limits import PhotoError
from spatial.photo.picture import Picture
from spatial.photo.readers import read_picture
from spatial.photo.xmp import Xmp, XmpError, read_xmp
from spatial.records import DepthKind, DepthMap, DepthSpace

GDEPTH = "http://ns.google.com/photos/1.0/depthmap/"
MAX_FINER = 4  # pixels of depth to one of the photo
DYNAMIC_DEPTH = "http://ns.google.com/photos/dd/1.0/depthmap/"
APPLE_PIXELS = "http://ns.apple.com/pixeldatainfo/1.0/"
METRES_PER_UNIT = {"m": 1.0, "mm": 0.001, "Meters": 1.0}

_FULL_SCALE = {"L": 255.0, "I;16": 65535.0, "I;16B": 65535.0, "I;16L": 65535.0}


class CameraDepthError(ValueError):
    """The depth in a photo's file cannot be used."""


class _Scale(NamedTuple):
    """What stored values mean: ``at_zero`` at 0, ``at_one`` at 1, linear between, in a space."""

    at_zero: float
    at_one: float
    space: DepthSpace
    kind: DepthKind


class Stored(NamedTuple):
    """Levels in [0, 1] as a file holds them, what they mean, and where they are known."""

    levels: NDArray[np.float32]
    scale: _Scale
    valid: NDArray[np.bool_] | None = None


def read_camera_depth(
    picture: Picture, data: bytes, orientation: int, tell: Callable[[str], None]
) -> "DepthMap | None":
    """Return the depth in a photo's file, upright, at its own resolution; None where there is none.

    Args:
        picture: the decoded photo.
        data: its file.
        orientation: that of EXIF, which holds for photo and depth alike.
        tell: takes why the depth cannot be used.
    """
    image = picture.image
    if not isinstance(image, ImageFile.ImageFile) or image.format not in _READERS:
        return None
    try:
        found = (read(image, data) for read in _READERS[image.format])
        stored = next((depth for depth in found if depth is not None), None)
        return None if stored is None else _to_map(stored, orientation)
    except DAMAGE as error:
        known = isinstance(error, (CameraDepthError, XmpError, PhotoError))
        tell(f"the depth in it is not used ({error if known else reason_of(error)})")
        return None


def _to_map(stored: Stored, orientation: int) -> DepthMap:
    scale = stored.scale
    values = stored.levels * np.float32(scale.at_one - scale.at_zero) + np.float32(scale.at_zero)
    if stored.valid is not None:
        values[~stored.valid] = np.nan
    upright = np.asarray(turn_upright(Image.fromarray(values), orientation))
    return DepthMap.from_values(upright, kind=scale.kind, space=scale.space)


def _check_size(size: tuple[int, int], photo: Image.Image) -> None:
    """Raise PhotoError for a depth picture much larger than the photo."""
    most = min(MAX_FINER * photo.width * photo.height, MAX_DEPTH_PIXELS)
    if math.prod(size) > most:
        msg = f"it has {size[0]} x {size[1]} pixels, at most {most} are read"
        raise PhotoError(msg)


def _read_levels(image: Image.Image) -> NDArray[np.float32]:
    """Return the grey levels of a depth picture in [0, 1], float32 [H, W]."""
    if image.mode not in _FULL_SCALE:
        image = image.convert("L")
    return (np.asarray(image) / np.float32(_FULL_SCALE[image.mode])).astype(np.float32)


# HEIC


def heif_scale(metadata: Mapping[str, float]) -> _Scale:
    """Return what an auxiliary depth picture's levels mean (H.265, depth representation SEI).

    Representation 0 is 1/z between 1/z_far and 1/z_near, 1 is disparity between d_min and d_max, 2
    is z between z_near and z_far, all uniform. Phones write 1. No field states a unit, so that the
    map is true up to a factor; without limits it is true up to a factor and a shift.

    Raises:
        CameraDepthError: the representation is another one, or its limits are not ascending.
    """
    representation = int(metadata.get("representation_type", 1))
    if representation not in _HEIF_LIMITS:
        msg = f"its representation is {representation}, known are {sorted(_HEIF_LIMITS)}"
        raise CameraDepthError(msg)
    low_name, high_name, space = _HEIF_LIMITS[representation]
    low, high = metadata.get(low_name), metadata.get(high_name)
    if low is None or high is None:
        return _Scale(0.0, 1.0, space, DepthKind.AFFINE_INVARIANT)
    if representation == 0:
        low, high = 1.0 / low, 1.0 / high
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        msg = f"its limits {low_name}, {high_name} are {low:g}, {high:g}"
        raise CameraDepthError(msg)
    return _Scale(low, high, space, DepthKind.SCALE_INVARIANT)


_HEIF_LIMITS = {
    0: ("z_far", "z_near", DepthSpace.INVERSE_DEPTH),
    1: ("d_min", "d_max", DepthSpace.INVERSE_DEPTH),
    2: ("z_near", "z_far", DepthSpace.DEPTH),
}


def _read_heif(image: ImageFile.ImageFile, _data: bytes) -> Stored | None:
    pictures = image.info.get("depth_images")
    if not pictures:
        return None
    _check_size(pictures[0].size, image)
    if pictures[0].mode != "L":  # pi-heif writes beyond pixels that have 8 bit after all
        msg = "it says that it has more than 8 bit, which is not read from HEIC"
        raise CameraDepthError(msg)
    levels = _read_levels(pictures[0].to_pillow())
    return Stored(levels, heif_scale(pictures[0].info["metadata"] or {}))


# GDepth


def gdepth_scale(properties: Mapping[str, str]) -> _Scale:
    """Return what a GDepth picture's levels mean (Google's depthmap metadata, encoding section).

    RangeInverse: z = far near / (far - v (far - near)), so that 1/z runs linearly from 1/near at v
    = 0 to 1/far at v = 1. RangeLinear: z = near + v (far - near). Units are metres unless stated;
    others leave a factor open.

    Raises:
        CameraDepthError: the format is unknown, or not 0 < near < far.
    """
    near, far = (_number(properties.get(name, "")) for name in ("Near", "Far"))
    if not 0.0 < near < far < math.inf:
        msg = f"GDepth needs 0 < near < far, got {near:g} and {far:g}"
        raise CameraDepthError(msg)
    metres = METRES_PER_UNIT.get(properties.get("Units", "m"))
    kind = DepthKind.SCALE_INVARIANT if metres is None else DepthKind.METRIC
    near, far = near * (metres or 1.0), far * (metres or 1.0)
    coding = properties.get("Format", "RangeInverse")
    if coding == "RangeInverse":
        return _Scale(1.0 / near, 1.0 / far, DepthSpace.INVERSE_DEPTH, kind)
    if coding == "RangeLinear":
        return _Scale(near, far, DepthSpace.DEPTH, kind)
    msg = "GDepth:Format is another than RangeInverse and RangeLinear"
    raise CameraDepthError(msg)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _read_gdepth(image: ImageFile.ImageFile, _data: bytes) -> Stored | None:
    properties = read_xmp(getattr(image, "applist", ()), GDEPTH).of(GDEPTH)
    if "Data" not in properties:
        return None
    try:
        levels = base64.b64decode("".join(properties["Data"].split()) + "==")
    except binascii.Error as error:
        msg = "GDepth:Data is no base64"
        raise CameraDepthError(msg) from error
    return Stored(_read_part(levels, image), gdepth_scale(properties))


def _read_part(data: bytes, photo: Image.Image) -> NDArray[np.float32]:
    """Return the levels of a depth picture that is a file of its own."""
    return _read_levels(read_picture(data, "its picture", partial(_check_size, photo=photo)).image)


# Dynamic Depth 1.0: the same numbers, in pictures behind the photo that a directory lists


def _read_dynamic(image: ImageFile.ImageFile, data: bytes) -> Stored | None:
    xmp = read_xmp(getattr(image, "applist", ()), DYNAMIC_DEPTH)
    properties = xmp.of(DYNAMIC_DEPTH)
    if not properties:
        return None
    depth = _find_item(xmp, data, properties.get("DepthURI", ""), "Depth")
    if not depth:
        msg = "the directory does not list its picture"
        raise CameraDepthError(msg)
    sure = _find_item(xmp, data, properties.get("ConfidenceURI", ""), "Confidence")
    levels = _read_part(depth, image)
    valid = _read_part(sure, image) > 0.0 if sure else np.ones(levels.shape, np.bool_)
    if valid.shape != levels.shape:
        msg = f"its confidence is {valid.shape[1]} x {valid.shape[0]} pixels"
        raise CameraDepthError(msg)
    return Stored(levels, gdepth_scale(properties), valid)


def _find_item(xmp: Xmp, data: bytes, address: str, semantic: str) -> bytes:
    """Return a picture of the directory; they lie at the file's end, one behind the other."""
    items = [item for item in xmp.items if "Mime" in item]
    sizes = [int(item.get("Length", 0)) + int(item.get("Padding", 0)) for item in items]
    for number, item in enumerate(items):
        if (address and item.get("DataURI") == address) or item.get("Semantic") == semantic:
            start = len(data) - sum(sizes[number:])
            return data[start : start + int(item.get("Length", 0))] if start > 0 else b""
    return b""


# iPhone portraits in JPEG: a grey picture behind the photo (CIPA DC-007), its range in its XMP


def _read_apple(image: ImageFile.ImageFile, data: bytes) -> Stored | None:
    for _, part in pictures_behind(image, data):
        check_picture(part)
        aux = JpegImagePlugin.JpegImageFile(io.BytesIO(part))
        told = read_xmp(aux.applist, APPLE_PIXELS).of(APPLE_PIXELS)
        space = _APPLE_SPACES.get(told.get("AuxiliaryImageType", ""))
        if space is not None:
            low, high = (_number(told.get(f"Float{end}Value", "")) for end in ("Min", "Max"))
            scale = _Scale(low, high, space, DepthKind.SCALE_INVARIANT)
            if not (math.isfinite(low) and math.isfinite(high) and low < high):
                scale = _Scale(0.0, 1.0, space, DepthKind.AFFINE_INVARIANT)
            return Stored(_read_part(part, image), scale)
    return None


_APPLE_SPACES = {"disparity": DepthSpace.INVERSE_DEPTH, "depth": DepthSpace.DEPTH}


_Reader = Callable[[ImageFile.ImageFile, bytes], Stored | None]
_READERS: dict[str, tuple[_Reader, ...]] = {
    "JPEG": (_read_gdepth, _read_dynamic, _read_apple),
    "HEIF": (_read_heif,),
}
