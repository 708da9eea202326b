import numpy as np
import pytest
from PIL import Image
from scenes import LEFT_RGB, RIGHT_RGB, flat, make_result

from spatial.formats import FORMATS, half_side_by_side, side_by_side


@pytest.mark.parametrize("name", ["sbs", "half_sbs"])
def test_left_eye_is_on_the_left_half(name, tmp_path):
    (file,) = FORMATS[name].writer(make_result())
    (tmp_path / "a.jpg").write_bytes(file.data)
    with Image.open(tmp_path / "a.jpg") as picture:
        pixels = np.asarray(picture).astype(int)
    height, width = pixels.shape[:2]
    assert (file.width_px, file.height_px) == (width, height)
    assert np.abs(pixels[:, : width // 2 - 8] - LEFT_RGB).max() < 8
    assert np.abs(pixels[:, width // 2 + 8 :] - RIGHT_RGB).max() < 8


@pytest.mark.parametrize(("width", "half"), [(1, 1), (2, 1), (7, 4), (8, 4), (31, 16)])
def test_half_views_are_equally_wide_at_odd_widths(width, half):
    left, right = flat(LEFT_RGB, 5, width), flat(RIGHT_RGB, 5, width)
    picture = half_side_by_side(left, right)
    assert picture.shape == (5, 2 * half, 3)
    assert (picture[:, :half] == LEFT_RGB).all()
    assert (picture[:, half:] == RIGHT_RGB).all()
    assert side_by_side(left, right).shape == (5, 2 * width, 3)


def test_half_width_is_the_mean_of_two_columns():
    left = np.zeros((1, 4, 3), np.uint8)
    left[0, :, 0] = (10, 30, 100, 200)
    picture = half_side_by_side(left, left)
    assert picture[0, :, 0].tolist() == [20, 150, 20, 150]


def test_half_suffix_holds_no_tag_of_a_full_picture():
    (full,), (half,) = FORMATS["sbs"].files, FORMATS["half_sbs"].files
    assert "_full_sbs" in full.suffix.lower()
    assert "_lr." in half.suffix.lower()
    assert "sbs" not in half.suffix.lower()
