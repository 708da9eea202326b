"""Losses of the stages. Every one ignores pixels outside `valid`."""

import torch
import torch.nn.functional as F
from torch import Tensor

SCALE_RANGE = (0.05, 20.0)
# Of the target's range of 2, between neighbouring pixels.
SILHOUETTE_JUMP = 0.15
PAIRS = 1024
# Of the target's range of 2: labels this far apart have an order, those that agree are one depth.
ORDERED_APART, ONE_DEPTH = 0.35, 0.2
HIGHER_IS_NEARER = 3.0


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Return the mean of `values` where `mask`, which may be weights; 0 for an empty mask."""
    weights = mask.to(values.dtype)
    return (values * weights).sum() / weights.sum().clamp_min(1)


def align(prediction: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """Return scale * prediction + shift with the least-squares pair of every image.

    The scale is kept within `SCALE_RANGE`: a flat or inverted prediction must not align away.

    Args:
        prediction: [B, 1, H, W].
        target: [B, 1, H, W].
        valid: [B, 1, H, W] bool.
    """
    dims = (1, 2, 3)
    weights = valid.to(prediction.dtype)
    count = weights.sum(dims, keepdim=True).clamp_min(1)
    prediction_mean = (prediction * weights).sum(dims, keepdim=True) / count
    target_mean = (target * weights).sum(dims, keepdim=True) / count
    centred = (prediction - prediction_mean) * weights
    covariance = (centred * (target - target_mean)).sum(dims, keepdim=True)
    variance = (centred * centred).sum(dims, keepdim=True).clamp_min(1e-4)
    scale = (covariance / variance).clamp(*SCALE_RANGE)
    return prediction * scale + (target_mean - scale * prediction_mean)


def gradient_loss(prediction: Tensor, target: Tensor, valid: Tensor, scales: int = 4) -> Tensor:
    """Return the L1 distance of image gradients, summed over `scales` halvings."""
    total = prediction.new_zeros(())
    for _ in range(scales):
        error = torch.where(valid, prediction - target, 0.0)
        pair_x = valid[..., 1:] & valid[..., :-1]
        pair_y = valid[..., 1:, :] & valid[..., :-1, :]
        total = total + masked_mean((error[..., 1:] - error[..., :-1]).abs(), pair_x)
        total = total + masked_mean((error[..., 1:, :] - error[..., :-1, :]).abs(), pair_y)
        prediction, target, valid = (x[..., ::2, ::2] for x in (prediction, target, valid))
    return total


def silhouette_loss(prediction: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """Return the L1 distance of image gradients where neighbouring pixels of `target` jump."""
    total = prediction.new_zeros(())
    for axis in (-1, -2):
        jump = target.diff(dim=axis)
        length = jump.shape[axis]
        known = valid.narrow(axis, 0, length) & valid.narrow(axis, 1, length)
        silhouette = known & (jump.abs() > SILHOUETTE_JUMP)
        total = total + masked_mean((prediction.diff(dim=axis) - jump).abs(), silhouette)
    return total


def order_loss(
    prediction: Tensor, target: Tensor, valid: Tensor, generator: torch.Generator
) -> Tensor:
    """Return the mean loss of random pairs of known pixels, each pair from one image.

    W. Chen et al., "Single-Image Depth Perception in the Wild", 2016: log(1 + exp(-d)) for a pair
    in order, here of how far d falls short of half the labels' distance, and d for a pair of one
    depth, beyond `ONE_DEPTH`. A pair whose nearer pixel lies higher counts `HIGHER_IS_NEARER`
    times: such pairs are few, and "lower is nearer" gets the others right without looking.

    Args:
        prediction: [B, 1, H, W].
        target: [B, 1, H, W] labels from -1 to 1.
        valid: [B, 1, H, W] bool.
        generator: CPU generator that draws the pairs.
    """
    total, images = prediction.new_zeros(()), 0
    for values, labels, known in zip(prediction, target, valid, strict=True):
        rows = known.nonzero()[:, 1]
        values, labels = values[known], labels[known]  # noqa: PLW2901
        if len(labels) == 0:
            continue
        first, second = torch.randint(len(labels), (2, PAIRS), generator=generator)
        apart = labels[first] - labels[second]
        found = (values[first] - values[second]) * apart.sign()
        short = F.softplus((0.5 * apart.abs() - found) / 0.1) * 0.1
        off = ((values[first] - values[second]).abs() - ONE_DEPTH).clamp_min(0)
        higher = apart * (rows[second] - rows[first]) > 0
        weight = torch.where(higher, HIGHER_IS_NEARER, 1.0) * (apart.abs() > ORDERED_APART)
        total = total + masked_mean(short, weight)
        total = total + masked_mean(off, apart == 0)
        images += 1
    return total / max(images, 1)


def depth_loss(
    prediction: Tensor, target: Tensor, valid: Tensor, weight: Tensor | None = None
) -> Tensor:
    """Return 0.5 L1 + 1.0 L1 after affine alignment + 0.5 gradient L1 over four scales.

    Args:
        prediction: [B, 1, H, W].
        target: [B, 1, H, W].
        valid: [B, 1, H, W] bool.
        weight: [B, 1, H, W] of the aligned term, mean 1; None counts all pixels alike.
    """
    plain = masked_mean((prediction - target).abs(), valid)
    distance = (align(prediction, target, valid) - target).abs()
    aligned = masked_mean(distance if weight is None else distance * weight, valid)
    return 0.5 * plain + aligned + 0.5 * gradient_loss(prediction, target, valid)


def diffusion_target(
    parameterization: str, latent: Tensor, noise: Tensor, alpha_bar: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the noisy latent and what the U-Net is to predict from it (Eq. 1 and 2).

    x_t = sqrt(a) x_0 + sqrt(1 - a) e; the target is e, or v = sqrt(a) e - sqrt(1 - a) x_0.

    Args:
        parameterization: "epsilon" or "v".
        latent: x_0, [B, C, h, w].
        noise: e, same shape.
        alpha_bar: a, cumulative product at each image's timestep, [B].
    """
    signal = alpha_bar.sqrt().view(-1, 1, 1, 1)
    spread = (1 - alpha_bar).sqrt().view(-1, 1, 1, 1)
    noisy = signal * latent + spread * noise
    targets = {"epsilon": noise, "v": signal * noise - spread * latent}
    return noisy, targets[parameterization]


def fill_unknown(target: Tensor, valid: Tensor) -> Tensor:
    """Fill unknown pixels from averages of known ones, coarser the farther away they are.

    The VAE encodes whole images; a constant in the holes would bleed into known latents.
    """
    levels = [(target * valid, valid.to(target.dtype))]
    while min(levels[-1][0].shape[2:]) > 2:
        values, weights = levels[-1]
        pooled_weights = F.avg_pool2d(weights, 2, ceil_mode=True)
        pooled = F.avg_pool2d(values * weights, 2, ceil_mode=True)
        known = pooled_weights > 0
        pooled = torch.where(known, pooled / pooled_weights.clamp_min(1e-6), 0.0)
        levels.append((pooled, known.to(target.dtype)))
    filled = levels[-1][0]
    for values, weights in reversed(levels[:-1]):
        coarse = F.interpolate(filled, size=values.shape[2:], mode="bilinear")
        filled = torch.where(weights > 0, values, coarse)
    return filled
