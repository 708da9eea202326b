"""The whole recipe through the command line's door, on a tiny checkpoint and a small generated
tree.
"""

import argparse
import csv
import dataclasses
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from accelerate.state import AcceleratorState, GradientState, PartialState
from benchmark_app.server import free_port
from tiny_stable_diffusion import save_stable_diffusion, save_virtual_kitti

from spatial.depth.checkpoint import load_components
from spatial.depth.pipeline import LatentDepthPipeline
from spatial.settings import DepthSettings
from spatial.training import cli, latent_cache
from spatial.training.latent_cache import LatentSet, cache_folder
from spatial.training.paper import PaperRecipe
from spatial.training.paper_config import (
    PAPER_CONFIGS,
    PaperSettings,
    PredictionType,
    read_paper_settings,
)
from spatial.training.stable_diffusion import load_base
from spatial.training.virtual_kitti import SplitRule, list_frames, split_frames

SMALL = ("--width", "64", "--height", "32", "--batch-size", "4", "--learning-rate", "1e-3")
TRAIN_PAIRS = 16  # 80 % of 20


class KilledError(Exception):
    pass


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    root = tmp_path_factory.mktemp("paper")
    base = save_stable_diffusion(root / "sd2")
    data = save_virtual_kitti(root / "vkitti2", scenes={"Scene01": 3, "Scene02": 1, "Scene20": 1})
    return {"--base": str(base), "--data": str(data), "--runs": str(root / "runs")}


@pytest.fixture(autouse=True)
def fresh_accelerator():
    AcceleratorState._reset_state(reset_partial_state=True)
    GradientState._reset_state()


def parse(*words):
    parser = argparse.ArgumentParser()
    cli.add_arguments(parser)
    return parser.parse_args(words)


def train(places, name, *flags, progress=None, config="vkitti2"):
    where = [word for pair in places.items() for word in pair]
    args = parse("--config", config, "--run", name, *where, *SMALL, *flags)
    code = cli.run(args, progress)
    return code, cli.runs_folder(args.runs) / name


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def curve(folder):
    return [(row["step"], row["loss"], row["learning_rate"]) for row in rows(folder / "log.csv")]


def figures(folder, name):
    found = (row for row in rows(folder / "validation.csv") if row["figure"] == name)
    return [float(row["value"]) for row in found]


@pytest.fixture(scope="module")
def trained(places):
    code, folder = train(places, "whole", "--epochs", "2", "--checkpoint-steps", "3")
    assert code == 0
    return folder


def test_the_defaults_are_the_papers():
    paper = PAPER_CONFIGS["vkitti2"]
    assert (paper.width, paper.height, paper.batch_size, paper.epochs) == (1216, 320, 8, 2)
    assert (paper.learning_rate, paper.plateau_epochs, paper.denoising_steps) == (3e-5, 3, 40)
    assert paper.prediction_type.value == "epsilon"
    assert paper.sampler.value == "ddpm"
    assert paper.conditioning.value == "self"
    assert paper.depth_resize.value == "bilinear"
    assert paper.split.value == "random"
    assert paper.max_depth_m == 80


