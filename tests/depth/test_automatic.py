import numpy as np
import pytest
from PIL import Image
from tiny_checkpoints import save_depth_anything, save_pipeline

from spatial.__main__ import main
from spatial.depth import ESTIMATORS, LoadOptions, latent, load_estimator
from spatial.depth.automatic import LARGER, choose_for_photo, choose_model
from spatial.records import DepthKind, DepthMap, DepthSpace, Photo
from spatial.settings import DepthSettings

RGB = np.random.default_rng(0).integers(0, 256, (80, 120, 3), dtype=np.uint8)
REPO = ESTIMATORS[LARGER].source


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return save_pipeline(tmp_path_factory.mktemp("embedded") / "weights")


@pytest.fixture(autouse=True)
def embedded(weights, monkeypatch):
    monkeypatch.setattr(latent, "embedded_folder", lambda: weights)


@pytest.fixture
def cache(hub, tmp_path):
    """Return a cache that the larger model was fetched into; the Hub does not answer any more."""
    hub.add_repo(REPO, save_depth_anything(tmp_path / "repo"))
    folder = tmp_path / "cache"
    load_estimator(LARGER, LoadOptions(cache_dir=folder, endpoint=hub.url))
    hub.stop()
    return folder


def camera_depth(values):
    return DepthMap.from_values(
        values, kind=DepthKind.SCALE_INVARIANT, space=DepthSpace.INVERSE_DEPTH
    )


def test_the_model_whose_files_are_here_is_taken_without_a_network(cache):
    choice = choose_model(LoadOptions(cache_dir=cache))
    assert choice.name == LARGER
    assert "Depth Anything V2 Small" in choice.reason
    options = LoadOptions(cache_dir=cache, endpoint="http://127.0.0.1:9")
    assert load_estimator("auto", options).info.id == LARGER


def test_the_embedded_one_is_taken_where_nothing_is_here(tmp_path):
    choice = choose_model(LoadOptions(cache_dir=tmp_path))
    assert choice.name == "embedded"
    assert "not on this machine" in choice.reason
    assert load_estimator("auto", LoadOptions(cache_dir=tmp_path)).info.id == "embedded"


def test_a_download_that_broke_off_is_not_here(cache):
    for path in cache.rglob("model.safetensors"):
        path.unlink()
    assert choose_model(LoadOptions(cache_dir=cache)).name == "embedded"


def test_a_better_model_is_fetched_only_when_that_is_asked_for(tmp_path):
    assert choose_model(LoadOptions(cache_dir=tmp_path), download=True).name == LARGER


def test_the_cameras_depth_comes_first():
    model = load_estimator()
    plain = Photo(rgb=RGB)
    assert choose_for_photo(plain, lambda: model) == (model, "")
    ramp = np.linspace(0.2, 1, 40)[:, None].repeat(60, axis=1)
    written = camera_depth(ramp)
    portrait = Photo(rgb=RGB, depth=written)
    chosen, reason = choose_for_photo(portrait, lambda: pytest.fail("loaded"))
    assert "camera" in reason
    np.testing.assert_array_equal(chosen(portrait, DepthSettings()).values, written.values)


def test_a_cameras_depth_that_does_not_fit_is_told_and_left():
    model = load_estimator()
    square = np.linspace(0.2, 1, 40)[:, None].repeat(40, axis=1)
    chosen, reason = choose_for_photo(Photo(rgb=RGB, depth=camera_depth(square)), lambda: model)
    assert chosen is model
    assert reason.startswith("Depth by ")


def test_convert_says_which_model_and_why(tmp_path, capsys):
    Image.fromarray(RGB).save(tmp_path / "a.png")
    words = ["depth", str(tmp_path / "a.png"), "-o", str(tmp_path / "out")]
    assert main([*words, "--cache-dir", str(tmp_path / "cache")]) == 0
    told = capsys.readouterr().err.strip().splitlines()
    assert told == ["Depth by the embedded model; Depth Anything V2 Small is not on this machine."]
    assert main([*words, "--estimator", "embedded"]) == 0
    assert capsys.readouterr().err == ""
