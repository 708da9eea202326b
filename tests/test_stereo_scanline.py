import numpy as np
import pytest

from spatial.settings import Fill
from spatial.stereo import warp_scanline

RNG = np.random.default_rng(5)


def texture(height, width):
    return RNG.integers(0, 256, (height, width, 3), dtype=np.uint8)


def planes(height=40, width=80, *, near=14.0, far=4.0, bar=slice(30, 50)):
    """Return a near bar (red) before a far wall (green to blue) and its disparity."""
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[..., 1] = RNG.integers(100, 200, (height, width))
    disparity = np.full((height, width), far, np.float32)
    rgb[:, bar] = (250, 0, 0)
    disparity[:, bar] = near
    return rgb, disparity


@pytest.mark.parametrize("shift", [3, -5])
def test_plane_moves_as_a_whole(shift):
    rgb = texture(21, 70)
    view, disoccluded = warp_scanline(rgb, np.full((21, 70), 10.0, np.float32), fraction=shift / 10)
    expected_hole = np.zeros((21, 70), bool)
    if shift > 0:
        np.testing.assert_array_equal(view[:, shift:], rgb[:, :-shift])
        expected_hole[:, :shift] = True
    else:
        np.testing.assert_array_equal(view[:, :shift], rgb[:, -shift:])
        expected_hole[:, shift:] = True
    np.testing.assert_array_equal(disoccluded, expected_hole)


def test_fraction_zero_returns_the_photo():
    rgb = texture(33, 65)
    disparity = RNG.normal(0, 20, (33, 65)).astype(np.float32)
    view, disoccluded = warp_scanline(rgb, disparity, fraction=0.0)
    np.testing.assert_array_equal(view, rgb)
    assert not disoccluded.any()


def test_disocclusion_lies_right_of_the_near_bar_in_the_right_view():
    rgb, disparity = planes()
    view, disoccluded = warp_scanline(rgb, disparity, fraction=-1.0)
    # bar 30..49 -> 16..35; the wall behind it goes on at 50 - 4 = 46; the photo's edge ends at 79 -
    # 4 = 75.
    assert np.flatnonzero(disoccluded[20]).tolist() == [*range(36, 46), *range(76, 80)]
    assert (view[20, 16:36] == (250, 0, 0)).all()


def test_disocclusion_lies_left_of_the_near_bar_in_the_left_view():
    rgb, disparity = planes()
    view, disoccluded = warp_scanline(rgb, disparity, fraction=0.5)
    # bar 30..49 -> 37..56; the wall before it ends at 29 + 2 = 31; the photo's edge starts at 0 +
    # 2.
    assert np.flatnonzero(disoccluded[20]).tolist() == [0, 1, *range(32, 37)]
    assert (view[20, 37:57] == (250, 0, 0)).all()


@pytest.mark.parametrize("fraction", [-1.0, -0.5, 0.5, 1.0, 0.37])
def test_fill_never_takes_the_near_colour(fraction):
    rgb, disparity = planes()
    view, disoccluded = warp_scanline(rgb, disparity, fraction=fraction)
    filled = view[disoccluded]
    assert len(filled) > 40
    assert filled[:, 0].max() == 0
    assert filled[:, 1].min() >= 100
    assert filled[:, 1].max() <= 200


def test_fill_averages_rows_of_one_background():
    rgb, disparity = planes()
    view, disoccluded = warp_scanline(rgb, disparity, fraction=-1.0)
    far_end = view[:, 36, 1].astype(float)  # ten pixels from the wall that shows
    assert disoccluded[:, 36].all()
    assert far_end.std() < 0.3 * rgb[:, 50, 1].std()


def test_nearer_surface_wins_whatever_the_order():
    rgb, disparity = planes(near=9.0, far=-6.0)
    for fraction in (1.0, -1.0):
        view, _ = warp_scanline(rgb, disparity, fraction=fraction)
        start = 30 + round(9 * fraction)
        assert (view[20, start : start + 20] == (250, 0, 0)).all()
        assert (view[20, :, 0] > 0).sum() == 20


