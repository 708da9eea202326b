"""`python -m spatial train --config vkitti2`: flags to settings, latents, training."""

import argparse
import logging
from collections.abc import Callable
from pathlib import Path

import torch
from accelerate import Accelerator

from spatial.training.latent_cache import Encoder, LatentSet, cache_folder, encode_frames
from spatial.training.paper import PaperProgress, train_paper
from spatial.training.paper_config import MixedPrecision, PaperSettings, read_paper_settings
from spatial.training.stable_diffusion import BaseModel, Conditioning, load_base
from spatial.training.virtual_kitti import list_frames, split_frames

logger = logging.getLogger(__name__)

AUTOCAST = {
    MixedPrecision.NO: torch.float32,
    MixedPrecision.FP16: torch.float16,
    MixedPrecision.BF16: torch.bfloat16,
}
OTHERS_FLAGS = ("photos", "scenes", "init", "stage_minutes", "steps")


def train_from_flags(
    args: argparse.Namespace, runs: Path, progress: Callable[[PaperProgress], None] | None = None
) -> Path:
    """Train as the flags say; return the folder of the pipeline.

    Under `accelerate launch` every process calls this and takes its share.

    Args:
        args: What `spatial.training.cli.add_arguments` parsed.
        runs: Folder of runs and of cached latents.
        progress: Called after every optimizer step.

    Raises:
        ValueError: A flag belongs to the other configs or is out of range; see also `train_paper`.
        TrainingDataError: The data folder is no Virtual KITTI 2, or the disk has no room for the latents.
        CheckpointError: The base networks are incomplete; see also `load_base`.
    """
    for name in OTHERS_FLAGS:
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
    prompted = settings.conditioning is Conditioning.EMPTY_PROMPT
    base = load_base(settings.base, with_text=prompted)
    folder = cache_folder(runs, args.data, settings.pairs(), base.vae_hash)
    share = (accelerator.process_index, accelerator.num_processes)
    encode_frames(frames, folder, _encoder(base, settings, accelerator), share=share)
    accelerator.wait_for_everyone()
    torch.nn.Module.to(base.vae, "cpu")
    logger.info("pairs: %d train, %d validation, %d test", *map(len, split))
    return train_paper(
        settings,
        runs / (args.run or args.config),
        base,
        (LatentSet(folder, split.train), LatentSet(folder, split.validation)),
        accelerator=accelerator,
        progress=progress,
    )


def _encoder(base: BaseModel, settings: PaperSettings, accelerator: Accelerator) -> Encoder:
    device = accelerator.device
    dtype = AUTOCAST[settings.mixed_precision]
    torch.nn.Module.to(base.vae, device)
    return Encoder(base.vae, device, settings.pairs(), dtype)
