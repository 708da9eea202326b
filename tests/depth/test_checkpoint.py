import json
import shutil
import time

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny_checkpoints import save_marigold, save_pipeline, tiny_unet

from spatial.depth.checkpoint import load_components
from spatial.depth.errors import CheckpointError
from spatial.depth.pipeline import LatentDepthPipeline

WEIGHTS = "diffusion_pytorch_model.safetensors"


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    return save_pipeline(tmp_path_factory.mktemp("pristine") / "weights")


@pytest.fixture
def folder(pristine, tmp_path):
    return shutil.copytree(pristine, tmp_path / "weights")


def edit_json(path, **changes):
    content = json.loads(path.read_text())
    content.update(changes)
    path.write_text(json.dumps({k: v for k, v in content.items() if v != "remove"}))


def edit_weights(path, edit):
    tensors = load_file(path)
    edit(tensors)
    save_file(tensors, path)


def rename_one(tensors):
    tensors["something.else"] = tensors.pop(min(tensors))


def reshape_one(tensors):
    tensors[min(tensors)] = torch.zeros(5, 7)


@pytest.mark.parametrize("component", ["vae", "unet", "conditioner"])
@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (lambda tensors: tensors.pop(min(tensors)), "missing keys"),
        (lambda tensors: tensors.update(extra=torch.zeros(1)), "unexpected keys"),
        (rename_one, "missing keys"),
        (reshape_one, "do not fit"),
    ],
)
def test_weights_that_do_not_match_are_refused(folder, component, edit, problem):
    edit_weights(folder / component / WEIGHTS, edit)
    with pytest.raises(CheckpointError, match=f"{component}.*{problem}"):
        load_components(folder)


@pytest.mark.parametrize(
    "path",
    ["model_index.json", "unet/config.json", f"vae/{WEIGHTS}", "scheduler/scheduler_config.json"],
)
def test_missing_files_are_named(folder, path):
    (folder / path).unlink()
    with pytest.raises(CheckpointError, match=path.replace(".", r"\.")):
        load_components(folder)


@pytest.mark.parametrize("path", ["model_index.json", "unet/config.json", f"unet/{WEIGHTS}"])
def test_cut_off_files_are_named(folder, path):
    content = (folder / path).read_bytes()
    (folder / path).write_bytes(content[: len(content) // 2])
    with pytest.raises(CheckpointError, match=path.replace(".", r"\.") + ".*damaged"):
        load_components(folder)


@pytest.mark.parametrize("harm", ["cut", "remove"])
def test_every_shard_is_checked(folder, harm):
    shutil.rmtree(folder / "unet")
    tiny_unet().save_pretrained(folder / "unet", max_shard_size="20KB")
    shard = sorted((folder / "unet").glob("*.safetensors"))[1]
    content = shard.read_bytes()
    shard.unlink()
    if harm == "cut":
        shard.write_bytes(content[:-10])
    with pytest.raises(CheckpointError, match=shard.name):
        load_components(folder)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [({"in_channels": 4}, "takes 8 channels"), ({"out_channels": 3}, "gives 4, this one 8 and 3")],
)
def test_other_unets_are_refused(folder, changes, problem):
    shutil.rmtree(folder / "unet")
    tiny_unet(**changes).save_pretrained(folder / "unet")
    with pytest.raises(CheckpointError, match=problem):
        load_components(folder)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"depth_space": "remove"}, "depth_space is absent"),
        ({"depth_kind": None}, "depth_kind is absent"),
        ({"_class_name": "StableDiffusionPipeline"}, "StableDiffusionPipeline"),
        ({"unet": [None, None]}, "'unet' is missing"),
        ({"vae": ["os", "system"]}, "supported are AutoencoderKL"),
        ({"conditioner": ["somewhere.else", "Other"]}, "supported are FeatureConditioner"),
    ],
)
def test_index_is_checked(folder, changes, problem):
    edit_json(folder / "model_index.json", **changes)
    with pytest.raises(CheckpointError, match=problem):
        load_components(folder)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"prediction_type": "disparity"}, ("inverse_depth", "affine_invariant")),
        ({"shift_invariant": False}, ("depth", "scale_invariant")),
        ({"scale_invariant": False, "shift_invariant": False}, ("depth", "metric")),
    ],
)
def test_marigold_variants_keep_their_meaning(tmp_path, settings, expected):
    save_marigold(tmp_path / "weights", **settings)
    found = load_components(tmp_path / "weights").settings
    assert (found["depth_space"], found["depth_kind"]) == expected


