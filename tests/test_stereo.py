import numpy as np
import pytest

from spatial.geometry import ipd_px
from spatial.settings import Convergence, Fill, StereoMethod, StereoSettings, Synthesise
from spatial.stereo import render_stereo, warp_scanline

RNG = np.random.default_rng(2)


@pytest.fixture(scope="module")
def motorcycle():
    """Return left, right and true disparity of a real pair, a piece of it; unknown takes the far
    neighbour.
    """
    data = pytest.importorskip("skimage.data")
    left, right, disparity = data.stereo_motorcycle()
    disparity = np.where(np.isfinite(disparity), disparity, np.nan).astype(np.float32)
    rows = slice(150, 350)
    disparity = disparity[rows].copy()
    for row in disparity:
        known = np.flatnonzero(~np.isnan(row))
        before = np.clip(np.searchsorted(known, np.arange(row.size), "right") - 1, 0, None)
        after = np.clip(np.searchsorted(known, np.arange(row.size)), None, known.size - 1)
        row[:] = np.minimum(row[known[before]], row[known[after]])
    return np.ascontiguousarray(left[rows]), np.ascontiguousarray(right[rows]), disparity


def psnr(a, b):
    return 10 * np.log10(255**2 / np.mean((a.astype(float) - b) ** 2))


def best_psnr_over_shifts(view, photo, shifts):
    """Compare up to one global shift, which convergence leaves open."""
    margin = max(abs(s) for s in shifts)
    inner = slice(margin, view.shape[1] - margin)
    return max(psnr(np.roll(view, s, 1)[:, inner], photo[:, inner]) for s in shifts)


def test_eye_order_on_a_real_pair(motorcycle):
    left, right, disparity = motorcycle
    to_right = warp_scanline(left, disparity, fraction=-1.0).rgb
    to_left = warp_scanline(left, disparity, fraction=1.0).rgb
    assert psnr(to_right, right) > 22
    assert psnr(to_right, right) > psnr(to_left, right) + 6
    assert psnr(to_right, right) > psnr(left, right) + 6
    assert psnr(to_right, right) > psnr(right[:, ::-1], to_right) + 6


def test_the_best_fill_is_nearer_to_the_real_right_photo(motorcycle):
    left, right, disparity = motorcycle
    views = [warp_scanline(left, disparity, fraction=-1.0, fill=fill) for fill in Fill]
    fast, best = (psnr(view.rgb[view.disoccluded], right[view.disoccluded]) for view in views)
    assert best > fast + 0.4


@pytest.mark.parametrize("method", list(StereoMethod))
def test_right_eye_resembles_the_real_right_photo(motorcycle, method):
    left, right, disparity = motorcycle
    span = float(np.ptp(disparity))
    nearness = (disparity - disparity.min()) / span
    width = left.shape[1]
    settings = StereoSettings(
        stereo_method=method,
        max_parallax_percent=min(10.0, 200 * span / width),
        ipd_mm=min(100.0, 2 * span),
        screen_width_mm=width * min(100.0, 2 * span) / (2 * span),
        convergence=Convergence.NEAREST,
        max_angle_deg=0,
    )
    pair = render_stereo(left, nearness, settings)
    shifts = range(-80, 81, 1)
    right_eye = best_psnr_over_shifts(pair.right, right, shifts)
    left_eye = best_psnr_over_shifts(pair.left, right, shifts)
    assert right_eye > left_eye + 4


def test_printed_assignment_of_eq_5_swaps_the_eyes(motorcycle):
    """Eq. 5's *left* view (``col + shift``) is the one that agrees with the true right photo."""
    left, right, disparity = motorcycle
    span = float(np.ptp(disparity))
    nearness = (disparity - disparity.min()) / span
    settings = StereoSettings(
        stereo_method=StereoMethod.PAPER,
        ipd_mm=100.0,
        screen_width_mm=100.0 * left.shape[1] / (2 * span),
    )
    eye_distance_px = ipd_px(
        ipd_mm=settings.ipd_mm,
        screen_width_mm=settings.screen_width_mm,
        width_px=left.shape[1],
    )
    shift = (eye_distance_px / 2 * (1 - nearness)).astype(int)
    printed_left = np.zeros_like(left)
    for y, x in np.argwhere(np.arange(left.shape[1]) + shift < left.shape[1]):
        printed_left[y, x + shift[y, x]] = left[y, x]

    pair = render_stereo(left, nearness, settings)
    known = ~pair.right_disoccluded
    assert (pair.right[known] == printed_left[known]).mean() > 0.999
    shifts = range(-80, 81, 1)
    assert best_psnr_over_shifts(pair.right, right, shifts) > 18


def disparity_of(nearness, settings):
    rgb = np.zeros((*nearness.shape, 3), np.uint8)
    return render_stereo(rgb, nearness, settings).disparity_px


def ramp(height, width):
    return np.tile(np.linspace(0, 1, width, dtype=np.float32), (height, 1))


@pytest.mark.parametrize("synthesise", list(Synthesise))
@pytest.mark.parametrize("convergence", list(Convergence))
def test_no_parallax_changes_nothing(synthesise, convergence):
    rgb = RNG.integers(0, 256, (40, 65, 3), dtype=np.uint8)
    settings = StereoSettings(
        max_parallax_percent=0, synthesise=synthesise, convergence=convergence
    )
    pair = render_stereo(rgb, RNG.random((40, 65), np.float32), settings)
    np.testing.assert_array_equal(pair.left, rgb)
    np.testing.assert_array_equal(pair.right, rgb)
    assert not pair.left_disoccluded.any()
    assert (pair.disparity_px == 0).all()


