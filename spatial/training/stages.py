"""What each stage trains, its loss, and how it predicts depth for validation.

s0 encoder      image features learn depth by plain regression, with a head thrown away later
s1 vae          a small autoencoder learns depth maps and photos; then it is frozen
s2 diffusion    the U-Net learns Eq. 2 in the latents
s3 end_to_end   one step from a zero latent, loss in pixels, through the decoder
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from spatial.depth.latent import fast_dtype
from spatial.training.config import StageKind, StageSettings
from spatial.training.data import Batch, draw_photos
from spatial.training.losses import (
    depth_loss,
    diffusion_target,
    fill_unknown,
    gradient_loss,
    masked_mean,
    order_loss,
    silhouette_loss,
)
from spatial.training.models import (
    LATENT_CHANNELS,
    TRAIN_TIMESTEPS,
    Networks,
    build_scheduler,
    decode,
    encode,
    encode_map,
    predict_noise,
)
from spatial.training.sources import TrainingData

VAE_CROP_PX = 128
LATENT_NOISE = 0.03
# The decoder squashes latents softly at 3; beyond 2 they are pulled back.
LATENT_LIMIT = 2.0
# A latent cell counts where more than this share of its 8 x 8 pixels is known.
KNOWN_SHARE = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class StepContext:
    """What a loss needs: networks, data, settings and the one source of randomness."""

    networks: Networks
    data: TrainingData
    stage: StageSettings
    generator: torch.Generator
    device: torch.device

    def draw(self) -> Batch:
        """Return a training batch of one of the stage's sizes."""
        weights = torch.tensor([size.weight for size in self.stage.sizes])
        index = int(torch.multinomial(weights, 1, generator=self.generator))
        size = self.stage.sizes[index]
        batch = self.data.mix.draw(self.stage.batch_size, size, self.generator, self.device)
        return batch._replace(rgb=batch.rgb.contiguous(memory_format=torch.channels_last))

    def randn(self, shape: torch.Size) -> Tensor:
        """Return standard normal numbers, the same on every device."""
        return torch.randn(shape, generator=self.generator).to(self.device)


def autocast(device: torch.device) -> AbstractContextManager:
    """Return bfloat16 autocast on `device`; none on a CPU that emulates it, ten times slower."""
    fast = fast_dtype(device.type) is torch.bfloat16
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=fast)


def encoder_loss(context: StepContext) -> Tensor:
    """Regression of normalised inverse depth at half the image size."""
    batch = context.draw()
    networks = context.networks
    with autocast(context.device):
        prediction = networks.head(networks.conditioner.features(batch.rgb))
    return depth_loss(prediction, batch.target[..., ::2, ::2], batch.valid[..., ::2, ::2])


def vae_loss(context: StepContext) -> Tensor:
    """2 L1 depth + L1 photo + 0.25 gradient per scale + latents kept within +-2."""
    batch = context.draw()
    inputs, valid = _vae_inputs(batch, context)
    vae, maps = context.networks.vae, len(batch.target)
    with autocast(context.device):
        latent = vae.encode(inputs, return_dict=False)[0]
        noisy = latent + LATENT_NOISE * context.randn(latent.shape)
        restored = vae.decode(noisy, return_dict=False)[0]
    restored = restored.float()
    error = (restored - inputs).abs()
    grey, wanted = (x[:maps].mean(1, keepdim=True) for x in (restored, inputs))
    gradients = gradient_loss(grey, wanted, valid[:maps], scales=2)
    excess = (latent.float().abs() - LATENT_LIMIT).clamp_min(0).square().mean()
    depth_error = masked_mean(error[:maps], valid[:maps].expand(-1, 3, -1, -1))
    return 2 * depth_error + error[maps:].mean() + 0.25 * gradients + 0.05 * excess


