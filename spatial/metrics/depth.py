"""Errors of predicted depth against measured depth.

The prediction is taken as it comes: alignment (``geometry.fit_scale_shift``) and clamping are the
caller's protocol.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spatial.metrics.ratings import MetricRow

DEPTH_RATIO_OF_A_PAIR = 1.05  # pairs closer than 5 % have no order worth judging


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthErrors:
    """Errors over the valid pixels; p = predicted, z = true depth.

    Attributes:
        abs_rel: mean(|p - z| / z), a fraction (0.12 is 12 %).
        delta1: share of pixels with max(p / z, z / p) < 1.25, in [0, 1].
        delta2: the same with 1.25^2.
        delta3: the same with 1.25^3.
        rmse: sqrt(mean((p - z)^2)), in the unit of the depth.
        silog: 100 sqrt(mean(d^2) - mean(d)^2) with d = ln p - ln z (lambda = 1), in percent.
    """

    abs_rel: float
    delta1: float
    delta2: float
    delta3: float
    rmse: float
    silog: float

    def rows(self) -> tuple[MetricRow, ...]:
        """Return the table for people: AbsRel and delta 1 to 3 in percent."""
        shares = (self.delta1, self.delta2, self.delta3)
        return (
            MetricRow(
                "abs_rel", "AbsRel", 100 * self.abs_rel, "%", "", "of the depth; 0 = perfect"
            ),
            *(
                MetricRow(
                    f"delta{n}", f"delta {n}", 100 * share, "%", "", f"within 1.25^{n}; 100 = all"
                )
                for n, share in enumerate(shares, 1)
            ),
        )


def _known(
    predicted: NDArray, true: NDArray, valid: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if not predicted.shape == true.shape == valid.shape:
        msg = (
            "prediction, truth and valid must be of one shape, "
            f"got {predicted.shape}, {true.shape} and {valid.shape}"
        )
        raise ValueError(msg)
    if not valid.any():
        msg = "no pixel is valid, so there is nothing to compare"
        raise ValueError(msg)
    return predicted[valid].astype(np.float64), true[valid].astype(np.float64)


def depth_errors(predicted: NDArray, true: NDArray, valid: NDArray[np.bool_]) -> DepthErrors:
    """Return the errors of ``predicted`` against ``true`` depth, > 0, of one unit where ``valid``.

    Raises:
        ValueError: shapes differ, nothing is valid, or a valid value is not a finite number above
            0.

    >>> z = np.array([1.0, 2.0, 4.0])
    >>> depth_errors(z * 1.1, z, z > 0).abs_rel.__round__(6)
    0.1
    """
    p, z = _known(predicted, true, valid)
    for name, values in (("predicted", p), ("true", z)):
        if not (np.isfinite(values).all() and values.min() > 0.0):
            msg = f"{name} depth must be finite and > 0 where valid, got {values.min()}"
            raise ValueError(msg)
    ratio = np.maximum(p / z, z / p)
    log_difference = np.log(p) - np.log(z)
    return DepthErrors(
        abs_rel=float(np.mean(np.abs(p - z) / z)),
        delta1=float(np.mean(ratio < 1.25)),
        delta2=float(np.mean(ratio < 1.25**2)),
        delta3=float(np.mean(ratio < 1.25**3)),
        rmse=float(np.sqrt(np.mean((p - z) ** 2))),
        silog=100.0 * float(np.std(log_difference)),
    )


def wrong_order(
    predicted: NDArray,
    true: NDArray,
    valid: NDArray[np.bool_],
    *,
    rng: np.random.Generator,
    pair_count: int = 100_000,
) -> float:
    """Return the share in [0, 1] of random pixel pairs that the prediction puts in the wrong order.

    Only pairs whose true depths differ by more than 5 % count; a pair with equal predictions counts
    half, so that a constant scores 0.5. Any increasing function of the predicted depth gives the
    same share.

    Args:
        predicted: predicted depth, larger is farther (negate inverse depth).
        true: true depth > 0 where valid.
        valid: bool, the pixels to draw from.
        rng: where the pairs come from.
        pair_count: pairs drawn, before those within 5 % are left out.

    Returns:
        The share, or NaN when no drawn pair differs enough.

    Raises:
        ValueError: shapes differ or nothing is valid.
    """
    p, z = _known(predicted, true, valid)
    first = rng.integers(0, z.size, pair_count)
    second = rng.integers(0, z.size, pair_count)
    z1, z2 = z[first], z[second]
    counted = np.maximum(z1, z2) > DEPTH_RATIO_OF_A_PAIR * np.minimum(z1, z2)
    if not counted.any():
        return math.nan
    agreement = (np.sign(p[first] - p[second]) * np.sign(z1 - z2))[counted]
    return float(np.mean((1.0 - agreement) / 2.0))
