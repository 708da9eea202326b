"""The depth that a camera wrote into the photo: HEIC auxiliary depth, GDepth in JPEG.

Whatever the file stores comes out as inverse depth, larger is nearer, or as depth, and turned like
the photo. A photo whose depth cannot be read is still a photo: the reason is logged and the photo
has no depth.
"""

import base64
import binascii
import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from spatial.bounds import DAMAGE, MAX_DEPTH_PIXELS, reason_of
from spatial.photo.exif import turn_upright
from spatial.photo.limits import PhotoError
from spatial.photo.picture import Picture
from spatial.photo.readers import read_picture
from spatial.photo.xmp import XmpError, read_xmp
from spatial.records import DepthKind, DepthMap, DepthSpace

GDEPTH = "http://ns.google.com/photos/1.0/depthmap/"
MAX_FINER = 4  # pixels of depth to one of the photo
METRES_PER_UNIT = {"m": 1.0, "mm": 0.001}

_FULL_SCALE = {"L": 255.0, "I;16": 65535.0, "I;16B": 65535.0, "I;16L": 65535.0}


class CameraDepthError(ValueError):
    """The depth in a photo's file cannot be used."""


class _Scale(NamedTuple):
    """What stored values mean: ``at_zero`` at 0, ``at_one`` at 1, linear between, in a space."""

    at_zero: float
    at_one: float
    space: DepthSpace
    kind: DepthKind


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
        stored = _READERS[image.format](image)
        return None if stored is None else _to_map(*stored, orientation)
    except DAMAGE as error:
        known = isinstance(error, (CameraDepthError, XmpError, PhotoError))
        tell(f"the depth in it is not used ({error if known else reason_of(error)})")
        return None


def _to_map(levels: NDArray[np.float32], scale: _Scale, orientation: int) -> DepthMap:
    values = levels * np.float32(scale.at_one - scale.at_zero) + np.float32(scale.at_zero)
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


def _read_heif(image: ImageFile.ImageFile) -> tuple[NDArray[np.float32], _Scale] | None:
    pictures = image.info.get("depth_images")
    if not pictures:
        return None
    _check_size(pictures[0].size, image)
    if pictures[0].mode != "L":  # pi-heif writes beyond pixels that have 8 bit after all
        msg = "it says that it has more than 8 bit, which is not read from HEIC"
        raise CameraDepthError(msg)
    return _read_levels(pictures[0].to_pillow()), heif_scale(pictures[0].info["metadata"] or {})


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


def _read_gdepth(image: ImageFile.ImageFile) -> tuple[NDArray[np.float32], _Scale] | None:
    properties = read_xmp(getattr(image, "applist", ()), GDEPTH)
    if "Data" not in properties:
        return None
    try:
        data = base64.b64decode("".join(properties["Data"].split()) + "==")
    except binascii.Error as error:
        msg = "GDepth:Data is no base64"
        raise CameraDepthError(msg) from error
    depth = read_picture(data, "GDepth:Data", partial(_check_size, photo=image))
    return _read_levels(depth.image), gdepth_scale(properties)


_READERS: dict[str, Callable[[ImageFile.ImageFile], tuple[NDArray[np.float32], _Scale] | None]] = {
    "JPEG": _read_gdepth,
    "HEIF": _read_heif,
}
