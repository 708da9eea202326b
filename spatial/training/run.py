"""The run loop of every recipe: stages, progress, resume, divergence, checkpoint, CSV.

`train` runs the stages, `_run_stage` is the loop; a `Recipe` says what is trained.
"""

import csv
import dataclasses
import json
import logging
import math
import os
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from spatial.training.recipe import Recipe, RunSettings, RunState

logger = logging.getLogger(__name__)

CHECKPOINT, CONFIG, WEIGHTS = "checkpoint.pt", "config.json", "weights"
CHECKPOINT_FORMAT = 2
LOG_HEADER = ("stage", "step", "images", "minutes", "loss", "learning_rate", "images_per_s")
VALIDATION_HEADER = ("stage", "step", "set", "figure", "value")
LOSS_MEMORY = 0.97


class CheckpointMismatchError(ValueError):
    """A run folder holds a run that cannot be continued with these settings."""


class TrainingDivergedError(RuntimeError):
    """The loss is no longer a number; the last good checkpoint is kept."""


ProgressCallback = Callable[[RunState], None]


class CsvLog:
    """A CSV file that can be cut back to where a checkpoint was made."""

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self.path = path
        if not path.exists():
            self.append(header)

    def append(self, row: Sequence[object]) -> None:
        """Add a row at the end."""
        with self.path.open("a", newline="") as file:
            csv.writer(file).writerow(row)

    def size(self) -> int:
        """Return the length in bytes."""
        return self.path.stat().st_size

    def cut(self, size: int) -> None:
        """Drop what was written after `size` bytes: a resumed run writes it again."""
        os.truncate(self.path, min(size, self.size()))


@dataclass(slots=True, kw_only=True)
class _Run:
    """Everything that lives as long as a run; without logs it is not the one that writes."""

    recipe: Recipe
    folder: Path
    logs: tuple[CsvLog, CsvLog] | None
    state: RunState = field(default_factory=RunState)
    saved: RunState | None = None

    def refuse_divergence(self, loss: float) -> None:
        if math.isfinite(loss):
            return
        kept = "no checkpoint was made yet"
        if self.saved is not None:
            path = self.folder / CHECKPOINT
            kept = f"{path} holds step {self.saved.step} of stage {self.saved.stage}"
        raise TrainingDivergedError(
            f"the loss is {loss} in step {self.state.step + 1} of stage {self.state.stage}; "
            f"{kept}. {self.recipe.advice}"
        )


