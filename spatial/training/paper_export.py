"""A trained U-Net with its frozen VAE as a pipeline folder, and what the model card says about the training."""

import copy
import json
import shutil
from pathlib import Path
from typing import TypeVar

from torch import nn

from spatial.depth.pipeline import LatentDepthPipeline
from spatial.training.paper_config import PaperSettings
from spatial.training.stable_diffusion import BaseModel, Conditioning, build_sampler

AnyModule = TypeVar("AnyModule", bound=nn.Module)

FACTS = "training.json"
DATA = "Virtual KITTI 2"


def save_pipeline(trained: BaseModel, settings: PaperSettings, folder: Path, *, steps: int) -> Path:
    """Write the pipeline in float16, replacing `folder` as a whole; return it.

    Maps decode to depth up to scale and shift, larger = farther (Eq. 3).

    Args:
        trained: The networks, with the trained U-Net.
        settings: What was trained.
        folder: Where to.
        steps: Optimizer steps that were done, for the model card.
    """
    prompted = settings.conditioning is Conditioning.EMPTY_PROMPT
    pipeline = LatentDepthPipeline(
        vae=_half(trained.vae),
        unet=_half(trained.unet),
        text_encoder=_half(trained.text_encoder) if prompted and trained.text_encoder else None,
        tokenizer=trained.tokenizer if prompted else None,
        scheduler=build_sampler(
            settings.sampler,
            trained.noise,
            prediction_type=settings.prediction_type,
            spacing=settings.timestep_spacing,
            zero_terminal_snr=settings.zero_terminal_snr,
        ),
        depth_space="depth",
        depth_kind="affine_invariant",
        initial_latent="noise",
        default_denoising_steps=settings.denoising_steps,
        default_processing_resolution=max(settings.width, settings.height),
    )
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    pipeline.save_pretrained(partial)
    facts = {"data": DATA, "steps": steps, **json.loads(settings.to_json())}
    (partial / FACTS).write_text(json.dumps(facts, indent=2) + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    return partial.rename(folder)


def _half(module: AnyModule) -> AnyModule:
    return copy.deepcopy(module).cpu().half().eval()
