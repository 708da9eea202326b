import io

import numpy as np
import pytest
from PIL import Image
from scenes import LEFT_RGB, RIGHT_RGB, flat, make_result

from spatial.formats import FORMATS
from spatial.formats.layouts import DUBOIS_LEFT, DUBOIS_RIGHT, dubois, grey, half_colour

LEFT_GREY = round(0.299 * LEFT_RGB[0] + 0.587 * LEFT_RGB[1] + 0.114 * LEFT_RGB[2])
RIGHT_GREY = round(0.299 * RIGHT_RGB[0] + 0.587 * RIGHT_RGB[1] + 0.114 * RIGHT_RGB[2])


def linear(rgb):
    values = np.array(rgb, np.float64) / 255.0
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def srgb(values):
    values = np.clip(values, 0.0, 1.0)
    curve = np.where(values <= 0.0031308, 12.92 * values, 1.055 * values ** (1 / 2.4) - 0.055)
    return 255.0 * curve


@pytest.mark.parametrize("level", [0, 1, 37, 128, 255])
def test_dubois_keeps_equal_greys(level):
    view = flat((level, level, level), 3, 4)
    assert np.abs(dubois(view, view).astype(int) - level).max() <= 1


def test_dubois_is_a_projection_in_linear_light():
    left, right = (200, 120, 40), (30, 160, 220)
    expected = srgb(
        DUBOIS_LEFT.astype(float) @ linear(left) + DUBOIS_RIGHT.astype(float) @ linear(right)
    )
    picture = dubois(flat(left, 5, 7), flat(right, 5, 7))
    assert np.abs(picture[2, 3] - expected).max() <= 0.51


def test_red_shows_the_left_view_and_cyan_the_right():
    white, black = flat((255, 255, 255), 2, 2), flat((0, 0, 0), 2, 2)
    for method in (dubois, half_colour, grey):
        assert method(white, black)[0, 0].tolist() == [255, 0, 0]
        assert method(black, white)[0, 0].tolist() == [0, 255, 255]


def test_dubois_of_a_large_picture_has_no_seams():
    rng = np.random.default_rng(0)
    left, right = rng.integers(0, 256, (2, 1100, 1000, 3), dtype=np.uint8)
    whole = dubois(left, right)
    assert np.array_equal(whole[995:1005], dubois(left[995:1005], right[995:1005]))


def test_half_colour_and_grey():
    left, right = flat(LEFT_RGB, 4, 4), flat(RIGHT_RGB, 4, 4)
    assert half_colour(left, right)[0, 0].tolist() == [LEFT_GREY, *RIGHT_RGB[1:]]
    assert grey(left, right)[0, 0].tolist() == [LEFT_GREY, RIGHT_GREY, RIGHT_GREY]
    assert right[0, 0].tolist() == list(RIGHT_RGB)  # the view itself is left alone


@pytest.mark.parametrize(
    ("name", "method"),
    [("anaglyph", dubois), ("anaglyph_half_colour", half_colour), ("anaglyph_grey", grey)],
)
def test_files_hold_the_picture(name, method):
    result = make_result()
    (file,) = FORMATS[name].writer(result)
    with Image.open(io.BytesIO(file.data)) as picture:
        pixels = np.asarray(picture).astype(int)
    assert np.abs(pixels - method(result.pair.left, result.pair.right)).max() < 8
    assert FORMATS[name].files[0].suffix.startswith("_redcyan_")
