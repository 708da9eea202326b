"""The latent diffusion depth pipeline: a photo's latent conditions the denoising of a depth latent.

    rgb -> vae.encode * s --------------+-> unet(cat[image, depth], t) -> scheduler.step -> ...
    rgb -> conditioner (or "" -> text) -+   -> / s -> vae.decode -> mean of channels -> refine

B. Ke et al., "Repurposing Diffusion-Based Image Generators for Monocular Depth Estimation", 2024,
is the many-step case from noise with Stable Diffusion's networks. The one-step case (x_T = 0, t =
T, zero terminal SNR, v-prediction, so that x_0 = -v) is the same code with another scheduler
configuration. Shapes: B = 1, E members, H x W what the network sees, h x w its latent.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.pipelines.pipeline_utils import DiffusionPipeline
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from diffusers.schedulers.scheduling_ddpm import DDPMScheduler
from diffusers.schedulers.scheduling_lcm import LCMScheduler
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer

from spatial.depth.checkpoint import InitialLatent, load_components, read_choice
from spatial.depth.conditioning import FeatureConditioner, empty_prompt, fresh
from spatial.depth.ensemble import combine
from spatial.depth.errors import EstimatorError
from spatial.depth.estimators import LoadOptions
from spatial.depth.frame import (
    Frame,
    fit,
    padded_frame,
    rounded_frame,
    same_area_long_side,
    size_px,
)
from spatial.depth.hub import LATENT_FILES, resolve
from spatial.depth.watch import Progress, Watch
from spatial.records import DepthKind, DepthSpace
from spatial.settings import DepthSettings

CONDITIONED_MULTIPLE = 32  # the conditioner's coarsest map is at 1/32
MODEL_DEFAULTS = DepthSettings()


class LatentDepthOutput(NamedTuple):
    """What the pipeline returns, all float32 on the CPU.

    Attributes:
        prediction: [H, W], about 0 to 1, in the pipeline's depth space.
        uncertainty: [H, W] in units of the prediction, or None for a single member.
        latents: [E, C, h, w], the denoised latents, padding included.
    """

    prediction: Tensor
    uncertainty: Tensor | None
    latents: Tensor


class _View(NamedTuple):
    image_latent: Tensor  # [1, C, h, w]
    conditions: dict[str, Any]
    refine: Callable[[Tensor], Tensor]  # of a decoded map [1, 1, H, W]


class LatentDepthPipeline(DiffusionPipeline):
    """Photo in, relative depth out.

    Args:
        vae: encodes photos and depth alike; latents are multiplied by its ``scaling_factor``.
        unet: 2 C channels in (image latent, then depth latent), C out.
        scheduler: its configuration says what the U-Net predicts and at which steps.
        conditioner: image features for the U-Net, or None.
        text_encoder: for the embedding of the empty prompt, or None.
        tokenizer: for the same, or None.
        depth_space: value of DepthSpace; required.
        depth_kind: value of DepthKind; required.
        initial_latent: "noise", or "zeros" for models that were trained to start there.
        default_denoising_steps: steps the model was made for.
        default_processing_resolution: long side in px the model was made for.
        default_ensemble_size: members of an ensemble unless the caller says otherwise.
        flip_average: whether every member is the mean over the photo and its mirror image.

    Raises:
        CheckpointError: depth space, kind or initial latent are absent or unknown.
    """

    model_cpu_offload_seq = "text_encoder->conditioner->unet->vae"
    _optional_components = ["conditioner", "text_encoder", "tokenizer"]  # noqa: RUF012

    def __init__(  # noqa: PLR0913, PLR0917 - diffusers reads components and configuration from it
        self,
        vae: AutoencoderKL | AutoencoderTiny,
        unet: UNet2DConditionModel,
        scheduler: DDIMScheduler | DDPMScheduler | LCMScheduler,
        conditioner: FeatureConditioner | None = None,
        text_encoder: CLIPTextModel | None = None,
        tokenizer: CLIPTokenizer | None = None,
        depth_space: str | None = None,
        depth_kind: str | None = None,
        initial_latent: str = "noise",
        default_denoising_steps: int = 1,
        default_processing_resolution: int = 256,
        default_ensemble_size: int = 1,
        flip_average: bool = False,
    ) -> None:
        super().__init__()
        self.depth_space = read_choice(DepthSpace, "depth_space", depth_space)
        self.depth_kind = read_choice(DepthKind, "depth_kind", depth_kind)
        self.initial_latent = read_choice(InitialLatent, "initial_latent", initial_latent)
        self.register_modules(
            vae=vae,
            unet=unet,
            scheduler=scheduler,
            conditioner=conditioner,
            text_encoder=text_encoder,
            tokenizer=tokenizer,
        )
        self.register_to_config(
            depth_space=self.depth_space.value,
            depth_kind=self.depth_kind.value,
            initial_latent=self.initial_latent.value,
            default_denoising_steps=default_denoising_steps,
            default_processing_resolution=default_processing_resolution,
            default_ensemble_size=default_ensemble_size,
            flip_average=flip_average,
        )
        self.compute_dtype = torch.float32
        self._empty_prompt: Tensor | None = None

    @classmethod
    def from_pretrained(  # type: ignore[override]
        cls,
        source: str | Path,
        options: LoadOptions = LoadOptions(),
        dtype: torch.dtype = torch.float32,
    ) -> "LatentDepthPipeline":
        """Return ``from_folder`` of a folder or a repository; errors as in ``resolve``."""
        folder = resolve(source, LATENT_FILES, options).folder
        return cls.from_folder(folder, device=options.device, dtype=dtype)

    @classmethod
    def from_folder(
        cls, folder: Path, *, device: str | torch.device = "cpu", dtype: torch.dtype = torch.float32
    ) -> "LatentDepthPipeline":
        """Return the pipeline in a folder, loaded strictly; Marigold's loads as it stands.

        Args:
            folder: with the files of a checkpoint.
            device: where the networks run.
            dtype: what they compute in (autocast); the weights stay float32.

        Raises:
            CheckpointError: a file is missing or damaged, or does not fit; the message names it.
        """
        loaded = load_components(folder)
        pipeline = cls(**loaded.components, **loaded.settings)
        pipeline.to(device)
        pipeline.set_progress_bar_config(disable=True)
        pipeline.compute_dtype = dtype
        for component in pipeline.components.values():
            if isinstance(component, torch.nn.Module):
                component.eval().requires_grad_(False)
                component.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        return pipeline

    @property
    def vae_scale_factor(self) -> int:
        """Pixels of the photo per pixel of the latent."""
        return 2 ** (len(self.vae.config.block_out_channels) - 1)

    @property
    def size_multiple(self) -> int:
        """What both sides of the network's input are multiples of."""
        return CONDITIONED_MULTIPLE if self.conditioner is not None else self.vae_scale_factor

    @torch.no_grad()
    def __call__(
        self,
        rgb: Tensor | np.ndarray,
        settings: DepthSettings = MODEL_DEFAULTS,
        progress: Progress | None = None,
    ) -> LatentDepthOutput:
        """Estimate the depth of one photo.

        Models that start from zeros know only two different members, the photo and its mirror
        image: an ensemble of two or more is those two.

        Args:
            rgb: uint8 [H, W, 3], or float [1, 3, H, W] in [-1, 1]; any size.
            settings: steps, ensemble, resolution and seed; 0 means the model's own.
            progress: called with the fraction done, 0 to 1, and what is being done.

        Raises:
            EstimatorError: the picture has the wrong shape, or the model gave NaN or infinity.
        """
        config = self.config
        steps = settings.denoising_steps or config["default_denoising_steps"]
        members = self._members(settings.ensemble_size or config["default_ensemble_size"])
        mirrored = sorted({side for member in members for side in member})
        evaluations = len(mirrored) + (steps + 1) * sum(len(member) for member in members)
        watch = Watch(evaluations, progress)

        size = size_px(rgb)
        frame = self.frame(*size, settings.processing_resolution_px or self._own_resolution(*size))
        picture = fit(rgb, frame).to(self._execution_device)  # [1, 3, H, W]
        views = {side: self._view(picture.flip(3) if side else picture, watch) for side in mirrored}
        source = torch.Generator("cpu").manual_seed(settings.seed)
        noise = self._initial_latents(views[mirrored[0]].image_latent, len(members), source)
        self.scheduler.set_timesteps(steps, device=self._execution_device)

        maps, latents = [], []
        for start, member in zip(noise.split(1), members, strict=True):
            denoised = [self._denoise(views[side], start, side, source, watch) for side in member]
            pairs = zip(denoised, member, strict=True)
            decoded = torch.stack([self._decode(x, views[side], side, watch) for x, side in pairs])
            maps.append(decoded.mean(0)[: frame.height, : frame.width])
            latents.append(denoised[0])
        return self._output(torch.stack(maps).cpu(), torch.cat(latents).cpu())

    def frame(self, height: int, width: int, long_side: int) -> Frame:
        """Return the size at which the network sees a photo of ``height`` x ``width`` px.

        Conditioned models were trained at multiples of 32; others keep the aspect and are padded.
        """
        frame = rounded_frame if self.conditioner is not None else padded_frame
        return frame(height, width, long_side=long_side, multiple=self.size_multiple)

    def _own_resolution(self, height: int, width: int) -> int:
        """Return the long side in px that the model was made for."""
        own = self.config["default_processing_resolution"]
        if self.conditioner is None:
            return own
        return same_area_long_side(height, width, long_side=own)

    def _members(self, size: int) -> list[list[bool]]:
        """Return for every member the views it averages, as whether they are mirrored."""
        if self.initial_latent is InitialLatent.ZEROS and size > 1:
            return [[False], [True]]
        return [[False, True] if self.config["flip_average"] else [False]] * size

    def _view(self, picture: Tensor, watch: Watch) -> _View:
        watch.next("encoding")
        with self._autocast():
            picture = picture.contiguous(memory_format=torch.channels_last)
            encoded = self.vae.encode(picture)
            latent = encoded.latents if hasattr(encoded, "latents") else encoded.latent_dist.mode()
            latent = latent.float() * self.vae.config.scaling_factor
            if self.conditioner is None:
                prompt = {"encoder_hidden_states": self._empty_prompt_embedding()}
                return _View(latent, prompt, lambda decoded: decoded)
            features = self.conditioner.features(picture)
            size = (latent.shape[2], latent.shape[3])
            conditions = self.conditioner.conditions(features, size)
        return _View(
            latent, conditions, partial(self.conditioner.refine, rgb=picture, features=features)
        )

    def _empty_prompt_embedding(self) -> Tensor | None:
        """Return the embedding [1, 2, D] of "", or None for models without a text encoder."""
        if self.text_encoder is None or self.tokenizer is None:
            return None
        if self._empty_prompt is None:
            self._empty_prompt = empty_prompt(self.text_encoder, self.tokenizer)
        return self._empty_prompt

    def _initial_latents(self, like: Tensor, count: int, source: torch.Generator) -> Tensor:
        """Return x_T [E, C, h, w]."""
        shape = (count, *like.shape[1:])
        if self.initial_latent is InitialLatent.ZEROS:
            return torch.zeros(shape, device=like.device)
        return torch.randn(shape, generator=source, device=source.device).to(like.device)

    def _denoise(
        self, view: _View, start: Tensor, mirrored: bool, source: torch.Generator, watch: Watch
    ) -> Tensor:
        """Return the denoised latent [1, C, h, w] of one view."""
        latent = start.flip(3) if mirrored else start
        for timestep in self.scheduler.timesteps:
            watch.next("denoising")
            conditions = fresh(view.conditions)
            with self._autocast():
                both = torch.cat([view.image_latent, latent], dim=1)
                predicted = self.unet(both, timestep, **conditions).sample
            step = self.scheduler.step(predicted.float(), timestep, latent, generator=source)
            latent = step.prev_sample
        return latent

    def _decode(self, latent: Tensor, view: _View, mirrored: bool, watch: Watch) -> Tensor:
        """Return the depth [H, W], 0 to 1: the mean of the decoded channels, mirrored back."""
        watch.next("decoding")
        with self._autocast():
            picture = self.vae.decode(latent / self.vae.config.scaling_factor).sample
            refined = view.refine(picture.float().mean(1, keepdim=True))
        depth = (refined[0, 0] + 1.0) / 2.0
        return depth.flip(1) if mirrored else depth

    def _output(self, maps: Tensor, latents: Tensor) -> LatentDepthOutput:
        if not bool(torch.isfinite(maps).all()):
            msg = "the depth model gave NaN or infinity; use float32, or another checkpoint"
            raise EstimatorError(msg)
        if len(maps) == 1:
            return LatentDepthOutput(maps[0], None, latents)
        values, uncertainty = map(torch.from_numpy, combine(maps.numpy(), self.depth_kind))
        return LatentDepthOutput(values, uncertainty, latents)

    def _autocast(self) -> AbstractContextManager[Any]:
        enabled = self.compute_dtype is not torch.float32
        return torch.autocast(
            self._execution_device.type, dtype=self.compute_dtype, enabled=enabled
        )
