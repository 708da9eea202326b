"""Depth, inverse depth, nearness, disparity, parallax: pure functions between them.

Conventions, each pinned by a test with asymmetric input:

- ``nearness`` is 0 at the far and 1 at the near end of a scene, values beyond are kept;
- ``disparity_px = x_left - x_right``, larger is nearer;
- ``parallax_px = -disparity_px`` on the screen after convergence, positive behind the screen;
- scale and shift always in this order: ``aligned = scale * predicted + shift``.
"""

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spatial.records import DepthKind, DepthMap, DepthSpace

LOW_PERCENTILE, HIGH_PERCENTILE = 2.0, 98.0  # Eq. 3 of the paper: outliers do not set the range
DEFAULT_NEAR_FAR_RATIO = 8.0
_SAMPLE_LIMIT = 300_000  # pixels: figures of a larger map are taken from about as many


class Affine(NamedTuple):
    """``scale * x + shift``."""

    scale: float
    shift: float


def known_sample(values: NDArray, valid: NDArray[np.bool_] | None = None) -> NDArray:
    """Return the known values [N] of a map [H, W], of a large one those of a regular sample.

    Args:
        values: any numbers.
        valid: where they are known; None = where they are finite.
    """
    step = max(1, values.size // _SAMPLE_LIMIT)
    while math.gcd(step, values.shape[1]) > 1:  # else it meets the same columns in every row
        step += 1
    for every in (step, 1):  # what is known may lie between the sampled pixels
        sample = values.ravel()[::every]
        known = sample[np.isfinite(sample) if valid is None else valid.ravel()[::every]]
        if known.size:
            break
    return known


def percentile_range(values: NDArray, valid: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the 2nd and 98th percentile of the known values (Eq. 3), from a sample of large maps.

    Raises ValueError when nothing is known.
    """
    known = known_sample(values, valid)
    if known.size == 0:
        msg = "the depth map has no known pixel; supply another depth map"
        raise ValueError(msg)
    low, high = np.percentile(known, (LOW_PERCENTILE, HIGH_PERCENTILE))
    return float(low), float(high)


def _unit_range(values: NDArray, valid: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return values with the 2nd percentile at 0, the 98th at 1, unclipped; flat maps give 0.5."""
    low, high = percentile_range(values, valid)
    if high - low <= 1e-6 * max(abs(low), abs(high), 1e-30):
        return np.full(values.shape, 0.5, np.float32)
    scale = 1.0 / (high - low)
    return (values * np.float32(scale) - np.float32(low * scale)).astype(np.float32, copy=False)


def affine_depth_to_depth(values: NDArray, valid: NDArray, near_far_ratio: float) -> NDArray:
    """Return z = 1 + t (r - 1) for affine-invariant depth, t = 0 at the near and 1 at the far end.

    The far end is ``near_far_ratio`` times as far as the near end. z is kept >= 0.5, so that 1/z
    stays finite.
    """
    t = _unit_range(values, valid)
    return np.maximum(1.0 + t * (near_far_ratio - 1.0), 0.5).astype(np.float32)


def to_inverse_depth(
    depth_map: DepthMap, near_far_ratio: float = DEFAULT_NEAR_FAR_RATIO
) -> NDArray[np.float32]:
    """Return inverse depth [H, W], larger is nearer, in the units of the map's kind; unknown is 0.

    Args:
        depth_map: any kind and space.
        near_far_ratio: r > 1, used only for affine-invariant depth, whose shift is unknown.
    """
    if near_far_ratio <= 1.0:
        msg = f"near_far_ratio must be > 1, got {near_far_ratio}"
        raise ValueError(msg)
    values, valid = depth_map.values, depth_map.valid
    if depth_map.space is DepthSpace.INVERSE_DEPTH:
        return np.where(valid, values, np.float32(0.0))
    depth = values
    if depth_map.kind is DepthKind.AFFINE_INVARIANT:
        depth = affine_depth_to_depth(values, valid, near_far_ratio)
    positive = valid & (depth > 0)
    inverse = np.zeros_like(depth)
    np.divide(1.0, depth, out=inverse, where=positive)
    return inverse


def _comparable(depth_map: DepthMap) -> NDArray[np.bool_]:
    """Return where a map says how near something is: true distances that are not above 0 do not."""
    if depth_map.space is DepthSpace.DEPTH and depth_map.kind is not DepthKind.AFFINE_INVARIANT:
        return depth_map.valid & (depth_map.values > 0)
    return depth_map.valid


def to_nearness(
    depth_map: DepthMap, near_far_ratio: float = DEFAULT_NEAR_FAR_RATIO
) -> NDArray[np.float32]:
    """Return nearness [H, W]: about [0, 1], 0 farthest, 1 nearest, linear in disparity.

    The 2nd percentile of inverse depth becomes 0, the 98th becomes 1; values beyond are kept, not
    clipped. Unknown pixels (``depth_map.valid`` False) get the farthest known value. Flat maps give
    0.5. Never NaN.
    """
    inverse = to_inverse_depth(depth_map, near_far_ratio)
    valid = _comparable(depth_map)
    nearness = _unit_range(inverse, valid)
    if not valid.all():
        nearness[~valid] = nearness[valid].min()
    return nearness


def to_paper_nearness(depth_map: DepthMap) -> NDArray[np.float32]:
    """Return the paper's nearness (section 3.2.2), clipped: 1 - t of depth, t of inverse depth."""
    t = _unit_range(depth_map.values, depth_map.valid)
    near = t if depth_map.space is DepthSpace.INVERSE_DEPTH else np.float32(1.0) - t
    near = np.clip(near, 0.0, 1.0)
    if not depth_map.valid.all():
        near[~depth_map.valid] = near[depth_map.valid].min()
    return near


def _value_at(depth_map: DepthMap, nearness: float, near_far_ratio: float) -> float:
    """Return the value of a map whose nearness is ``nearness``."""
    inverse = to_inverse_depth(depth_map, near_far_ratio)
    low, high = percentile_range(inverse, _comparable(depth_map))
    target = low + nearness * (high - low)
    if depth_map.space is DepthSpace.INVERSE_DEPTH:
        return target
    if depth_map.kind is not DepthKind.AFFINE_INVARIANT:
        return 1.0 / target
    near, far = percentile_range(depth_map.values, depth_map.valid)
    return near + (1.0 / target - 1.0) / (near_far_ratio - 1.0) * (far - near)


def _inside_out(depth_map: DepthMap) -> DepthMap:
    """Return the map with near and far exchanged; its values have an unknown factor and shift."""
    values, valid, space = depth_map.values, depth_map.valid, depth_map.space
    if space is DepthSpace.DEPTH and depth_map.kind is not DepthKind.AFFINE_INVARIANT:
        # Negative metres mean nothing: the mirror image is taken where disparity is linear.
        values, valid = to_inverse_depth(depth_map), _comparable(depth_map)
        space = DepthSpace.INVERSE_DEPTH
    kind = DepthKind.AFFINE_INVARIANT
    return DepthMap.from_values(-values, kind=kind, space=space, valid=valid)


def adjust_depth(
    depth_map: DepthMap,
    *,
    invert: bool = False,
    far_clip: float = 0.0,
    near_clip: float = 1.0,
    near_far_ratio: float = DEFAULT_NEAR_FAR_RATIO,
) -> DepthMap:
    """Return a map turned inside out, or cut at the ends; the map itself when nothing is asked for.

    Args:
        depth_map: any kind and space.
        invert: exchange near and far, for maps that came out inside out.
        far_clip: nearness of the far end: what lies farther is put there; 0 = nothing is cut.
        near_clip: nearness of the near end: what lies nearer is put there; 1 = nothing is cut.
        near_far_ratio: as for ``to_nearness``, whose nearness, after ``invert``, the clips are
            given in.
    """
    if invert:
        depth_map = _inside_out(depth_map)
    if far_clip <= 0.0 and near_clip >= 1.0:
        return depth_map
    far = _value_at(depth_map, far_clip, near_far_ratio) if far_clip > 0.0 else None
    near = _value_at(depth_map, near_clip, near_far_ratio) if near_clip < 1.0 else None
    ends = (far, near) if depth_map.space is DepthSpace.INVERSE_DEPTH else (near, far)
    cut = np.clip(depth_map.values, *ends).astype(np.float32, copy=False)
    return replace(depth_map, values=np.where(depth_map.valid, cut, np.float32(0.0)))


def columns_of(depth_map: DepthMap, columns: slice) -> DepthMap:
    """Return some columns of a map."""
    spread = depth_map.uncertainty
    return replace(
        depth_map,
        values=np.ascontiguousarray(depth_map.values[:, columns]),
        valid=np.ascontiguousarray(depth_map.valid[:, columns]),
        uncertainty=None if spread is None else spread[:, columns],
    )


def fit_scale_shift(predicted: NDArray, true: NDArray, valid: NDArray[np.bool_]) -> Affine:
    """Return the least-squares scale and shift with ``true ~ scale * predicted + shift``.

    A constant prediction gets scale 0 and the mean of the truth. Raises ValueError when no pixel is
    valid.

    >>> fit_scale_shift(np.array([0.0, 1.0]), np.array([3.0, 5.0]), np.array([True, True]))
    Affine(scale=2.0, shift=3.0)
    """
    x = predicted[valid].astype(np.float64)
    y = true[valid].astype(np.float64)
    if x.size == 0:
        msg = "cannot align: no pixel has both a prediction and a true value"
        raise ValueError(msg)
    x_mean, y_mean = x.mean(), y.mean()
    variance = ((x - x_mean) ** 2).sum()
    if variance <= 1e-12 * max(1.0, (x * x).sum()):
        return Affine(0.0, float(y_mean))
    scale = ((x - x_mean) * (y - y_mean)).sum() / variance
    return Affine(float(scale), float(y_mean - scale * x_mean))


def ipd_px(*, ipd_mm: float, screen_width_mm: float, width_px: int) -> float:
    """Return the pupil distance in px of a picture shown ``screen_width_mm`` wide (Eq. 5).

    >>> ipd_px(ipd_mm=63, screen_width_mm=630, width_px=1000)
    100.0
    """
    return ipd_mm * width_px / screen_width_mm


def angle_to_mm(angle_deg: float, *, distance_mm: float) -> float:
    """Return the length across the line of sight seen under an angle: 2 distance tan(angle / 2).

    >>> round(angle_to_mm(1.0, distance_mm=1000), 2)
    17.45
    """
    return 2.0 * distance_mm * math.tan(math.radians(angle_deg) / 2.0)


def disparity_from_depth(
    depth_m: NDArray, *, focal_px: float, baseline_m: float
) -> NDArray[np.float32]:
    """Return disparity_px = focal_px * baseline_m / depth_m of rectified views with parallel axes.

    >>> float(disparity_from_depth(np.array([[2.0]]), focal_px=100, baseline_m=0.5)[0, 0])
    25.0
    """
    return (focal_px * baseline_m / depth_m).astype(np.float32)


def fitted_size(width_px: int, height_px: int, longest_side_px: int) -> tuple[int, int]:
    """Return width and height scaled down so that no side is above ``longest_side_px``, never up.

    >>> fitted_size(4000, 3000, 2048), fitted_size(40, 1, 20), fitted_size(30, 20, 99)
    ((2048, 1536), (20, 1), (30, 20))
    """
    scale = min(1.0, longest_side_px / max(width_px, height_px))
    return max(1, round(width_px * scale)), max(1, round(height_px * scale))
