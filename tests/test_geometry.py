import numpy as np
import pytest

from spatial.geometry import (
    Affine,
    adjust_depth,
    affine_depth_to_depth,
    disparity_from_depth,
    fit_scale_shift,
    ipd_px,
    known_sample,
    percentile_range,
    to_inverse_depth,
    to_nearness,
    to_paper_nearness,
)
from spatial.records import DepthKind, DepthMap, DepthSpace

HEIGHT, WIDTH = 3, 1001
RATIO = 8.0
# A plane that comes nearer from left to right: 8 m at the far (2nd percentile), 1 m at the near
# end.
DEPTH_M = np.tile(1 + 7 * (0.98 - np.linspace(0, 1, WIDTH)) / 0.96, (HEIGHT, 1))
SPACES = {
    "metric depth": (DEPTH_M, DepthKind.METRIC, DepthSpace.DEPTH),
    "scale-invariant depth": (0.03 * DEPTH_M, DepthKind.SCALE_INVARIANT, DepthSpace.DEPTH),
    "affine depth": (0.2 + 0.05 * DEPTH_M, DepthKind.AFFINE_INVARIANT, DepthSpace.DEPTH),
    "metric inverse depth": (1 / DEPTH_M, DepthKind.METRIC, DepthSpace.INVERSE_DEPTH),
    "affine inverse depth": (
        9 + 40 / DEPTH_M,
        DepthKind.AFFINE_INVARIANT,
        DepthSpace.INVERSE_DEPTH,
    ),
}


def depth_map(values, kind=DepthKind.METRIC, space=DepthSpace.DEPTH):
    return DepthMap.from_values(np.array(values), kind=kind, space=space)