def test_it_learns_and_writes_its_curve(trained):
    log = rows(trained / "log.csv")
    assert [int(row["step"]) for row in log] == list(range(1, 2 * TRAIN_PAIRS // 4 + 1))
    validation = figures(trained, "loss")
    assert len(validation) == 2
    assert validation[1] < validation[0]


def test_the_pipeline_runs_and_says_what_it_is(trained):
    pipeline = LatentDepthPipeline.from_folder(trained / "weights")
    assert (pipeline.depth_space.value, pipeline.depth_kind.value) == ("depth", "affine_invariant")
    assert type(pipeline.scheduler).__name__ == "DDPMScheduler"
    assert pipeline.scheduler.config["num_train_timesteps"] == 1000
    assert pipeline.config["default_denoising_steps"] == 40
    assert pipeline.text_encoder is None
    rgb = torch.rand(1, 3, 32, 64) * 2 - 1
    output = pipeline(rgb, DepthSettings(ensemble_size=2, denoising_steps=3))
    assert output.prediction.shape == (32, 64)
    assert output.uncertainty is not None
    assert output.uncertainty.shape == output.prediction.shape
    assert torch.isfinite(output.uncertainty).all()


def test_the_vae_stays_as_it_was(places, trained):
    before = load_base(places["--base"], with_text=False).vae.state_dict()
    after = load_components(trained / "weights").components["vae"].state_dict()
    for name, weight in before.items():
        torch.testing.assert_close(after[name], weight.half().float())


def test_a_killed_run_goes_on_with_the_same_curve(places, trained):
    def kill(step):
        if step.step == 5:
            raise KilledError

    flags = ("--epochs", "2", "--checkpoint-steps", "3")
    with pytest.raises(KilledError):
        train(places, "killed", *flags, progress=kill)
    AcceleratorState._reset_state(reset_partial_state=True)
    code, folder = train(places, "killed", *flags)
    assert code == 0
    assert curve(folder) == curve(trained)
    assert rows(folder / "validation.csv") == rows(trained / "validation.csv")


def test_accumulated_parts_give_the_curve_of_the_whole_batch(places, trained, capsys):
    code, folder = train(places, "parts", "--accumulate", "2", "--max-steps", "4")
    assert code == 0
    wanted = [float(row["loss"]) for row in rows(trained / "log.csv")]
    losses = [float(row["loss"]) for row in rows(folder / "log.csv")]
    assert losses == pytest.approx(wanted[:4], rel=1e-3)
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith("diffusion step 4, validation: loss ")
    assert len(told) == 1


@pytest.fixture
def group_of_two(monkeypatch):
    """What `accelerate launch` sets for each process; on the CPU they talk through gloo."""
    group = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
    first, second = ({**group, "RANK": rank, "LOCAL_RANK": rank} for rank in "01")
    for name, value in first.items():
        monkeypatch.setenv(name, value)
    yield {**os.environ, **second, "OMP_NUM_THREADS": "1"}
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def test_two_processes_give_the_curve_of_one(places, trained, tmp_path, group_of_two):
    """This process is the first."""
    alone = {**places, "--runs": str(tmp_path)}
    flags = ("--device", "cpu", "--max-steps", "2")
    words = [word for pair in alone.items() for word in pair]
    command = ["-m", "spatial", "train", "--config", "vkitti2", "--run", "two", *words, *SMALL]
    with subprocess.Popen([sys.executable, *command, *flags], env=group_of_two) as second:
        code, folder = train(alone, "two", *flags)
        assert PartialState().num_processes == 2
        torch.distributed.destroy_process_group()  # the other waits for it
    assert (code, second.returncode) == (0, 0)
    losses = [float(row["loss"]) for row in rows(folder / "log.csv")]
    wanted = [float(row["loss"]) for row in rows(trained / "log.csv")]
    assert losses == pytest.approx(wanted[:2], rel=1e-4)


def test_latents_are_made_once(places, trained, monkeypatch):
    def refuse(*_):
        raise KilledError

    monkeypatch.setattr(latent_cache, "load_pair", refuse)
    code, _ = train(places, "cached", "--max-steps", "1", "--prediction-type", "v_prediction")
    assert code == 0


def test_v_from_the_empty_prompt_in_one_step(places):
    flags = ("--conditioning", "empty_prompt", "--max-steps", "1", "--mixed-precision", "bf16")
    code, folder = train(places, "one-step", *flags, config="vkitti2-one-step")
    assert code == 0
    pipeline = LatentDepthPipeline.from_folder(folder / "weights")
    assert pipeline.scheduler.config["prediction_type"] == "v_prediction"
    assert pipeline.scheduler.config["rescale_betas_zero_snr"]
    assert pipeline.text_encoder is not None
    output = pipeline(torch.zeros(1, 3, 32, 64), DepthSettings(processing_resolution_px=64))
    assert output.prediction.shape == (32, 64)


def test_a_damaged_pair_is_left_out_counted_and_named(places, tmp_path, caplog):
    data = save_virtual_kitti(tmp_path / "data", scenes={"Scene01": 6})
    broken = data / "Scene01/clone/frames/depth/Camera_1/depth_00002.png"
    broken.write_bytes(broken.read_bytes()[:50])
    runs = tmp_path / "runs"
    changed = {**places, "--data": str(data), "--runs": str(runs)}
    assert train(changed, "run", "--max-steps", "1")[0] == 0
    assert "1 damaged pairs are skipped" in caplog.text
    assert str(broken) in caplog.text
    (cache,) = runs.glob("latents-*")
    assert len(LatentSet(cache, list_frames(data))) == 23


def test_a_full_disk_is_told_before_encoding(places, tmp_path, monkeypatch, capsys):
    usage = latent_cache.shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(latent_cache.shutil, "disk_usage", lambda _: usage)
    code, _ = train({**places, "--runs": str(tmp_path)}, "run")
    assert code == 2
    assert "0.00 GB are free" in capsys.readouterr().err


def test_nan_stops_and_the_last_checkpoint_stays(places, monkeypatch, capsys):
    def spoil(step):
        if step.step == 3:
            monkeypatch.setattr(LatentSet, "take", spoiled)

    def spoiled(self, indices):
        latents = take(self, indices)
        return latents._replace(depth=latents.depth * math.nan)

    take = LatentSet.take
    code, folder = train(places, "nan", "--checkpoint-steps", "2", progress=spoil)
    assert code == 2
    assert "step 4" in (told := capsys.readouterr().err)
    assert f"{folder / 'checkpoint.pt'} holds step 2" in told
    saved = torch.load(folder / "checkpoint.pt", weights_only=True)
    assert saved["state"]["step"] == 2
    assert all(torch.isfinite(weight).all() for weight in saved["networks"].values())


def test_the_rate_falls_after_three_epochs_without_progress(places, monkeypatch):
    monkeypatch.setattr(PaperRecipe, "_validation_loss", lambda _: 1.0)
    code, folder = train(places, "plateau", "--epochs", "5", "--batch-size", "16")
    assert code == 0
    rates = figures(folder, "learning_rate")
    assert rates == pytest.approx([1e-3, 1e-3, 1e-3, 1e-4, 1e-4])


def test_other_settings_do_not_continue_a_run(places, trained, capsys):
    code, _ = train(places, "whole", "--prediction-type", "v_prediction")
    assert code == 2
    assert "prediction_type epsilon, not v_prediction" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--stage-minutes", "s0=1"), "--stage-minutes belongs to the compact configs"),
        (("--batch-size", "6", "--accumulate", "4"), "multiple of accumulate"),
        (("--batch-size", "64"), "too few for batches of 64"),
        (("--zero-terminal-snr",), "needs prediction_type v_prediction"),
        (("--base", "/nowhere"), "there is no folder"),
    ],
)
def test_a_wrong_flag_is_one_line_and_code_2(places, capsys, flags, message):
    assert train(places, "wrong", *flags)[0] == 2
    errors = capsys.readouterr().err.strip().splitlines()
    assert len(errors) == 1
    assert message in errors[0]


