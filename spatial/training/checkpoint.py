"""The state of a run on the disk: one file, replaced as a whole, and CSV logs that follow it."""

import csv
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from spatial.training.config import TrainSettings

CHECKPOINT = "checkpoint.pt"
CONFIG = "config.json"


class CheckpointMismatchError(ValueError):
    """A run folder holds a run that cannot be continued with these settings."""


class TrainingDivergedError(RuntimeError):
    """The loss is no longer a number; the last good checkpoint is kept."""


@dataclass(slots=True, kw_only=True)
class RunState:
    """Where a run stands. `step`, `minutes` and `images` count within the stage."""

    stage: str = ""
    step: int = 0
    minutes: float = 0.0
    images: int = 0
    loss: float = 0.0
    done: tuple[str, ...] = ()


def save_checkpoint(folder: Path, content: dict[str, Any]) -> None:
    """Write `content` under a temporary name and rename it: a kill leaves the old one whole."""
    partial = folder / (CHECKPOINT + ".partial")
    torch.save(content, partial)
    partial.replace(folder / CHECKPOINT)


def load_checkpoint(folder: Path, settings: TrainSettings) -> dict[str, Any] | None:
    """Return the saved content, None for a new run.

    Raises:
        CheckpointMismatchError: Where the run was made with other networks or another objective.
    """
    path = folder / CHECKPOINT
    if not path.exists():
        return None
    content = torch.load(path, map_location="cpu", weights_only=True)
    saved, wanted = (json.loads(text) for text in (content["settings"], settings.to_json()))
    for field in ("model", "parameterization"):
        if saved[field] != wanted[field]:
            raise CheckpointMismatchError(
                f"{path} has another {field}: {saved[field]}; use another run name"
            )
    return content


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
