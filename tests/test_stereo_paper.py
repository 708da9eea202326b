import numpy as np
import pytest

from spatial.settings import StereoMethod, StereoSettings
from spatial.stereo import render_stereo


def settings_for(ipd_px, width):
    """Return settings with a screen one millimetre per pixel wide."""
    return StereoSettings(
        stereo_method=StereoMethod.PAPER, ipd_mm=ipd_px, screen_width_mm=float(max(width, 50))
    )


def naive_fill(view, hole):
    """Fill one row by rounds of reach 2, all holes of a round at once, the nearer side, a tie goes
    left.
    """
    while hole.any():
        known = np.flatnonzero(~hole)
        for x in np.flatnonzero(hole):
            nearest = min(known, key=lambda k, x=x: (abs(k - x), k))
            if abs(nearest - x) <= 2:
                view[x], hole[x] = view[nearest], False


def naive_view(rgb, nearness, ipd_px, sign):
    """Eq. 5 as loops."""
    height, width = nearness.shape
    view = rgb.copy()
    holes = np.ones((height, width), bool)
    for y in range(height):
        for x in range(width):
            near = min(max(float(nearness[y, x]), 0.0), 1.0)
            target = x + sign * int(ipd_px / 2 * (1 - near))
            if 0 <= target < width:
                view[y, target] = rgb[y, x]
                holes[y, target] = False
        if not holes[y].all():
            naive_fill(view[y], holes[y].copy())
    return view, holes


