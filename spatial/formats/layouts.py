"""Pictures of both views in one: side by side, one above the other, anaglyph.

The suffixes in the FORMATS table are those by which players know a layout: ``_LRF`` (Pigasus),
``_Full_SBS`` (SKYBOX, iw3-player), ``_SBS`` (DeoVR); ``_LR`` alone means half (iw3-player), so a
half picture must not carry ``_SBS``; ``_RLF`` is right eye first; ``_TBF`` and ``_fulltb`` mean
full, ``_TB`` alone half (iw3-player).
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.formats.encode import Encoded, encode_jpeg, jpeg_of, of_picture
from spatial.geometry import fitted_size
from spatial.records import SpatialPhoto

# Least-squares projection for red-cyan glasses: rows are red, green, blue of the anaglyph, columns
# those of the view, in linear light. E. Dubois, "Conversion of a stereo pair to anaglyph with the
# least-squares projection method", 2009.
DUBOIS_LEFT = np.array(
    [[0.437, 0.449, 0.164], [-0.062, -0.062, -0.024], [-0.048, -0.050, -0.017]], np.float32
)
DUBOIS_RIGHT = np.array(
    [[-0.011, -0.032, -0.007], [0.377, 0.761, 0.009], [-0.026, -0.093, 1.234]], np.float32
)
_STRIPE_PX = 1_000_000
_STEPS = 65_535
PREVIEW_SIDE_PX, _PREVIEW_QUALITY = 1200, 88  # wide enough for what social networks show of a link

View = NDArray[np.uint8]


def picture(compose: Callable[[View, View], View]) -> Callable[[SpatialPhoto], tuple[Encoded, ...]]:
    """Return the writer of a JPEG that is composed of both views."""

    def write(result: SpatialPhoto) -> tuple[Encoded, ...]:
        return (jpeg_of(compose(result.pair.left, result.pair.right), result),)

    return write


def two_views(result: SpatialPhoto) -> tuple[Encoded, ...]:
    """Return one JPEG for each eye."""
    return jpeg_of(result.pair.left, result), jpeg_of(result.pair.right, result)


def two_previews(result: SpatialPhoto) -> tuple[Encoded, ...]:
    """Return one small JPEG for each eye, as pages of a link show them."""
    height, width = result.pair.left.shape[:2]
    size = fitted_size(width, height, PREVIEW_SIDE_PX)
    small = _resized(size, result.pair.left, result.pair.right)
    left, right = (of_picture(encode_jpeg(v, quality=_PREVIEW_QUALITY), v) for v in small)
    return left, right


def _resized(size: tuple[int, int], *views: View) -> list[View]:
    """Return views at (width, height), averaged over area."""
    return [np.asarray(cv2.resize(v, size, interpolation=cv2.INTER_AREA), np.uint8) for v in views]


def side_by_side(left: View, right: View) -> View:
    """Return [H, 2 W, 3]: both views [H, W, 3] at full size, left eye on the left."""
    return np.concatenate((left, right), axis=1)


def cross_eyed(left: View, right: View) -> View:
    """Return [H, 2 W, 3] for viewing with crossed eyes: the right eye's view on the left half."""
    return np.concatenate((right, left), axis=1)


def half_side_by_side(left: View, right: View) -> View:
    """Return both views [H, W, 3] at half their width, averaged over area, left eye left.

    An odd width is rounded up, so that both halves are equal: [H, 2 ceil(W / 2), 3].
    """
    height, width = left.shape[:2]
    return np.concatenate(_resized(((width + 1) // 2, height), left, right), axis=1)


def top_bottom(left: View, right: View) -> View:
    """Return [2 H, W, 3]: both views [H, W, 3] at full size, left eye on top."""
    return np.concatenate((left, right), axis=0)


def half_top_bottom(left: View, right: View) -> View:
    """Return both views [H, W, 3] at half their height, averaged over area, left eye on top.

    An odd height is rounded up, so that both halves are equal: [2 ceil(H / 2), W, 3].
    """
    height, width = left.shape[:2]
    return np.concatenate(_resized((width, (height + 1) // 2), left, right), axis=0)


def _srgb_to_linear(values: NDArray) -> NDArray[np.float32]:
    """Return linear light in [0, 1] of sRGB in [0, 1] (IEC 61966-2-1)."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4).astype(
        np.float32
    )


def _linear_to_srgb(values: NDArray) -> NDArray[np.float64]:
    return np.where(values <= 0.0031308, values * 12.92, 1.055 * values ** (1 / 2.4) - 0.055)


_LINEAR_OF_BYTE = _srgb_to_linear(np.arange(256) / 255.0)
_BYTE_OF_LINEAR = np.rint(255.0 * _linear_to_srgb(np.arange(_STEPS + 1) / _STEPS)).astype(np.uint8)


def dubois(left: View, right: View) -> View:
    """Return the least-squares anaglyph: nearest to both views when seen through the glasses.

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


def half_colour(left: View, right: View) -> View:
    """Return red = the left view's grey, the right view's green and blue: no flicker in red."""
    out = right.copy()
    out[..., 0] = cv2.cvtColor(left, cv2.COLOR_RGB2GRAY)
    return out


def grey(left: View, right: View) -> View:
    """Return red = the left view's grey, green and blue = the right's: no rivalry of colours."""
    left_grey, right_grey = (cv2.cvtColor(view, cv2.COLOR_RGB2GRAY) for view in (left, right))
    return np.asarray(cv2.merge((left_grey, right_grey, right_grey)), np.uint8)
