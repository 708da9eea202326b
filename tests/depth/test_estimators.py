import pickle
import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from tiny_checkpoints import save_depth_anything, save_marigold, save_pipeline

from spatial.depth import (
    ESTIMATORS,
    CheckpointError,
    EstimatorError,
    HubUnreachableError,
    LoadOptions,
    latent,
    load_estimator,
    load_estimator_or_embedded,
)
from spatial.records import DepthKind, DepthSpace, Photo
from spatial.settings import DepthSettings


class StoppedError(Exception):
    """What a caller may raise from its progress."""


RGB = np.random.default_rng(0).integers(0, 256, (60, 90, 3), dtype=np.uint8)
PHOTO = Photo(rgb=RGB)


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return save_pipeline(tmp_path_factory.mktemp("embedded") / "weights")


@pytest.fixture
def embedded(weights, monkeypatch):
    monkeypatch.setattr(latent, "embedded_folder", lambda: weights)


def test_photo_to_depth_map(embedded):
    estimator = load_estimator()
    depth = estimator(PHOTO, DepthSettings())
    assert depth.values.shape == (32, 64)
    assert depth.values.dtype == np.float32
    assert depth.valid.all()
    assert depth.uncertainty is None
    assert (depth.space, depth.kind) == (DepthSpace.INVERSE_DEPTH, DepthKind.AFFINE_INVARIANT)
    again = estimator(PHOTO, DepthSettings())
    np.testing.assert_array_equal(depth.values, again.values)


def here(hub, tmp_path):
    return LoadOptions(cache_dir=tmp_path / "cache", endpoint=hub.url)


def test_a_limit_on_downloads_does_not_keep_the_packages_own_weights_out(embedded):
    assert load_estimator("embedded", LoadOptions(hub_limit_bytes=1)).info.id == "embedded"


def test_info_tells_origin_licence_and_size(embedded):
    info = load_estimator().info
    assert info.id == "embedded"
    assert info.licence == "apache-2.0"
    assert info.size_mb > 0
    assert len(info.revision) == 16
    assert info == load_estimator().info


def test_maps_and_infos_can_be_sent_to_another_process(embedded):
    estimator = load_estimator()
    depth = estimator(PHOTO, DepthSettings(ensemble_size=2))
    copy = pickle.loads(pickle.dumps(depth))
    np.testing.assert_array_equal(copy.uncertainty, depth.uncertainty)
    assert pickle.loads(pickle.dumps(estimator.info)) == estimator.info


def test_progress_is_told_and_what_it_raises_stops_the_work(embedded):
    told = []
    estimator = load_estimator()
    estimator(PHOTO, DepthSettings(), lambda fraction, text: told.append(fraction))
    assert told[0] == 0
    assert told == sorted(told)
    assert len(told) > 2
    for last in range(len(told)):
        left = iter(range(last))

        def stop(fraction, text, left=left):
            if next(left, None) is None:
                raise StoppedError

        with pytest.raises(StoppedError):
            estimator(PHOTO, DepthSettings(), stop)
        assert next(left, None) is None  # it was asked as often as it let go on
    estimator(PHOTO, DepthSettings())  # the lock is free again


def test_threads_get_the_same_depth_as_one_after_the_other(embedded):
    estimator = load_estimator()
    settings = [DepthSettings(denoising_steps=steps) for steps in (1, 4, 2, 3)]
    alone = [estimator(PHOTO, s).values for s in settings]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda s: estimator(PHOTO, s).values, settings))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)


def test_missing_embedded_weights_say_so(tmp_path, monkeypatch):
    monkeypatch.setattr(latent, "embedded_folder", lambda: tmp_path)
    with pytest.raises(CheckpointError, match="install the package again"):
        load_estimator()


