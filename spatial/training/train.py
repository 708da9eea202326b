"""Train the compact depth model: stages one after the other, resumable at any moment.

Read top to bottom: `train` runs the stages, `_run_stage` is the loop, the rest serves it.
"""

import dataclasses
import functools
import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils import convert_conv2d_weight_memory_format

from spatial.training.checkpoint import (
    CHECKPOINT,
    CONFIG,
    CsvLog,
    RunState,
    TrainingDivergedError,
    load_checkpoint,
    save_checkpoint,
)
from spatial.training.config import StageKind, StageSettings, TrainSettings
from spatial.training.export import load_components, save_weights
from spatial.training.models import Networks, build_networks, decode, encode_map
from spatial.training.sources import TrainingData
from spatial.training.stages import (
    STAGES,
    StepContext,
    autocast,
    measure_latent_scale,
    parameter_groups,
)
from spatial.training.validation import validate_depth, validate_round_trip

logger = logging.getLogger(__name__)

LOG_HEADER = ("stage", "step", "images", "minutes", "loss", "learning_rate", "images_per_s")
VALIDATION_HEADER = ("stage", "step", "set", "figure", "value")
VALIDATION_SIZE = (192, 256)
LOSS_MEMORY = 0.97


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainProgress:
    """What a progress callback gets: `fraction` is the share of the stage that is over."""

    stage: str
    fraction: float
    step: int
    loss: float
    images_per_s: float


ProgressCallback = Callable[[TrainProgress], None]


@dataclass(slots=True, kw_only=True)
class Run:
    """Everything that lives as long as a run."""

    settings: TrainSettings
    folder: Path
    data: TrainingData
    networks: Networks
    device: torch.device
    generator: torch.Generator
    log: CsvLog
    validation_log: CsvLog
    state: RunState = field(default_factory=RunState)

    def context(self, stage: StageSettings) -> StepContext:
        """Return what the losses of `stage` need."""
        return StepContext(
            networks=self.networks,
            mix=self.data.mix,
            photos=self.data.photos,
            stage=stage,
            parameterization=self.settings.parameterization,
            generator=self.generator,
            device=self.device,
        )


