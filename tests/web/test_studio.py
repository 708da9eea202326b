from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from live_page import save_photo
from scenes import Ramp

from spatial.depth import EstimatorError
from spatial.photo import PhotoError, load_photo
from spatial.settings import PRESETS, DepthSettings, SettingsError, with_values
from spatial.web.memory import ByteCache
from spatial.web.messages import SessionError
from spatial.web.studio import Studio, at_scale, to_preview

DEFAULT = PRESETS["default"]


@pytest.fixture
def ramp():
    return Ramp()


@pytest.fixture
def studio(ramp):
    return Studio(device="cpu", load=ramp.load)


@pytest.fixture
def path(tmp_path):
    return str(save_photo(tmp_path / "boat.png"))


def test_depth_is_estimated_once_however_often_a_slider_moves(studio, ramp, path):
    known = studio.depths.find(path, "embedded", DEFAULT.depth)
    strong = studio.renderer.preview(known, with_values({"max_parallax_percent": 8.0}))
    weak = studio.renderer.preview(known, with_values({"max_parallax_percent": 1.0}))
    studio.renderer.full(known, PRESETS["paper"])
    assert ramp.calls == 1
    assert np.ptp(strong.pair.disparity_px) > 4 * np.ptp(weak.pair.disparity_px)


def test_the_same_photo_is_estimated_once_for_two_visitors(studio, ramp, path, tmp_path):
    other = str(save_photo(tmp_path / "same pixels other name.png"))
    with ThreadPoolExecutor(2) as pool:
        found = list(
            pool.map(lambda p: studio.depths.find(p, "embedded", DEFAULT.depth), (path, other))
        )
    assert ramp.calls == 1
    assert found[0].key == found[1].key
    assert studio.renderer.full(found[1], DEFAULT).photo.name == "same pixels other name"


def test_a_result_is_rendered_once_to_be_measured_shared_and_packed(studio, path, monkeypatch):
    known = studio.depths.find(path, "embedded", DEFAULT.depth)
    first = studio.renderer.full(known, DEFAULT)
    assert studio.renderer.full(known, DEFAULT) is first
    assert studio.renderer.full(known, PRESETS["paper"]) is not first
    monkeypatch.setattr("spatial.web.studio._FULL_BYTES", 1000)  # too large to be kept
    large = studio.renderer.full(known, with_values({"max_parallax_percent": 5.0}))
    assert studio.renderer.full(known, with_values({"max_parallax_percent": 5.0})) is not large


def test_another_depth_setting_is_another_estimate(studio, ramp, path):
    studio.depths.find(path, "embedded", DEFAULT.depth)
    studio.depths.find(path, "embedded", DepthSettings(seed=1))
    assert ramp.calls == 2


def test_the_result_names_the_depth_settings_that_were_used(studio, path):
    known = studio.depths.find(path, "embedded", DepthSettings(seed=7))
    moved = with_values({"seed": 9, "near_far_ratio": 3.0, "invert_depth": True})
    used = studio.renderer.full(known, moved).settings.depth
    assert (used.seed, used.near_far_ratio, used.invert_depth) == (7, 3.0, True)


def test_what_any_map_can_follow_needs_no_new_estimate(studio, ramp, path):
    studio.depths.find(path, "embedded", DEFAULT.depth)
    studio.depths.find(path, "embedded", DepthSettings(far_clip=0.3, invert_depth=True))
    assert ramp.calls == 1


def test_a_preview_is_small_and_looks_like_the_full_picture(studio, tmp_path):
    path = str(save_photo(tmp_path / "wide.png", width=3200, height=800))
    known = studio.depths.find(path, "embedded", DEFAULT.depth)
    preview, full = studio.renderer.preview(known, DEFAULT), studio.renderer.full(known, DEFAULT)
    assert preview.pair.left.shape == (320, 1280, 3)
    assert full.pair.left.shape == (800, 3200, 3)
    ratio = np.ptp(full.pair.disparity_px) / np.ptp(preview.pair.disparity_px)
    assert ratio == pytest.approx(2.5, rel=0.02)


def test_lengths_in_pixels_follow_the_preview():
    half = at_scale(with_values({"bokeh_intensity_px": 40.0, "max_offset_px": 9}), 0.5)
    assert (half.bokeh.bokeh_intensity_px, half.stereo.max_offset_px) == (20.0, 4)
    assert at_scale(DEFAULT, 0.5).stereo.max_offset_px == 0  # still the whole row


def test_a_small_photo_is_its_own_preview(path):
    photo = load_photo(path)
    np.testing.assert_array_equal(to_preview(photo).rgb, photo.rgb)


def test_a_forgotten_photo_is_told_in_words(studio, ramp, path, tmp_path):
    known = studio.depths.find(path, "embedded", DEFAULT.depth)
    fresh = Studio(device="cpu", load=ramp.load)
    with pytest.raises(SessionError, match="Choose it again"):
        fresh.renderer.preview(known, DEFAULT)


@pytest.mark.parametrize(
    "name",
    [
        "ldm:/etc",
        "ldm:../secret",
        "ldm:folder",
        "ldm:a/b/c",
        "file:folder/map.png",
        "file:/etc/x.png",
    ],
)
def test_folders_of_the_server_cannot_be_named(studio, ramp, path, name):
    with pytest.raises(EstimatorError, match="write ldm:owner/name"):
        studio.depths.find(path, name, DEFAULT.depth)


def test_refusals_come_before_the_network(studio, ramp, tmp_path):
    text = tmp_path / "text.jpg"
    text.write_text("no picture")
    with pytest.raises(PhotoError, match="not a photo"):
        studio.depths.find(str(text), "embedded", DEFAULT.depth)
    with pytest.raises(SessionError, match="Choose a photo first"):
        studio.depths.find(None, "embedded", DEFAULT.depth)
    with pytest.raises(SettingsError):
        with_values({"seed": -1})
    assert ramp.calls == 0


def test_a_stand_in_is_asked_again_for_the_wanted_model(path):
    ramp, asked = Ramp(), []

    def load(name, *, device, progress=None):
        asked.append(name)
        return ramp, "" if name == "embedded" else f"embedded is used instead of {name}"

    studio = Studio(device="cpu", load=load)
    for _ in range(2):
        known = studio.depths.find(path, "depth-anything", DEFAULT.depth)
        assert known.note == "embedded is used instead of depth-anything"
        assert known.info.id == "embedded"
    assert asked == ["depth-anything", "depth-anything"]
    assert ramp.calls == 1


def test_progress_never_goes_back(studio, path):
    told = []
    studio.depths.find(path, "embedded", DEFAULT.depth, lambda share, words: told.append(share))
    assert told == sorted(told)
    assert 0 <= told[0] < told[-1] <= 1


def test_the_network_can_be_called_elsewhere(ramp, path):
    ran = []
    studio = Studio(device="cpu", load=ramp.load)

    def run(name, photo, settings, progress):
        ran.append(name)
        return studio.models.estimate(name, photo, settings, None)

    studio.depths.run = run
    studio.depths.find(path, "embedded", DEFAULT.depth)
    assert ran == ["embedded"]


def test_the_cache_forgets_the_least_recently_used():
    cache = ByteCache(10)
    cache.put("a", 1, 4)
    cache.put("b", 2, 4)
    assert cache.get("a") == 1
    cache.put("c", 3, 4)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (1, None, 3)
    cache.put("huge", 4, 100)
    assert (cache.get("huge"), cache.get("a")) == (4, None)