def test_sub_pixel_shift_of_a_sinusoid():
    x = np.arange(128)
    rgb = np.repeat((128 + 100 * np.sin(2 * np.pi * x / 16))[None, :, None], 3, 2)
    rgb = np.repeat(np.rint(rgb).astype(np.uint8), 4, 0)
    view, _ = warp_scanline(rgb, np.full((4, 128), 0.3, np.float32), fraction=1.0)
    expected = 128 + 100 * np.sin(2 * np.pi * (x - 0.3) / 16)
    assert np.abs(view[2, 4:-4, 0] - expected[4:-4]).max() < 1.5


def test_stretched_surface_has_cracks_closed_not_disoccluded():
    rgb = texture(5, 100)
    disparity = np.tile(np.arange(100, dtype=np.float32) * 0.6, (5, 1))  # 1.6 times as wide
    _, disoccluded = warp_scanline(rgb, disparity, fraction=1.0)
    assert not disoccluded.any()


def test_blurred_silhouette_tears_once():
    disparity = np.full((9, 90), 2.0, np.float32)
    disparity[:, 40:] = 50.0
    disparity[:, 40:44] = (11.6, 21.2, 30.8, 40.4)
    _, disoccluded = warp_scanline(texture(9, 90), disparity, fraction=0.5)
    assert np.flatnonzero(disoccluded[4]).tolist() == [0, *range(43, 67)]


def test_mirrored_photo_gives_the_mirrored_other_view():
    rgb = texture(30, 90)
    disparity = np.tile(np.arange(90, dtype=np.float32) * 0.25 - 6, (30, 1))
    disparity[:, 20:45] += 15
    disparity[8:, 60:70] += 9.75
    view, disoccluded = warp_scanline(rgb, disparity, fraction=-0.5)
    mirrored, mirrored_hole = warp_scanline(
        np.ascontiguousarray(rgb[:, ::-1]), np.ascontiguousarray(disparity[:, ::-1]), fraction=0.5
    )
    np.testing.assert_array_equal(mirrored_hole[:, ::-1], disoccluded)
    assert np.abs(mirrored[:, ::-1].astype(int) - view).max() <= 1


def test_same_result_however_the_rows_are_cut(monkeypatch):
    rgb = texture(70, 64)
    disparity = RNG.uniform(0, 30, (70, 64)).astype(np.float32)
    whole = warp_scanline(rgb, disparity, fraction=-1.0)
    monkeypatch.setattr("spatial.kernels.STRIPE_PIXELS", 64 * 17)
    cut = warp_scanline(rgb, disparity, fraction=-1.0)
    np.testing.assert_array_equal(cut.rgb, whole.rgb)
    np.testing.assert_array_equal(cut.disoccluded, whole.disoccluded)


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (1, 77), (77, 1), (3, 65), (65, 64)])
@pytest.mark.parametrize("scale", [1.0, 30.0, 1e4])
def test_any_size_and_any_disparity(size, scale):
    rgb = texture(*size)
    disparity = RNG.normal(0, scale, size).astype(np.float32)
    view, disoccluded = warp_scanline(rgb, disparity, fraction=-1.0)
    assert view.shape == rgb.shape
    assert disoccluded.shape == size


@pytest.mark.parametrize("fill", list(Fill))
def test_bad_disparity_is_named(fill):
    rgb = texture(20, 64)
    with pytest.raises(ValueError, match=r"\(20, 63\), the photo \(20, 64\)"):
        warp_scanline(rgb, np.zeros((20, 63), np.float32), fraction=1.0, fill=fill)
    for unknown in (np.nan, np.inf, -np.inf):
        disparity = np.zeros((20, 64), np.float32)
        disparity[3, 4] = unknown
        with pytest.raises(ValueError, match="NaN or infinite"):
            warp_scanline(rgb, disparity, fraction=1.0, fill=fill)


def test_row_that_leaves_the_view_takes_the_photo():
    rgb = texture(4, 64)
    view, disoccluded = warp_scanline(rgb, np.full((4, 64), 500.0, np.float32), fraction=1.0)
    np.testing.assert_array_equal(view, rgb)
    assert disoccluded.all()
