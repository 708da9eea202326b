"""Between a run's networks and a pipeline folder in the format of diffusers."""

import copy
import json
import shutil
from pathlib import Path
from typing import Any, TypeVar

from torch import nn

from spatial.depth.errors import CheckpointError
from spatial.depth.pipeline import LatentDepthPipeline
from spatial.training.config import StageKind, TrainSettings
from spatial.training.models import Networks, build_scheduler
from spatial.training.paper_config import PaperSettings
from spatial.training.stable_diffusion import BaseModel, Conditioning

AnyModule = TypeVar("AnyModule", bound=nn.Module)

MAX_SHARD_SIZE, HUB_SHARD_SIZE = "9MB", "10GB"
COMPONENTS = ("vae", "unet", "conditioner")
MANY_STEPS = 10
FACTS = "training.json"
ORIGIN = "_name_or_path"
"""Key of diffusers' and transformers' configurations: where a network was loaded from."""
PAPER_DATA = "Virtual KITTI 2"


def load_components(networks: Networks, folder: Path) -> None:
    """Fill `networks` from a saved pipeline; the warm-up head stays as it is.

    A refiner that the pipeline lacks starts without effect.

    Raises:
        CheckpointError: For a folder that is incomplete or holds other networks.
    """
    pipeline = LatentDepthPipeline.from_folder(folder)
    for name in COMPONENTS:
        source = pipeline.components[name]
        if source is None:
            raise CheckpointError(f"{folder} has no {name}: this trainer needs one to start from")
        try:
            weights = source.state_dict()
            if name == "conditioner" and source.refiner is None:
                own = networks.conditioner.state_dict()
                weights |= {key: own[key] for key in own if key.startswith("refiner.")}
            getattr(networks, name).load_state_dict(weights)
        except RuntimeError as error:
            raise CheckpointError(f"{folder / name} holds another network: {error}") from error
    scale = float(pipeline.vae.config["scaling_factor"])
    networks.vae.register_to_config(scaling_factor=scale)


def save_compact(networks: Networks, settings: TrainSettings, folder: Path) -> Path:
    """Write the pipeline in small shards, replacing `folder` as a whole; return it.

    Maps decode to inverse depth up to scale and shift, larger = nearer.
    """
    one_step = any(stage.kind is StageKind.END_TO_END for stage in settings.stages)
    pipeline = LatentDepthPipeline(
        vae=_half(networks.vae),
        unet=_half(networks.unet),
        conditioner=_half(networks.conditioner),
        scheduler=build_scheduler(),
        depth_space="inverse_depth",
        depth_kind="affine_invariant",
        initial_latent="zeros" if one_step else "noise",
        default_denoising_steps=1 if one_step else MANY_STEPS,
        default_processing_resolution=settings.processing_resolution_px,
        default_ensemble_size=1,
        flip_average=True,
    )
    return write_pipeline(pipeline, folder)


def save_paper(trained: BaseModel, settings: PaperSettings, folder: Path, *, steps: int) -> Path:
    """Write the pipeline with what a model card says of it, in place of `folder`; return it.

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
        scheduler=settings.scheduler(trained.noise),
        depth_space="depth",
        depth_kind="affine_invariant",
        initial_latent="noise",
        default_denoising_steps=settings.denoising_steps,
        default_processing_resolution=max(settings.width, settings.height),
    )
    facts = {"data": PAPER_DATA, "steps": steps, **json.loads(settings.to_json())}
    return write_pipeline(pipeline, folder, facts=facts, max_shard_size=HUB_SHARD_SIZE)


def write_pipeline(
    pipeline: LatentDepthPipeline,
    folder: Path,
    *,
    facts: dict[str, Any] | None = None,
    max_shard_size: str = MAX_SHARD_SIZE,
) -> Path:
    """Write a pipeline, by default in shards that git takes, in place of `folder`; return it."""
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    pipeline.save_pretrained(partial, max_shard_size=max_shard_size)
    for path in partial.rglob("*.json"):
        _forget_origin(path)
    if facts is not None:
        (partial / FACTS).write_text(json.dumps(facts, indent=2) + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    return partial.rename(folder)


def _forget_origin(path: Path) -> None:
    """Drop the folder that a network was loaded from: it means nothing on another machine."""
    content = json.loads(path.read_text(encoding="utf-8"))
    if ORIGIN in content:
        del content[ORIGIN]
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _half(module: AnyModule) -> AnyModule:
    return copy.deepcopy(module).cpu().half().eval()