def train(recipe: Recipe, folder: Path, *, progress: ProgressCallback | None = None) -> Path:
    """Run all stages, or what is left of an interrupted run.

    Args:
        recipe: What to train.
        folder: Of the run: checkpoint, settings, logs and weights.
        progress: Called after every step.

    Returns:
        The folder of the finished pipeline.

    Raises:
        CheckpointMismatchError: `folder` holds a run that these settings cannot continue.
        TrainingDivergedError: A loss is NaN or infinite; the last checkpoint stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    saved = load_checkpoint(folder, recipe.settings)
    logs = None
    if recipe.is_main:
        log = CsvLog(folder / "log.csv", LOG_HEADER)
        logs = (log, CsvLog(folder / "validation.csv", VALIDATION_HEADER))
        (folder / CONFIG).write_text(recipe.settings.to_json())
    run = _Run(recipe=recipe, folder=folder, logs=logs)
    if saved is not None:
        _restore(run, saved)
    for stage in recipe.stages:
        resumed = saved is not None and run.state.stage == stage
        if stage in run.state.done and not resumed:
            continue
        if not resumed:
            run.state = RunState(stage=stage, done=run.state.done)
        recipe.begin(stage, saved["training"] if saved and resumed else None)
        # A finished stage goes on where it is given more.
        if stage not in run.state.done or recipe.share_done(run.state) < 1:
            _run_stage(run, progress)
    return recipe.export(folder / WEIGHTS, run.state)


def _run_stage(run: _Run, progress: ProgressCallback | None) -> None:
    recipe, state = run.recipe, run.state
    last_save = state.minutes
    while recipe.share_done(state) < 1:
        started = time.perf_counter()
        loss, images = recipe.step(state, run.refuse_divergence)
        memory = LOSS_MEMORY if state.step else 0.0
        state.loss = memory * state.loss + (1 - memory) * loss
        state.step += 1
        state.images += images
        minute = int(state.minutes)
        state.minutes += (time.perf_counter() - started) / 60
        _log_step(run)
        if progress is not None:
            progress(state)
        if run.logs is not None and int(state.minutes) > minute:
            logger.info("%s", progress_line(state, recipe.share_done(state)))
        if _is_due(recipe.validate_every, state) and recipe.share_done(state) < 1:
            _validate(run)
        minutes = state.minutes - last_save
        if _is_due(recipe.checkpoint_every, state) or minutes >= recipe.checkpoint_minutes:
            last_save = state.minutes
            _save(run)
            recipe.refresh()
    recipe.end()
    _validate(run)
    state.done = tuple(dict.fromkeys((*state.done, state.stage)))
    _save(run)


def _is_due(every: int, state: RunState) -> bool:
    return every > 0 and state.step % every == 0


def _log_step(run: _Run) -> None:
    state = run.state
    if run.logs is not None and _is_due(run.recipe.log_every, state):
        rate = run.recipe.optimizer.param_groups[0]["lr"]
        numbers = (f"{state.minutes:.2f}", f"{state.loss:.5f}", f"{rate:.3g}")
        speed = f"{state.images_per_s:.2f}"
        run.logs[0].append((state.stage, state.step, state.images, *numbers, speed))


def progress_line(state: RunState, share_done: float) -> str:
    """Return one line: stage, step, loss, images a second and the minutes that are left of it."""
    left = math.ceil(state.minutes * (1 - share_done) / max(share_done, 1e-9))
    return (
        f"{state.stage} step {state.step}: loss {state.loss:.4f}, "
        f"{state.images_per_s:.1f} images/s, about {left} min of the stage left"
    )


def _validate(run: _Run) -> None:
    told: dict[str, list[str]] = defaultdict(list)
    place = (run.state.stage, run.state.step)
    for figure in run.recipe.validate():
        if figure.name == "loss":
            run.refuse_divergence(figure.value)
        if run.logs is not None:
            run.logs[1].append((*place, figure.set_name, figure.name, f"{figure.value:.6g}"))
            told[figure.set_name].append(f"{figure.name} {figure.value:.4g}")
    for name, figures in told.items():
        logger.info("%s step %d, %s: %s", *place, name, ", ".join(figures))


def _save(run: _Run) -> None:
    run.saved = dataclasses.replace(run.state)
    if run.logs is None:
        return
    content = {
        "format": CHECKPOINT_FORMAT,
        "settings": run.recipe.settings.to_json(),
        "state": dataclasses.asdict(run.state),
        "networks": run.recipe.networks_state(),
        "training": run.recipe.training_state(),
        "log_bytes": [log.size() for log in run.logs],
    }
    # Renamed as a whole: a kill leaves the old one.
    partial = run.folder / (CHECKPOINT + ".partial")
    torch.save(content, partial)
    partial.replace(run.folder / CHECKPOINT)


def load_checkpoint(folder: Path, settings: RunSettings) -> dict[str, Any] | None:
    """Return what a run saved, None for a new run.

    Raises:
        CheckpointMismatchError: The run was made by an older version, or with other settings.
    """
    path = folder / CHECKPOINT
    if not path.exists():
        return None
    content = torch.load(path, map_location="cpu", weights_only=True)
    if content.get("format") != CHECKPOINT_FORMAT:
        raise CheckpointMismatchError(
            f"{path} was written by another version of this program; use another run name, "
            f"and --init with its {WEIGHTS} where it has some"
        )
    saved, wanted = (json.loads(text) for text in (content["settings"], settings.to_json()))
    for name in sorted(settings.FIXED):
        if saved.get(name) != wanted[name]:
            raise CheckpointMismatchError(
                f"{path} was made with {name} {saved.get(name)}, not {wanted[name]}; "
                "use another run name"
            )
    return content


def _restore(run: _Run, saved: dict[str, Any]) -> None:
    state = saved["state"] | {"done": tuple(saved["state"]["done"])}
    run.state, run.saved = RunState(**state), RunState(**state)
    run.recipe.load_networks(saved["networks"])
    if run.logs is not None:
        for log, size in zip(run.logs, saved["log_bytes"], strict=True):
            log.cut(size)
