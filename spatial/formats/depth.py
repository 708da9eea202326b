"""Depth as files, each with a JSON file that says what its numbers are.

The 16-bit PNG (near is bright) and the coloured PNG are for people and programs; the float32 npy is
depth as computed.
"""

import io
import json
from typing import NamedTuple
from urllib.parse import quote

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.formats.encode import Encoded, encode_png, jpeg_of, of_picture
from spatial.records import DepthKind, DepthMap, DepthSpace, PhotoWithDepth

DEPTH_SUFFIX, DEPTH_INFO_SUFFIX = "_depth.png", "_depth.json"
NPY_SUFFIX, NPY_INFO_SUFFIX = "_depth.npy", "_depth_float.json"
POLARITY = "near_bright"
_POLARITY_OF = {DepthSpace.DEPTH: "larger_is_farther", DepthSpace.INVERSE_DEPTH: "larger_is_nearer"}
UNKNOWN, FARTHEST, NEAREST = 0, 1, 65_535
UNKNOWN_RGB = (128, 128, 128)  # a grey that the colour scale does not hold

_UNITS = {
    (DepthKind.METRIC, DepthSpace.DEPTH): "m",
    (DepthKind.METRIC, DepthSpace.INVERSE_DEPTH): "1/m",
}


def unit_of(depth_map: DepthMap) -> str | None:
    """Return the unit of a map's values, ``m`` or ``1/m``; None when they are not metric."""
    return _UNITS.get((depth_map.kind, depth_map.space))


class DepthLevels(NamedTuple):
    """A depth map as 16-bit levels.

    Attributes:
        levels: uint16 [H, W]; 0 = unknown, 1 = farthest, 65535 = nearest known value.
        scale: with ``shift``, the way back: ``value = scale * level + shift`` where level > 0.
        shift: see ``scale``.
    """

    levels: NDArray[np.uint16]
    scale: float
    shift: float


def depth_levels(depth_map: DepthMap) -> DepthLevels:
    """Spread the known values over 1..65535, linear in the map's own space, near bright.

    Nothing is clipped and no space is changed, so the values come back to half a level. A flat map
    becomes 32768.
    """
    known = depth_map.values[depth_map.valid]
    if known.size == 0:
        msg = "the depth map has no known pixel; supply another depth map"
        raise ValueError(msg)
    low, high = float(known.min()), float(known.max())
    if high - low <= 1e-6 * max(abs(low), abs(high), 1e-24):
        flat = np.where(depth_map.valid, np.uint16(32_768), np.uint16(UNKNOWN))
        return DepthLevels(flat, 0.0, 0.5 * (low + high))
    near_is_large = depth_map.space is DepthSpace.INVERSE_DEPTH
    far, near = (low, high) if near_is_large else (high, low)
    scale = (near - far) / (NEAREST - FARTHEST)
    steps = (depth_map.values - np.float32(far)) * np.float32(1.0 / scale)
    levels = np.clip(np.rint(steps) + FARTHEST, FARTHEST, NEAREST).astype(np.uint16)
    levels[~depth_map.valid] = UNKNOWN
    return DepthLevels(levels, scale, far - scale * FARTHEST)


def colour_nearness(
    nearness: NDArray[np.float32], valid: NDArray[np.bool_] | None = None
) -> NDArray[np.uint8]:
    """Return uint8 RGB [H, W, 3] of nearness: black far, yellow near (Inferno), unknown grey."""
    levels = _grey_levels(nearness)
    rgb = np.asarray(
        cv2.cvtColor(cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB), np.uint8
    )
    if valid is not None and not valid.all():
        rgb[~valid] = UNKNOWN_RGB
    return rgb


def _info(result: PhotoWithDepth, suffix: str) -> dict:
    """Return what both JSON files tell: which file they describe, its size, quantity and origin."""
    photo, depth, estimator = result.photo, result.depth, result.estimator
    height, width = depth.values.shape
    return {
        "schema": 1,
        "file": quote(photo.name + suffix),
        "photo": {"sha256": photo.sha256},
        "width": width,
        "height": height,
        "space": depth.space.value,
        "kind": depth.kind.value,
        "unit": unit_of(depth),
        "estimator": {"id": estimator.id, "revision": estimator.revision},
    }


def _json(info: dict) -> Encoded:
    return Encoded(
        (json.dumps(info, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
    )


def encode_depth_png(result: PhotoWithDepth) -> tuple[Encoded, ...]:
    """Return the 16-bit PNG of a photo's depth, and the JSON that says how to read it."""
    levels, scale, shift = depth_levels(result.depth)
    info = _info(result, DEPTH_SUFFIX) | {
        "polarity": POLARITY,
        "unknown": UNKNOWN,
        "known": {"farthest": FARTHEST, "nearest": NEAREST},
        "scaling": {"formula": "value = scale * level + shift", "scale": scale, "shift": shift},
    }
    return of_picture(encode_png(levels), levels), _json(info)


def encode_depth_colour(result: PhotoWithDepth) -> tuple[Encoded, ...]:
    """Return the nearness of a photo as coloured PNG."""
    picture = colour_nearness(result.nearness, result.depth.valid)
    return (of_picture(encode_png(picture), picture),)


def _grey_levels(nearness: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return nearness as uint8 [H, W]: 0 farthest, 255 nearest."""
    return np.rint(np.clip(nearness, 0.0, 1.0) * np.float32(255.0)).astype(np.uint8)


def encode_depth_grey(result: PhotoWithDepth) -> tuple[Encoded, ...]:
    """Return the nearness of a photo as plain 8-bit PNG, near is bright."""
    levels = _grey_levels(result.nearness)
    return (of_picture(encode_png(levels), levels),)


def encode_rgbd(result: PhotoWithDepth) -> tuple[Encoded, ...]:
    """Return a JPEG of the photo on the left and its depth in grey on the right, near is bright."""
    grey = _grey_levels(result.nearness)[..., None].repeat(3, axis=2)
    return (jpeg_of(np.concatenate((result.focused, grey), axis=1), result),)


def encode_depth_float(result: PhotoWithDepth) -> tuple[Encoded, ...]:
    """Return float32 npy [H, W], unknown = NaN, and the JSON that says what it holds."""
    depth = result.depth
    known = depth.values[depth.valid]
    ends = float(known.min()), float(known.max())
    farthest, nearest = ends if depth.space is DepthSpace.INVERSE_DEPTH else reversed(ends)
    info = _info(result, NPY_SUFFIX) | {
        "dtype": "float32",
        "polarity": _POLARITY_OF[depth.space],
        "unknown": "NaN",
        "nearest": nearest,
        "farthest": farthest,
        "focal_px": result.photo.focal_px,
    }
    npy = io.BytesIO()
    np.save(npy, np.where(depth.valid, depth.values, np.float32(np.nan)), allow_pickle=False)
    return Encoded(npy.getvalue()), _json(info)
