"""Several predictions of one photo made into one, with their spread. Pure numpy."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spatial.geometry import Affine, fit_scale_shift
from spatial.records import DepthKind

_ROUNDS = 4  # the fit to a running median settles in three


class Ensemble(NamedTuple):
    """The combined map and its uncertainty, both float32 [H, W] in the first member's units."""

    values: NDArray[np.float32]
    uncertainty: NDArray[np.float32]


def combine(members: NDArray[np.float32], kind: DepthKind) -> Ensemble:
    """Return the median of aligned members and the median absolute deviation from it.

    Alignment repeats: ``a_i = scale_i * m_i + shift_i`` with the least-squares scale >= 0 and shift
    towards the running median r, then ``r = median_i a_i``, brought back to mean and deviation of
    ``m_0``, because least squares shrinks what it fits. Scale-invariant members get no shift,
    metric ones neither.

    Args:
        members: float32 [E, H, W], E >= 1, finite.
        kind: up to which transformation the members agree.
    """
    fit = _FITS[kind]
    reference = members[0]
    aligned = members
    for _ in range(_ROUNDS):
        fits = [fit(member, reference) for member in members]
        aligned = np.stack([m * f.scale + f.shift for m, f in zip(members, fits, strict=True)])
        reference = np.median(aligned, axis=0)
        gauge = _gauge(reference, members[0], kind)
        reference = reference * gauge.scale + gauge.shift
        aligned = aligned * gauge.scale + gauge.shift
    spread = np.median(np.abs(aligned - reference), axis=0)
    return Ensemble(reference.astype(np.float32), spread.astype(np.float32))


def _fit_affine(member: NDArray, reference: NDArray) -> Affine:
    fit = fit_scale_shift(member, reference, np.ones(member.shape, np.bool_))
    return fit if fit.scale >= 0 else Affine(0.0, float(reference.mean()))


def _fit_scale(member: NDArray, reference: NDArray) -> Affine:
    power = float((member.astype(np.float64) ** 2).sum())
    product = float((member.astype(np.float64) * reference).sum())
    return Affine(max(product / power, 0.0) if power > 0 else 1.0, 0.0)


def _fit_nothing(member: NDArray, reference: NDArray) -> Affine:
    return Affine(1.0, 0.0)


_FITS = {
    DepthKind.AFFINE_INVARIANT: _fit_affine,
    DepthKind.SCALE_INVARIANT: _fit_scale,
    DepthKind.METRIC: _fit_nothing,
}


def _gauge(reference: NDArray, first: NDArray, kind: DepthKind) -> Affine:
    """Return the transformation that gives the reference the first member's scale (and shift)."""
    if kind is DepthKind.METRIC:
        return Affine(1.0, 0.0)
    if kind is DepthKind.SCALE_INVARIANT:
        mean = float(reference.mean())
        return Affine(float(first.mean()) / mean if mean > 0 else 1.0, 0.0)
    deviation = float(reference.std())
    scale = float(first.std()) / deviation if deviation > 1e-12 else 1.0
    return Affine(scale, float(first.mean()) - scale * float(reference.mean()))
