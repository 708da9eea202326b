"""Between a run's networks and a pipeline folder in the format of diffusers."""

import copy
import shutil
from pathlib import Path
from typing import TypeVar

from torch import nn

from spatial.depth.errors import CheckpointError
from spatial.depth.pipeline import LatentDepthPipeline
from spatial.training.config import StageKind, TrainSettings
from spatial.training.models import Networks, build_scheduler

AnyModule = TypeVar("AnyModule", bound=nn.Module)

MAX_SHARD_SIZE = "9MB"
COMPONENTS = ("vae", "unet", "conditioner")
MANY_STEPS = 10


def load_components(networks: Networks, folder: Path) -> None:
    """Fill `networks` from a saved pipeline; the warm-up head stays as it is.

    Raises:
        CheckpointError: For a folder that is incomplete or holds other networks.
    """
    pipeline = LatentDepthPipeline.from_folder(folder)
    for name in COMPONENTS:
        source = pipeline.components[name]
        if source is None:
            raise CheckpointError(f"{folder} has no {name}: this trainer needs one to start from")
        try:
            getattr(networks, name).load_state_dict(source.state_dict())
        except RuntimeError as error:
            raise CheckpointError(f"{folder / name} holds another network: {error}") from error
    scale = float(pipeline.vae.config["scaling_factor"])
    networks.vae.register_to_config(scaling_factor=scale)


def save_weights(networks: Networks, settings: TrainSettings, folder: Path) -> Path:
    """Write the pipeline as float16 shards, replacing `folder` as a whole; return it.

    Maps decode to inverse depth up to scale and shift, larger = nearer.
    """
    one_step = any(stage.kind is StageKind.END_TO_END for stage in settings.stages)
    pipeline = LatentDepthPipeline(
        vae=_half(networks.vae),
        unet=_half(networks.unet),
        conditioner=_half(networks.conditioner),
        scheduler=build_scheduler(settings.parameterization),
        depth_space="inverse_depth",
        depth_kind="affine_invariant",
        initial_latent="zeros" if one_step else "noise",
        default_denoising_steps=1 if one_step else MANY_STEPS,
        default_processing_resolution=settings.processing_resolution_px,
        default_ensemble_size=1,
        flip_average=True,
    )
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    pipeline.save_pretrained(partial, max_shard_size=MAX_SHARD_SIZE)
    shutil.rmtree(folder, ignore_errors=True)
    return partial.rename(folder)


def _half(module: AnyModule) -> AnyModule:
    return copy.deepcopy(module).cpu().half().eval()
