import json

import numpy as np
import pytest
import torch
from depth_anything_3_files import PHOTO, TINY, random_weights, reference, save_depth_anything_3

from spatial.depth import (
    ESTIMATORS,
    CheckpointError,
    EstimatorError,
    LoadOptions,
    depth_anything_3,
    load_estimator,
)
from spatial.depth.depth_anything_3 import VARIANTS, DepthAnything3, DepthAnything3Config
from spatial.depth.depth_anything_3_network import put_sky_behind
from spatial.records import DepthKind, DepthSpace, Photo
from spatial.settings import DepthSettings

ONE_VIEW, MANY_VIEWS = "da3mono-large", "da3-small"
AS_IT_IS = DepthSettings(processing_resolution_px=56)


@pytest.fixture(autouse=True)
def tiny_networks(monkeypatch):
    for name, architecture in TINY.items():
        variant = VARIANTS[name]._replace(architecture=architecture)
        monkeypatch.setitem(depth_anything_3.VARIANTS, name, variant)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Whole checkpoints by name, which tests only read."""
    place = tmp_path_factory.mktemp("checkpoints")
    return {name: save_depth_anything_3(place / name, name) for name in TINY}


def load(folder):
    return load_estimator(f"depth-anything-3-small:{folder}")


def test_many_views_give_what_the_reference_gives(folders):
    depth = load(folders[MANY_VIEWS])(PHOTO, AS_IT_IS)
    assert (depth.space, depth.kind) == (DepthSpace.DEPTH, DepthKind.SCALE_INVARIANT)
    _, maps = reference(MANY_VIEWS)
    np.testing.assert_allclose(depth.values, maps["depth"], rtol=1e-4)


def test_one_view_gives_what_the_reference_gives_and_nothing_beyond_the_sky(folders):
    depth = load(folders[ONE_VIEW])(PHOTO, AS_IT_IS)
    assert (depth.space, depth.kind) == (DepthSpace.DEPTH, DepthKind.AFFINE_INVARIANT)
    _, maps = reference(ONE_VIEW)
    sky = maps["sky"] >= 0.3
    assert 0.05 < sky.mean() < 0.95
    np.testing.assert_allclose(depth.values[sky], maps["depth"][sky], rtol=1e-4)
    assert depth.values[sky].min() == depth.values.max()
    ground = np.minimum(maps["raw"], depth.values.max())[~sky]
    np.testing.assert_allclose(depth.values[~sky], ground, rtol=1e-4)


@pytest.mark.parametrize(("pixels", "moved"), [(11, True), (10, False)])
def test_only_a_patch_of_sky_is_moved(pixels, moved):
    depth = torch.arange(1.0, 401.0).reshape(1, 20, 20)
    is_sky = depth <= pixels
    behind = put_sky_behind(depth, is_sky)
    assert bool((behind[is_sky] == behind.max()).all()) is moved
    assert torch.equal(behind, depth) is not moved


@pytest.mark.parametrize(
    ("name", "unused"),
    [(ONE_VIEW, set()), (MANY_VIEWS, {"model.cam_enc", "model.cam_dec", "model.head"})],
)
def test_the_network_has_the_tensors_of_the_reference_but_cameras_and_rays(name, unused):
    shapes, _ = reference(name)
    with torch.device("meta"):
        network = DepthAnything3(DepthAnything3Config(model_name=name)).state_dict()
    ours = {tensor: tuple(value.shape) for tensor, value in network.items()}
    assert ours.items() <= shapes.items()
    left = shapes.keys() - ours.keys()
    assert {".".join(tensor.split(".")[:2]) for tensor in left} == unused
    assert all("_aux." in tensor for tensor in left if tensor.startswith("model.head"))


@pytest.mark.parametrize(
    ("tensor", "value", "words"),
    [
        ("model.head.scratch.output_conv2.2.bias", None, "missing keys.*output_conv2.2.bias"),
        ("model.backbone.pretrained.camera_token", None, "missing keys.*camera_token"),
        ("model.gs_head.norm.bias", torch.zeros(4), "unexpected keys.*gs_head"),
        ("model.backbone.pretrained.mask_token", torch.zeros(4), "unexpected keys.*mask_token"),
        (
            "model.backbone.pretrained.pos_embed",
            torch.zeros(1, 5, 16),
            "1 mismatched keys.*pos_embed",
        ),
        ("model.head.norm.bias", torch.full((32,), torch.nan), "head.norm.bias are not finite"),
    ],
)
def test_weights_that_do_not_fit_are_named(tmp_path, capfd, tensor, value, words):
    folder = save_depth_anything_3(tmp_path / "repo", MANY_VIEWS, **{tensor: value})
    with pytest.raises(CheckpointError, match=words):
        load(folder)
    assert capfd.readouterr() == ("", "")


def test_depth_that_is_nowhere_finite_is_the_fault_of_the_weights(tmp_path):
    huge = {"model.head.scratch.output_conv2.2.bias": torch.full((2,), 1e30)}
    estimator = load(save_depth_anything_3(tmp_path / "repo", MANY_VIEWS, **huge))
    with pytest.raises(EstimatorError, match=r"depth-anything-3-small:.* download its weights"):
        estimator(PHOTO, AS_IT_IS)


def test_what_cameras_and_rays_need_may_be_absent(tmp_path):
    shapes, maps = reference(MANY_VIEWS)
    unused = {name: None for name in shapes if ".cam_" in name or "_aux." in name}
    assert unused
    folder = save_depth_anything_3(tmp_path / "repo", MANY_VIEWS, **unused)
    np.testing.assert_allclose(load(folder)(PHOTO, AS_IT_IS).values, maps["depth"], rtol=1e-4)


@pytest.mark.parametrize("config", ['{"model_name": "da3-giant"}', "{}", '{"model_name": [1]}'])
def test_other_networks_are_refused_by_name(tmp_path, config):
    folder = save_depth_anything_3(tmp_path / "repo", MANY_VIEWS)
    (folder / "config.json").write_text(config)
    with pytest.raises(CheckpointError, match=r"config\.json: model_name is .*; one of da3-small"):
        load(folder)


@pytest.mark.parametrize("content", [None, 1000, 60_000])
def test_files_that_are_missing_or_cut_off_are_named(tmp_path, content):
    folder = save_depth_anything_3(tmp_path / "repo", MANY_VIEWS)
    weights = folder / "model.safetensors"
    whole = weights.read_bytes()
    weights.unlink()
    if content is not None:
        weights.write_bytes(whole[:content])
    with pytest.raises(CheckpointError, match=r"model\.safetensors"):
        load(folder)


@pytest.mark.parametrize("name", VARIANTS)
def test_each_row_of_the_table_comes_from_the_hub(hub, tmp_path, monkeypatch, name):
    if name not in TINY:
        variant = VARIANTS[name]._replace(architecture=TINY[MANY_VIEWS])
        monkeypatch.setitem(depth_anything_3.VARIANTS, name, variant)
    key = VARIANTS[name].estimator
    kept = ONE_VIEW if name == ONE_VIEW else MANY_VIEWS
    folder = save_depth_anything_3(tmp_path / "repo", kept)
    (folder / "config.json").write_text(json.dumps({"model_name": name}))
    hub.add_repo(ESTIMATORS[key].source, folder)
    estimator = load_estimator(key, LoadOptions(cache_dir=tmp_path / "cache", endpoint=hub.url))
    assert (estimator.info.id, estimator.info.licence) == (key, "apache-2.0")
    assert estimator.info.title == ESTIMATORS[key].title


@pytest.mark.parametrize(
    ("size", "frame"),
    [((1, 1), (504, 504)), ((40, 10), (1120, 280))],
)
def test_a_photo_is_seen_as_the_network_was_made_for(folders, size, frame):
    photo = Photo(rgb=np.full((*size, 3), 128, np.uint8))
    assert load(folders[ONE_VIEW])(photo, DepthSettings()).values.shape == frame


def test_the_learned_positions_are_used_as_they_are_at_their_own_size(folders):
    weights = random_weights("model.backbone.pretrained.pos_embed", (1, 26, 16))
    folder = folders[MANY_VIEWS]
    model = depth_anything_3.load(str(folder), LoadOptions()).model
    network = model.model["backbone"]["pretrained"]
    np.testing.assert_array_equal(network._position_embedding(5, 5), weights)
    assert network._position_embedding(4, 6).shape == (1, 25, 16)
