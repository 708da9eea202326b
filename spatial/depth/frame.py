"""From a photo of any size to the tensor that a network sees."""

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from spatial.depth.errors import EstimatorError


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


def as_tensor(rgb: Tensor | NDArray[np.uint8]) -> Tensor:
    """Return float32 [1, 3, H, W] in [-1, 1] from uint8 [H, W, 3], or such a tensor as it is.

    Raises:
        EstimatorError: the picture has another shape or type.
    """
    if isinstance(rgb, Tensor):
        if rgb.ndim == 4 and rgb.shape[:2] == (1, 3) and rgb.is_floating_point():
            return rgb.float()
    elif rgb.ndim == 3 and rgb.shape[2] == 3 and rgb.dtype == np.uint8:
        return torch.from_numpy(rgb.transpose(2, 0, 1)[None].astype(np.float32)) / 255.0 * 2.0 - 1.0
    msg = (
        "a depth model needs uint8 [H, W, 3] or a float tensor [1, 3, H, W] in [-1, 1], got "
        f"{rgb.dtype} {tuple(rgb.shape)}"
    )
    raise EstimatorError(msg)


def fit(picture: Tensor, frame: Frame) -> Tensor:
    """Return [1, 3, H, W] at the frame's size, antialiased, its last row and column repeated."""
    picture = F.interpolate(
        picture, (frame.height, frame.width), mode="bilinear", antialias=True, align_corners=False
    )
    padding = (0, frame.padded_width - frame.width, 0, frame.padded_height - frame.height)
    return F.pad(picture, padding, mode="replicate") if any(padding) else picture