def test_flags_reach_the_settings():
    flags = ("--max-depth-m", "none", "--split", "by_scene", "--prediction-type", "v_prediction")
    args = parse("--config", "vkitti2", "--data", "d", *flags, "--zero-terminal-snr")
    assert read_paper_settings(args) == PaperSettings(
        max_depth_m=None,
        split=SplitRule.BY_SCENE,
        prediction_type=PredictionType.V_PREDICTION,
        zero_terminal_snr=True,
    )


def test_another_size_or_vae_is_another_cache(tmp_path):
    pairs = PaperSettings()
    first = cache_folder(tmp_path, tmp_path, pairs, "a")
    other = dataclasses.replace(pairs, width=640)
    assert len({first, cache_folder(tmp_path, tmp_path, other, "a")}) == 2
    assert first != cache_folder(tmp_path, tmp_path, pairs, "b")


def test_cached_latents_are_those_of_the_depth_pipeline(places, trained):
    frames = list_frames(Path(places["--data"]))
    split = split_frames(frames, SplitRule.RANDOM, 0)
    (cache,) = trained.parent.glob("latents-*")
    latents = LatentSet(cache, split.validation).take([1, 0])
    assert latents.image.shape == latents.depth.shape == (2, 4, 4, 8)
    base = load_base(places["--base"], with_text=False)
    pair = latent_cache.load_pair(split.validation[0], PaperSettings(width=64, height=32))
    encoded = (
        base.vae.encode(torch.from_numpy(pair.rgb)[None], return_dict=False)[0].mode() * 0.18215
    )
    torch.testing.assert_close(latents.image[1], encoded[0], atol=2e-3, rtol=2e-3)
    assert json.loads((trained / "weights" / "training.json").read_text())["steps"] == 8
