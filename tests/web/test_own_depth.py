from dataclasses import replace

import cv2
import numpy as np
import pytest
from live_page import save_photo
from scenes import Ramp

from spatial.decoder import Decoder
from spatial.depth import EstimatorError, load_estimator
from spatial.photo import load_photo
from spatial.records import DepthKind, DepthMap, DepthSpace
from spatial.settings import PRESETS, DepthSettings, MapPolarity
from spatial.web.studio import Studio

DEFAULT = PRESETS["default"]
NEAR_HIGH, NEAR_LOW = (
    DepthSettings(map_polarity=p) for p in (MapPolarity.NEAR_HIGH, MapPolarity.NEAR_LOW)
)


@pytest.fixture
def ramp():
    return Ramp()


@pytest.fixture
def studio(ramp):
    return Studio(device="cpu", load=ramp.load)


@pytest.fixture
def photo(tmp_path):
    return str(save_photo(tmp_path / "boat.png"))  # 160 x 120


def save_map(path, width=80, height=60, dtype=np.uint16):
    """Grows to the right, twice as fast in the lower half."""
    x = np.linspace(0.1, 0.45, width)[None].repeat(height, axis=0)
    x[height // 2 :] *= 2
    cv2.imwrite(str(path), (x * np.iinfo(dtype).max).astype(dtype))
    return str(path)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_map_of_another_size_is_taken(studio, ramp, photo, tmp_path, dtype):
    known = studio.depths.take_map(photo, save_map(tmp_path / "map.png", dtype=dtype), NEAR_HIGH)
    nearness = studio.renderer.preview(known, DEFAULT).nearness
    assert nearness.shape == (120, 160)
    assert nearness[100, 150] > nearness[100, 10] + 0.3
    assert ramp.calls == 0
    assert (known.info.id, known.info.source) == ("file", "map.png")


def test_near_may_be_dark(studio, photo, tmp_path):
    known = studio.depths.take_map(photo, save_map(tmp_path / "map.png"), NEAR_LOW)
    nearness = studio.renderer.preview(known, DEFAULT).nearness
    assert nearness[100, 10] > nearness[100, 150] + 0.3


def test_what_lies_low_is_near_when_nothing_else_is_known(studio, photo, tmp_path):
    path = tmp_path / "map.png"
    save_map(path)
    upright = studio.depths.take_map(photo, str(path), DepthSettings())
    levels = np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED))
    cv2.imwrite(str(path), levels.max() - levels)
    inverted = studio.depths.take_map(photo, str(path), DepthSettings())
    a, b = (studio.renderer.preview(known, DEFAULT).nearness for known in (upright, inverted))
    assert (
        np.corrcoef(a.ravel(), b.ravel())[0, 1] > 0.7
    )  # dark maps are distances: bent, in the same order


def test_a_map_of_another_shape_is_refused(studio, photo, tmp_path):
    with pytest.raises(EstimatorError, match=r"map.png is 80 x 80 .*the photo 160 x 120"):
        studio.depths.take_map(photo, save_map(tmp_path / "map.png", height=80), NEAR_HIGH)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "no depth map"), (b"no picture", "no depth map"), (b"\x89PNG\r\n\x1a\n", "damaged")],
)
def test_what_is_no_map_is_refused(studio, photo, tmp_path, content, words):
    path = tmp_path / "map.png"
    path.write_bytes(content)
    with pytest.raises(EstimatorError, match=words) as refusal:
        studio.depths.take_map(photo, str(path), NEAR_HIGH)
    assert str(tmp_path) not in str(refusal.value)  # the server's folders are not told


def test_a_flat_map_is_refused(studio, photo, tmp_path):
    cv2.imwrite(str(tmp_path / "map.png"), np.full((60, 80), 7, np.uint8))
    with pytest.raises(EstimatorError, match="the same everywhere"):
        studio.depths.take_map(photo, str(tmp_path / "map.png"), NEAR_HIGH)


def test_the_page_and_the_command_line_read_one_map_alike(studio, photo, tmp_path):
    for name, settings in (("map.png", NEAR_LOW), ("map.png", NEAR_HIGH), ("map.npy", NEAR_LOW)):
        path = tmp_path / name
        if name.endswith(".npy"):
            np.save(path, np.linspace(1, 9, 48 * 64).reshape(48, 64))
        else:
            save_map(path)
        page = studio.depths.estimator(studio.depths.take_map(photo, str(path), settings)).depth
        told = load_estimator(f"file:{path}")(load_photo(photo), settings)
        assert (page.space, page.kind) == (told.space, told.kind)
        np.testing.assert_array_equal(page.values, told.values)


def test_a_photo_without_depth_says_so(studio, photo):
    with pytest.raises(EstimatorError, match="boat holds no depth"):
        studio.depths.find(photo, "file", DEFAULT.depth)


class Portraits(Decoder):
    """Reads every photo as one that the camera wrote depth into."""

    def __init__(self, height, width):
        self._values = np.linspace(0.2, 1, height)[:, None].repeat(width, axis=1)

    def load_photo(self, file):
        depth = DepthMap.from_values(
            self._values, kind=DepthKind.SCALE_INVARIANT, space=DepthSpace.INVERSE_DEPTH
        )
        return replace(super().load_photo(file), depth=depth)


def test_what_the_camera_wrote_comes_before_any_model(ramp, photo):
    studio = Studio(device="cpu", load=ramp.load, decoder=Portraits(60, 80))
    assert studio.depths.find(photo, "auto", DEFAULT.depth).info.title == "the camera"
    assert ramp.calls == 0
    assert studio.depths.find(photo, "embedded", DEFAULT.depth).info.id == "embedded"


def test_a_model_steps_in_where_the_cameras_depth_does_not_fit(ramp, photo):
    studio = Studio(device="cpu", load=ramp.load, decoder=Portraits(60, 60))
    assert studio.depths.find(photo, "auto", DEFAULT.depth).info.id == "embedded"
    with pytest.raises(EstimatorError, match="depth in"):
        studio.depths.find(photo, "file", DEFAULT.depth)