def _vae_inputs(batch: Batch, context: StepContext) -> tuple[Tensor, Tensor]:
    """Return crops of the depth maps, then half as many of photos, and the known pixels."""
    height, width = batch.target.shape[2:]
    crop = min(VAE_CROP_PX, height, width)
    top = int(torch.randint(height - crop + 1, (1,), generator=context.generator))
    left = int(torch.randint(width - crop + 1, (1,), generator=context.generator))
    window = (..., slice(top, top + crop), slice(left, left + crop))
    maps = batch.target[window].clamp(-1, 1).expand(-1, 3, -1, -1)
    quarter = max(1, len(maps) // 4)
    photos = draw_photos(context.data.photos, quarter, crop, context.generator, context.device)
    inputs = torch.cat([maps, batch.rgb[:quarter][window], photos])
    valid = torch.ones_like(inputs[:, :1], dtype=torch.bool)
    valid[: len(maps)] = batch.valid[window]
    return inputs.contiguous(memory_format=torch.channels_last), valid


def diffusion_loss(context: StepContext) -> Tensor:
    """Eq. 2 on known latent cells: mean squared error of the predicted v."""
    batch = context.draw()
    networks = context.networks
    steps = torch.randint(TRAIN_TIMESTEPS, (len(batch.rgb),), generator=context.generator)
    alpha_bar = build_scheduler().alphas_cumprod[steps].to(context.device)
    with autocast(context.device):
        with torch.no_grad():
            image_latent = encode(networks.vae, batch.rgb)
            latent = encode_map(networks.vae, fill_unknown(batch.target, batch.valid))
        noise = context.randn(latent.shape)
        noisy, wanted = diffusion_target("v", latent, noise, alpha_bar)
        conditions = _conditions(context, _features(context, batch.rgb), image_latent)
        predicted = predict_noise(
            networks.unet, (image_latent, noisy), steps.to(context.device), conditions
        )
    known = F.avg_pool2d(batch.valid.float(), 8) > KNOWN_SHARE
    return masked_mean((predicted.float() - wanted).square(), known.expand_as(wanted))


def end_to_end_loss(context: StepContext) -> Tensor:
    """One step from a zero latent at pure noise, x_0 = -v, decoded, loss in pixels."""
    batch = context.draw()
    networks = context.networks
    with autocast(context.device):
        with torch.no_grad():
            image_latent = encode(networks.vae, batch.rgb)
        features = _features(context, batch.rgb)
        conditions = _conditions(context, features, image_latent)
        steps = torch.full((len(batch.rgb),), TRAIN_TIMESTEPS - 1, device=context.device)
        latents = (image_latent, torch.zeros_like(image_latent))
        decoded = decode(networks.vae, -predict_noise(networks.unet, latents, steps, conditions))
        prediction = networks.conditioner.refine(decoded, batch.rgb, features)
    measured = batch.valid & ~batch.only_order
    share = context.stage.far_share
    weight = None if share == 0 else 1 - share + share * batch.weight
    loss = depth_loss(prediction, batch.target, measured, weight)
    if context.stage.silhouette_weight > 0:
        exact = batch.valid & batch.exact
        edges = silhouette_loss(prediction, batch.target, exact)
        loss = loss + context.stage.silhouette_weight * edges
    ordered = batch.valid & batch.only_order
    if ordered.any():
        pairs = order_loss(prediction, batch.target, ordered, context.generator)
        share = batch.only_order.float().mean()
        loss = loss + context.stage.order_weight * share * pairs
    return loss


def _features(context: StepContext, rgb: Tensor) -> list[Tensor]:
    with torch.set_grad_enabled(context.stage.encoder_rate > 0):
        return context.networks.conditioner.features(rgb)


def _conditions(
    context: StepContext, features: list[Tensor], image_latent: Tensor
) -> dict[str, Any]:
    size = (image_latent.shape[2], image_latent.shape[3])
    return context.networks.conditioner.conditions(features, size)


def predict_with_head(context: StepContext, rgb: Tensor) -> Tensor:
    """Return the warm-up head's inverse depth [B, 1, H/2, W/2]."""
    networks = context.networks
    return networks.head(networks.conditioner.features(rgb))


def predict_by_denoising(context: StepContext, rgb: Tensor) -> Tensor:
    """Return the diffusion model's inverse depth [B, 1, H, W] after one step."""
    networks = context.networks
    from_zeros = context.stage.kind is StageKind.END_TO_END
    image_latent = encode(networks.vae, rgb).float()
    size = (image_latent.shape[2], image_latent.shape[3])
    features = networks.conditioner.features(rgb)
    conditions = networks.conditioner.conditions(features, size)
    noise = torch.randn(
        len(rgb), LATENT_CHANNELS, *size, generator=torch.Generator().manual_seed(0)
    )
    latent = noise.to(context.device) * (0.0 if from_zeros else 1.0)
    scheduler = build_scheduler()
    scheduler.set_timesteps(1)
    (timestep,) = scheduler.timesteps
    output = predict_noise(networks.unet, (image_latent, latent), timestep, conditions)
    denoised = scheduler.step(output.float(), int(timestep), latent, return_dict=False)[0]
    return networks.conditioner.refine(decode(networks.vae, denoised), rgb, features)


def measure_latent_scale(context: StepContext, batches: int = 4) -> float:
    """Return 1 / standard deviation of the latents of depth maps."""
    vae = context.networks.vae
    with torch.no_grad():
        # The default scaling_factor is 1, but a run may start from a VAE that has its own.
        latents = [
            encode_map(vae, context.draw().target) / vae.config["scaling_factor"]
            for _ in range(batches)
        ]
    return float(1 / torch.cat([latent.flatten() for latent in latents]).std())


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRecipe:
    """A row of `STAGES`.

    Attributes:
        modules: The networks trained at full rate.
        loss: Loss of one step.
        predict: Relative inverse depth of an image, for validation; None for the VAE, which is
            measured by its round trip of depth maps.
    """

    modules: Callable[[Networks], list[nn.Module]]
    loss: Callable[[StepContext], Tensor]
    predict: Callable[[StepContext, Tensor], Tensor] | None


def _denoiser(networks: Networks) -> list[nn.Module]:
    conditioner = networks.conditioner
    apart = ("encoder", "refiner")
    adapter = [module for name, module in conditioner.named_children() if name not in apart]
    return [networks.unet, *adapter]


STAGES: dict[StageKind, StageRecipe] = {
    StageKind.ENCODER: StageRecipe(
        modules=lambda networks: [networks.head], loss=encoder_loss, predict=predict_with_head
    ),
    StageKind.VAE: StageRecipe(
        modules=lambda networks: [networks.vae], loss=vae_loss, predict=None
    ),
    StageKind.DIFFUSION: StageRecipe(
        modules=_denoiser, loss=diffusion_loss, predict=predict_by_denoising
    ),
    StageKind.END_TO_END: StageRecipe(
        modules=_denoiser, loss=end_to_end_loss, predict=predict_by_denoising
    ),
}


def parameter_groups(
    networks: Networks, stage: StageSettings, frozen_blocks: int
) -> list[dict[str, Any]]:
    """Freeze everything, thaw what the stage trains, and return AdamW's groups with rates."""
    networks.requires_grad_(False)
    encoder, decoder = networks.conditioner.encoder, networks.vae.decoder
    groups = [(module, 1.0) for module in STAGES[stage.kind].modules(networks)]
    groups += [(encoder, stage.encoder_rate), (decoder, stage.decoder_rate)]
    if networks.conditioner.refiner is not None:
        groups.append((networks.conditioner.refiner, stage.refiner_rate))
    for module, rate in groups:
        if rate > 0:
            module.requires_grad_(True)
    encoder.freeze(frozen_blocks)
    return [
        {
            "params": [p for p in module.parameters() if p.requires_grad],
            "lr": rate * stage.learning_rate,
        }
        for module, rate in groups
        if rate > 0
    ]
