import csv
import dataclasses
import itertools
import json
import logging
import re

import pytest
import torch

from spatial.depth.errors import CheckpointError
from spatial.depth.pipeline import LatentDepthPipeline
from spatial.training import compact, run
from spatial.training.compact import CompactRecipe, learning_rate_factor
from spatial.training.config import (
    DataSet,
    ImageSize,
    ModelSettings,
    StageKind,
    StageSettings,
    TrainSettings,
)
from spatial.training.imagenet import BATCH_NORM_EPSILON, _fold
from spatial.training.models import build_networks, decode, encode
from spatial.training.sources import TrainingData
from spatial.training.stages import STAGES, StepContext, autocast, parameter_groups
from spatial.training.validation import depth_errors

TINY = ModelSettings(
    unet_channels=(16, 16, 32),
    unet_norm_groups=8,
    cross_attention_dim=16,
    vae_width=8,
    vae_encoder_blocks=(1, 1, 1, 1),
    vae_decoder_blocks=(1, 1, 1, 1),
    head_channels=(16, 16, 16, 16),
    feature_stages=(
        (3, 1, 1, 8, 1),
        (3, 2, 2, 8, 1),
        (3, 2, 2, 8, 1),
        (3, 2, 2, 16, 1),
        (3, 2, 2, 16, 1),
    ),
    frozen_blocks=1,
    imagenet=False,
)
SIZES = (ImageSize(width=64, height=32),)
CPU = torch.device("cpu")


def stage(kind, steps=2, **changes):
    base = StageSettings(
        name=kind.value,
        kind=kind,
        steps=steps,
        batch_size=4,
        warmup_steps=1,
        sizes=SIZES,
        encoder_rate=0.0 if kind is StageKind.VAE else 0.3,
    )
    return dataclasses.replace(base, **changes)


ALL_STAGES = tuple(
    stage(kind, decoder_rate=0.5 if kind is StageKind.END_TO_END else 0.0) for kind in StageKind
)


def tiny_settings(**changes):
    base = TrainSettings(
        name="tiny",
        stages=ALL_STAGES,
        mix=(
            DataSet(name="rooms", weight=0.7, licence="made by the test"),
            DataSet(name="street", weight=0.3, licence="made by the test"),
        ),
        model=TINY,
        log_every=1,
        checkpoint_minutes=0.0,
        validation_images=2,
    )
    return dataclasses.replace(base, **changes)


@pytest.fixture(scope="module", autouse=True)
def small_validation():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compact, "VALIDATION_SIZE", (32, 64))
        yield


@pytest.fixture(scope="module")
def data(folders):
    return TrainingData(tiny_settings(), folders)


