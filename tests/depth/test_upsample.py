import cv2
import numpy as np
import pytest

from spatial.depth.upsample import upsample_depth
from spatial.records import DepthKind, DepthMap, DepthSpace

RNG = np.random.default_rng(7)


def make_map(values, valid=None):
    return DepthMap.from_values(values, kind=DepthKind.METRIC, space=DepthSpace.DEPTH, valid=valid)


def noise_photo(height, width):
    return RNG.integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_sharpens_a_silhouette_that_the_photo_shows():
    # A near disc of 2 m, brighter than the wall at 6 m, both textured.
    y, x = np.mgrid[:240, :320]
    disc = (x - 150) ** 2 + (y - 110) ** 2 < 60**2
    true = np.where(disc, 2.0, 6.0).astype(np.float32)
    grey = np.where(disc, 170, 70) + RNG.integers(-15, 16, disc.shape)
    rgb = np.repeat(grey.astype(np.uint8)[..., None], 3, 2)
    small = cv2.resize(true, (40, 30), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), 1.0)

    guided = upsample_depth(make_map(small), rgb).values
    linear = cv2.resize(small, (320, 240), interpolation=cv2.INTER_LINEAR)

    edge = cv2.morphologyEx(disc.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((17, 17))) > 0
    assert np.abs(guided - true)[edge].mean() < 0.6 * np.abs(linear - true)[edge].mean()
    assert np.abs(guided - true)[~edge].mean() < 0.1


def test_a_plane_stays_a_plane_under_any_texture():
    ramp = np.linspace(1, 3, 50, dtype=np.float32)[None] + np.zeros((34, 1), np.float32)
    rgb = noise_photo(270, 401)
    linear = cv2.resize(ramp, (401, 270), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose(upsample_depth(make_map(ramp), rgb).values, linear, atol=0.06)


def test_without_texture_and_steps_enlarges_linearly():
    y, x = np.mgrid[:23, :31].astype(np.float32)
    values = 3 + 0.05 * x - 0.02 * y
    linear = cv2.resize(values, (257, 190), interpolation=cv2.INTER_LINEAR)
    grey = np.full((190, 257, 3), 90, np.uint8)
    np.testing.assert_allclose(upsample_depth(make_map(values), grey).values, linear, atol=1e-4)


def soft_step():
    """Return a silhouette 10 px wide, and it enlarged linearly four times."""
    x = np.arange(60, dtype=np.float32)
    soft = np.tile(1 / (1 + np.exp(-(x - 29.5) / 1.5)), (40, 1)).astype(np.float32)
    return soft, cv2.resize(soft, (240, 160), interpolation=cv2.INTER_LINEAR)


def between(depth):
    return ((depth > 0.2) & (depth < 0.8)).mean()


def test_a_soft_silhouette_becomes_a_step_where_the_photo_has_an_edge():
    soft, linear = soft_step()
    grey = np.full((160, 240, 3), 90, np.uint8)
    grey[:, 120:] = 110
    values = upsample_depth(make_map(soft + 1), grey).values - 1
    assert between(values) < 0.2 * between(linear)
    assert (values[:, 121:] > 0.9).all()
    assert (values[:, :119] < 0.1).all()


def test_a_colour_edge_beside_the_ramps_middle_draws_the_step_to_it():
    soft, _ = soft_step()
    rgb = np.full((160, 240, 3), (120, 70, 90), np.uint8)
    rgb[:, 126:] = (70, 96, 90)  # as bright, another colour; the ramp's middle is at 120
    values = upsample_depth(make_map(soft + 1), rgb).values - 1
    assert (values[:, :125] < 0.25).all()
    assert (values[:, 127:] > 0.9).all()


def test_noise_finer_than_the_map_does_not_scatter_the_step():
    soft, _ = soft_step()
    rgb = np.full((480, 720, 3), 90.0)
    rgb[:, 360:] = 120
    rgb += RNG.normal(0, 12, (480, 720, 3))
    values = upsample_depth(make_map(soft + 1), np.clip(rgb, 0, 255).astype(np.uint8)).values - 1
    side = values > 0.5
    assert (side[:, :-1] != side[:, 1:]).sum() < 1.3 * len(side)


def test_a_soft_step_that_the_photo_does_not_show_may_be_a_slope():
    soft, linear = soft_step()
    grey = np.full((160, 240, 3), 90, np.uint8)
    grey[80:] = 200  # an edge, but not this one
    values = upsample_depth(make_map(soft + 1), grey).values - 1
    np.testing.assert_allclose(values, linear, atol=1e-3)


def test_constant_stays_and_range_is_kept():
    flat = upsample_depth(make_map(np.full((8, 9), 4.5)), noise_photo(65, 70))
    assert (flat.values == 4.5).all()
    values = RNG.uniform(3, 11, (20, 30))
    big = upsample_depth(make_map(values), noise_photo(200, 300)).values
    assert values.min() - 1e-4 <= big.min() <= big.max() <= values.max() + 1e-4


def test_unknown_pixels_stay_unknown_and_spoil_nothing():
    values = np.full((20, 30), 2.0)
    values[:10] = np.nan
    result = upsample_depth(make_map(values), noise_photo(100, 150))
    assert not result.valid[:50].any()
    assert result.valid[50:].all()
    np.testing.assert_allclose(result.values[50:], 2.0)
    assert (result.values[:50] == 0).all()


def test_kind_space_and_uncertainty_come_along():
    small = DepthMap(
        values=np.arange(12, dtype=np.float32).reshape(3, 4),
        kind=DepthKind.AFFINE_INVARIANT,
        space=DepthSpace.INVERSE_DEPTH,
        valid=np.ones((3, 4), bool),
        uncertainty=np.full((3, 4), 0.25, np.float32),
    )
    big = upsample_depth(small, noise_photo(7, 9))
    assert (big.kind, big.space) == (small.kind, small.space)
    assert big.uncertainty is not None
    np.testing.assert_array_equal(big.uncertainty, np.full((7, 9), 0.25, np.float32))


@pytest.mark.parametrize("small", [(1, 1), (1, 40), (30, 1), (64, 7), (300, 5), (300, 900)])
def test_any_size(small):
    big = upsample_depth(make_map(RNG.random(small) + 1), noise_photo(67, 101))
    assert big.values.shape == (67, 101)
    assert np.isfinite(big.values).all()
    assert big.values.min() >= 1 - 1e-4


def test_same_size_is_returned_as_it_is():
    same = make_map(RNG.random((67, 101)))
    assert upsample_depth(same, noise_photo(67, 101)) is same
