import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from scenes import make_result

from spatial.formats import colour_nearness, depth_levels, write_depth
from spatial.formats.depth import UNKNOWN_RGB, encode_depth_colour
from spatial.records import DepthKind, DepthMap, DepthSpace


def depth_map(values, *, space=DepthSpace.DEPTH, kind=DepthKind.METRIC):
    return DepthMap.from_values(np.array(values), kind=kind, space=space)


@pytest.mark.parametrize("space", list(DepthSpace))
def test_values_come_back_and_near_is_bright(space):
    values = np.random.default_rng(0).uniform(1.5, 40.0, (7, 11)).astype(np.float32)
    levels, scale, shift = depth_levels(depth_map(values, space=space))
    assert np.abs(scale * levels + shift - values).max() <= 0.51 * abs(scale)
    assert (levels.min(), levels.max()) == (1, 65_535)
    nearest = values.min() if space is DepthSpace.DEPTH else values.max()
    assert levels[values == nearest].tolist() == [65_535]


def test_unknown_is_zero_and_known_is_not():
    levels, _, _ = depth_levels(depth_map([[1.0, np.nan, 3.0], [np.inf, 2.0, 9.0]]))
    assert (levels == 0).tolist() == [[False, True, False], [True, False, False]]


@pytest.mark.parametrize("value", [0.0, -3.0, 5.0, 1e-30, 1e30])
def test_flat_depth(value):
    levels, scale, shift = depth_levels(depth_map([[value, value, np.nan]]))
    assert levels.tolist() == [[32_768, 32_768, 0]]
    assert scale * 32_768 + shift == pytest.approx(value)


@pytest.mark.parametrize("size", [1e-20, 1e30])
def test_small_and_large_values(size):
    levels, _, _ = depth_levels(depth_map([[size, 2 * size, 3 * size]]))
    assert levels.tolist() == [[65_535, 32_768, 1]]


def test_written_files_are_read_back_by_another_reader(tmp_path):
    values = np.linspace(2.0, 8.0, 15).reshape(3, 5)
    values[1, 2] = np.nan
    result = make_result(name="my cat")
    paths = write_depth(replace(result, depth=depth_map(values)), tmp_path)
    assert [p.name for p in paths.values()] == ["my cat_depth.png", "my cat_depth.json"]
    info = json.loads(paths["depth_info"].read_text(encoding="utf-8"))
    assert info["file"] == "my%20cat_depth.png"
    assert (info["space"], info["kind"], info["polarity"]) == ("depth", "metric", "near_bright")
    assert (info["unit"], info["width"], info["height"]) == ("m", 5, 3)
    assert info["estimator"] == {"id": "test", "revision": "r7"}
    with Image.open(paths["depth"]) as picture:
        levels = np.asarray(picture).astype(np.float64)
    read = info["scaling"]["scale"] * levels + info["scaling"]["shift"]
    known = levels != info["unknown"]
    assert np.array_equal(known, np.isfinite(values))
    assert np.abs(read - values)[known].max() < 1e-4
    assert levels[0, 0] == info["known"]["nearest"]


def test_colours_near_is_bright_and_unknown_is_grey():
    nearness = np.array([[-0.5, 0.0, 0.5, 1.0, 7.0]], np.float32)
    valid = np.array([[True, True, True, True, True]])
    brightness = colour_nearness(nearness, valid).astype(int).sum(axis=2)[0]
    assert brightness[0] == brightness[1] < brightness[2] < brightness[3] == brightness[4]
    picture = colour_nearness(nearness, np.array([[True, True, False, True, True]]))
    assert tuple(picture[0, 2]) == UNKNOWN_RGB
    red, _, blue = picture[0, 3].astype(int)
    assert red > blue  # near is yellow, so the channels are in the order RGB


def test_colour_file_is_rgb():
    (file,) = encode_depth_colour(make_result())
    with Image.open(io.BytesIO(file.data)) as picture:
        pixels = np.asarray(picture)
    assert pixels.shape == (20, 31, 3)
    assert np.array_equal(pixels, colour_nearness(make_result().nearness))
