"""The networks of a run, and the few operations on them that stages share."""

import torch
import torch.nn.functional as F
from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from torch import Tensor, nn

from spatial.depth.conditioning import FeatureConditioner, fresh
from spatial.training.config import ModelSettings
from spatial.training.imagenet import load_imagenet_weights

LATENT_CHANNELS = 4
TRAIN_TIMESTEPS = 1000


class DepthHead(nn.Module):
    """Light feature-pyramid decoder of the encoder warm-up, thrown away after it.

    Args:
        encoder_channels: Channels of the five maps of the encoder, finest first.
        channels: Widths at 1/32, 1/16, 1/8 and 1/4.
    """

    def __init__(self, encoder_channels: list[int], channels: tuple[int, ...]) -> None:
        super().__init__()
        inputs = encoder_channels[:0:-1]
        outputs = (*channels[1:], channels[-1])
        self.lateral = nn.ModuleList(
            nn.Conv2d(source, width, 1) for source, width in zip(inputs, channels, strict=True)
        )
        self.mix = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(width, width, 3, padding=1),
                nn.ReLU(),
                nn.Conv2d(width, output, 3, padding=1),
                nn.ReLU(),
            )
            for width, output in zip(channels, outputs, strict=True)
        )
        self.overall = nn.Linear(inputs[0], channels[0])
        self.out = nn.Conv2d(channels[-1], 4, 3, padding=1)

    def forward(self, features: list[Tensor]) -> Tensor:
        """Return relative inverse depth [B, 1, H/2, W/2], float32."""
        coarse_first = features[:0:-1]
        coarsest = coarse_first[0]
        y = self.lateral[0](coarsest) + self.overall(coarsest.mean((2, 3)))[..., None, None]
        y = self.mix[0](y)
        for lateral, mix, skip in zip(
            self.lateral[1:], self.mix[1:], coarse_first[1:], strict=True
        ):
            y = F.interpolate(y, size=skip.shape[2:], mode="bilinear") + lateral(skip)
            y = mix(y)
        return F.pixel_shuffle(self.out(y).float(), 2)


class Networks(nn.Module):
    """All networks of a run; a checkpoint is the state dict of this module."""

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__()
        self.conditioner = FeatureConditioner(
            block_out_channels=settings.unet_channels,
            cross_attention_dim=settings.cross_attention_dim,
            feature_stages=tuple(tuple(row) for row in settings.feature_stages),
            refiner_width=settings.refiner_width,
        )
        self.head = DepthHead(self.conditioner.encoder.channels, settings.head_channels)
        self.vae = build_vae(settings)
        self.unet = build_unet(settings)


def build_networks(settings: ModelSettings, seed: int) -> Networks:
    """Return networks with random weights, the encoder with ImageNet's if settings say so."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        networks = Networks(settings)
    if settings.imagenet:
        load_imagenet_weights(networks.conditioner.encoder)
    return networks


def build_vae(settings: ModelSettings) -> AutoencoderTiny:
    """Return a small autoencoder of RGB images, latents at 1/8."""
    levels = len(settings.vae_encoder_blocks)
    widths = (settings.vae_width,) * levels
    return AutoencoderTiny(
        encoder_block_out_channels=widths,
        decoder_block_out_channels=widths,
        num_encoder_blocks=settings.vae_encoder_blocks,
        num_decoder_blocks=settings.vae_decoder_blocks,
        latent_channels=LATENT_CHANNELS,
    )


def build_unet(settings: ModelSettings) -> UNet2DConditionModel:
    """Return the U-Net: image and depth latent in, prediction for the depth latent out."""
    levels = len(settings.unet_channels)
    return UNet2DConditionModel(
        in_channels=2 * LATENT_CHANNELS,
        out_channels=LATENT_CHANNELS,
        down_block_types=("DownBlock2D",) * levels,
        mid_block_type="UNetMidBlock2DCrossAttn",
        up_block_types=("UpBlock2D",) * levels,
        block_out_channels=settings.unet_channels,
        layers_per_block=1,
        norm_num_groups=settings.unet_norm_groups,
        cross_attention_dim=settings.cross_attention_dim,
        attention_head_dim=settings.attention_head_dim,
    )


def build_scheduler() -> DDIMScheduler:
    """Return the scheduler: v-prediction with zero terminal SNR and trailing steps."""
    return DDIMScheduler(
        num_train_timesteps=TRAIN_TIMESTEPS,
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=True,
        steps_offset=1,
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
    )


def encode(vae: AutoencoderTiny, image: Tensor) -> Tensor:
    """Return the scaled latent [B, 4, H/8, W/8] of an image [B, 3, H, W] in [-1, 1]."""
    return vae.encode(image, return_dict=False)[0] * vae.config["scaling_factor"]


def encode_map(vae: AutoencoderTiny, target: Tensor) -> Tensor:
    """Return the scaled latent of a map [B, 1, H, W], repeated to three channels."""
    image = target.clamp(-1, 1).expand(-1, 3, -1, -1)
    return encode(vae, image.contiguous(memory_format=torch.channels_last)).float()


def decode(vae: AutoencoderTiny, latent: Tensor) -> Tensor:
    """Return the mean of the decoded channels [B, 1, H, W], float32, larger = nearer."""
    image = vae.decode(latent / vae.config["scaling_factor"], return_dict=False)[0]
    return image.float().mean(1, keepdim=True)


def predict_noise(
    unet: UNet2DConditionModel, latents: tuple[Tensor, Tensor], timestep: Tensor, conditions: dict
) -> Tensor:
    """Return the U-Net's output for (image latent, noisy depth latent)."""
    return unet(torch.cat(latents, 1), timestep, **fresh(conditions), return_dict=False)[0]
