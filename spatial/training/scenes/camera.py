"""What a real camera does to the light: exposure, depth of field, tone, colour, blur and noise."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """The settings of one photo.

    Attributes:
        brightness: Mean that the exposure aims at, in [0, 1].
        aperture_px: Largest blur of the depth of field (Gaussian sigma), 0 = all in focus.
        focus_quantile: Where in the scene's inverse depths the focus lies, in [0, 1].
        defocus: Blur per relative difference of inverse depth.
        gamma: Exponent of the tone curve.
        saturation: 1 = as it is, 0 = grey.
        white_balance: Gains of the channels, [3].
        contrast: Gain around the mean.
        blur_px: Gaussian sigma of the lens.
        noise: Deviation of the sensor's noise.
        noise_seed: Seed of its pattern.
    """

    brightness: float
    aperture_px: float
    focus_quantile: float
    defocus: float
    gamma: float
    saturation: float
    white_balance: np.ndarray
    contrast: float
    blur_px: float
    noise: float
    noise_seed: int


def draw_exposure(rng: np.random.Generator) -> Exposure:
    """Draw the settings of one photo; one in five has a shallow depth of field, 6 % are grey."""
    shallow, grey = rng.random(2) < (0.2, 0.06)
    return Exposure(
        brightness=rng.uniform(0.3, 0.62),
        aperture_px=rng.uniform(1.2, 4.0) * float(shallow),
        focus_quantile=rng.uniform(0.55, 0.97),
        defocus=rng.uniform(1.0, 2.5),
        gamma=rng.uniform(0.65, 1.15),
        saturation=rng.uniform(0.5, 1.3) * float(not grey),
        white_balance=1 + rng.normal(0, 0.06, 3) * float(not grey),
        contrast=rng.uniform(0.8, 1.35),
        blur_px=rng.uniform(0.3, 0.9),
        noise=rng.uniform(0, 0.03),
        noise_seed=int(rng.integers(2**31)),
    )


def develop(radiance: Tensor, inverse_depth: Tensor, exposure: Exposure) -> Tensor:
    """Radiance float32 [1, 3, H, W] -> photo uint8 [1, 3, H, W]."""
    image = radiance * (exposure.brightness / (float(radiance.mean()) + 1e-3))
    if exposure.aperture_px > 0:
        image = _depth_of_field(image, inverse_depth, exposure)
    image = image / (1 + 0.35 * (image - 0.7).clamp_min(0))
    image = image.clamp(0, 1) ** exposure.gamma
    image = torch.lerp(image.mean(dim=1, keepdim=True), image, exposure.saturation)
    image = image * image.new_tensor(exposure.white_balance).view(1, 3, 1, 1)
    middle = exposure.brightness**exposure.gamma
    image = blur((image - middle) * exposure.contrast + middle, exposure.blur_px)
    generator = torch.Generator().manual_seed(exposure.noise_seed)
    noise = torch.randn(image.shape, generator=generator)
    return ((image + exposure.noise * noise).clamp(0, 1) * 255).round().to(torch.uint8)


def blur(image: Tensor, sigma_px: float) -> Tensor:
    """Gaussian blur of [B, C, H, W], the border repeated; the kernel ends at 2.5 sigma."""
    reach = max(1, math.floor(2.5 * sigma_px + 0.5))
    steps = torch.arange(-reach, reach + 1, dtype=image.dtype)
    kernel = torch.exp(-0.5 * (steps / max(sigma_px, 1e-3)) ** 2)
    kernel = kernel / kernel.sum()
    channels = image.shape[1]
    padded = functional.pad(image, (reach, reach, reach, reach), mode="replicate")
    across = kernel.view(1, 1, 1, -1).expand(channels, 1, 1, -1)
    down = kernel.view(1, 1, -1, 1).expand(channels, 1, -1, 1)
    rows = functional.conv2d(padded, across, groups=channels)
    return functional.conv2d(rows, down, groups=channels)


def _depth_of_field(image: Tensor, inverse_depth: Tensor, exposure: Exposure) -> Tensor:
    """Blend the picture with two blurred ones by the relative distance from the focus."""
    focus = float(torch.quantile(inverse_depth.flatten()[::37], exposure.focus_quantile))
    circle = blur((inverse_depth - focus).abs() / (focus + 1e-4), 1.5)
    amount = (circle * exposure.defocus / 0.8).clamp(0, 2)
    soft = blur(image, 0.45 * exposure.aperture_px)
    softer = blur(image, exposure.aperture_px)
    slightly = torch.lerp(image, soft, amount.clamp(0, 1))
    return torch.where(amount < 1, slightly, torch.lerp(soft, softer, (amount - 1).clamp(0, 1)))
