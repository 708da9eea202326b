import cv2
import numpy as np
import pytest

from spatial.settings import Fill, StereoSettings
from spatial.stereo import render_stereo, warp_scanline
from spatial.stereo.screen import widen_near

RNG = np.random.default_rng(6)
FILLS = list(Fill)


def texture(height, width, low=90, high=160):
    coarse = RNG.integers(low, high, (height // 3 + 1, width // 3 + 1, 3), dtype=np.uint8)
    big = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(big, np.uint8).reshape(height, width, 3)


def bar_over(wall, far=2.0, near=34.0):
    """A red bar in front of a wall that is given whole: left photo, disparity, and the true right
    view.
    """
    height, width = wall.shape[0], wall.shape[1] - int(far)
    left, right = wall[:, :width].copy(), wall[:, int(far) :].copy()
    bar = slice(width // 2, width // 2 + 40)
    disparity = np.full((height, width), far, np.float32)
    left[:, bar] = (250, 0, 0)
    disparity[:, bar] = near
    right[:, bar.start - int(near) : bar.stop - int(near)] = (250, 0, 0)
    return left, disparity, right


def render(left, disparity, fill):
    return warp_scanline(left, disparity, fraction=-1.0, fill=fill)


def error(view, true, where):
    return np.sqrt(((view[where].astype(float) - true[where]) ** 2).mean())


def row_stretch(view, hole):
    """The usual fill: the pixel on the background's side, here the right one, repeated."""
    out = view.copy()
    for y, x in np.argwhere(hole)[::-1]:
        if x + 1 < out.shape[1]:
            out[y, x] = out[y, x + 1]
    return out


@pytest.mark.parametrize("fill", FILLS)
def test_foreground_colour_is_never_pulled_in(fill):
    wall = texture(120, 302)
    wall[..., 0] = 0
    left, disparity, _ = bar_over(wall)
    view, disoccluded = render(left, disparity, fill)
    assert disoccluded.sum() > 3000
    assert view[disoccluded][:, 0].max() == 0


@pytest.mark.parametrize("fill", FILLS)
def test_better_than_row_stretching_on_texture(fill):
    left, disparity, true = bar_over(texture(120, 302))
    view, hole = render(left, disparity, fill)
    assert error(view, true, hole) < 0.85 * error(row_stretch(view, hole), true, hole)


@pytest.mark.parametrize("fill", FILLS)
def test_no_streaks_that_rows_disagree_on(fill):
    wall = RNG.integers(60, 200, (120, 302, 3), dtype=np.uint8)
    left, disparity, _ = bar_over(wall)
    view, hole = render(left, disparity, fill)
    stretched = row_stretch(view, hole)
    far_end = slice(150, 158)  # 25 px and more from the wall that shows
    across = np.abs(np.diff(view[:, far_end].astype(int), axis=0)).mean()
    assert across < 0.3 * np.abs(np.diff(stretched[:, far_end].astype(int), axis=0)).mean()


def beyond_the_frame():
    """A grey wall with one bright column at the picture's end, moved 30 px to the left: the red
    channels.
    """
    wall = np.full((90, 300, 3), 100, np.uint8)
    wall[:, -4:] = 220
    views = {fill: render(wall, np.full((90, 300), 30.0, np.float32), fill) for fill in FILLS}
    assert views[Fill.BEST].disoccluded[:, 270:].all()
    return {fill: view.rgb[..., 0].astype(float) for fill, view in views.items()}


def test_best_returns_to_the_mean_around_far_from_what_is_known():
    rgb = beyond_the_frame()
    assert rgb[Fill.FAST][:, -5:].min() > 150
    assert rgb[Fill.BEST][:, -5:].max() < 130
    assert rgb[Fill.BEST][:, 270].min() > 200  # beside the photo, its last colour


def test_best_takes_its_mean_from_the_background_alone():
    """Behind a bar, the gap is far from a wall of one colour that a nearer red surface
    surrounds.
    """
    wall = texture(120, 302)
    wall[..., 0] = 0
    left, disparity, _ = bar_over(wall, near=60.0)
    left[:40] = left[80:] = (250, 0, 0)
    disparity[:40] = disparity[80:] = 60.0
    view, hole = render(left, disparity, Fill.BEST)
    behind = hole[45:75, 30:240]
    assert behind.sum() > 500
    assert view[45:75, 30:240][behind][:, 0].max() == 0


def test_best_and_fast_differ_in_the_gaps_alone():
    left, disparity, _ = bar_over(texture(70, 202))
    fast, best = (render(left, disparity, fill) for fill in (Fill.FAST, Fill.BEST))
    np.testing.assert_array_equal(fast.disoccluded, best.disoccluded)
    shown = ~fast.disoccluded
    np.testing.assert_array_equal(fast.rgb[shown], best.rgb[shown])
    assert (fast.rgb != best.rgb).any()


def test_best_is_the_same_however_the_rows_are_cut(monkeypatch):
    rgb = texture(70, 64)
    disparity = RNG.uniform(0, 30, (70, 64)).astype(np.float32)
    whole = render(rgb, disparity, Fill.BEST)
    monkeypatch.setattr("spatial.kernels.STRIPE_PIXELS", 64 * 17)
    np.testing.assert_array_equal(render(rgb, disparity, Fill.BEST).rgb, whole.rgb)


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (1, 77), (77, 1), (3, 65), (65, 64)])
@pytest.mark.parametrize("scale", [1.0, 30.0, 1e4, 1e8])
@pytest.mark.parametrize("fill", FILLS)
def test_any_size_and_any_disparity(size, scale, fill):
    rgb = texture(*size)
    disparity = RNG.normal(0, scale, size).astype(np.float32)
    view, disoccluded = render(rgb, disparity, fill)
    assert view.shape == rgb.shape
    assert disoccluded.shape == size


@pytest.mark.parametrize("fill", FILLS)
def test_row_that_leaves_the_view_takes_the_photo(fill):
    rgb = texture(9, 64)
    view, disoccluded = render(rgb, np.full((9, 64), -500.0, np.float32), fill)
    np.testing.assert_array_equal(view, rgb)
    assert disoccluded.all()


def test_dilation_widens_the_foreground():
    rgb = texture(60, 400)
    nearness = np.zeros((60, 400), np.float32)
    nearness[20:40, 180:220] = 1.0
    plain, wide = (
        render_stereo(rgb, nearness, StereoSettings(foreground_dilation_percent=percent))
        for percent in (0.0, 1.0)
    )
    near = plain.disparity_px.max()
    assert (plain.disparity_px[30] == near).sum() == 40
    assert (wide.disparity_px[30] == near).sum() == 48  # 1 % of 400 px on each side
    assert (wide.disparity_px[:, 200] == near).sum() == 20  # views differ sideways only


def test_by_default_the_mixed_pixels_of_an_outline_go_with_the_foreground():
    """A dark disc before a white wall, its outline smoothed: what is left behind would be grey in
    the fill.
    """
    width, height = 300, 90
    y, x = np.mgrid[:height, :width].astype(np.float32)
    inside = np.clip(
        30.5 - np.hypot(x - 150, y - 45), 0, 1
    )  # share of the pixel that the disc covers
    rgb = np.repeat(np.rint(250 * (1 - inside)).astype(np.uint8)[..., None], 3, axis=2)
    nearness = (inside > 0.5).astype(np.float32)
    for view, gaps in (("left", "left_disoccluded"), ("right", "right_disoccluded")):
        darkest = []
        for percent in (0.0, StereoSettings().foreground_dilation_percent):
            settings = StereoSettings(max_parallax_percent=4, foreground_dilation_percent=percent)
            pair = render_stereo(rgb, nearness, settings)
            beside_disc = getattr(pair, gaps) & (np.abs(x - 150) < 100)
            assert beside_disc.sum() > 100
            darkest.append(getattr(pair, view)[beside_disc].min())
        assert darkest[0] < 150
        assert darkest[1] > 220


def test_the_least_dilation_is_a_pixel():
    near = np.zeros((3, 64), np.float32)
    near[:, 30] = 1.0
    assert (widen_near(near, 0.05)[1] > 0).sum() == 3
    np.testing.assert_array_equal(widen_near(near, 0.0), near)
