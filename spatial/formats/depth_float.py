"""Depth as it was computed: float32 npy, with a JSON file that states polarity, space and units."""

import io
import json
from urllib.parse import quote

import numpy as np

from spatial.formats.depth_map import unit_of
from spatial.formats.format import EncodedFile
from spatial.records import DepthSpace, SpatialPhoto

DEPTH_FLOAT, DEPTH_FLOAT_INFO = "depth_float", "depth_float_info"
_NPY_SUFFIX, _JSON_SUFFIX = "_depth.npy", "_depth_float.json"
_POLARITY = {DepthSpace.DEPTH: "larger_is_farther", DepthSpace.INVERSE_DEPTH: "larger_is_nearer"}


def encode_depth_float(result: SpatialPhoto, name: str) -> tuple[EncodedFile, ...]:
    """Return ``_depth.npy`` (float32 [H, W], unknown = NaN) and the ``_depth_float.json`` that says what it holds."""
    depth = result.depth
    known = depth.values[depth.valid]
    low, high = float(known.min()), float(known.max())
    near_is_large = depth.space is DepthSpace.INVERSE_DEPTH
    height, width = depth.values.shape
    info = {
        "schema": 1,
        "file": quote(name + _NPY_SUFFIX),
        "width": width,
        "height": height,
        "dtype": "float32",
        "space": depth.space.value,
        "kind": depth.kind.value,
        "polarity": _POLARITY[depth.space],
        "unit": unit_of(depth),
        "unknown": "NaN",
        "nearest": high if near_is_large else low,
        "farthest": low if near_is_large else high,
        "focal_px": result.photo.focal_px,
        "estimator": {"id": result.estimator.id, "revision": result.estimator.revision},
    }
    npy = io.BytesIO()
    np.save(npy, np.where(depth.valid, depth.values, np.float32(np.nan)), allow_pickle=False)
    text = json.dumps(info, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    return (
        EncodedFile(
            role=DEPTH_FLOAT,
            suffix=_NPY_SUFFIX,
            media_type="application/octet-stream",
            data=npy.getvalue(),
        ),
        EncodedFile(
            role=DEPTH_FLOAT_INFO,
            suffix=_JSON_SUFFIX,
            media_type="application/json",
            data=text.encode(),
        ),
    )
