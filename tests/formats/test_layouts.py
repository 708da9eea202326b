import io

import numpy as np
import pytest
from PIL import Image
from scenes import LEFT_RGB, RIGHT_RGB, flat, make_result

from spatial.formats import FORMATS
from spatial.formats.layouts import half_top_bottom, top_bottom


def pixels_of(file):
    with Image.open(io.BytesIO(file.data)) as picture:
        assert picture.size == (file.width_px, file.height_px)
        return np.asarray(picture).astype(int)


@pytest.mark.parametrize("name", ["top_bottom", "half_top_bottom"])
def test_left_eye_is_on_top(name):
    (file,) = FORMATS[name].writer(make_result(height_px=48))
    pixels = pixels_of(file)
    middle = pixels.shape[0] // 2
    assert np.abs(pixels[: middle - 8] - LEFT_RGB).max() < 8
    assert np.abs(pixels[middle + 8 :] - RIGHT_RGB).max() < 8


@pytest.mark.parametrize(("height", "half"), [(1, 1), (2, 1), (7, 4), (20, 10)])
def test_half_views_are_equally_high_at_odd_heights(height, half):
    left, right = flat(LEFT_RGB, height, 5), flat(RIGHT_RGB, height, 5)
    picture = half_top_bottom(left, right)
    assert picture.shape == (2 * half, 5, 3)
    assert (picture[:half] == LEFT_RGB).all()
    assert (picture[half:] == RIGHT_RGB).all()
    assert top_bottom(left, right).shape == (2 * height, 5, 3)


def test_crossed_eyes_see_the_right_view_on_the_left():
    (file,) = FORMATS["cross_eyed"].writer(make_result())
    pixels = pixels_of(file)
    assert pixels.shape == (20, 62, 3)
    assert np.abs(pixels[:, :23] - RIGHT_RGB).max() < 8
    assert np.abs(pixels[:, 39:] - LEFT_RGB).max() < 8


def test_two_files_one_for_each_eye():
    left, right = FORMATS["views"].writer(make_result())
    assert [file.suffix for file in FORMATS["views"].files] == ["_left.jpg", "_right.jpg"]
    assert np.abs(pixels_of(left) - LEFT_RGB).max() < 8
    assert np.abs(pixels_of(right) - RIGHT_RGB).max() < 8


def test_suffixes_of_half_pictures_hold_no_tag_of_full_ones():
    (full,), (half,) = FORMATS["top_bottom"].files, FORMATS["half_top_bottom"].files
    assert "_fulltb" in full.suffix
    assert "_TB." in half.suffix
    assert "tbf" not in half.suffix.lower()
    assert "full" not in half.suffix.lower()
