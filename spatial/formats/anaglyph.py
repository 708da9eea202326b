"""Anaglyphs for red-cyan glasses, red before the left eye.

Each method is a pure function of both views, uint8 [H, W, 3], to the picture of the same size.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.formats.format import EncodedFile
from spatial.formats.picture_file import jpeg_file
from spatial.records import SpatialPhoto

# Least-squares projection for red-cyan glasses: rows are red, green, blue of the anaglyph, columns those of the view,
# in linear light. E. Dubois, "Conversion of a stereo pair to anaglyph with the least-squares projection method", 2009.
DUBOIS_LEFT = np.array(
    [[0.437, 0.449, 0.164], [-0.062, -0.062, -0.024], [-0.048, -0.050, -0.017]], np.float32
)
DUBOIS_RIGHT = np.array(
    [[-0.011, -0.032, -0.007], [0.377, 0.761, 0.009], [-0.026, -0.093, 1.234]], np.float32
)
_STRIPE_PX = 1_000_000
_STEPS = 65_535


def _srgb_to_linear(values: NDArray) -> NDArray[np.float32]:
    """Return linear light in [0, 1] of sRGB in [0, 1] (IEC 61966-2-1)."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4).astype(
        np.float32
    )


def _linear_to_srgb(values: NDArray) -> NDArray[np.float64]:
    return np.where(values <= 0.0031308, values * 12.92, 1.055 * values ** (1 / 2.4) - 0.055)


_LINEAR_OF_BYTE = _srgb_to_linear(np.arange(256) / 255.0)
_BYTE_OF_LINEAR = np.rint(255.0 * _linear_to_srgb(np.arange(_STEPS + 1) / _STEPS)).astype(np.uint8)


def dubois(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the least-squares anaglyph: the picture that through the glasses is nearest to both views.

    Computed in linear light, clipped to what a screen can show.
    """
    out = np.empty_like(left)
    rows = max(1, _STRIPE_PX // left.shape[1])
    for top in range(0, left.shape[0], rows):
        part = slice(top, top + rows)
        linear = cv2.transform(cv2.LUT(left[part], _LINEAR_OF_BYTE), DUBOIS_LEFT)
        linear += cv2.transform(cv2.LUT(right[part], _LINEAR_OF_BYTE), DUBOIS_RIGHT)
        np.clip(linear, 0.0, 1.0, out=linear)
        linear *= np.float32(_STEPS)
        linear += np.float32(0.5)
        np.take(_BYTE_OF_LINEAR, linear.astype(np.uint16), out=out[part])
    return out


def half_colour(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return red = grey of the left view, green and blue of the right view: colours without flicker in red."""
    out = right.copy()
    out[..., 0] = cv2.cvtColor(left, cv2.COLOR_RGB2GRAY)
    return out


def grey(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return red = grey of the left view, green and blue = grey of the right view: no rivalry of colours."""
    left_grey, right_grey = (cv2.cvtColor(view, cv2.COLOR_RGB2GRAY) for view in (left, right))
    return np.asarray(cv2.merge((left_grey, right_grey, right_grey)), np.uint8)


def encode_dubois(result: SpatialPhoto, _name: str) -> tuple[EncodedFile, ...]:
    """Return the least-squares anaglyph as JPEG."""
    picture = dubois(result.pair.left, result.pair.right)
    return (jpeg_file(picture, result, role="anaglyph", suffix="_redcyan_dubois.jpg"),)


def encode_half_colour(result: SpatialPhoto, _name: str) -> tuple[EncodedFile, ...]:
    """Return the half-colour anaglyph as JPEG."""
    picture = half_colour(result.pair.left, result.pair.right)
    suffix = "_redcyan_half_colour.jpg"
    return (jpeg_file(picture, result, role="anaglyph_half_colour", suffix=suffix),)


def encode_grey(result: SpatialPhoto, _name: str) -> tuple[EncodedFile, ...]:
    """Return the grey anaglyph as JPEG."""
    picture = grey(result.pair.left, result.pair.right)
    return (jpeg_file(picture, result, role="anaglyph_grey", suffix="_redcyan_grey.jpg"),)