@pytest.mark.parametrize("space", SPACES)
def test_one_plane_has_one_order_and_one_middle_value_in_every_space(space):
    nearness = to_nearness(depth_map(*SPACES[space]), RATIO)
    assert nearness.shape == (HEIGHT, WIDTH)
    assert nearness.dtype == np.float32
    assert (np.diff(nearness, axis=1) > 0).all()  # nearer towards the right
    expected = (1 / DEPTH_M - 1 / 8) / (1 - 1 / 8)
    assert nearness[0, WIDTH // 2] == pytest.approx((1 / 4.5 - 1 / 8) / (7 / 8), abs=1e-3)
    np.testing.assert_allclose(nearness, expected, atol=2e-3)


def test_values_beyond_the_percentiles_are_kept():
    nearness = to_nearness(depth_map(DEPTH_M))
    assert nearness[0, 0] < 0
    assert nearness[0, -1] > 1.1


def test_near_far_ratio_matters_only_for_affine_depth():
    middle = {}
    for name, fields in SPACES.items():
        made = depth_map(*fields)
        middle[name] = [to_nearness(made, r)[0, WIDTH // 2] for r in (2.0, 8.0)]
    low, high = middle.pop("affine depth")
    assert low == pytest.approx((1 / 1.5 - 1 / 2) / (1 - 1 / 2), abs=1e-3)
    assert high < low
    assert all(a == b for a, b in middle.values())


@pytest.mark.parametrize("ratio", [1.0, 0.5, -3.0])
def test_near_far_ratio_must_exceed_one(ratio):
    with pytest.raises(ValueError, match="near_far_ratio must be > 1, got"):
        to_nearness(depth_map(DEPTH_M), ratio)


@pytest.mark.parametrize("space", SPACES)
def test_unknown_pixels_become_the_farthest_known_and_change_nothing_else(space):
    values, kind, depth_space = SPACES[space]
    whole = to_nearness(depth_map(values, kind, depth_space))
    holed = values.copy()
    holed[1, 200:203] = np.nan
    holed[2, 500] = np.inf
    nearness = to_nearness(depth_map(holed, kind, depth_space))
    known = np.isfinite(holed)
    assert np.isfinite(nearness).all()
    np.testing.assert_allclose(nearness[known], whole[known], atol=5e-3)
    assert (nearness[~known] == nearness[known].min()).all()


def test_depth_of_zero_or_less_is_unknown():
    values = DEPTH_M.copy()
    values[0, 900:910], values[1, 10] = 0, -2
    nearness = to_nearness(depth_map(values))
    assert (nearness[0, 900:910] == nearness.min()).all()
    assert nearness[1, 10] == nearness.min()
    with pytest.raises(ValueError, match="no known pixel; supply another"):
        to_nearness(depth_map(np.zeros((2, 3))))


@pytest.mark.parametrize("kind", list(DepthKind))
@pytest.mark.parametrize("space", list(DepthSpace))
@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (5, 1), (2, 3)])
def test_flat_maps_are_half_way(kind, space, shape):
    flat = depth_map(np.full(shape, 3.7), kind, space)
    assert np.array_equal(to_nearness(flat), np.full(shape, 0.5, np.float32))
    assert np.array_equal(to_paper_nearness(flat), np.full(shape, 0.5, np.float32))


def test_one_row():
    nearness = to_nearness(depth_map([[4.0, 2.0, 1.0]]))
    low, high = np.percentile([0.25, 0.5, 1.0], [2, 98])
    np.testing.assert_allclose(
        nearness, (np.array([[0.25, 0.5, 1.0]]) - low) / (high - low), rtol=1e-5
    )


def test_inverse_depth_of_every_space():
    assert to_inverse_depth(depth_map([[2.0, np.nan, 0.0, 8.0]])).tolist() == [[0.5, 0, 0, 0.125]]
    inverse = depth_map([[2.0, np.nan, 8.0]], space=DepthSpace.INVERSE_DEPTH)
    assert to_inverse_depth(inverse).tolist() == [[2.0, 0, 8.0]]


def test_affine_depth_spans_the_ratio_and_stays_positive():
    depth = affine_depth_to_depth(DEPTH_M, np.ones_like(DEPTH_M, bool), 8.0)
    np.testing.assert_allclose(
        percentile_range(depth, np.ones_like(depth, bool)), (1, 8), rtol=1e-4
    )
    outlier = np.tile(np.linspace(0, 1, 101), (2, 1))
    outlier[0, 0] = -1000
    assert affine_depth_to_depth(outlier, np.ones_like(outlier, bool), 8.0).min() == 0.5


def test_percentiles_ignore_the_unknown_and_hold_for_large_maps():
    values = np.tile(np.linspace(0, 100, 2001, dtype=np.float32), (2100, 1))
    valid = np.ones(values.shape, bool)
    assert percentile_range(values, valid) == pytest.approx((2, 98), abs=0.1)
    values[:, 1000:] = 1e9
    valid[:, 1000:] = False
    assert percentile_range(values, valid) == pytest.approx((1, 49), abs=0.1)
    lonely = np.zeros(values.shape, bool)
    lonely[1, 1] = True  # between the samples
    assert percentile_range(values, lonely) == pytest.approx((values[1, 1],) * 2)
    with pytest.raises(ValueError, match="no known pixel"):
        percentile_range(values, np.zeros(values.shape, bool))


def test_paper_nearness_is_linear_in_what_the_map_holds():
    t = np.clip((np.linspace(0, 1, WIDTH) - 0.02) / 0.96, 0, 1)  # DEPTH_M falls linearly
    near = to_paper_nearness(depth_map(*SPACES["affine depth"]))
    np.testing.assert_allclose(near[1], t, atol=1e-4)
    inverse = to_paper_nearness(
        depth_map(7 - DEPTH_M, DepthKind.AFFINE_INVARIANT, DepthSpace.INVERSE_DEPTH)
    )
    np.testing.assert_allclose(inverse[1], t, atol=1e-4)
    holed = DEPTH_M.copy()
    holed[0, 700] = np.nan
    assert to_paper_nearness(depth_map(holed))[0, 700] == 0


def test_scale_and_shift_come_in_this_order():
    rng = np.random.default_rng(3)
    predicted = rng.random((4, 9))
    true = 2.5 * predicted - 0.75
    valid = rng.random((4, 9)) > 0.3
    true[~valid] = np.nan
    fit = fit_scale_shift(predicted, true, valid)
    assert fit == pytest.approx((2.5, -0.75))
    assert (fit.scale, fit.shift) == tuple(fit)


def test_fit_is_least_squares():
    fit = fit_scale_shift(np.array([0.0, 1, 2]), np.array([0.0, 0, 3]), np.ones(3, bool))
    assert fit == pytest.approx((1.5, -0.5))


def test_fit_of_constant_and_of_nothing():
    ones = np.ones((2, 2))
    true = np.array([[1.0, 2], [3, 6]])
    assert fit_scale_shift(ones, true, ones > 0) == Affine(0.0, 3.0)
    with pytest.raises(ValueError, match="no pixel has both"):
        fit_scale_shift(ones, true, ones < 0)


def test_disparity_is_larger_for_what_is_nearer():
    disparity = disparity_from_depth(np.array([[1.0, 2.0, 4.0]]), focal_px=300, baseline_m=0.1)
    assert disparity.dtype == np.float32
    np.testing.assert_allclose(disparity, [[30, 15, 7.5]], rtol=1e-6)


def test_pupil_distance_in_pixels():
    assert ipd_px(ipd_mm=63, screen_width_mm=2000, width_px=4000) == pytest.approx(126)


@pytest.mark.parametrize("space", SPACES)
def test_inverted_depth_has_the_opposite_order(space):
    made = depth_map(*SPACES[space])
    inverted = adjust_depth(made, invert=True)
    assert inverted.kind is DepthKind.AFFINE_INVARIANT
    nearness = to_nearness(inverted)
    assert (np.diff(nearness, axis=1) < 0).all()
    assert (np.diff(to_paper_nearness(inverted), axis=1) <= 0).all()
    if space != "affine depth":  # there the far to near ratio bends both maps the same way
        np.testing.assert_allclose(nearness, 1 - to_nearness(made), atol=1e-4)


@pytest.mark.parametrize("space", SPACES)
def test_clips_put_what_lies_beyond_on_one_plane(space):
    made = depth_map(*SPACES[space])
    before = to_nearness(made, RATIO)
    cut = adjust_depth(made, far_clip=0.2, near_clip=0.7, near_far_ratio=RATIO)
    assert (cut.kind, cut.space) == (made.kind, made.space)
    far, near = before < 0.199, before > 0.701
    for ends, plane in ((far, 0.2), (near, 0.7)):
        assert np.ptp(cut.values[ends]) == 0
        closest = np.abs(before - plane).argmin()
        assert cut.values[ends][0] == pytest.approx(made.values.flat[closest], rel=2e-2)
    between = ~(before < 0.201) & ~(before > 0.699)
    np.testing.assert_array_equal(cut.values[between], made.values[between])
    nearness = to_nearness(cut, RATIO)
    assert (nearness.min(), nearness.max()) == pytest.approx((0, 1), abs=1e-3)


def test_clips_count_from_the_inverted_ends():
    made = depth_map(*SPACES["affine inverse depth"])
    cut = to_nearness(adjust_depth(made, invert=True, far_clip=0.5))
    assert np.ptp(cut[:, WIDTH * 95 // 100 :]) == 0  # what was near is far now
    assert np.ptp(cut[:, : WIDTH * 8 // 10]) > 0.1


def test_without_a_wish_the_map_stays_what_it_is():
    made = depth_map(DEPTH_M)
    assert adjust_depth(made) is made


def test_unknown_pixels_stay_unknown_and_flat_maps_flat():
    holed = DEPTH_M.copy()
    holed[1, 5] = np.nan
    cut = adjust_depth(depth_map(holed), invert=True, near_clip=0.5)
    assert not cut.valid[1, 5]
    flat = adjust_depth(depth_map(np.full((4, 5), 3.0)), invert=True, far_clip=0.3, near_clip=0.6)
    np.testing.assert_array_equal(to_nearness(flat), 0.5)


def test_a_large_map_is_sampled_and_what_lies_between_the_samples_is_found(monkeypatch):
    monkeypatch.setattr("spatial.geometry._SAMPLE_LIMIT", 100)
    values = np.arange(1600, dtype=np.float32).reshape(40, 40)
    sample = known_sample(values)
    np.testing.assert_array_equal(sample, values.ravel()[::17])  # 16 would meet five columns only
    assert len(set(sample % 40)) == 40
    values.ravel()[::17] = np.nan
    assert known_sample(values).size == 1600 - 95
    valid = np.zeros((40, 40), bool)
    valid[3, 5] = True
    assert known_sample(values, valid).tolist() == [125.0]
    assert known_sample(values, np.zeros((40, 40), bool)).size == 0
