"""The paper's training: Stable Diffusion's U-Net learns the noise of depth latents (Eq. 2), resumable at any moment.

Order, timesteps and noise of a step are made from (seed, step) alone: a resumed run needs no generator's state, and
several GPUs see what one would have seen.
"""

import dataclasses
import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from torch import Tensor
from torch.optim.lr_scheduler import ReduceLROnPlateau

from spatial.training.checkpoint import (
    CHECKPOINT,
    CONFIG,
    CheckpointMismatchError,
    CsvLog,
    TrainingDivergedError,
)
from spatial.training.checkpoint import save_checkpoint as write_checkpoint
from spatial.training.latent_cache import Latents, LatentSet
from spatial.training.losses import diffusion_target
from spatial.training.paper_config import CHANGEABLE, PaperSettings
from spatial.training.paper_export import save_pipeline
from spatial.training.stable_diffusion import (
    BaseModel,
    Conditioning,
    PredictionType,
    build_sampler,
    empty_prompt_embedding,
    make_depth_unet,
)

LOG_HEADER = ("epoch", "step", "loss", "learning_rate")
VALIDATION_HEADER = ("epoch", "step", "loss", "learning_rate")
BETAS = (0.9, 0.999)
PLATEAU_FACTOR = 0.1
TARGETS = {PredictionType.EPSILON: "epsilon", PredictionType.V_PREDICTION: "v"}
# Far from the seeds of steps.
VALIDATION_SEED, ORDER_SEED = 1 << 40, 1 << 41


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperProgress:
    """What a progress callback gets after every optimizer step; `fraction` is of the whole run."""

    fraction: float
    step: int
    loss: float
    images_per_s: float


@dataclass(slots=True, kw_only=True)
class PaperRun:
    """Everything that lives as long as a run. `step` counts optimizer steps that are done."""

    settings: PaperSettings
    folder: Path
    accelerator: Accelerator
    unet: Any  # as accelerate wraps it
    optimizer: Any
    plateau: ReduceLROnPlateau
    alphas_cumprod: Tensor
    embedding: Tensor | None
    logs: tuple[CsvLog, CsvLog] | None
    step: int = 0
    saved_step: int | None = None


class _Draw(NamedTuple):
    """One part of a batch, [B, 4, h, w] each, timesteps [B]."""

    image: Tensor
    noisy: Tensor
    steps: Tensor
    target: Tensor


def train_paper(
    settings: PaperSettings,
    folder: Path,
    base: BaseModel,
    latents: tuple[LatentSet, LatentSet],
    *,
    accelerator: Accelerator,
    progress: Callable[[PaperProgress], None] | None = None,
) -> Path:
    """Train, or go on with an interrupted run.

    Args:
        settings: What to train.
        folder: Of the run: checkpoint, settings, logs and weights.
        base: The networks to start from.
        latents: Training and validation part.
        accelerator: Device, precision, accumulation and processes.
        progress: Called after every optimizer step.

    Returns:
        The folder of the finished pipeline.

    Raises:
        CheckpointMismatchError: `folder` holds a run with other settings.
        TrainingDivergedError: The loss is NaN or infinite.
        ValueError: Too few pairs for one batch, or a batch that cannot be dealt out to the processes.
    """
    training, validation = latents
    steps_per_epoch = len(training) // settings.batch_size
    total = settings.max_steps or steps_per_epoch * settings.epochs
    if steps_per_epoch == 0 or len(validation) == 0:
        raise ValueError(
            f"{len(training)} pairs to train on and {len(validation)} to validate: "
            f"too few for batches of {settings.batch_size}"
        )
    if settings.batch_size % (settings.accumulate * accelerator.num_processes):
        raise ValueError(
            f"batch_size {settings.batch_size} must be a multiple of accumulate {settings.accumulate} "
            f"times {accelerator.num_processes} processes"
        )
    folder.mkdir(parents=True, exist_ok=True)
    run = _prepare(settings, folder, base, accelerator)
    while run.step < total:
        started = time.perf_counter()
        epoch, place = divmod(run.step, steps_per_epoch)
        order = torch.randperm(
            len(training), generator=_generator(settings.seed, ORDER_SEED + epoch)
        )
        indices = order[place * settings.batch_size :][: settings.batch_size].tolist()
        loss = _step(run, training, indices)
        _log(run, 0, epoch, loss)
        if run.step % steps_per_epoch == 0 or run.step == total:
            loss_there = _validate(run, validation)
            run.plateau.step(loss_there)
            _log(run, 1, epoch, loss_there)
        if run.step % settings.checkpoint_steps == 0 or run.step == total:
            _save(run)
        if progress is not None:
            speed = settings.batch_size / max(time.perf_counter() - started, 1e-9)
            fraction = run.step / total
            progress(PaperProgress(fraction=fraction, step=run.step, loss=loss, images_per_s=speed))
    return _export(run, base)