def test_paper_without_ipd_changes_nothing():
    rgb = RNG.integers(0, 256, (40, 65, 3), dtype=np.uint8)
    settings = StereoSettings(stereo_method=StereoMethod.PAPER, ipd_mm=0)
    pair = render_stereo(rgb, ramp(40, 65), settings)
    np.testing.assert_array_equal(pair.left, rgb)
    np.testing.assert_array_equal(pair.right, rgb)


def test_near_things_stand_further_right_in_the_left_view():
    rgb = np.zeros((20, 100, 3), np.uint8)
    rgb[:, 50] = 255
    nearness = np.zeros((20, 100), np.float32)
    nearness[:, 45:56] = 1.0
    settings = StereoSettings(
        max_parallax_percent=8,
        convergence=Convergence.VALUE,
        convergence_nearness=0.0,
        max_angle_deg=0,
    )
    pair = render_stereo(rgb, nearness, settings)
    assert pair.left[10, :, 0].argmax() == 54
    assert pair.right[10, :, 0].argmax() == 46
    assert pair.disparity_px[10, 50] == 8


@pytest.mark.parametrize(("eye", "other"), [("right", "left"), ("left", "right")])
def test_one_eye_can_stay_the_photo(eye, other):
    rgb = RNG.integers(0, 256, (40, 100, 3), dtype=np.uint8)
    settings = StereoSettings(synthesise=Synthesise(eye))
    pair = render_stereo(rgb, ramp(40, 100), settings)
    np.testing.assert_array_equal(getattr(pair, other), rgb)
    assert not getattr(pair, f"{other}_disoccluded").any()
    fraction = -1.0 if eye == "right" else 1.0
    expected = warp_scanline(rgb, pair.disparity_px, fraction=fraction)
    np.testing.assert_array_equal(getattr(pair, eye), expected.rgb)


def test_convergence_by_value():
    settings = StereoSettings(
        max_parallax_percent=4,
        convergence=Convergence.VALUE,
        convergence_nearness=0.25,
        keep_window=False,
        foreground_dilation_percent=0,
    )
    disparity = disparity_of(ramp(3, 201), settings)
    assert disparity[1, 50] == pytest.approx(0, abs=1e-5)
    assert disparity[1, 200] == pytest.approx(0.75 * 0.04 * 201, rel=1e-5)


def test_convergence_auto_puts_the_subject_just_behind_the_window():
    nearness = RNG.random((90, 120)).astype(np.float32) * 0.5
    nearness[80:] = 1.0  # something near outside the middle does not count
    disparity = disparity_of(
        nearness, StereoSettings(max_parallax_percent=3, foreground_dilation_percent=0)
    )
    middle = np.percentile(disparity[30:60, 40:80], 98)
    assert middle == pytest.approx(-0.003 * 120, abs=1e-3)


def test_convergence_nearest_leaves_nothing_far_in_front():
    nearness = RNG.random((90, 120)).astype(np.float32)
    disparity = disparity_of(
        nearness,
        StereoSettings(convergence=Convergence.NEAREST, foreground_dilation_percent=0),
    )
    assert np.percentile(disparity, 99.5) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("method", list(StereoMethod))
@pytest.mark.parametrize("size", [(1, 64), (64, 65), (1, 1)])
def test_flat_depth_and_any_size(method, size):
    rgb = RNG.integers(0, 256, (*size, 3), dtype=np.uint8)
    pair = render_stereo(rgb, np.full(size, 0.5, np.float32), StereoSettings(stereo_method=method))
    assert pair.left.shape == rgb.shape
    assert np.ptp(pair.disparity_px) == 0


def test_the_pair_tells_what_lies_on_the_screen_also_where_the_disparity_is_bent():
    rgb, nearness = np.zeros((30, 400, 3), np.uint8), ramp(30, 400)
    bent = StereoSettings(
        max_parallax_percent=10,
        convergence=Convergence.VALUE,
        convergence_nearness=0.1,
        max_angle_deg=0,
    )
    pair = render_stereo(rgb, nearness, bent)
    assert pair.screen_nearness == pytest.approx(0.1)
    line = np.polyfit(nearness.ravel(), pair.disparity_px.ravel(), 1)
    assert abs(-line[1] / line[0] - 0.1) > 0.02  # a fit would not find it
    paper = StereoSettings(stereo_method=StereoMethod.PAPER)
    assert render_stereo(rgb, nearness, paper).screen_nearness == 1.0


@pytest.mark.parametrize(
    "settings",
    [
        StereoSettings(max_parallax_percent=0),
        StereoSettings(stereo_method=StereoMethod.PAPER, ipd_mm=0),
    ],
)
def test_equal_views_have_no_screen_plane(settings):
    pair = render_stereo(np.zeros((30, 40, 3), np.uint8), ramp(30, 40), settings)
    assert pair.screen_nearness is None


def test_input_is_left_alone():
    rgb = RNG.integers(0, 256, (40, 100, 3), dtype=np.uint8)
    nearness = RNG.random((40, 100), np.float32)
    before = rgb.copy(), nearness.copy()
    render_stereo(rgb, nearness, StereoSettings(max_parallax_percent=10))
    np.testing.assert_array_equal(rgb, before[0])
    np.testing.assert_array_equal(nearness, before[1])


def test_bad_input_is_named():
    rgb = np.zeros((64, 80, 3), np.uint8)
    with pytest.raises(ValueError, match=r"\(80, 64\)"):
        render_stereo(rgb, np.zeros((80, 64), np.float32), StereoSettings())
    with pytest.raises(ValueError, match="NaN"):
        render_stereo(rgb, np.full((64, 80), np.nan, np.float32), StereoSettings())
    with pytest.raises(ValueError, match="float64"):
        render_stereo(rgb.astype(float), np.zeros((64, 80), np.float32), StereoSettings())
