"""From a photo of any size to the tensor that a network sees."""

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from spatial.depth.errors import EstimatorError

_STRIPE_ROWS = 64


class Frame(NamedTuple):
    """The size in px to which a photo is resized, and the size to which it is then padded."""

    height: int
    width: int
    padded_height: int
    padded_width: int


def rounded_frame(height: int, width: int, *, long_side: int, multiple: int) -> Frame:
    """Return a frame whose sides are the nearest multiples, never 0: the aspect changes a little.

    >>> rounded_frame(300, 400, long_side=256, multiple=32)
    Frame(height=192, width=256, padded_height=192, padded_width=256)
    >>> rounded_frame(10, 4000, long_side=256, multiple=32).height
    32
    """
    scale = long_side / max(height, width) / multiple
    h, w = (max(1, round(side * scale)) * multiple for side in (height, width))
    return Frame(h, w, h, w)


def same_area_long_side(height: int, width: int, *, long_side: int) -> int:
    """Return the long side at which a photo has the pixels of a 4:3 one at ``long_side``, or more.

    A model trained on 4:3 pictures would see a panorama as a thin strip if only the long side
    counted.

    >>> same_area_long_side(300, 400, long_side=256), same_area_long_side(100, 300, long_side=256)
    (256, 384)
    """
    aspect = max(height, width) / min(height, width)
    return round(long_side * max(1.0, (aspect * 3 / 4) ** 0.5))


def padded_frame(height: int, width: int, *, long_side: int, multiple: int) -> Frame:
    """Return a frame of the photo's own aspect, padded to multiples: no distortion.

    >>> padded_frame(300, 401, long_side=64, multiple=8)
    Frame(height=47, width=64, padded_height=48, padded_width=64)
    """
    longest = max(height, width)
    h, w = (max(1, side * long_side // longest) for side in (height, width))
    return Frame(h, w, -(-h // multiple) * multiple, -(-w // multiple) * multiple)


def size_px(rgb: Tensor | NDArray[np.uint8]) -> tuple[int, int]:
    """Return height and width of uint8 [H, W, 3], or of a float tensor [1, 3, H, W] in [-1, 1].

    Raises:
        EstimatorError: the picture has another shape or type.
    """
    if isinstance(rgb, Tensor):
        if rgb.ndim == 4 and rgb.shape[:2] == (1, 3) and rgb.is_floating_point():
            return rgb.shape[2], rgb.shape[3]
    elif rgb.ndim == 3 and rgb.shape[2] == 3 and rgb.dtype == np.uint8:
        return rgb.shape[0], rgb.shape[1]
    msg = (
        "a depth model needs uint8 [H, W, 3] or a float tensor [1, 3, H, W] in [-1, 1], got "
        f"{rgb.dtype} {tuple(rgb.shape)}"
    )
    raise EstimatorError(msg)


def fit(rgb: Tensor | NDArray[np.uint8], frame: Frame) -> Tensor:
    """Return float32 [1, 3, H, W] in [-1, 1] at the frame's size, antialiased.

    The padding repeats its last row and column.
    """
    picture = rgb.float() if isinstance(rgb, Tensor) else _narrowed(rgb, frame.width)
    picture = _resized(picture, frame.height, frame.width)
    padding = (0, frame.padded_width - frame.width, 0, frame.padded_height - frame.height)
    return F.pad(picture, padding, mode="replicate") if any(padding) else picture


def _narrowed(rgb: NDArray[np.uint8], width: int) -> Tensor:
    """Return float32 [1, 3, H, width] in [-1, 1], made stripe by stripe.

    Floats of a whole large photo take longer to make than its depth.
    """
    stripes = (rgb[top : top + _STRIPE_ROWS] for top in range(0, len(rgb), _STRIPE_ROWS))
    planes = (stripe.transpose(2, 0, 1)[None].astype(np.float32) for stripe in stripes)
    narrow = [_resized(torch.from_numpy(plane), plane.shape[2], width) for plane in planes]
    return torch.cat(narrow, dim=2) / 127.5 - 1.0


def _resized(picture: Tensor, height: int, width: int) -> Tensor:
    return F.interpolate(picture, (height, width), mode="bilinear", antialias=True)