def _prepare(
    settings: PaperSettings, folder: Path, base: BaseModel, accelerator: Accelerator
) -> PaperRun:
    saved = _load(folder / CHECKPOINT, settings)
    unet = make_depth_unet(base.unet, settings.conditioning)
    if saved is not None:
        unet.load_state_dict(saved["unet"])
    unet.train()
    optimizer = torch.optim.Adam(unet.parameters(), lr=settings.learning_rate, betas=BETAS)
    # `patience` bad epochs are put up with; the next one lowers the rate.
    plateau = ReduceLROnPlateau(
        optimizer, factor=PLATEAU_FACTOR, patience=settings.plateau_epochs - 1
    )
    unet, optimizer = accelerator.prepare(unet, optimizer)
    schedule = build_sampler(
        settings.sampler,
        base.noise,
        prediction_type=settings.prediction_type,
        spacing=settings.timestep_spacing,
        zero_terminal_snr=settings.zero_terminal_snr,
    )
    empty_prompt = settings.conditioning is Conditioning.EMPTY_PROMPT
    run = PaperRun(
        settings=settings,
        folder=folder,
        accelerator=accelerator,
        unet=unet,
        optimizer=optimizer,
        plateau=plateau,
        alphas_cumprod=schedule.alphas_cumprod,
        embedding=empty_prompt_embedding(base).to(accelerator.device) if empty_prompt else None,
        logs=_open_logs(folder) if accelerator.is_main_process else None,
    )
    if saved is not None:
        _restore(run, saved)
    if accelerator.is_main_process:
        (folder / CONFIG).write_text(settings.to_json())
    return run


def _open_logs(folder: Path) -> tuple[CsvLog, CsvLog]:
    return (
        CsvLog(folder / "log.csv", LOG_HEADER),
        CsvLog(folder / "validation.csv", VALIDATION_HEADER),
    )


def _step(run: PaperRun, data: LatentSet, indices: list[int]) -> float:
    """One optimizer step on the frames at `indices`; return the mean loss over all processes."""
    settings, accelerator = run.settings, run.accelerator
    parts = settings.accumulate * accelerator.num_processes
    generator = _generator(settings.seed, run.step)
    draws = _draw(run, data.take(indices), generator)
    losses = []
    for part in range(settings.accumulate):
        rows = slice(part * accelerator.num_processes + accelerator.process_index, None, parts)
        with accelerator.accumulate(run.unet):
            loss = _loss(run, _Draw(*(values[rows] for values in draws)))
            value = accelerator.reduce(loss.detach(), "mean").item()
            _check(run, value)
            accelerator.backward(loss)
            run.optimizer.step()
            run.optimizer.zero_grad()
        losses.append(value)
    run.step += 1
    return sum(losses) / len(losses)


def _draw(run: PaperRun, latents: Latents, generator: torch.Generator) -> _Draw:
    """Noise depth latents as Eq. 1 and say what is to be predicted."""
    count = len(latents.depth)
    steps = torch.randint(len(run.alphas_cumprod), (count,), generator=generator)
    noise = torch.randn(latents.depth.shape, generator=generator)
    noisy, target = diffusion_target(
        TARGETS[run.settings.prediction_type], latents.depth, noise, run.alphas_cumprod[steps]
    )
    return _Draw(latents.image, noisy, steps, target)


