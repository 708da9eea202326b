"""Two layers: what a moved eye sees of them, and what lies behind near things."""

import cv2
import numpy as np
import pytest
from scenes import make_result, spatial_photo

from spatial.metrics import psnr
from spatial.scene import Layer, disparity_range, look, make_scene, split_layers
from spatial.settings import ConvertSettings, StereoSettings, Synthesise
from spatial.stereo import render_stereo

RED = (250, 0, 0)
FAR_PX, NEAR_PX = -4.0, 6.0


def wall(height=120, width=200, seed=4):
    coarse = np.random.default_rng(seed).integers(60, 190, (height // 8, width // 8, 3), np.uint8)
    big = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(big, np.uint8)


def bar(rows, columns, shape=(120, 200)):
    """A red bar before a wall: its layer, and the wall alone."""
    picture = wall(*shape)
    disparity_px = np.full(shape, FAR_PX, np.float32)
    behind = picture.copy()
    picture[rows, columns] = RED
    disparity_px[rows, columns] = NEAR_PX
    return Layer(picture, disparity_px), behind


def result_of(seed=2, **stereo):
    """A result of the real renderer: a bright board in front of a wall that slants."""
    rgb, nearness = wall(180, 240, seed), np.empty((180, 240), np.float32)
    nearness[:] = np.linspace(0.0, 0.4, 180, dtype=np.float32)[:, None]
    rgb[50:150, 80:150], nearness[50:150, 80:150] = wall(104, 72, 9)[:100, :70] // 2, 0.95
    settings = ConvertSettings(stereo=StereoSettings(**stereo))
    return spatial_photo(rgb, nearness, render_stereo(rgb, nearness, settings.stereo), settings)


@pytest.mark.parametrize("synthesise", list(Synthesise))
def test_at_rest_both_eyes_see_the_pair(synthesise):
    result = result_of(synthesise=synthesise)
    scene = make_scene(result)
    for right, view in ((-1.0, result.pair.left), (1.0, result.pair.right)):
        inner = (slice(None), slice(16, -16))
        assert psnr(look(scene, right=right)[inner], view[inner]) > 32


def test_an_eye_in_the_middle_sees_the_photo_to_the_pixel():
    result = result_of()
    assert (look(make_scene(result), right=0.0) == result.photo.rgb).all()


def test_near_things_move_left_for_an_eye_on_the_right_and_down_for_one_above():
    picture, _ = bar(slice(40, 80), slice(80, 120))
    scene = split_layers(picture)
    centres = {}
    for name, eye in {"right": (2.0, 0.0), "up": (0.0, 2.0), "rest": (0.0, 0.0)}.items():
        seen = np.abs(look(scene, right=eye[0], up=eye[1]).astype(int) - RED).max(axis=2) < 30
        centres[name] = np.array([np.nonzero(seen)[1].mean(), np.nonzero(seen)[0].mean()])
    assert centres["right"] - centres["rest"] == pytest.approx([-NEAR_PX, 0], abs=0.3)
    assert centres["up"] - centres["rest"] == pytest.approx([0, NEAR_PX], abs=0.3)


@pytest.mark.parametrize("eye", [(5.0, 0.0), (-5.0, 0.0), (0.0, 4.0), (0.0, -4.0)])
def test_behind_near_things_the_wall_goes_on(eye):
    """What comes into sight has the colours next to it, none of the bar's."""
    picture, _ = bar(slice(30, 90), slice(60, 140))
    seen = look(split_layers(picture), right=eye[0], up=eye[1]).astype(int)
    red = (seen[..., 0] > 200) & (seen[..., 1] < 40)
    other = seen[~cv2.dilate(red.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)]
    assert other[:, 1].min() >= wall()[..., 1].min() - 2
    assert other[:, 0].max() <= wall()[..., 0].max() + 2


def test_the_back_layer_has_no_step_beside_a_silhouette():
    picture, behind = bar(slice(30, 90), slice(96, 104))  # a pole: all of it can be looked behind
    scene = split_layers(picture)
    assert scene.hidden[31:89, 96:104].all()  # a median takes off the corners
    assert not scene.hidden[:, :96].any()
    assert np.ptp(scene.back.disparity_px) == 0
    error = np.abs(scene.back.rgb[31:89, 96:104].astype(int) - behind[31:89, 96:104])
    assert error.mean() < 20


def test_of_two_things_behind_the_first_one_goes_on():
    """A board between bar and wall continues behind the bar; the wall does not show through."""
    picture, _ = bar(slice(0, 120), slice(100, 140))
    rgb, disparity_px = picture
    rgb[:, 85:100], disparity_px[:, 85:100] = (0, 0, 250), 0.0
    scene = split_layers(picture)
    blue = scene.back.rgb[:, 100:104].astype(int)
    assert (blue[..., 2] > blue[..., :2].max(axis=2) + 100).all()
    assert (scene.back.disparity_px[:, 100:110] == 0.0).all()


def test_a_bar_across_the_whole_width_is_filled_from_above():
    picture, _ = bar(slice(60, 120), slice(0, 200))
    scene = split_layers(picture)
    assert scene.hidden[60:70].all()
    assert (scene.back.disparity_px[60:70] == FAR_PX).all()
    assert scene.back.rgb[60:70, :, 1].min() > 40


def test_a_slanted_floor_is_one_layer():
    disparity_px = np.linspace(-20, 20, 100, dtype=np.float32)[:, None].repeat(160, axis=1)
    scene = split_layers(Layer(wall(100, 160), disparity_px))
    assert not scene.hidden.any()


def test_large_photos_are_scaled_down_and_their_disparity_with_them():
    result = result_of()
    scene = make_scene(result, longest_side_px=120)
    assert scene.front.rgb.shape == (90, 120, 3)
    wanted = [share * 120 for share in disparity_range(result)]
    found = [scene.front.disparity_px.min(), scene.front.disparity_px.max()]
    assert found == pytest.approx(wanted, abs=0.2)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (2, 2)])
def test_tiny_photos(size):
    result = make_result(*size)
    assert look(make_scene(result), right=0.5, up=0.5).shape == (*size, 3)


def test_a_far_eye_sees_a_picture_still():
    result = result_of()
    seen = look(make_scene(result), right=1000.0, up=-1000.0)
    assert seen.shape == result.photo.rgb.shape
