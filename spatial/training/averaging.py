"""One pipeline out of several runs from one start: the mean of their weights.

Runs that continue the same weights on other draws of the data end near each other; their mean errs
less than each of them and costs as much as one (M. Wortsman et al., "Model soups", ICML 2022).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from spatial.depth.checkpoint import INDEX_FILE
from spatial.depth.errors import CheckpointError
from spatial.depth.model_files import read_json
from spatial.depth.pipeline import LatentDepthPipeline
from spatial.formats import OutputError
from spatial.training.export import ORIGIN, write_pipeline

_VERSION = "_diffusers_version"


def average_pipelines(folders: Sequence[Path], target: Path) -> Path:
    """Write the pipeline of the mean weights of `folders`, in float16; return `target`.

    Args:
        folders: Two or more pipeline folders with the same networks, scheduler and settings.
        target: A folder that does not exist yet; it appears as a whole.

    Raises:
        CheckpointError: A folder cannot be loaded, or its configuration is not that of the first;
            or there are fewer than two.
        OutputError: `target` is there.
    """
    if len(folders) < 2:
        raise CheckpointError(f"an average needs at least two folders, got {len(folders)}")
    if target.exists():
        raise OutputError(f"{target} is there already; choose another folder")
    first, *others = folders
    for folder in others:
        _refuse_another_configuration(folder, first)
    mean = LatentDepthPipeline.from_folder(first)
    means = _networks(mean)
    for count, folder in enumerate(others, start=2):
        for name, network in _networks(LatentDepthPipeline.from_folder(folder)).items():
            so_far: list[Tensor] = list(means[name].parameters())
            added: list[Tensor] = list(network.parameters())
            torch._foreach_lerp_(so_far, added, 1 / count)
    for network in means.values():
        network.half()
    target.parent.mkdir(parents=True, exist_ok=True)
    return write_pipeline(mean, target)


def _networks(pipeline: LatentDepthPipeline) -> dict[str, nn.Module]:
    parts = pipeline.components.items()
    return {name: part for name, part in parts if isinstance(part, nn.Module)}


def _refuse_another_configuration(folder: Path, first: Path) -> None:
    ours, theirs = _configuration(folder), _configuration(first)
    for file in sorted({*ours, *theirs}):
        if ours.get(file) != theirs.get(file):
            raise CheckpointError(
                f"{folder / file} is not as in {first}: only like can be averaged"
            )


def _configuration(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what the JSON files of a pipeline say, but for the library's version and origin."""
    paths = [folder / INDEX_FILE, *folder.glob("*/*config.json")]
    left_out = {_VERSION: None, ORIGIN: None}
    return {path.relative_to(folder).as_posix(): read_json(path) | left_out for path in paths}