def _loss(run: PaperRun, draw: _Draw) -> Tensor:
    """Eq. 2: the mean squared error of the predicted noise (or v)."""
    image, noisy, steps, target = (values.to(run.accelerator.device) for values in draw)
    embedding = None if run.embedding is None else run.embedding.expand(len(image), -1, -1)
    predicted = run.unet(
        torch.cat([image, noisy], 1), steps, encoder_hidden_states=embedding, return_dict=False
    )[0]
    return F.mse_loss(predicted.float(), target)


def _validate(run: PaperRun, data: LatentSet) -> float:
    """Return the mean loss of the validation part, the same noise every time."""
    settings, accelerator = run.settings, run.accelerator
    count = min(len(data), settings.validation_pairs or len(data))
    mine = range(accelerator.process_index, count, accelerator.num_processes)
    total = torch.zeros(2, device=accelerator.device)
    run.unet.eval()
    for index in mine:
        draw = _draw(run, data.take([index]), _generator(settings.seed, VALIDATION_SEED + index))
        with torch.no_grad():
            total += torch.stack([_loss(run, draw), torch.ones((), device=accelerator.device)])
    run.unet.train()
    loss, pairs = accelerator.reduce(total, "sum").tolist()
    _check(run, loss)
    return loss / pairs


def _check(run: PaperRun, loss: float) -> None:
    if math.isfinite(loss):
        return
    kept = "no checkpoint was made yet"
    if run.saved_step is not None:
        kept = f"{run.folder / CHECKPOINT} holds step {run.saved_step}"
    raise TrainingDivergedError(
        f"the loss is {loss} in step {run.step + 1}; {kept}. Go on with a lower --learning-rate, "
        "or --mixed-precision bf16 or no"
    )


def _generator(seed: int, number: int) -> torch.Generator:
    return torch.Generator().manual_seed((seed << 42) + number)


def _log(run: PaperRun, which: int, epoch: int, loss: float) -> None:
    if run.logs is not None:
        rate = run.optimizer.param_groups[0]["lr"]
        run.logs[which].append((epoch, run.step, f"{loss:.6f}", f"{rate:.3g}"))


def _save(run: PaperRun) -> None:
    run.saved_step = run.step
    accelerator = run.accelerator
    if run.logs is None:
        return
    write_checkpoint(
        run.folder,
        {
            "settings": run.settings.to_json(),
            "step": run.step,
            "unet": accelerator.unwrap_model(run.unet).state_dict(),
            "optimizer": run.optimizer.state_dict(),
            "plateau": run.plateau.state_dict(),
            "scaler": None if accelerator.scaler is None else accelerator.scaler.state_dict(),
            "log_bytes": [log.size() for log in run.logs],
        },
    )


def _load(path: Path, settings: PaperSettings) -> dict[str, Any] | None:
    if not path.exists():
        return None
    content = torch.load(path, map_location="cpu", weights_only=True)
    saved, wanted = (json.loads(text) for text in (content["settings"], settings.to_json()))
    for name in wanted.keys() - CHANGEABLE:
        if saved.get(name) != wanted[name]:
            raise CheckpointMismatchError(
                f"{path} was made with {name} {saved.get(name)}, not {wanted[name]}; use another run name"
            )
    return content


def _restore(run: PaperRun, saved: dict[str, Any]) -> None:
    run.step = run.saved_step = saved["step"]
    run.optimizer.load_state_dict(saved["optimizer"])
    patience = run.plateau.patience
    run.plateau.load_state_dict(saved["plateau"])
    run.plateau.patience = patience
    change = run.settings.learning_rate / json.loads(saved["settings"])["learning_rate"]
    for group in run.optimizer.param_groups:
        group["lr"] *= change
    if run.accelerator.scaler is not None and saved["scaler"] is not None:
        run.accelerator.scaler.load_state_dict(saved["scaler"])
    if run.logs is not None:
        for log, size in zip(run.logs, saved["log_bytes"], strict=True):
            log.cut(size)


def _export(run: PaperRun, base: BaseModel) -> Path:
    """Write the pipeline once, and wait for it everywhere."""
    target = run.folder / "weights"
    if run.accelerator.is_main_process:
        unet: Any = run.accelerator.unwrap_model(run.unet)
        trained = dataclasses.replace(base, unet=unet)
        save_pipeline(trained, run.settings, target, steps=run.step)
    run.accelerator.wait_for_everyone()
    return target