@pytest.fixture(scope="module")
def whole(data, tmp_path_factory):
    """A run of all stages that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    train(tiny_settings(), folder, data)
    return folder


class Killed(Exception):
    pass


def train(settings, folder, data, *, init=None, progress=None):
    return run.train(CompactRecipe(settings, data, init=init), folder, progress=progress)


def read_log(folder):
    with (folder / "log.csv").open() as file:
        return [(row["stage"], row["step"], row["loss"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize("kind", StageKind)
def test_one_step_lowers_the_loss_of_a_fixed_batch(data, kind):
    networks = build_networks(TINY, seed=0)
    chosen = stage(kind)
    groups = parameter_groups(networks, chosen, frozen_blocks=1)
    optimizer = torch.optim.SGD(groups, lr=0)

    def loss():
        context = StepContext(
            networks=networks,
            data=data,
            stage=chosen,
            generator=torch.Generator().manual_seed(5),
            device=CPU,
        )
        return STAGES[kind].loss(context)

    before = loss()
    before.backward()
    squares = sum(p.grad.square().sum() for g in groups for p in g["params"] if p.grad is not None)
    for group in optimizer.param_groups:
        group["lr"] = 0.05 / float(squares) * before.item()
    optimizer.step()
    with torch.no_grad():
        assert loss() < before


def test_stages_train_their_own_networks_only(data):
    networks = build_networks(TINY, seed=0)
    trained = {}
    for chosen in ALL_STAGES:
        parameter_groups(networks, chosen, frozen_blocks=1)
        names = [name for name, p in networks.named_parameters() if p.requires_grad]
        trained[chosen.kind] = {name.split(".")[0] for name in names}
        assert not any(name.startswith("conditioner.encoder.stem") for name in names)
    assert trained == {
        StageKind.ENCODER: {"head", "conditioner"},
        StageKind.VAE: {"vae"},
        StageKind.DIFFUSION: {"unet", "conditioner"},
        StageKind.END_TO_END: {"unet", "conditioner", "vae"},
    }


def test_a_resumed_run_equals_an_uninterrupted_one(data, whole, tmp_path):
    settings = tiny_settings()
    steps = []

    def kill_in_the_third_stage(progress):
        steps.append((progress.stage, progress.step))
        if steps[-1] == ("diffusion", 2):
            raise Killed

    with pytest.raises(Killed):
        train(settings, tmp_path, data, progress=kill_in_the_third_stage)
    # Step 2 was logged but not saved: it has to be done again, and logged once.
    resumed = train(settings, tmp_path, data)
    log = read_log(whole)
    assert [row[:2] for row in log] == [(s.name, str(n)) for s in ALL_STAGES for n in (1, 2)]
    assert read_log(tmp_path) == log
    for name in ("vae", "unet", "conditioner"):
        file = f"{name}/diffusion_pytorch_model.safetensors"
        assert (whole / "weights" / file).read_bytes() == (resumed / file).read_bytes()
    validation = [(folder / "validation.csv").read_text() for folder in (whole, tmp_path)]
    assert validation[0] == validation[1]
    assert "vae,2,street,round_trip_l1" in validation[0]
    assert (whole / "config.json").read_text() == settings.to_json()


def test_a_line_a_minute_and_every_validation_are_told(data, tmp_path, monkeypatch, caplog):
    seconds = itertools.count(0, 30)
    monkeypatch.setattr(run.time, "perf_counter", lambda: next(seconds))
    caplog.set_level(logging.INFO, "spatial.training.run")
    train(tiny_settings(stages=(stage(StageKind.ENCODER, steps=5),)), tmp_path, data)
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 4
    number = r"\d+\.\d+"
    for line, step, left in zip(lines[:2], (2, 4), (2, 1), strict=True):
        told = rf"encoder step {step}: loss {number}, 0\.1 images/s, about {left} min "
        assert re.fullmatch(told + "of the stage left", line)
    assert re.fullmatch(rf"encoder step 5, rooms: .*abs_rel {number}.*", lines[2])
    assert lines[3].startswith("encoder step 5, street: ")


def test_nan_stops_a_run_and_its_last_checkpoint_goes_on(data, tmp_path, monkeypatch):
    settings = tiny_settings(stages=(stage(StageKind.ENCODER, steps=3),))
    row = STAGES[StageKind.ENCODER]
    losses = iter([1.0, float("nan")])
    spoilt = dataclasses.replace(row, loss=lambda context: row.loss(context) * next(losses))
    told = r"nan in step 2 of stage encoder; .*checkpoint.pt holds step 1 of stage encoder"
    with monkeypatch.context() as patch:
        patch.setitem(STAGES, StageKind.ENCODER, spoilt)
        with pytest.raises(run.TrainingDivergedError, match=told):
            train(settings, tmp_path / "run", data)
    assert [row[1] for row in read_log(tmp_path / "run")] == ["1"]
    train(settings, tmp_path / "run", data)
    assert [row[1] for row in read_log(tmp_path / "run")] == ["1", "2", "3"]


def test_the_product_is_a_pipeline_and_a_start_for_another_run(data, whole, tmp_path):
    weights = whole / "weights"
    index = json.loads((weights / "model_index.json").read_text())
    assert index["depth_space"] == "inverse_depth"
    assert index["initial_latent"] == "zeros"
    pipeline = LatentDepthPipeline.from_folder(weights)
    assert pipeline.vae.config.scaling_factor != 1
    half = sum(path.stat().st_size for path in weights.rglob("*.safetensors"))
    parameters = sum(
        p.numel()
        for m in (pipeline.vae, pipeline.unet, pipeline.conditioner)
        for p in m.parameters()
    )
    assert half < 2.2 * parameters + 60_000

    last = tiny_settings(stages=(stage(StageKind.END_TO_END, learning_rate=1e-12),))
    again = train(last, tmp_path / "second", data, init=weights)
    restored = LatentDepthPipeline.from_folder(again)
    assert restored.vae.config.scaling_factor == pipeline.vae.config.scaling_factor
    rgb = torch.rand(1, 3, 32, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1
    torch.testing.assert_close(
        restored(rgb).prediction, pipeline(rgb).prediction, atol=0.02, rtol=0
    )

    other = dataclasses.replace(TINY, unet_channels=(16, 32, 32))
    with pytest.raises(CheckpointError, match="another network"):
        train(tiny_settings(model=other), tmp_path / "third", data, init=weights)


def test_a_run_is_not_continued_with_other_networks(data, tmp_path):
    short = (stage(StageKind.ENCODER, steps=1),)
    train(tiny_settings(stages=short), tmp_path, data)
    other = dataclasses.replace(TINY, vae_width=16)
    with pytest.raises(run.CheckpointMismatchError, match="made with model"):
        train(tiny_settings(stages=short, model=other), tmp_path, data)


def test_a_finished_stage_goes_on_where_it_is_given_more(data, tmp_path):
    for steps in (1, 3, 3):
        train(tiny_settings(stages=(stage(StageKind.ENCODER, steps=steps),)), tmp_path, data)
    assert [row[1] for row in read_log(tmp_path)] == ["1", "2", "3"]


def test_a_checkpoint_of_another_version_is_refused(data, tmp_path):
    torch.save({"settings": "{}"}, tmp_path / "checkpoint.pt")
    with pytest.raises(run.CheckpointMismatchError, match=r"another version .* another run name"):
        train(tiny_settings(), tmp_path, data)


def test_learning_rate_warms_up_and_falls_to_the_final_share():
    chosen = stage(StageKind.ENCODER, warmup_steps=10, final_rate=0.1)
    assert learning_rate_factor(chosen, 4, 0.0) == pytest.approx(0.5)
    assert learning_rate_factor(chosen, 99, 0.5) == pytest.approx(0.55)
    assert learning_rate_factor(chosen, 99, 1.0) == pytest.approx(0.1)


def test_latents_are_scaled_on_the_way_in_and_out():
    vae = build_networks(TINY, seed=0).vae.eval()
    image = torch.rand(1, 3, 16, 24)
    with torch.no_grad():
        plain, restored = encode(vae, image), decode(vae, encode(vae, image))
        vae.register_to_config(scaling_factor=3.0)
        torch.testing.assert_close(encode(vae, image), 3 * plain)
        torch.testing.assert_close(decode(vae, encode(vae, image)), restored)


def test_batch_norm_folds_into_the_convolution():
    torch.manual_seed(0)
    conv = torch.nn.Conv2d(3, 5, 3, padding=1, bias=False)
    norm = torch.nn.BatchNorm2d(5, eps=BATCH_NORM_EPSILON).eval()
    norm.load_state_dict(
        {name: torch.rand(value.shape) + 0.5 for name, value in norm.state_dict().items()}
    )
    state = {f"c.{k}": v for k, v in conv.state_dict().items()}
    state |= {f"n.{k}": v for k, v in norm.state_dict().items()}
    folded = torch.nn.Conv2d(3, 5, 3, padding=1)
    _fold(folded, state, "c", "n")
    image = torch.rand(1, 3, 8, 8)
    torch.testing.assert_close(folded(image), norm(conv(image)))


def test_depth_errors_are_zero_up_to_scale_and_shift():
    inverse_depth = torch.linspace(0.1, 1, 30).square().reshape(5, 6)
    perfect = depth_errors(
        3 * inverse_depth - 7, torch.where(inverse_depth > 0.02, inverse_depth, -1)
    )
    assert perfect.abs_rel == pytest.approx(0, abs=1e-6)
    assert perfect.delta1 == 1
    assert depth_errors(-inverse_depth, inverse_depth).delta1 < 0.6


@pytest.mark.parametrize("supported", [True, False])
def test_bfloat16_where_the_hardware_has_it(monkeypatch, supported):
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: supported)
    with autocast(torch.device("cpu")):
        assert torch.is_autocast_enabled("cpu") == supported
