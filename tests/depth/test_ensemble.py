import numpy as np
import pytest

from spatial.depth.ensemble import combine
from spatial.records import DepthKind

TRUTH = np.arange(12, dtype=np.float32).reshape(3, 4) ** 1.5


def test_affine_members_of_one_truth_agree_whatever_their_scale_and_shift():
    members = np.stack([TRUTH, 3 * TRUTH + 5, 0.5 * TRUTH - 2])
    values, uncertainty = combine(members, DepthKind.AFFINE_INVARIANT)
    np.testing.assert_allclose(values, TRUTH, atol=1e-4)
    np.testing.assert_allclose(uncertainty, 0, atol=1e-4)


def test_scale_invariant_members_are_scaled_but_never_shifted():
    same = np.stack([TRUTH, 4 * TRUTH])
    np.testing.assert_allclose(combine(same, DepthKind.SCALE_INVARIANT).uncertainty, 0, atol=1e-4)
    shifted = np.stack([TRUTH, TRUTH + 20])
    assert combine(shifted, DepthKind.SCALE_INVARIANT).uncertainty.max() > 1


def test_metric_members_are_taken_as_they_are():
    values, uncertainty = combine(np.stack([TRUTH, TRUTH + 2]), DepthKind.METRIC)
    np.testing.assert_allclose(values, TRUTH + 1, rtol=1e-6)
    np.testing.assert_allclose(uncertainty, 1, rtol=1e-5)


def test_uncertainty_is_where_the_members_differ():
    members = np.stack([TRUTH] * 3)
    members[1, 2, 3] += 4
    members[2, 2, 3] -= 4
    uncertainty = combine(members, DepthKind.AFFINE_INVARIANT).uncertainty
    assert np.unravel_index(uncertainty.argmax(), TRUTH.shape) == (2, 3)


def test_alignment_does_not_shrink_the_range():
    rng = np.random.default_rng(0)
    members = TRUTH + rng.normal(0, 8, (6, *TRUTH.shape)).astype(np.float32)
    values = combine(members, DepthKind.AFFINE_INVARIANT).values
    assert values.std() == pytest.approx(members[0].std(), rel=1e-3)


@pytest.mark.parametrize("kind", DepthKind)
def test_flat_and_opposite_members_stay_finite(kind):
    members = np.stack([np.zeros((2, 2)), TRUTH[:2, :2], -TRUTH[:2, :2]]).astype(np.float32)
    values, uncertainty = combine(members, kind)
    assert np.isfinite(values).all()
    assert np.isfinite(uncertainty).all()
