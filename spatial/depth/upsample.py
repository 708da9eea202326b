"""A network's small depth map -> the photo's size, with silhouettes where the photo has its edges.

The fast guided filter (He, Sun: Fast Guided Filter, 2015): depth is fitted as a linear function of
the photo's brightness in every small window of the small map, and the function, not the depth, is
enlarged. Here the fit takes part only as far as brightness explains depth in that window; elsewhere
depth is enlarged linearly, so that a plane stays a plane under any texture.

What is left of a network's soft silhouettes is then snapped: where depth steps and brightness with
it, every pixel takes the depth of the side that it is closer to. A step that the photo does not
show stays soft: it may be a slope.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.depth.silhouettes import Steps, find_steps, snap_to_sides
from spatial.records import DepthMap

RADIUS_PX = (
    2  # of the windows, in pixels of the small map: about the blur of a network's silhouettes
)
_BRIGHTNESS_NOISE = 1e-4  # variance, brightness in [0, 1]: weaker contrast explains nothing
_DEPTH_NOISE = 1e-5  # variance, depth in [0, 1]
# r squared of depth and brightness in a window: by chance, and where the photo surely shows a step
_CHANCE, _SURE = 0.1, 0.4
_STRIPE_PIXELS = 1_000_000


def _fill_unknown(values: NDArray[np.float32], valid: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Give unknown pixels the value of the nearest known one."""
    if valid.all():
        return values
    unknown = (~valid).astype(np.uint8)
    _, labels = cv2.distanceTransformWithLabels(
        unknown, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    value_of = np.zeros(int(labels.max()) + 1, np.float32)
    value_of[labels[valid]] = values[valid]
    return value_of[labels]


def _mean(values: NDArray) -> NDArray:
    size = 2 * RADIUS_PX + 1
    return cv2.blur(values, (size, size), borderType=cv2.BORDER_REFLECT_101)


def _explained(depth: NDArray, brightness: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Return slope, offset and r squared of ``depth ~ slope * brightness + offset``, float32.

    The fit of each window is weighted by the share of the depth's variance that it explains (r
    squared), once more squared so that chance does not count; the rest is the depth itself.
    """
    mean_depth, mean_brightness = _mean(depth), _mean(brightness)
    covariance = _mean(depth * brightness) - mean_depth * mean_brightness
    variance = np.maximum(_mean(brightness * brightness) - mean_brightness**2, 0.0)
    depth_variance = np.maximum(_mean(depth * depth) - mean_depth**2, 0.0)
    slope = covariance / (variance + _BRIGHTNESS_NOISE)
    share = covariance**2 / ((variance + _BRIGHTNESS_NOISE) * (depth_variance + _DEPTH_NOISE))
    offset = mean_depth - slope * mean_brightness
    weight = share**2
    offset = _mean(weight * offset) + (1.0 - _mean(weight)) * depth
    slope = _mean(weight * slope)
    return slope.astype(np.float32), offset.astype(np.float32), share.astype(np.float32)


def _enlarge_rows(
    small: NDArray[np.float32], rows: slice, size: tuple[int, int]
) -> NDArray[np.float32]:
    """Return rows of ``small`` enlarged linearly to ``size`` (height, width) as by OpenCV."""
    height, width = size
    scale = small.shape[0] / height
    y = (np.arange(rows.start, rows.stop, dtype=np.float32) + np.float32(0.5)) * np.float32(scale)
    y = np.clip(y - np.float32(0.5), 0, small.shape[0] - 1)
    first = int(y[0])
    part = cv2.resize(
        small[first : int(y[-1]) + 2],
        (width, len(small[first : int(y[-1]) + 2])),
        interpolation=cv2.INTER_LINEAR,
    )
    upper = np.floor(y).astype(np.intp)
    lower = np.minimum(upper + 1, small.shape[0] - 1)
    along = (y - upper)[:, None]
    out = part[lower - first] - part[upper - first]
    out *= along
    out += part[upper - first]
    return out


def _enlarge_guided(values: NDArray[np.float32], grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return ``values`` at the size of ``grey``, within the range of ``values``."""
    low, high = float(values.min()), float(values.max())
    span = high - low
    if span <= 0.0:
        return np.full(grey.shape, low, np.float32)
    small_grey = cv2.resize(grey, values.shape[::-1], interpolation=cv2.INTER_AREA)
    slope, offset, explained = _explained(
        (values.astype(np.float64) - low) / span, small_grey.astype(np.float64) / 255.0
    )
    steps = find_steps(((values - low) / span).astype(np.float32))
    window = np.ones(
        (2 * RADIUS_PX + 1, 2 * RADIUS_PX + 1), np.uint8
    )  # a silhouette snaps as a whole
    shown = (cv2.dilate(explained, window) - _CHANCE) / (_SURE - _CHANCE)
    steps.share[:] *= np.clip(shown, 0, 1)
    height, width = grey.shape
    out = np.empty(grey.shape, np.float32)
    stripe = max(16, _STRIPE_PIXELS // width)
    for top in range(0, height, stripe):
        rows = slice(top, min(top + stripe, height))
        depth = _enlarge_rows(slope, rows, grey.shape)
        depth *= grey[rows]
        depth *= np.float32(1.0 / 255.0)
        depth += _enlarge_rows(offset, rows, grey.shape)
        snap_to_sides(depth, Steps(*(_enlarge_rows(part, rows, grey.shape) for part in steps)))
        np.clip(depth, 0.0, 1.0, out=depth)
        np.multiply(depth, np.float32(span), out=out[rows])
        out[rows] += np.float32(low)
    return out


def _resize(
    values: NDArray[np.float32], size: tuple[int, int], interpolation: int
) -> NDArray[np.float32]:
    resized = cv2.resize(values, size[::-1], interpolation=interpolation)
    return np.asarray(resized, np.float32)


def upsample_depth(depth_map: DepthMap, rgb: NDArray[np.uint8]) -> DepthMap:
    """Return the map at the photo's size, same kind and space, silhouettes guided by the photo.

    A map of the photo's size is returned as it is; one that is larger in any direction is resized
    without guide. Unknown pixels stay unknown (nearest) and are 0. Uncertainty is enlarged
    linearly. The aspect ratios may differ: the map is stretched over the photo.

    Args:
        depth_map: any size.
        rgb: uint8 [H, W, 3], the photo that the depth belongs to.
    """
    size = rgb.shape[:2]
    small = depth_map.values.shape
    if small == size:
        return depth_map
    filled = _fill_unknown(depth_map.values, depth_map.valid)
    if small[0] > size[0] or small[1] > size[1]:
        values = _resize(filled, size, cv2.INTER_AREA)
    else:
        grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
        values = _enlarge_guided(filled, grey)
    valid = np.ones(size, bool)
    if not depth_map.valid.all():
        valid = _resize(depth_map.valid.astype(np.float32), size, cv2.INTER_NEAREST) > 0
        values[~valid] = 0.0
    uncertainty = depth_map.uncertainty
    if uncertainty is not None:
        uncertainty = _resize(uncertainty, size, cv2.INTER_LINEAR)
    return DepthMap(
        values=values,
        kind=depth_map.kind,
        space=depth_map.space,
        valid=valid,
        uncertainty=uncertainty,
    )
