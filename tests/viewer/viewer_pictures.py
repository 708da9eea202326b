"""Asymmetric pictures for the viewer: every eye, edge and direction can be told from one pixel."""

from io import BytesIO

import numpy as np
from PIL import Image

LEFT = (220, 30, 30)
RIGHT = (30, 30, 220)
LOW = (0, 255, 0)  # the lowest fifth of both views
BACKGROUND = (26, 26, 26)  # the room at brightness 0.1
VIEW = (160, 120)  # width and height of one view


def view(colour, size=VIEW):
    """One view: ``colour`` above, LOW in the lowest fifth."""
    width, height = size
    pixels = np.full((height, width, 3), colour, np.uint8)
    pixels[4 * height // 5 :] = LOW
    return pixels


def pair(layout, size=VIEW):
    """LEFT and RIGHT views as one picture of the layout."""
    left, right = view(LEFT, size), view(RIGHT, size)
    return {
        "side_by_side": lambda: np.hstack([left, right]),
        "half_side_by_side": lambda: np.hstack([left[:, ::2], right[:, ::2]]),
        "cross_eyed": lambda: np.hstack([right, left]),
        "top_bottom": lambda: np.vstack([left, right]),
        "half_top_bottom": lambda: np.vstack([left[::2], right[::2]]),
        "mono": lambda: left,
    }[layout]()


def png(pixels):
    """Encode pixels as PNG."""
    stream = BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", compress_level=1)
    return stream.getvalue()
