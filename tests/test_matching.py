"""Two photographs of one scene: equal rows, and the disparity between them."""

import cv2
import numpy as np
import pytest
from stereo_scene import FAR_PX, HEIGHT, NEAR, NEAR_PX, WIDTH, stereo_views, texture, turned

from spatial.matching import MatchError, match_views


def depth_in(matched):
    return matched.disparity * matched.left.shape[1]


def test_views_that_fit_stay_as_they_are():
    left, right = stereo_views()
    matched = match_views(left, right)
    assert matched.left is left
    assert matched.right is right
    assert matched.moved_px == 0


def test_near_things_have_the_larger_disparity():
    found = depth_in(match_views(*stereo_views()))
    inside = np.zeros((HEIGHT, WIDTH), bool)
    inside[NEAR] = True
    around = cv2.dilate(inside.astype(np.uint8), np.ones((9, 25))) > 0
    assert np.median(found[inside]) == pytest.approx(NEAR_PX, abs=0.3)
    assert np.median(found[~around]) == pytest.approx(FAR_PX, abs=0.3)
    assert np.mean(np.abs(found[inside] - NEAR_PX) < 1) > 0.9
    assert np.mean(np.abs(found[~around] - FAR_PX) < 1) > 0.95


def test_disparity_below_zero_is_found_as_well():
    found = depth_in(match_views(*stereo_views(near_px=2, far_px=-7)))
    assert np.median(found[:40]) == pytest.approx(-7, abs=0.3)


@pytest.mark.parametrize("which", [0, 1])
def test_a_view_that_is_turned_and_lower_is_corrected(which):
    views = list(stereo_views())
    views[which] = turned(views[which], angle_deg=0.7, down_px=5.0)
    matched = match_views(*views)
    assert 5 <= matched.moved_px <= 9
    again = match_views(matched.left, matched.right)
    assert again.moved_px == 0
    assert matched.left.shape == matched.right.shape
    assert min(matched.left.shape[:2]) > HEIGHT - 16
    found = depth_in(matched)
    assert np.ptp(np.percentile(found, (5, 95))) == pytest.approx(NEAR_PX - FAR_PX, abs=1.0)


def test_rows_of_a_sphere_are_left_alone():
    left, right = stereo_views()
    right = turned(right, angle_deg=0.0, down_px=2.0)
    assert match_views(left, right, correct=False).right is right


@pytest.mark.parametrize(
    ("right", "words"),
    [
        (texture(7, HEIGHT, WIDTH), "in common|fit each other"),
        (np.full((HEIGHT, WIDTH, 3), 90, np.uint8), "too few details"),
        (turned(stereo_views()[1], angle_deg=9.0), "turned against each other by 9 degrees"),
        (turned(stereo_views()[1], 0.0, down_px=30.0), "19% of the height apart"),
        (stereo_views()[1][:-2], "differ in size"),
        (cv2.resize(stereo_views()[1], None, fx=1.2, fy=1.2)[:HEIGHT, :WIDTH], "scale"),
    ],
)
def test_what_is_no_pair_is_refused_with_the_reason(right, words):
    with pytest.raises(MatchError, match=words):
        match_views(stereo_views()[0], right)
