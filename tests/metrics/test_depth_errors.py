import math

import numpy as np
import pytest

from spatial.metrics import aligned_errors, depth_errors, wrong_order
from spatial.records import DepthKind, DepthMap, DepthSpace

ALL = np.ones((2, 2), bool)
TRUE = np.array([[1.0, 2.0], [4.0, 5.0]])


def test_perfect_prediction():
    errors = depth_errors(TRUE, TRUE, ALL)
    assert (errors.abs_rel, errors.rmse, errors.silog) == (0.0, 0.0, 0.0)
    assert (errors.delta1, errors.delta2, errors.delta3) == (1.0, 1.0, 1.0)


def test_errors_by_hand():
    predicted = np.array([[1.2, 2.8], [2.2, 15.0]])  # ratios 1.2, 1.4, 1.818.., 3
    errors = depth_errors(predicted, TRUE, ALL)
    assert errors.abs_rel == pytest.approx((0.2 + 0.4 + 0.45 + 2.0) / 4)
    assert (errors.delta1, errors.delta2, errors.delta3) == (0.25, 0.5, 0.75)
    assert errors.rmse == pytest.approx(math.sqrt((0.04 + 0.64 + 3.24 + 100.0) / 4))
    logs = np.log([1.2, 1.4, 0.55, 3.0])
    assert errors.silog == pytest.approx(100 * math.sqrt((logs**2).mean() - logs.mean() ** 2))


def test_silog_ignores_scale_and_deltas_are_strict():
    errors = depth_errors(1.25 * TRUE, TRUE, ALL)
    assert errors.silog == pytest.approx(0.0, abs=1e-6)
    assert errors.abs_rel == pytest.approx(0.25)
    assert (errors.delta1, errors.delta2) == (0.0, 1.0)


def test_only_valid_pixels_count():
    predicted = TRUE.copy()
    predicted[0, 1] = np.nan
    valid = ALL.copy()
    valid[0, 1] = False
    assert depth_errors(predicted, TRUE, valid).abs_rel == 0.0


@pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0, -1.0])
def test_bad_predictions_are_refused(bad):
    predicted = TRUE.copy()
    predicted[1, 0] = bad
    with pytest.raises(ValueError, match="predicted depth must be finite"):
        depth_errors(predicted, TRUE, ALL)


def test_nothing_to_compare():
    with pytest.raises(ValueError, match="no pixel is valid"):
        depth_errors(TRUE, TRUE, ~ALL)
    with pytest.raises(ValueError, match="one shape"):
        depth_errors(TRUE, TRUE[:1], ALL)


def order(predicted, true):
    valid = np.ones(true.shape, bool)
    return wrong_order(predicted, true, valid, rng=np.random.default_rng(0))


def test_wrong_order_of_right_reversed_and_constant_predictions():
    true = np.linspace(1.0, 9.0, 200).reshape(10, 20)
    assert order(true**3, true) == 0.0
    assert order(-true, true) == 1.0
    assert order(np.ones_like(true), true) == 0.5


def test_wrong_order_counts_the_swapped_share():
    true = np.array([[1.0, 2.0, 4.0]])
    predicted = np.array([[1.0, 4.0, 2.0]])  # one of three unlike pairs is swapped
    assert order(predicted, true) == pytest.approx(1 / 3, abs=0.01)


def test_pairs_within_five_percent_do_not_count():
    assert math.isnan(order(np.array([[2.0, 1.0]]), np.array([[1.0, 1.05]])))
    assert order(np.array([[2.0, 1.0]]), np.array([[1.0, 1.06]])) == 1.0


def test_a_prediction_is_fitted_before_it_is_judged():
    truth = np.linspace(1, 4, 600, dtype=np.float32).reshape(20, 30)
    predicted = DepthMap.from_values(
        9 - 2 / truth, kind=DepthKind.AFFINE_INVARIANT, space=DepthSpace.INVERSE_DEPTH
    )
    errors = aligned_errors(predicted, truth, truth > 2)
    assert errors.abs_rel < 1e-5
    assert [row.value_text for row in errors.rows()][1:] == ["100.00 %"] * 3
    assert errors.rows()[0].name == "AbsRel"
    with pytest.raises(ValueError, match="both a measured and a predicted"):
        aligned_errors(predicted, truth, truth > 5)
