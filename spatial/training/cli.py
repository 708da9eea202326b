"""`python -m spatial train`: flags to settings, and one call. The only door to the environment."""

import argparse
import dataclasses
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from accelerate import Accelerator

from spatial.depth.errors import CheckpointError, EstimatorError, HubUnreachableError
from spatial.depth.estimators import check_device
from spatial.training.compact import CompactRecipe
from spatial.training.config import TrainSettings
from spatial.training.data import TrainingDataError
from spatial.training.imagenet import MissingImageNetWeightsError
from spatial.training.latent_cache import Encoder, LatentSet, cache_folder, encode_frames
from spatial.training.paper import PaperRecipe
from spatial.training.paper_config import (
    AUTOCAST,
    PAPER_CONFIGS,
    add_paper_flags,
    read_paper_settings,
)
from spatial.training.recipe import Recipe
from spatial.training.recipes import CONFIGS
from spatial.training.run import (
    CheckpointMismatchError,
    ProgressCallback,
    TrainingDivergedError,
    train,
)
from spatial.training.sources import DataFolders, TrainingData
from spatial.training.stable_diffusion import Conditioning, load_base
from spatial.training.virtual_kitti import list_frames, split_frames

DEFAULT_RUNS = "~/spatial-runs"
COMPACT_FLAGS = ("photos", "scenes", "init", "stage_minutes", "steps")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of `train`."""
    configs = [*CONFIGS, *PAPER_CONFIGS]
    parser.add_argument("--config", choices=sorted(configs), default="compact")
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        help="folder with one folder for each set of the mix, or of Virtual KITTI 2",
    )
    parser.add_argument(
        "--photos",
        type=Path,
        action="append",
        default=[],
        help="folder of photos without depth, for the VAE and scene textures; may be repeated",
    )
    parser.add_argument(
        "--runs",
        type=Path,
        default=None,
        help=f"folder of runs and the scene cache; default $SPATIAL_RUNS or {DEFAULT_RUNS}",
    )
    parser.add_argument(
        "--run",
        default=None,
        help="name of the run; the same name resumes (default: that of the config)",
    )
    parser.add_argument("--scenes", type=int, default=None, help="procedural scenes to render")
    parser.add_argument("--init", type=Path, default=None, help="pipeline folder to start from")
    parser.add_argument(
        "--stage-minutes", type=_stage_minutes, default={}, help="such as s0=45,s3=30; 0 leaves out"
    )
    parser.add_argument("--steps", type=int, default=None, help="steps of every stage instead")
    parser.add_argument("--threads", type=int, default=None, help="CPU threads")
    parser.add_argument("--device", default="cpu", help="cpu, cuda or cuda:N")
    add_paper_flags(parser)


def _stage_minutes(text: str) -> dict[str, float]:
    try:
        pairs = [item.split("=") for item in text.split(",")]
        return {name: float(minutes) for name, minutes in pairs}
    except ValueError as error:
        message = f"want name=minutes, separated by commas, got {text!r}"
        raise argparse.ArgumentTypeError(message) from error


def run(args: argparse.Namespace, progress: ProgressCallback | None = None) -> int:
    """Train as the flags say; return the exit code: 0, or 2 where a folder or flag is wrong.

    Under `accelerate launch` every process of the paper's recipe calls this and takes its share.

    Args:
        args: What `add_arguments` parsed.
        progress: Called after every step.
    """
    if args.threads is not None:
        torch.set_num_threads(args.threads)
    runs = runs_folder(args.runs)
    make = _paper_recipe if args.config in PAPER_CONFIGS else _compact_recipe
    try:
        recipe = make(args, runs)
        with _log_lines():
            weights = train(recipe, runs / (args.run or args.config), progress=progress)
    except (
        CheckpointMismatchError,
        CheckpointError,
        EstimatorError,
        HubUnreachableError,
        MissingImageNetWeightsError,
        TrainingDivergedError,
        ValueError,
        TrainingDataError,
    ) as error:
        sys.stderr.write(f"train: {error}\n")
        return 2
    sys.stdout.write(f"{weights}\n")
    return 0


def compact_settings(args: argparse.Namespace) -> TrainSettings:
    """Return the config with every given flag on top.

    Raises:
        ValueError: For a stage that does not exist or a value out of range.
    """
    settings = CONFIGS[args.config].with_lengths(args.stage_minutes, args.steps)
    if args.scenes is not None:
        settings = settings.with_scenes(args.scenes)
    # A flag of the paper's recipe, which leaves no attribute when it is not given.
    if "seed" in args:
        settings = dataclasses.replace(settings, seed=args.seed)
    return settings


def _compact_recipe(args: argparse.Namespace, runs: Path) -> Recipe:
    check_device(args.device)
    settings = compact_settings(args)
    folders = DataFolders(
        labelled=args.data,
        photos=tuple(args.photos),
        scenes=runs / "scenes",
    )
    data = TrainingData(settings, folders)
    return CompactRecipe(settings, data, init=args.init, device=torch.device(args.device))


def _paper_recipe(args: argparse.Namespace, runs: Path) -> Recipe:
    """Encode what is not in the cache of latents yet, and return the recipe for them."""
    for name in COMPACT_FLAGS:
        if getattr(args, name):
            flag = "--" + name.replace("_", "-")
            raise ValueError(f"{flag} belongs to the compact configs, not to {args.config}")
    settings = read_paper_settings(args)
    accelerator = Accelerator(
        cpu=args.device == "cpu",
        mixed_precision=settings.mixed_precision.value,
        gradient_accumulation_steps=settings.accumulate,
    )
    frames = list_frames(args.data)
    split = split_frames(frames, settings.split, settings.seed)
    base = load_base(settings.base, with_text=settings.conditioning is Conditioning.EMPTY_PROMPT)
    folder = cache_folder(runs, args.data, settings, base.vae_hash)
    share = (accelerator.process_index, accelerator.num_processes)
    torch.nn.Module.to(base.vae, accelerator.device)
    dtype = AUTOCAST[settings.mixed_precision]
    encoder = Encoder(base.vae, accelerator.device, settings, dtype)
    encode_frames(frames, folder, encoder, share=share)
    accelerator.wait_for_everyone()
    torch.nn.Module.to(base.vae, "cpu")
    latents = (LatentSet(folder, split.train), LatentSet(folder, split.validation))
    return PaperRecipe(settings, base, latents, accelerator)


def runs_folder(given: Path | None = None) -> Path:
    """Return the folder of runs: what is given, else `$SPATIAL_RUNS`, else `DEFAULT_RUNS`."""
    return (given or Path(os.environ.get("SPATIAL_RUNS", DEFAULT_RUNS))).expanduser()


@contextmanager
def _log_lines() -> Iterator[None]:
    """Write what training tells to standard error: a line a minute, and every validation."""
    log, lines = logging.getLogger("spatial.training"), logging.StreamHandler()
    level = log.level
    log.addHandler(lines)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(lines)
        log.setLevel(level)
