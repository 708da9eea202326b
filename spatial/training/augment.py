"""Random crops and colours, and the normalisation of targets (Eq. 3, in inverse depth)."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from spatial.training.config import Augmentation

AS_THE_COMPACT_RECIPE = Augmentation()
CLAMP = 1.2
MIN_VALID_PIXELS = 100
# Quantiles of every third pixel: three times as fast, the same to the third digit.
QUANTILE_STRIDE = 3


def augment(
    rgb: Sequence[Tensor],
    inverse_depth: Sequence[Tensor],
    size: tuple[int, int],
    generator: torch.Generator,
    augmentation: Augmentation = AS_THE_COMPACT_RECIPE,
) -> tuple[Tensor, Tensor]:
    """Crop, mirror and recolour images of any sizes into one batch.

    Args:
        rgb: B images [3, h, w] uint8.
        inverse_depth: B maps [1, h, w]; below 0 = unknown, sampled without interpolation.
        size: (H, W) of the result; crops keep its aspect within 10 %.
        generator: CPU generator; the only source of randomness.
        augmentation: How far to stray.

    Returns:
        RGB [B, 3, H, W] in [-1, 1] and inverse depth [B, 1, H, W], both float32.
    """
    sizes = [image.shape[1:] for image in rgb]
    grids = crop_grids(sizes, size, generator, augmentation.smallest_crop)
    images, maps = [], []
    for image, depth, grid in zip(rgb, inverse_depth, grids, strict=True):
        grid = grid[None].to(image.device)  # noqa: PLW2901
        pixels = image[None].float() / 255
        images.append(_sample(pixels, grid, "bilinear", "reflection"))
        maps.append(_sample(depth[None].float(), grid, "nearest", "border"))
    coloured = recolour(torch.cat(images), generator, augmentation.colour)
    if augmentation.soft_share > 0:
        coloured = soften(coloured, generator, augmentation.soft_share)
    if augmentation.cut_share > 0:
        coloured = paint_over(coloured, generator, augmentation.cut_share)
    return coloured.clamp(0, 1) * 2 - 1, torch.cat(maps)


def _sample(x: Tensor, grid: Tensor, mode: str, padding: str) -> Tensor:
    return F.grid_sample(x, grid, mode=mode, padding_mode=padding, align_corners=False)


def crop_grids(
    source_sizes: Sequence[Sequence[int]],
    size: tuple[int, int],
    generator: torch.Generator,
    smallest: float,
) -> Tensor:
    """Return sampling grids [B, H, W, 2] of random crops, half of them mirrored.

    A crop spans `smallest` to 1 of the largest one of the wanted aspect; three in ten are that one.
    """
    count = len(source_sizes)
    aspect = size[1] / size[0]
    source_aspect = torch.tensor([width / height for height, width in source_sizes])
    full_x = (aspect / source_aspect).clamp(max=1)
    full_y = (source_aspect / aspect).clamp(max=1)
    scale = uniform(generator, smallest, 1, count)
    scale = torch.where(uniform(generator, 0, 1, count) < 0.3, torch.ones(count), scale)
    extent_x = full_x * scale
    extent_y = full_y * scale * uniform(generator, 0.9, 1, count)
    mirror = torch.where(uniform(generator, 0, 1, count) < 0.5, -1.0, 1.0)
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0] = extent_x * mirror
    theta[:, 1, 1] = extent_y
    theta[:, 0, 2] = uniform(generator, -1, 1, count) * (1 - extent_x)
    theta[:, 1, 2] = uniform(generator, -1, 1, count) * (1 - extent_y)
    return F.affine_grid(theta, [count, 1, *size], align_corners=False)


def recolour(rgb: Tensor, generator: torch.Generator, strength: float = 1.0) -> Tensor:
    """Vary contrast, brightness, saturation, white balance, gamma and noise of [0, 1] images.

    `strength` scales how far all but the noise stray from 1.
    """
    count = len(rgb)

    def factor(low: float, high: float) -> Tensor:
        return uniform(generator, low, high, count).view(-1, 1, 1, 1).to(rgb.device)

    def around_one(low: float, high: float) -> Tensor:
        return 1 + strength * (factor(low, high) - 1)

    mean = rgb.mean((1, 2, 3), keepdim=True)
    x = (rgb - mean) * around_one(0.7, 1.3) + mean * around_one(0.75, 1.25)
    grey = x.mean(1, keepdim=True)
    x = grey + (x - grey) * around_one(0.4, 1.4)
    white_balance = 1 + 0.05 * strength * torch.randn(count, 3, 1, 1, generator=generator)
    x = (x * white_balance.to(rgb.device)).clamp(0, 1) ** around_one(0.7, 1.4)
    noisy = factor(0, 1) < 0.2
    noise = torch.randn(x.shape, generator=generator).to(rgb.device) * factor(0, 0.04)
    return torch.where(noisy, x + noise, x)


def soften(rgb: Tensor, generator: torch.Generator, share: float) -> Tensor:
    """Take the fine detail from a `share` of the images: shrunk 1.5 to 4 times and enlarged."""
    chosen = uniform(generator, 0, 1, len(rgb)) < share
    factors = uniform(generator, 1.5, 4, len(rgb))
    soft = rgb.clone()
    for index in chosen.nonzero().flatten().tolist():
        size = [max(8, round(side / float(factors[index]))) for side in rgb.shape[2:]]
        small = F.interpolate(rgb[index : index + 1], size=size, mode="bilinear", antialias=True)
        soft[index] = F.interpolate(small, size=rgb.shape[2:], mode="bilinear")[0]
    return soft


def paint_over(rgb: Tensor, generator: torch.Generator, share: float) -> Tensor:
    """Paint a rectangle of 0.1 to 0.4 of either side in one colour over a `share` of images."""
    count, (height, width) = len(rgb), rgb.shape[2:]
    chosen = uniform(generator, 0, 1, count) < share
    sides, corners = (torch.rand(count, 2, generator=generator) for _ in range(2))
    colours = torch.rand(count, 3, 1, 1, generator=generator).to(rgb.device)
    painted = rgb.clone()
    for index in chosen.nonzero().flatten().tolist():
        rows = round((0.1 + 0.3 * float(sides[index, 0])) * height)
        columns = round((0.1 + 0.3 * float(sides[index, 1])) * width)
        top = round(float(corners[index, 0]) * (height - rows))
        left = round(float(corners[index, 1]) * (width - columns))
        painted[index, :, top : top + rows, left : left + columns] = colours[index]
    return painted


def uniform(generator: torch.Generator, low: float, high: float, count: int) -> Tensor:
    """Return `count` uniform numbers from [low, high)."""
    return low + (high - low) * torch.rand(count, generator=generator)


def normalise_target(inverse_depth: Tensor) -> tuple[Tensor, Tensor]:
    """Map the 2nd and 98th percentile of known pixels to -1 and 1 (Eq. 3, in inverse depth).

    Args:
        inverse_depth: [B, 1, H, W]; below 0 = unknown.

    Returns:
        The target, clamped to +-1.2 and 0 where unknown, and the mask of known pixels. An image
        with fewer than `MIN_VALID_PIXELS` known pixels is unknown as a whole.
    """
    valid = inverse_depth >= 0
    target = torch.zeros_like(inverse_depth)
    for index, (values, known) in enumerate(zip(inverse_depth, valid, strict=True)):
        inside = values[known]
        if inside.numel() < MIN_VALID_PIXELS:
            valid[index] = False
            continue
        stride = QUANTILE_STRIDE if inside.numel() > 30 * MIN_VALID_PIXELS else 1
        points = torch.tensor([0.02, 0.98], device=inside.device)
        low, high = torch.quantile(inside[::stride], points)
        scaled = (values - low) / (high - low).clamp_min(1e-5) * 2 - 1
        target[index] = scaled.clamp(-CLAMP, CLAMP)
    return torch.where(valid, target, 0.0), valid


def relative_weight(inverse_depth: Tensor, valid: Tensor) -> Tensor:
    """Return weights [B, 1, H, W] that turn an error in inverse depth into a share of it.

    About 1 / inverse depth, at most five times the weight of the mean inverse depth (the sky would
    weigh without end), with mean 1 over the known pixels of an image.
    """
    dims = (1, 2, 3)
    known = valid.to(inverse_depth.dtype)
    count = known.sum(dims, keepdim=True).clamp_min(1)
    mean = ((inverse_depth * known).sum(dims, keepdim=True) / count).clamp_min(1e-6)
    weight = mean / torch.maximum(inverse_depth, 0.2 * mean)
    return weight / ((weight * known).sum(dims, keepdim=True) / count).clamp_min(1e-6)
