"""Inpainting checkpoints of Stable Diffusion 1 and 2 in diffusers' layout.

Called with an empty prompt and without guidance: the picture around a hole says what belongs into
it.
"""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion_inpaint import (
    StableDiffusionInpaintPipeline,
)
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from numpy.typing import NDArray
from transformers import CLIPTextModel, CLIPTokenizer

from spatial.depth import LoadOptions
from spatial.depth.checkpoint import INDEX_FILE, load_part, load_strictly
from spatial.depth.hub import resolve
from spatial.depth.model_files import read_json
from spatial.inpaint.inpainters import InpainterError, InpainterInfo

FILES = (
    INDEX_FILE,
    "README.md",
    "scheduler/scheduler_config.json",
    "tokenizer/*",
    *(
        f"{part}/{pattern}"
        for part in ("vae", "unet", "text_encoder")
        for pattern in ("config.json", "*.safetensors", "*.safetensors.index.json")
    ),
)
STEPS = 25
STRENGTH = 0.9  # below 1: it starts from the fill, of the background's colours, under much noise
_MULTIPLE_PX = 64  # of the sides that the U-Net can halve


def load(source: str, options: LoadOptions) -> "DiffusionInpainter":
    """Load a folder or a repository on the Hub; errors as in ``load_inpainter``."""
    snapshot = resolve(source, FILES, options)
    dtype = torch.float16 if options.device.startswith("cuda") else torch.float32
    pipeline = _load_pipeline(snapshot.folder, dtype).to(options.device)
    pipeline.set_progress_bar_config(disable=True)
    return DiffusionInpainter(pipeline, InpainterInfo(id=f"diffusion:{source}", **snapshot.facts()))


def _load_pipeline(folder: Path, dtype: torch.dtype) -> StableDiffusionInpaintPipeline:
    kind = read_json(folder / INDEX_FILE).get("_class_name")
    if kind != StableDiffusionInpaintPipeline.__name__:
        msg = (
            f"{folder / INDEX_FILE}: _class_name is {kind!r}, but an inpainter is a "
            f"{StableDiffusionInpaintPipeline.__name__}; choose such a checkpoint"
        )
        raise InpainterError(msg)
    parts: dict[str, Any] = {}
    for name, model_class in (
        ("vae", AutoencoderKL),
        ("unet", UNet2DConditionModel),
        ("text_encoder", CLIPTextModel),
    ):
        model = load_strictly(model_class, folder / name, torch_dtype=dtype)
        parts[name] = model.eval().requires_grad_(False)
    latent, channels = parts["vae"].config.latent_channels, parts["unet"].config.in_channels
    if channels not in (latent, 2 * latent + 1):
        msg = (
            f"{folder / 'unet' / 'config.json'}: an inpainting U-Net takes {2 * latent + 1} "
            f"channels (latent, mask and masked picture) or {latent}, this one {channels}"
        )
        raise InpainterError(msg)
    for name, kept_class in (("tokenizer", CLIPTokenizer), ("scheduler", DDIMScheduler)):
        parts[name] = load_part(kept_class, folder / name)
    parts |= {"safety_checker": None, "feature_extractor": None}
    return StableDiffusionInpaintPipeline(**parts, requires_safety_checker=False)


class DiffusionInpainter:
    """An inpainting pipeline behind the Inpainter protocol; calls from several threads take turns.

    Args:
        pipeline: the loaded networks.
        info: what they are.
    """

    def __init__(self, pipeline: StableDiffusionInpaintPipeline, info: InpainterInfo) -> None:
        self.pipeline = pipeline
        self.info = info
        self._lock = threading.Lock()

    def __call__(
        self, rgb: NDArray[np.uint8], hole: NDArray[np.bool_], *, seed: int
    ) -> NDArray[np.uint8]:
        """Return the picture with its hole painted anew; see ``Inpainter``."""
        height, width = hole.shape
        edges = ((0, -height % _MULTIPLE_PX), (0, -width % _MULTIPLE_PX))
        picture = np.pad(rgb, (*edges, (0, 0)), mode="edge")
        mask = self._whole_cells(np.pad(hole, edges))
        with self._lock:
            painted: Any = self.pipeline(
                prompt="",
                image=torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 255.0,
                mask_image=torch.from_numpy(mask)[None, None].float(),
                height=mask.shape[0],
                width=mask.shape[1],
                strength=STRENGTH,
                num_inference_steps=STEPS,
                guidance_scale=1.0,
                generator=torch.Generator().manual_seed(seed),
                output_type="np",
            )
        values = np.asarray(painted.images)[0, :height, :width]
        return np.rint(255.0 * np.clip(values, 0.0, 1.0)).astype(np.uint8)

    def _whole_cells(self, hole: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Grow a hole to whole cells of the autoencoder, in which narrow gaps would get lost."""
        cell = self.pipeline.vae_scale_factor
        height, width = hole.shape
        cells = hole.reshape(height // cell, cell, width // cell, cell).any(axis=(1, 3))
        return cells.repeat(cell, axis=0).repeat(cell, axis=1)
