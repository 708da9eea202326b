"""Wiggle: the viewpoint swings from the left eye to the right eye and back, so that depth shows without glasses.

The views between the eyes are rendered anew at the small size of the animation, from the photo after depth of field.
"""

import io
import math

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from spatial.formats.format import EncodedFile
from spatial.formats.picture_file import exif_of
from spatial.records import SpatialPhoto
from spatial.stereo import warp_scanline

POSITIONS = 7  # distinct viewpoints; one swing shows 12 frames
FRAME_MS = 80
GIF_LONGEST_SIDE_PX, WEBP_LONGEST_SIDE_PX = 480, 640
_WEBP_QUALITY = 80
_COLOURS = 256


def swing(positions: int = POSITIONS) -> tuple[float, ...]:
    """Return one swing as parts of the disparity: 0.5 is the left eye's view, -0.5 the right eye's.

    The swing slows down at both ends, like a pendulum, and ends one step before it starts again.

    >>> [round(part, 2) + 0.0 for part in swing(3)]
    [0.5, 0.0, -0.5, 0.0]
    """
    steps = 2 * (positions - 1)
    return tuple(0.5 * math.cos(2.0 * math.pi * step / steps) for step in range(steps))


def render_swing(
    result: SpatialPhoto, longest_side_px: int, *, even: bool = False
) -> list[NDArray[np.uint8]]:
    """Return the frames of one swing, uint8 [h, w, 3], no side above ``longest_side_px``.

    Args:
        result: the spatial photo.
        longest_side_px: the photo is scaled down to it, never up.
        even: make both sides even, as most video codecs need.
    """
    height, width = result.focused.shape[:2]
    scale = min(1.0, longest_side_px / max(height, width))
    size = [max(1, round(side * scale)) for side in (width, height)]
    if even:
        size = [max(2, side - side % 2) for side in size]
    rgb = np.asarray(cv2.resize(result.focused, size, interpolation=cv2.INTER_AREA), np.uint8)
    disparity_px = cv2.resize(result.pair.disparity_px, size, interpolation=cv2.INTER_NEAREST)
    disparity_px = disparity_px.reshape(size[1], size[0]) * np.float32(size[0] / width)
    parts = swing()
    views = [warp_scanline(rgb, disparity_px, fraction=part).rgb for part in parts[:POSITIONS]]
    return views + views[-2:0:-1]


def _file(data: bytes, frame: NDArray[np.uint8], *, kind: str) -> tuple[EncodedFile, ...]:
    return (
        EncodedFile(
            role=f"wiggle_{kind}",
            suffix=f"_wiggle.{kind}",
            media_type=f"image/{kind}",
            data=data,
            width_px=frame.shape[1],
            height_px=frame.shape[0],
        ),
    )


def encode_wiggle_gif(result: SpatialPhoto, _name: str) -> tuple[EncodedFile, ...]:
    """Return the endless GIF; one palette for all frames, so that colours do not flicker."""
    frames = render_swing(result, GIF_LONGEST_SIDE_PX)
    palette = Image.fromarray(frames[POSITIONS // 2]).quantize(_COLOURS)
    pictures = [Image.fromarray(frame).quantize(palette=palette) for frame in frames[:POSITIONS]]
    pictures += pictures[-2:0:-1]
    out = io.BytesIO()
    pictures[0].save(
        out, "GIF", save_all=True, append_images=pictures[1:], duration=FRAME_MS, loop=0
    )
    return _file(out.getvalue(), frames[0], kind="gif")


def encode_wiggle_webp(result: SpatialPhoto, _name: str) -> tuple[EncodedFile, ...]:
    """Return the endless animated WebP: full colour, larger and lighter than the GIF."""
    frames = render_swing(result, WEBP_LONGEST_SIDE_PX)
    pictures = [Image.fromarray(frame) for frame in frames]
    out = io.BytesIO()
    pictures[0].save(
        out,
        "WEBP",
        save_all=True,
        append_images=pictures[1:],
        duration=FRAME_MS,
        loop=0,
        quality=_WEBP_QUALITY,
        method=1,
        exif=exif_of(result),
    )
    return _file(out.getvalue(), frames[0], kind="webp")
