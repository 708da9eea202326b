from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spatial.depth import load_estimator
from spatial.depth.upsample import upsample_depth
from spatial.geometry import angle_to_mm, to_nearness
from spatial.photo import load_photo
from spatial.settings import Convergence, DepthSettings, StereoSettings, StrengthBy
from spatial.stereo.screen import WINDOW_SLOPE, limit_percent, place_screen, screen_disparity

RNG = np.random.default_rng(4)
EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.jpg"))


def ramp(height=50, width=400):
    """Nearness 0 at the left, 1 at the right edge."""
    return np.tile(np.linspace(0, 1, width, dtype=np.float32), (height, 1))


def disparity_of(nearness, settings):
    return screen_disparity(nearness, place_screen(nearness, settings), settings)


def by_value(nearness, **settings):
    return StereoSettings(
        convergence=Convergence.VALUE,
        convergence_nearness=nearness,
        keep_window=False,
        foreground_dilation_percent=0,
        **settings,
    )


def test_percent_is_the_parallax_between_far_and_near_end():
    disparity = disparity_of(ramp(), by_value(0.4, max_parallax_percent=3))
    assert np.ptp(disparity) == pytest.approx(0.03 * 400, rel=1e-5)
    assert disparity[0, 0] == pytest.approx(-0.4 * 12, rel=1e-5)  # far is behind the screen


def test_ipd_gives_the_far_end_the_parallax_of_infinity():
    settings = by_value(
        0.5,
        strength_by=StrengthBy.IPD,
        ipd_mm=64,
        screen_width_mm=3200,
        viewing_distance_mm=50000,
        max_angle_deg=0,
    )
    disparity = disparity_of(ramp(), settings)
    assert disparity[0, 0] == pytest.approx(-64 / 3200 * 400, rel=1e-5)
    assert disparity[0, -1] == pytest.approx(64 / 3200 * 400, rel=1e-5)


def test_ipd_with_the_subject_on_the_window_keeps_infinity_at_the_eyes_distance():
    settings = StereoSettings(strength_by=StrengthBy.IPD, keep_window=False, max_angle_deg=0)
    disparity = disparity_of(ramp(), settings)
    assert disparity.min() == pytest.approx(-63 / 2000 * 400, rel=0.02)
    assert place_screen(ramp(), settings).strength_percent < 10


def test_ipd_never_exceeds_what_percent_allows():
    settings = by_value(0.0, strength_by=StrengthBy.IPD, ipd_mm=100, screen_width_mm=50)
    assert place_screen(ramp(), settings).strength_percent <= 10


@pytest.mark.parametrize(("x", "y"), [(0.0, 0.0), (0.25, 0.9), (1.0, 1.0)])
def test_a_tapped_point_lies_on_the_screen(x, y):
    settings = StereoSettings(
        convergence=Convergence.POINT, convergence_x=x, convergence_y=y, keep_window=False
    )
    nearness = ramp()
    disparity = disparity_of(nearness, settings)
    row, column = round(y * 49), round(x * 399)
    assert abs(disparity[row, column]) < 0.02 * np.ptp(disparity)


def test_a_tapped_point_forgives_single_wrong_depths():
    nearness = ramp()
    nearness[25, 200] = 9.0
    settings = StereoSettings(
        convergence=Convergence.POINT, convergence_x=200 / 399, convergence_y=25 / 49
    )
    assert place_screen(nearness, settings).nearness == pytest.approx(200 / 399, abs=0.02)


def test_the_clamp_keeps_every_parallax_within_the_angle():
    nearness = ramp() * 3 - 1
    nearness[0, 0] = 40.0  # a wild value is cut
    settings = by_value(
        0.5,
        max_parallax_percent=10,
        max_angle_deg=1.5,
        screen_width_mm=1000,
        viewing_distance_mm=800,
    )
    disparity = disparity_of(nearness, settings)
    limit_px = angle_to_mm(1.5, distance_mm=800) / 1000 * 400
    assert limit_px == pytest.approx(limit_percent(settings) * 4)
    assert np.abs(disparity).max() <= limit_px * (1 + 1e-5)
    inner = disparity[1, 5:-5]
    assert (np.diff(inner) > 0).all()  # lowered as a whole, not flattened
    assert np.abs(inner).max() > 0.9 * limit_px


def test_no_clamp_when_the_angle_is_zero():
    settings = by_value(0.0, max_parallax_percent=10, max_angle_deg=0)
    assert disparity_of(ramp(), settings).max() == pytest.approx(40, rel=1e-5)


def test_nothing_stands_before_the_screen_at_the_sides():
    nearness = RNG.random((60, 300)).astype(np.float32)
    settings = replace(by_value(0.1), keep_window=True)
    disparity = disparity_of(nearness, settings)
    edge = np.minimum(np.arange(300), np.arange(300)[::-1])
    assert (disparity <= WINDOW_SLOPE * edge + 1e-5).all()
    middle = slice(60, 240)
    free = disparity_of(nearness, by_value(0.1))
    np.testing.assert_array_equal(disparity[:, middle], free[:, middle])
    behind = free <= 0
    np.testing.assert_array_equal(disparity[behind], free[behind])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_auto_on_every_example(path):
    """The subject stands 0.2 to 0.5 % of the width behind the window, and the window is kept."""
    photo = load_photo(path)
    depth = load_estimator("embedded")(photo, DepthSettings())
    nearness = to_nearness(upsample_depth(depth, photo.rgb))
    disparity = disparity_of(nearness, StereoSettings())
    height, width = disparity.shape
    third = disparity[height // 3 : height - height // 3, width // 3 : width - width // 3]
    assert 0.002 <= -np.percentile(third, 98) / width <= 0.005
    assert disparity[:, [0, -1]].max() <= 0