# Each source row is 1 2 3 ... 16 (x 10 in green, x 0 in blue). ipd_px = 12, so that shift = int(6 *
# (1 - nearness)): nearness 1 -> 0, 1/2 -> 3, 0 -> 6, 0.75 -> 1.5 -> 1 (int truncates), 0.9 -> 0.6
# -> 0.
NEAR_ROWS = [
    [1.0] * 16,  # 0: all on the screen
    [0.5] * 16,  # 1: all shifted by 3
    [0.5] * 6 + [1.0] * 4 + [0.5] * 6,  # 2: a near bar, columns 6 to 9
    [0.75] * 16,  # 3: 1.5 truncates to 1
    [0.9] * 16,  # 4: 0.6 truncates to 0
    [1.0] * 8 + [0.0] * 8,  # 5: near half left, far half right
    [0.0] * 8 + [1.0] * 8,  # 6: far half left, near half right
    [1.0] * 4 + [0.5] + [1.0] * 11,  # 7: one far pixel at column 4
]
# Right eye: pixel x goes to x + shift. '.' is a hole before the fill.
# 1: . . . 1 2 ... 13                       -> holes take 1.
# 2: columns 0-5 -> 3-8 (values 1-6), then the bar 6-9 stays at 6-9 (7-10 overwrite 4, 5, 6), then
#    10-15 -> 13-15
#    (11, 12, 13; the rest leaves): . . . 1 2 3 7 8 9 10 . . . 11 12 13. Holes 0-2 take 1. Hole 10
#    takes 10 (1 away),
#    11 is 2 away from 10 (column 9) and 2 from column 13: a tie goes left, 10. 12 takes 11.
# 3: . 1 2 ... 15                           -> 1.
# 5: near 1-8 stay at 0-7; far columns 8, 9 -> 14, 15 (9, 10), holes 8-13: 8, 9, 10 take 8; 11, 12,
#    13 take 9.
# 6: far columns 0-7 -> 6-13 (1-8), then near 8-15 stays and overwrites 8-13: holes 0-5, 6 and 7
#    hold 1 and 2.
# 7: column 4 (5) -> 7, then near column 7 (8) comes later and overwrites it: hole 4, tie between 3
#    and 5 -> left, 4.
RIGHT_ROWS = [
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
    [1, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
    [1, 1, 1, 1, 2, 3, 7, 8, 9, 10, 10, 10, 11, 11, 12, 13],
    [1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
    [1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 9, 9, 9, 9, 10],
    [1, 1, 1, 1, 1, 1, 1, 2, 9, 10, 11, 12, 13, 14, 15, 16],
    [1, 2, 3, 4, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
]
# Left eye: pixel x goes to x - shift.
# 1: 4 5 ... 16 . . .                       -> holes take 16.
# 2: columns 3-5 -> 0-2 (4, 5, 6), bar 7-10 at 6-9, columns 10-15 -> 7-12 (11-16) later overwrite 8,
#    9, 10:
#    4 5 6 . . . 7 11 12 13 14 15 16 . . . -> hole 3 takes 6, 4 is 2 away from both: left, 6; 5
#    takes 7; 13-15 take 16.
# 3: 2 3 ... 16 .                           -> 16.
# 5: near 1-8 at 0-7, far columns 8-15 -> 2-9 (9-16) overwrite: 1 2 9 10 ... 16, holes 10-15 take
#    16.
# 6: far columns 6, 7 -> 0, 1 (7, 8); near 9-16 at 8-15; holes 2-7: 2, 3, 4 take 8; 5, 6, 7 take 9.
# 7: column 4 (5) -> 1 overwrites 2; hole 4 takes 4.
LEFT_ROWS = [
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
    [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 16, 16, 16],
    [4, 5, 6, 6, 6, 7, 7, 11, 12, 13, 14, 15, 16, 16, 16, 16],
    [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 16],
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
    [1, 2, 9, 10, 11, 12, 13, 14, 15, 16, 16, 16, 16, 16, 16, 16],
    [7, 8, 8, 8, 8, 9, 9, 9, 9, 10, 11, 12, 13, 14, 15, 16],
    [1, 5, 3, 4, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
]


def colours(rows):
    values = np.array(rows)
    return np.stack([values, values * 10, values * 0], -1).astype(np.uint8)


def test_worked_by_hand():
    photo = colours([list(range(1, 17))] * 8)
    # 16 px of a screen 50 mm wide: ipd_px = 37.5 * 16 / 50 = 12.
    settings = StereoSettings(stereo_method=StereoMethod.PAPER, ipd_mm=37.5, screen_width_mm=50.0)
    pair = render_stereo(photo, np.array(NEAR_ROWS, np.float32), settings)
    np.testing.assert_array_equal(pair.right, colours(RIGHT_ROWS))
    np.testing.assert_array_equal(pair.left, colours(LEFT_ROWS))
    assert np.flatnonzero(pair.right_disoccluded[2]).tolist() == [0, 1, 2, 10, 11, 12]
    assert np.flatnonzero(pair.left_disoccluded[6]).tolist() == [2, 3, 4, 5, 6, 7]
    assert pair.disparity_px[5].tolist() == [0.0] * 8 + [-12.0] * 8


@pytest.mark.parametrize("ipd_px", [0.0, 7.0, 31.0, 99.0])
def test_equals_the_loops(ipd_px):
    rng = np.random.default_rng(11)
    rgb = rng.integers(0, 256, (40, 61, 3), dtype=np.uint8)
    nearness = rng.uniform(-0.1, 1.1, (40, 61)).astype(np.float32)
    nearness[-1] = 0.0  # the whole row leaves the view when the shift is large
    pair = render_stereo(rgb, nearness, settings_for(ipd_px, 61))
    for sign, view, holes in (
        (1, pair.right, pair.right_disoccluded),
        (-1, pair.left, pair.left_disoccluded),
    ):
        expected, expected_holes = naive_view(rgb, nearness, ipd_px, sign)
        np.testing.assert_array_equal(view, expected)
        np.testing.assert_array_equal(holes, expected_holes)


def test_black_pixels_are_no_holes():
    photo = np.zeros((3, 60, 3), np.uint8)
    photo[:, 30:] = 200
    pair = render_stereo(photo, np.ones((3, 60), np.float32), settings_for(20.0, 60))
    np.testing.assert_array_equal(pair.left, photo)
    assert not pair.left_disoccluded.any()
