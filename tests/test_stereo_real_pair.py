"""Two real views: moved sideways to the wanted plane, never synthesised."""

import numpy as np
import pytest
from scenes import INFO
from stereo_scene import FAR_PX, HEIGHT, NEAR, NEAR_PX, WIDTH, second_of, stereo_photo

from spatial.conversion import convert, render
from spatial.records import DepthKind, DepthMap, DepthSpace
from spatial.scene import look, make_scene
from spatial.settings import PRESETS, with_values
from spatial.stereo import place_pair, seen_by_right


class Own:
    """The depth that the views tell."""

    info = INFO

    def __call__(self, photo, settings, progress=None):
        kind, space = DepthKind.AFFINE_INVARIANT, DepthSpace.INVERSE_DEPTH
        return DepthMap.from_values(photo.second.disparity, kind=kind, space=space)


def converted(photo, **changes):
    return convert(photo, with_values(changes), estimator=Own())


def found(rgb, whole):
    """Where columns of a view come from, or None where they are no columns of it."""
    width = rgb.shape[1]
    for start in range(whole.shape[1] - width + 1):
        if np.array_equal(rgb, whole[:, start : start + width]):
            return start
    return None


@pytest.mark.parametrize(("convergence", "on_screen"), [("nearest", NEAR_PX), ("point", FAR_PX)])
def test_the_wanted_plane_comes_to_the_screen(convergence, on_screen):
    photo = stereo_photo()
    point = {"convergence_x": 0.1, "convergence_y": 0.9}
    result = converted(photo, convergence=convergence, **point)
    assert found(result.pair.left, photo.rgb) == on_screen
    assert found(result.pair.right, second_of(photo).rgb) == 0
    assert result.pair.left.shape == (HEIGHT, WIDTH - on_screen, 3)
    disparity_px = result.pair.disparity_px
    assert disparity_px[2, 2] == FAR_PX - on_screen
    assert disparity_px[80, 100] == pytest.approx(NEAR_PX - on_screen)
    assert not result.pair.left_disoccluded.any()
    assert not result.pair.right_disoccluded.any()


def test_a_pair_whose_subject_is_at_the_screen_stays_as_it_was_photographed():
    photo = stereo_photo(near_px=1, far_px=-5)
    result = converted(photo)
    assert np.array_equal(result.pair.left, photo.rgb)
    assert np.array_equal(result.pair.right, second_of(photo).rgb)


def test_everything_that_a_result_holds_has_its_views_size():
    result = converted(stereo_photo(near_px=20, far_px=12), bokeh=True)
    shape = result.pair.left.shape
    assert shape[1] < WIDTH
    assert result.photo.rgb.shape == result.focused.shape == shape
    assert result.depth.values.shape == result.nearness.shape == shape[:2]
    assert second_of(result.photo).rgb.shape == shape
    np.testing.assert_allclose(
        second_of(result.photo).disparity * shape[1], result.pair.disparity_px, atol=1e-4
    )


def test_both_ends_keep_within_the_largest_angle_as_far_as_moving_can_do_that():
    # 0.4 degrees at 2500 mm are 17.5 mm of 2000 mm, 1.95 px
    wide = converted(stereo_photo(), max_angle_deg=0.4, convergence="nearest").pair.disparity_px
    assert wide.max() == -wide.min() == 3
    tight = converted(stereo_photo(), max_angle_deg=0.8, convergence="nearest").pair.disparity_px
    assert (tight.min(), tight.max()) == (-4, 2)  # 3.9 px: rounded


def test_bokeh_blurs_the_same_things_in_both_views():
    result = converted(stereo_photo(near_px=6, far_px=0), bokeh=True, aperture_f_number=1.0)
    plain = converted(stereo_photo(near_px=6, far_px=0))

    def detail(view):
        return np.abs(np.diff(view.astype(int), axis=1)).mean()

    rows, columns = NEAR
    moved = slice(columns.start - 6 + 4, columns.stop - 6 - 4)
    inner = slice(columns.start + 4, columns.stop - 4)
    for eye, near in (("left", inner), ("right", moved)):
        blurred, sharp = getattr(result.pair, eye), getattr(plain.pair, eye)
        assert detail(blurred[:30]) < 0.6 * detail(sharp[:30])
        assert detail(blurred[rows, near]) > 0.9 * detail(sharp[rows, near])


def test_values_follow_things_into_the_right_view():
    photo = stereo_photo()
    disparity_px = second_of(photo).disparity * WIDTH
    moved = seen_by_right(disparity_px, photo.rgb, disparity_px)
    rows, columns = slice(NEAR[0].start + 2, NEAR[0].stop - 2), NEAR[1]
    assert (moved[rows, columns.start - NEAR_PX + 1 : columns.stop - NEAR_PX - 1] == NEAR_PX).all()
    assert (moved[rows, columns.stop - NEAR_PX + 2 :] == FAR_PX).all()


def test_a_panorama_keeps_its_columns():
    photo = stereo_photo(near_px=20, far_px=12, panorama=(("ProjectionType", "equirectangular"),))
    assert converted(photo).pair.left.shape[1] == WIDTH


def test_flat_views_lie_on_the_screen():
    photo = stereo_photo(near_px=30, far_px=30)
    placed = place_pair(
        photo.rgb,
        second_of(photo).rgb,
        second_of(photo).disparity * WIDTH,
        PRESETS["default"].stereo,
    )
    assert np.ptp(placed.pair.disparity_px) < 1e-3
    assert abs(placed.pair.disparity_px[0, 0]) < 0.5


def test_a_scene_shows_the_real_views_to_both_eyes():
    photo = stereo_photo(near_px=3, far_px=-3)
    result = converted(photo)
    scene = make_scene(result)
    inner = slice(8, -8)
    for right, view in ((-1.0, result.pair.left), (1.0, result.pair.right)):
        seen = look(scene, right=right)[:, inner].astype(float)
        wrong = np.mean((seen - view[:, inner]) ** 2)
        other = result.pair.right if right < 0 else result.pair.left
        assert wrong < 0.5 * np.mean((seen - other[:, inner]) ** 2)


def test_depth_of_another_size_is_refused():
    photo = stereo_photo()
    small = DepthMap.from_values(
        np.eye(40, 56), kind=DepthKind.AFFINE_INVARIANT, space=DepthSpace.INVERSE_DEPTH
    )
    with pytest.raises(ValueError, match=r"\(40, 56\), the photo \(160, 224\)"):
        render(photo, small, PRESETS["default"], INFO)
