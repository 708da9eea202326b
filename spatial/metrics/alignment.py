"""How a prediction is made comparable with measured depth.

The prediction is resized bilinearly to the truth's size, fitted to it by an unweighted
least-squares scale and shift in its own space (inverse depth against 1/z, depth against z), and
clamped to [z_min / 1.5, 1.5 z_max] of the truth.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.geometry import fit_scale_shift
from spatial.metrics.depth import DepthErrors, depth_errors
from spatial.records import DepthMap, DepthSpace

CLAMP_FACTOR = 1.5


def align_to_depth(
    depth_map: DepthMap, true_depth_m: NDArray[np.float32], valid: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Return the prediction as depth [H, W] in m, fitted to the truth as the module's text says."""
    height, width = true_depth_m.shape
    predicted = cv2.resize(depth_map.values, (width, height), interpolation=cv2.INTER_LINEAR)
    near, far = float(true_depth_m[valid].min()), float(true_depth_m[valid].max())
    low, high = near / CLAMP_FACTOR, far * CLAMP_FACTOR
    if depth_map.space is DepthSpace.DEPTH:
        fit = fit_scale_shift(predicted, true_depth_m, valid)
        return np.clip(predicted * fit.scale + fit.shift, low, high).astype(np.float32)
    inverse = np.zeros_like(true_depth_m)
    np.divide(1.0, true_depth_m, out=inverse, where=valid)
    fit = fit_scale_shift(predicted, inverse, valid)
    return (1.0 / np.clip(predicted * fit.scale + fit.shift, 1.0 / high, 1.0 / low)).astype(
        np.float32
    )


def predicted_pixels(depth_map: DepthMap, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return where a resized prediction is known: where all pixels that it is mixed from are."""
    if depth_map.valid.all():
        return np.ones(shape, np.bool_)
    share = cv2.resize(depth_map.valid.astype(np.float32), (shape[1], shape[0]))
    return np.asarray(share > 0.999)


def aligned_errors(
    depth_map: DepthMap, true_depth_m: NDArray[np.float32], known: NDArray[np.bool_]
) -> DepthErrors:
    """Return the errors of a prediction, fitted to the truth, where both are known.

    Args:
        depth_map: the prediction, at any size of the truth's aspect.
        true_depth_m: float32 [H, W], measured depth in metres.
        known: bool [H, W], where it was measured.

    Raises:
        ValueError: no pixel has both a measured and a predicted depth.
    """
    valid = known & predicted_pixels(depth_map, true_depth_m.shape)
    if not valid.any():
        msg = "no pixel has both a measured and a predicted depth"
        raise ValueError(msg)
    return depth_errors(align_to_depth(depth_map, true_depth_m, valid), true_depth_m, valid)
