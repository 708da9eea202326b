import cv2
import numpy as np
import pytest

from spatial.bokeh import apply_bokeh, kernel_sizes
from spatial.settings import BokehMethod, BokehSettings

RNG = np.random.default_rng(3)
PAPER = BokehMethod.PAPER


def naive(rgb, nearness, settings):
    """Eq. 4 pixel by pixel."""
    out = rgb.copy()
    for y, x in np.ndindex(nearness.shape):
        near = np.clip(nearness[y, x], np.float32(0), np.float32(1))
        size = round(
            float(
                np.abs(near - np.float32(settings.focus_nearness))
                * np.float32(settings.bokeh_intensity_px)
            )
        )
        size += 1 - size % 2
        if size >= 3:
            out[y, x] = cv2.GaussianBlur(rgb, (size, size), 0)[y, x]
    return out


@pytest.mark.parametrize("focus", [1.0, 0.4])
def test_equals_the_formula_pixel_by_pixel(focus):
    rgb = RNG.integers(0, 256, (31, 45, 3), dtype=np.uint8)
    nearness = RNG.uniform(-0.2, 1.2, (31, 45)).astype(np.float32)
    settings = BokehSettings(bokeh_method=PAPER, focus_nearness=focus, bokeh_intensity_px=27)
    np.testing.assert_array_equal(
        apply_bokeh(rgb, nearness, settings), naive(rgb, nearness, settings)
    )


def test_tiles_leave_no_seam():
    rgb = RNG.integers(0, 256, (300, 530, 3), dtype=np.uint8)
    settings = BokehSettings(bokeh_method=PAPER, focus_nearness=1.0, bokeh_intensity_px=41)
    blurred = apply_bokeh(rgb, np.zeros((300, 530), np.float32), settings)
    np.testing.assert_array_equal(blurred, cv2.GaussianBlur(rgb, (41, 41), 0))


def test_two_planes_keep_the_near_one_bit_for_bit():
    rgb = RNG.integers(0, 256, (60, 90, 3), dtype=np.uint8)
    nearness = np.zeros((60, 90), np.float32)
    nearness[10:40, 20:50] = 1.0
    result = apply_bokeh(rgb, nearness, BokehSettings(bokeh_method=PAPER))
    near = nearness == 1
    np.testing.assert_array_equal(result[near], rgb[near])
    assert result[~near].std() < 0.4 * rgb[~near].std()


def test_kernel_below_three_is_untouched():
    near = np.array([[1.0, 0.9, 0.89, 0.75, 0.7]], np.float32)  # x 10 = 0, 1, 1.1, 2.5, 3
    assert kernel_sizes(near, focus_nearness=1.0, intensity_px=10).tolist() == [[1, 1, 1, 3, 3]]


def test_intensity_zero_changes_nothing():
    rgb = RNG.integers(0, 256, (1, 80, 3), dtype=np.uint8)
    nearness = np.linspace(0, 1, 80, dtype=np.float32)[None]
    result = apply_bokeh(rgb, nearness, BokehSettings(bokeh_method=PAPER, bokeh_intensity_px=0))
    np.testing.assert_array_equal(result, rgb)


def test_largest_kernel_on_a_small_picture():
    rgb = RNG.integers(0, 256, (9, 70, 3), dtype=np.uint8)
    settings = BokehSettings(bokeh_method=PAPER, bokeh_intensity_px=101)
    nearness = RNG.random((9, 70), np.float32)
    np.testing.assert_array_equal(
        apply_bokeh(rgb, nearness, settings), naive(rgb, nearness, settings)
    )


def test_sizes_must_agree():
    with pytest.raises(ValueError, match=r"\(3, 4\)"):
        apply_bokeh(
            np.zeros((5, 4, 3), np.uint8),
            np.zeros((3, 4), np.float32),
            BokehSettings(bokeh_method=PAPER),
        )
