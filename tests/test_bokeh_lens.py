import numpy as np
import pytest
from scenes import score_bokeh

from spatial.bokeh import apply_bokeh
from spatial.bokeh.lens import blur_radius_px
from spatial.settings import BokehMethod, BokehSettings

RNG = np.random.default_rng(8)


def lens(**settings):
    return BokehSettings(bokeh_method=BokehMethod.LENS, **settings)


def half_and_half(near=1.0, far=0.0):
    """A far left and a near right half, both noise, the far one without red, the near one without
    blue.
    """
    rgb = RNG.integers(60, 200, (90, 200, 3), dtype=np.uint8)
    nearness = np.full((90, 200), far, np.float32)
    nearness[:, 100:] = near
    rgb[:, :100, 0] = 0
    rgb[:, 100:, 2] = 0
    return rgb, nearness


def test_circle_of_confusion_follows_the_aperture_and_the_distance_from_the_focus():
    nearness = np.array([[0.0, 0.25, 0.5, 1.0]], np.float32).repeat(1000, 1)
    radius = blur_radius_px(nearness, lens(focus_nearness=0.5, aperture_f_number=2.0))
    # diameter 50^2 / 2 / 1000 mm of 36 mm, per unit of nearness, in 4000 px; half a pixel counts as
    # sharp
    per_unit = 0.5 * 1.25 / 36 * 4000
    expected = [0.5 - 0.5 * per_unit, 0.5 - 0.25 * per_unit, 0.0, 0.5 * per_unit - 0.5]
    np.testing.assert_allclose(radius[0, ::1000], expected, rtol=1e-4)
    wider = blur_radius_px(nearness, lens(focus_nearness=0.5, aperture_f_number=1.0))
    assert abs(wider[0, 0]) == pytest.approx(2 * abs(radius[0, 0]) + 0.5, rel=1e-4)


def test_what_is_in_focus_keeps_its_bytes():
    rgb, nearness = half_and_half()
    result = apply_bokeh(rgb, nearness, lens(focus_nearness=1.0, aperture_f_number=1.4))
    np.testing.assert_array_equal(result[:, 100:], rgb[:, 100:])
    assert result[:, :90, 1].std() < 0.3 * rgb[:, :90, 1].std()


def test_a_sharp_foreground_does_not_bleed_into_the_blur():
    rgb, nearness = half_and_half()
    result = apply_bokeh(rgb, nearness, lens(focus_nearness=1.0, aperture_f_number=1.4))
    assert result[:, :100, 0].max() <= 1  # red is the foreground's


def test_a_sharp_outline_keeps_its_mixed_pixels_and_shows_no_stairs():
    """A sharp dark disc with a smoothed outline before a white wall: between both nothing is darker
    than the photo.
    """
    y, x = np.mgrid[:90, :300].astype(np.float32)
    inside = np.clip(30.5 - np.hypot(x - 150, y - 45), 0, 1)
    rgb = np.repeat(np.rint(250 * (1 - inside)).astype(np.uint8)[..., None], 3, axis=2)
    nearness = (inside > 0.5).astype(np.float32)
    result = apply_bokeh(rgb, nearness, lens(focus_nearness=1.0, aperture_f_number=1.4))
    outline = (inside > 0) & (inside < 1)
    assert outline.sum() > 100
    error = np.abs(result.astype(int) - rgb)[outline]
    assert error.mean() < 15
    assert error.max() < 60


def test_same_result_however_the_rows_are_cut(monkeypatch):
    rgb, nearness = half_and_half()
    nearness[30:50, 40:160] = 0.5
    settings = lens(focus_nearness=0.5, aperture_f_number=1.4)
    whole = apply_bokeh(rgb, nearness, settings)
    monkeypatch.setattr("spatial.kernels.STRIPE_PIXELS", 200 * 17)
    np.testing.assert_array_equal(apply_bokeh(rgb, nearness, settings), whole)


def test_a_blurred_foreground_ends_softly_over_a_sharp_background():
    rgb, nearness = half_and_half()
    result = apply_bokeh(rgb, nearness, lens(focus_nearness=0.0, aperture_f_number=0.7))  # 9.4 px
    np.testing.assert_array_equal(result[:, :85], rgb[:, :85])
    red = result[..., 0].mean(0)
    assert red[95] > 10
    assert red[104] < red[140] - 8
    assert np.diff(red[88:113]).max() < 0.35 * red[140]  # no hard edge
    assert result[:, 102, 2].mean() > 5  # the background shines through the rim


def test_highlights_are_averaged_in_linear_light():
    rgb = np.zeros((101, 101, 3), np.uint8)
    rgb[50, 50] = 255
    near = np.zeros((101, 101), np.float32)
    result = apply_bokeh(rgb, near, lens(focus_nearness=1.0, aperture_f_number=0.8))
    radius = 0.5 * 2.5 / 0.8 / 36 * 101 - 0.5
    share = 1 / (np.pi * radius**2)
    assert result[50, 50, 0] == pytest.approx(255 * (1.055 * share ** (1 / 2.4) - 0.055), abs=12)
    assert result[50, 50, 0] > 3 * 255 * share


def test_closer_to_the_truth_of_a_layered_scene_than_eq_4():
    errors = score_bokeh(6.0)
    assert errors["lens, near sharp"] < 0.3 * errors["paper, near sharp"]
    assert errors["lens, far sharp"] < 0.4 * errors["paper, far sharp"]
    assert errors["lens, near sharp"] < 0.6 * errors["untouched, near sharp"]
    assert errors["lens, far sharp"] < 0.2 * errors["untouched, far sharp"]


def test_a_flat_picture_stays_whatever_the_depth():
    rgb = np.full((70, 110, 3), (30, 130, 230), np.uint8)
    nearness = RNG.random((70, 110), np.float32)
    result = apply_bokeh(rgb, nearness, lens(focus_nearness=0.5, aperture_f_number=0.7))
    assert np.abs(result.astype(int) - rgb).max() <= 1


@pytest.mark.parametrize("size", [(1, 1), (1, 70), (70, 1), (64, 65)])
@pytest.mark.parametrize("focus", [0.0, 0.5, 1.0])
def test_any_size_and_values_beyond_the_range(size, focus):
    rgb = RNG.integers(0, 256, (*size, 3), dtype=np.uint8)
    nearness = RNG.normal(0.5, 2, size).astype(np.float32)
    before = rgb.copy(), nearness.copy()
    result = apply_bokeh(rgb, nearness, lens(focus_nearness=focus, aperture_f_number=0.7))
    assert result.shape == rgb.shape
    np.testing.assert_array_equal(rgb, before[0])
    np.testing.assert_array_equal(nearness, before[1])


def test_nan_is_refused():
    rgb = np.zeros((5, 4, 3), np.uint8)
    with pytest.raises(ValueError, match="NaN"):
        apply_bokeh(rgb, np.full((5, 4), np.nan, np.float32), lens())
