"""Depth that needs no model: what the camera wrote into the photo, or a map that the visitor brings."""

import hashlib
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.depth import EstimatorError
from spatial.photo import MAX_PIXELS
from spatial.records import DepthKind, DepthMap, DepthSpace, EstimatorInfo, Photo
from spatial.settings import MapPolarity

FILE = "file"
_ASPECT_TOLERANCE = 0.03


def _info(title: str, revision: str, depth: DepthMap) -> EstimatorInfo:
    return EstimatorInfo(
        id=FILE,
        title=title,
        licence="yours",
        source="the visitor's file",
        revision=revision,
        size_mb=0.0,
        space=depth.space,
        kind=depth.kind,
    )


def camera_depth(photo: Photo) -> tuple[DepthMap, EstimatorInfo]:
    """Return the depth that the camera wrote into a photo.

    Raises:
        EstimatorError: there is none.
    """
    if photo.depth is None:
        msg = (
            f"{photo.name} holds no depth. Phones write it into portrait photos; browsers often drop it, so upload "
            "the original with Other file. Or choose another depth model."
        )
        raise EstimatorError(msg)
    return photo.depth, _info("The camera", photo.sha256[:16], photo.depth)


def brought_depth(photo: Photo, path: str, polarity: MapPolarity) -> tuple[DepthMap, EstimatorInfo]:
    """Return a grey map, 8 or 16 bit or float, of any size, as depth of a photo.

    Raises:
        EstimatorError: the file is no such map, or its shape is not the photo's.
    """
    data = Path(path).read_bytes()
    values = _levels(data, Path(path).name)
    height, width = values.shape
    ratio = (width / height) / (photo.width_px / photo.height_px)
    if abs(ratio - 1.0) > _ASPECT_TOLERANCE:
        msg = (
            f"{Path(path).name} has {width} x {height} px, the photo {photo.width_px} x {photo.height_px} px: the "
            "map may have another size, but it needs the same shape"
        )
        raise EstimatorError(msg)
    near_is_large = (
        _is_near_large(values)
        if polarity is MapPolarity.AUTO
        else (polarity is MapPolarity.NEAR_HIGH)
    )
    depth = DepthMap.from_values(
        values if near_is_large else -values,
        kind=DepthKind.AFFINE_INVARIANT,
        space=DepthSpace.INVERSE_DEPTH,
    )
    revision = f"{hashlib.sha256(data).hexdigest()[:16]}-{'high' if near_is_large else 'low'}"
    return depth, _info("Your map", revision, depth)


def _levels(data: bytes, name: str) -> NDArray[np.float32]:
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if data else None
    if picture is None:
        msg = f"{name} is no depth map that can be read; PNG or TIFF in grey, 8 or 16 bit, will do"
        raise EstimatorError(msg)
    if picture.shape[0] * picture.shape[1] > MAX_PIXELS:
        msg = f"{name} is larger than {MAX_PIXELS // 10**6} megapixels"
        raise EstimatorError(msg)
    grey = picture if picture.ndim == 2 else picture[:, :, :3].mean(axis=2)
    levels = np.asarray(grey, np.float32)
    if not np.isfinite(levels).any() or float(np.nanmax(levels)) == float(np.nanmin(levels)):
        msg = f"{name} has one value everywhere, so it tells no depth"
        raise EstimatorError(msg)
    return levels


def _is_near_large(values: NDArray[np.float32]) -> bool:
    """Guess the polarity: what lies low in a picture is usually near."""
    third = max(1, values.shape[0] // 3)
    return float(np.nanmean(values[-third:])) >= float(np.nanmean(values[:third]))
