"""A network's small depth map -> the photo's size, with silhouettes where the photo has its edges.

Depth is enlarged linearly, so that planes and slopes stay what they are under any texture. Where it
steps, a pixel moves towards the side that its colour is of, see ``silhouettes``. A step that the
photo does not show stays soft: it may be a slope.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.depth.silhouettes import DEPTH, FAR, NEAR, OFFSET, SHARE, WEIGHTS, find_steps
from spatial.kernels import compiled, for_each_stripe, locate, read_bilinear
from spatial.records import DepthMap

_STRONGEST_EVIDENCE = 3.0  # logarithm of odds: one pixel's colour is never surer
_SHARPENING = 5.0  # of the odds where the evidence is strongest, so that ramps become steps


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


@compiled
def _move_to_side(grid, place, colour):  # noqa: ANN001, ANN202
    """Return the depth at ``place``, moved towards the side that the colour there is of."""
    depth = read_bilinear(grid, place, DEPTH)
    share = read_bilinear(grid, place, SHARE)
    if share == 0:
        return depth
    far, near = read_bilinear(grid, place, FAR), read_bilinear(grid, place, NEAR)
    if not far < depth < near:
        return depth
    evidence = read_bilinear(grid, place, OFFSET)
    for channel in range(3):
        weight = read_bilinear(grid, place, WEIGHTS + channel)
        evidence += weight * np.float32(colour[channel]) / np.float32(255)
    most = np.float32(_STRONGEST_EVIDENCE)
    evidence = min(max(evidence, -most), most)
    power = np.float32(1) + np.float32(_SHARPENING) * abs(evidence) / most
    odds_against = ((near - depth) / (depth - far) * np.exp(-evidence)) ** power
    moved = far + (near - far) / (np.float32(1) + odds_against)
    return depth + share * (moved - depth)


@compiled
def _enlarge_rows(grid, colours, out, top, bottom) -> None:  # noqa: ANN001
    """Write rows [top, bottom) of ``out`` [H, W]; ``colours`` begin at ``top``."""
    height, width = out.shape
    rows, columns = grid.shape[0], grid.shape[1]
    for y in range(top, bottom):
        row, v = locate(y, height / rows, rows)
        for x in range(width):
            column, u = locate(x, width / columns, columns)
            out[y, x] = _move_to_side(grid, (row, v, column, u), colours[y - top, x])


def _enlarge_guided(values: NDArray[np.float32], rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return ``values`` at the size of ``rgb``, within the range of ``values``."""
    height, width = rgb.shape[:2]
    low, high = float(values.min()), float(values.max())
    if high <= low:
        return np.full((height, width), low, np.float32)
    guide = np.asarray(cv2.resize(rgb, values.shape[::-1], interpolation=cv2.INTER_AREA), np.uint8)
    grid = find_steps(((values - low) / (high - low)).astype(np.float32), guide)
    grid[..., DEPTH:SHARE] = grid[..., DEPTH:SHARE] * (high - low) + low
    per_pixel = min(height // len(values), width // values.shape[1])
    window = per_pixel // 2 | 1  # sides are compared without what is finer than the map, as noise
    out = np.empty((height, width), np.float32)

    def work(top: int, bottom: int) -> None:
        first = max(0, top - window)
        smooth = cv2.blur(rgb[first : bottom + window], (window, window))
        _enlarge_rows(grid, smooth[top - first :], out, top, bottom)

    for_each_stripe(height, width, work)
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
        values = _enlarge_guided(filled, rgb)
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