def test_marigold_normals_are_no_depth(tmp_path):
    save_marigold(tmp_path / "weights")
    edit_json(tmp_path / "weights" / "model_index.json", prediction_type="normals")
    with pytest.raises(CheckpointError, match="prediction_type"):
        load_components(tmp_path / "weights")


ODD = [["a"], {"a": 1}, 10**400, "x" * 10**5, None, -1, True]
HUGE = [(name, value) for name in ("_class_name", "unet", "vae") for value in ODD] + [
    ("default_denoising_steps", 10**9),
    ("default_processing_resolution", "many"),
    ("default_ensemble_size", [1]),
    ("depth_space", ["depth"]),
    ("initial_latent", {"a": 1}),
]


@pytest.mark.parametrize(("name", "value"), HUGE)
def test_odd_values_in_the_index_are_refused(folder, name, value):
    (folder / "model_index.json").write_text(
        json.dumps({**json.loads((folder / "model_index.json").read_text()), name: value})
    )
    refused_quickly(folder)


def refused_quickly(folder, match=None):
    begin = time.process_time()
    with pytest.raises(CheckpointError, match=match) as refusal:
        LatentDepthPipeline.from_folder(folder)
    assert time.process_time() - begin < 2
    assert len(str(refusal.value)) < 1000


@pytest.mark.parametrize("told", ["[" * 100_000, '{"a": ' * 50_000, '{"a": 1' + "0" * 9000 + "}"])
@pytest.mark.parametrize("path", ["model_index.json", "unet/config.json"])
def test_json_that_nests_or_counts_without_end_is_refused(folder, path, told):
    (folder / path).write_text(told)
    refused_quickly(folder, path.replace(".", r"\."))


@pytest.mark.parametrize(
    ("path", "changes", "problem"),
    [
        ("unet/config.json", {"layers_per_block": 10**7}, "'layers_per_block' is 10000000"),
        ("unet/config.json", {"layers_per_block": [1, 10**6, 1]}, "more than its weights"),
        ("unet/config.json", {"block_out_channels": [8] * 10_000}, "more than its weights"),
        ("unet/config.json", {"block_out_channels": [10**9] * 3}, "more than its weights"),
        ("unet/config.json", {"attention_head_dim": 0}, "do not fit"),
        ("unet/config.json", {"down_block_types": "x"}, "do not fit"),
        ("unet/config.json", {"quantization_config": {"quant_method": "gguf"}}, "quantised"),
        ("vae/config.json", {"num_encoder_blocks": [1, 1, 1, 10**6]}, "more than its weights"),
        ("scheduler/scheduler_config.json", {"num_train_timesteps": 10**9}, "more than"),
        ("scheduler/scheduler_config.json", {"trained_betas": "none"}, "cannot be read"),
    ],
)
def test_a_configuration_that_no_weights_can_fill_is_refused(folder, path, changes, problem):
    edit_json(folder / path, **changes)
    refused_quickly(folder, problem)


@pytest.mark.parametrize("odd", [["a"], {"a": 1}, {"a": "../x"}, {"a": "/etc/passwd"}, {}, "x"])
def test_a_weight_map_that_is_none_is_refused(folder, odd):
    shutil.rmtree(folder / "unet")
    tiny_unet().save_pretrained(folder / "unet", max_shard_size="20KB")
    edit_json(folder / "unet" / f"{WEIGHTS}.index.json", weight_map=odd)
    refused_quickly(folder, "which file holds which weights")


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_are_refused(folder, number):
    edit_weights(folder / "unet" / WEIGHTS, lambda tensors: tensors[min(tensors)].fill_(number))
    refused_quickly(folder, "are not finite")