def train(
    settings: TrainSettings,
    folder: Path,
    data: TrainingData,
    *,
    init: Path | None = None,
    device: torch.device | None = None,
    progress: ProgressCallback | None = None,
) -> Path:
    """Run all stages, or those that are left of an interrupted run.

    Args:
        settings: What to train.
        folder: Folder of the run: checkpoint, config, logs and weights.
        data: Training data.
        init: A saved pipeline folder to start from instead of ImageNet and random weights.
        device: Where to train; the CPU by default.
        progress: Called after every step.

    Returns:
        The folder of the finished pipeline.

    Raises:
        CheckpointMismatchError: Where `folder` holds a run with other networks.
        CheckpointError: Where `init` does not fit the settings.
        TrainingDivergedError: Where a loss is NaN or infinite; the last checkpoint stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    device = device or torch.device("cpu")
    saved = load_checkpoint(folder, settings)
    run = Run(
        settings=settings,
        folder=folder,
        data=data,
        networks=build_networks(settings.model, settings.seed),
        device=device,
        generator=torch.Generator().manual_seed(settings.seed),
        log=CsvLog(folder / "log.csv", LOG_HEADER),
        validation_log=CsvLog(folder / "validation.csv", VALIDATION_HEADER),
    )
    if saved is not None:
        _restore(run, saved)
    elif init is not None:
        load_components(run.networks, init)
    (folder / CONFIG).write_text(settings.to_json())
    run.networks.to(device)
    convert_conv2d_weight_memory_format(run.networks, torch.channels_last)
    for stage in settings.stages:
        if stage.name not in run.state.done:
            resumed = saved if run.state.stage == stage.name else None
            _run_stage(run, stage, resumed, progress)
    return save_weights(run.networks, settings, folder / "weights")


def _run_stage(
    run: Run,
    stage: StageSettings,
    saved: dict[str, Any] | None,
    progress: ProgressCallback | None,
) -> None:
    """Train one stage to its end and leave its averaged weights in the networks."""
    settings, state = run.settings, run.state
    groups = parameter_groups(run.networks, stage, settings.model.frozen_blocks)
    peak_rates = [group["lr"] for group in groups]
    parameters = [p for group in groups for p in group["params"]]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, stage.beta2), weight_decay=stage.weight_decay)
    average = [p.detach().clone() for p in parameters]
    if saved is None:
        run.state = state = RunState(stage=stage.name, done=state.done)
    else:
        optimizer.load_state_dict(saved["optimizer"])
        average = [p.to(run.device) for p in saved["average"]]
    run.networks.train()
    last_save = state.minutes
    while (fraction := stage.fraction_done(state.step, state.minutes)) < 1:
        started = time.perf_counter()
        factor = learning_rate_factor(stage, state.step, fraction)
        for group, peak in zip(optimizer.param_groups, peak_rates, strict=True):
            group["lr"] = peak * factor
        loss = STAGES[stage.kind].loss(run.context(stage))
        _refuse_divergence(run, loss.item())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, settings.gradient_clip)
        optimizer.step()
        _update_average(average, parameters, settings.ema_decay, state.step)
        _count(state, stage, loss.item(), time.perf_counter() - started)
        _report(run, stage, peak_rates[0] * factor, progress)
        if state.minutes - last_save >= settings.checkpoint_minutes:
            last_save = state.minutes
            _save(run, optimizer, average)
            run.data.refresh()
    with torch.no_grad():
        torch._foreach_copy_(parameters, average)
    _finish_stage(run, stage)


def _refuse_divergence(run: Run, loss: float) -> None:
    """Stop before a loss that is no number reaches the weights."""
    if math.isfinite(loss):
        return
    checkpoint = run.folder / CHECKPOINT
    kept = f"{checkpoint} is kept" if checkpoint.exists() else "no checkpoint was made yet"
    raise TrainingDivergedError(
        f"the loss is {loss} in step {run.state.step + 1} of stage {run.state.stage}; {kept}. "
        "Look for damaged depth in the data, or give the stage a smaller learning_rate"
    )


def learning_rate_factor(stage: StageSettings, step: int, fraction: float) -> float:
    """Return the share of the peak rate: linear warm-up, then a cosine down to `final_rate`."""
    warmup = min(1.0, (step + 1) / stage.warmup_steps)
    cosine = 0.5 * (1 + math.cos(math.pi * fraction))
    return warmup * (stage.final_rate + (1 - stage.final_rate) * cosine)


def _update_average(
    average: list[Tensor], parameters: list[Tensor], decay: float, step: int
) -> None:
    """Exponential moving average; a low decay at first lets it leave the random weights."""
    ramped = min(decay, (2 + step) / (21 + step))
    with torch.no_grad():
        torch._foreach_lerp_(average, parameters, 1 - ramped)


def _count(state: RunState, stage: StageSettings, loss: float, seconds: float) -> None:
    state.loss = loss if state.step == 0 else LOSS_MEMORY * state.loss + (1 - LOSS_MEMORY) * loss
    state.step += 1
    state.images += stage.batch_size
    state.minutes += seconds / 60


def _report(run: Run, stage: StageSettings, rate: float, progress: ProgressCallback | None) -> None:
    state = run.state
    images_per_s = state.images / (60 * max(state.minutes, 1e-9))
    if state.step % run.settings.log_every == 0:
        numbers = (f"{state.minutes:.2f}", f"{state.loss:.5f}", f"{rate:.3g}")
        run.log.append((stage.name, state.step, state.images, *numbers, f"{images_per_s:.2f}"))
    if progress is not None:
        progress(
            TrainProgress(
                stage=stage.name,
                fraction=stage.fraction_done(state.step, state.minutes),
                step=state.step,
                loss=state.loss,
                images_per_s=images_per_s,
            )
        )


def _finish_stage(run: Run, stage: StageSettings) -> None:
    """Measure on the validation split, then mark the stage as done."""
    run.networks.eval()
    if stage.kind is StageKind.VAE:
        scale = measure_latent_scale(run.context(stage))
        run.networks.vae.register_to_config(scaling_factor=scale)
    _validate(run, stage)
    run.state = RunState(done=(*run.state.done, stage.name))
    _save(run, None, [])


def _validate(run: Run, stage: StageSettings) -> None:
    context = run.context(stage)
    predict = STAGES[stage.kind].predict

    def round_trip(target: Tensor) -> Tensor:
        return decode(run.networks.vae, encode_map(run.networks.vae, target))

    place = {"size": VALIDATION_SIZE, "device": run.device}
    for name, images in run.data.mix.validation.items():
        part = images.take(range(min(len(images.rgb), run.settings.validation_images)))
        with torch.no_grad(), autocast(run.device):
            if predict is None:
                figures = validate_round_trip(round_trip, part, **place)
            else:
                figures = validate_depth(functools.partial(predict, context), part, **place)
        for figure, value in figures.items():
            run.validation_log.append((stage.name, run.state.step, name, figure, f"{value:.4f}"))
            logger.info("%s %s: %s %.4f", stage.name, name, figure, value)


def _save(run: Run, optimizer: torch.optim.Optimizer | None, average: list[Tensor]) -> None:
    save_checkpoint(
        run.folder,
        {
            "settings": run.settings.to_json(),
            "state": dataclasses.asdict(run.state),
            "networks": run.networks.state_dict(),
            "scaling_factor": float(run.networks.vae.config["scaling_factor"]),
            "optimizer": None if optimizer is None else optimizer.state_dict(),
            "average": average,
            "generator": run.generator.get_state(),
            "log_bytes": [run.log.size(), run.validation_log.size()],
        },
    )


def _restore(run: Run, saved: dict[str, Any]) -> None:
    run.networks.load_state_dict(saved["networks"])
    run.networks.vae.register_to_config(scaling_factor=saved["scaling_factor"])
    run.generator.set_state(saved["generator"])
    state: dict[str, Any] = saved["state"]
    run.state = RunState(**state)
    run.state.done = tuple(state["done"])
    for log, size in zip((run.log, run.validation_log), saved["log_bytes"], strict=True):
        log.cut(size)
