"""A scene as files: both layers' colours as JPEG, their disparities as 16-bit PNG.

The manifest's entry ``scene`` ties them together: a level L of a disparity picture is
``first + (last - first) * L / 65535`` of the picture's width.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.formats.encode import Encoded, encode_jpeg, encode_png, of_picture
from spatial.geometry import fitted_size
from spatial.records import SpatialPhoto
from spatial.scene import Layer, Scene, disparity_range, make_scene

FRONT_MAP_LONGEST_SIDE_PX, BACK_MAP_LONGEST_SIDE_PX = 1024, 512
_FRONT_QUALITY, _BACK_QUALITY = 85, 80
_LEVEL_STEP = 16  # a 100th of a pixel for the usual range: packs to half the bytes of 16 bits
_MARGIN_SHARE = 0.01  # of the longer side: how far around fills the back layer is seen
_UNSEEN_BLUR = 16  # times smaller: what no eye sees of the back layer


def _resized(values: NDArray, longest_side_px: int, interpolation: int) -> NDArray:
    height, width = values.shape[:2]
    size = fitted_size(width, height, longest_side_px)
    return cv2.resize(values, size, interpolation=interpolation).reshape(size[1], size[0], -1)


def _disparity(layer: Layer, longest_side_px: int, ends: tuple[float, float]) -> Encoded:
    """Return a layer's disparity as 16-bit PNG; ``ends`` are its range, as shares of the width."""
    small = _resized(layer.disparity_px, longest_side_px, cv2.INTER_NEAREST)[..., 0]
    share = (small / np.float32(layer.disparity_px.shape[1]) - ends[0]) / (ends[1] - ends[0])
    steps = np.rint(np.clip(share, 0.0, 1.0) * (65_535 // _LEVEL_STEP)).astype(np.uint16)
    levels = steps * np.uint16(_LEVEL_STEP)
    return of_picture(encode_png(levels, small=True), levels)


def _seen(scene: Scene) -> NDArray[np.uint8]:
    """Return the back layer's colours, soft where no eye sees them, so that they need few bytes."""
    height, width = scene.hidden.shape
    reach = 1 + 2 * round(_MARGIN_SHARE * max(height, width))
    seen = cv2.dilate(scene.hidden.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
    soft = _resized(scene.back.rgb, max(height, width) // _UNSEEN_BLUR + 1, cv2.INTER_AREA)
    soft = cv2.resize(soft, (width, height)).reshape(height, width, 3)
    return np.where(seen[..., None], scene.back.rgb, soft)


def encode_scene(result: SpatialPhoto) -> tuple[Encoded, ...]:
    """Return colours and disparity of the front, then of the back layer."""
    ends = disparity_range(result)
    scene = make_scene(result)
    back = _seen(scene)
    return (
        of_picture(encode_jpeg(scene.front.rgb, quality=_FRONT_QUALITY), scene.front.rgb),
        _disparity(scene.front, FRONT_MAP_LONGEST_SIDE_PX, ends),
        of_picture(encode_jpeg(back, quality=_BACK_QUALITY), back),
        _disparity(scene.back, BACK_MAP_LONGEST_SIDE_PX, ends),
    )