def test_damaged_embedded_weights_are_installed_again(tmp_path, monkeypatch):
    shutil.copytree(latent.embedded_folder(), tmp_path / "weights")
    shard = next((tmp_path / "weights").rglob("*.safetensors"))
    shard.write_bytes(shard.read_bytes()[:1000])
    monkeypatch.setattr(latent, "embedded_folder", lambda: tmp_path / "weights")
    with pytest.raises(CheckpointError, match=rf"{shard.name}.*install it again"):
        load_estimator()


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("midas", "known are auto, embedded"),
        ("ldm", "write ldm:owner/name"),
        ("embedded:x", "ldm:x"),
    ],
)
def test_wrong_names_say_what_to_write(name, remedy):
    with pytest.raises(EstimatorError, match=remedy):
        load_estimator(name)


@pytest.mark.parametrize("device", ["tpu", "cuda"])
def test_a_device_that_is_not_there_is_told(device, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(EstimatorError, match=f"no device '{device}' .*; choose cpu"):
        load_estimator("embedded", LoadOptions(device=device))


def test_ldm_loads_a_folder(weights):
    info = load_estimator(f"ldm:{weights}").info
    assert info.id == f"ldm:{weights}"


def test_ldm_loads_marigold_from_the_hub(hub, tmp_path):
    save_marigold(tmp_path / "repo")
    hub.add_repo("owner/marigold", tmp_path / "repo")
    told = []
    estimator = load_estimator(
        "ldm:owner/marigold",
        LoadOptions(
            cache_dir=tmp_path / "cache",
            endpoint=hub.url,
            progress=lambda fraction, text: told.append(text),
        ),
    )
    assert told[0].startswith("downloading ")
    assert set(told[1:]) == {"downloading"}
    assert len(told) > 2
    assert estimator.info.id == "ldm:owner/marigold"
    assert estimator.info.revision == hub.repos["owner/marigold"].sha
    assert estimator.info.licence == "not stated"
    depth = estimator(PHOTO, DepthSettings(denoising_steps=1))
    assert depth.space is DepthSpace.DEPTH
    assert depth.values.shape == (42, 64)


@pytest.mark.parametrize(
    ("settings", "space", "kind"),
    [
        ({}, DepthSpace.INVERSE_DEPTH, DepthKind.AFFINE_INVARIANT),
        ({"depth_estimation_type": "metric", "max_depth": 20}, DepthSpace.DEPTH, DepthKind.METRIC),
    ],
)
def test_depth_anything_from_the_hub(hub, tmp_path, settings, space, kind):
    row = ESTIMATORS["depth-anything"]
    hub.add_repo(row.source, save_depth_anything(tmp_path / "repo", **settings))
    estimator = load_estimator("depth-anything", here(hub, tmp_path))
    assert estimator.info.id == "depth-anything"
    assert estimator.info.licence == "apache-2.0"
    depth = estimator(PHOTO, DepthSettings(processing_resolution_px=84))
    assert depth.values.shape == (56, 84)
    assert (depth.space, depth.kind) == (space, kind)


def test_broken_depth_anything_is_refused(hub, tmp_path):
    folder = save_depth_anything(tmp_path / "repo")
    (folder / "model.safetensors").write_bytes(b"\x10")
    with pytest.raises(CheckpointError, match=r"model\.safetensors"):
        load_estimator(f"depth-anything:{folder}")


def test_embedded_stands_in_when_the_hub_is_away(embedded, hub, tmp_path):
    hub.stop()
    options = here(hub, tmp_path)
    estimator, note = load_estimator_or_embedded("ldm:owner/name", options)
    assert estimator.info.id == "embedded"
    assert "ldm:owner/name" in note
    assert note.endswith(".")
    with pytest.raises(HubUnreachableError):
        load_estimator("ldm:owner/name", options)


def test_nothing_stands_in_for_what_was_asked_wrongly(embedded, hub, tmp_path, weights):
    hub.add_repo("owner/gated", weights, gated=True)
    for name in ("ldm:owner/missing", "ldm:owner/gated"):
        with pytest.raises(EstimatorError):
            load_estimator_or_embedded(name, here(hub, tmp_path))


def test_nothing_is_said_when_all_is_well(embedded):
    estimator, note = load_estimator_or_embedded()
    assert (estimator.info.id, note) == ("embedded", "")


def test_computation_type_fits_the_device(monkeypatch):
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    assert latent.fast_dtype("cpu") is torch.float32
    assert latent.fast_dtype("cuda:0") is torch.bfloat16
