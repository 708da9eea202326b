"""Figures on the validation split: depth errors, or the round trip of the autoencoder."""

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from spatial.training.augment import normalise_target
from spatial.training.data import LabelledImages
from spatial.training.losses import masked_mean

ORDER_POINTS = 300


class DepthErrors(NamedTuple):
    """Means over images, after a fit of scale and shift in inverse depth.

    Attributes:
        abs_rel: mean |z_fit - z| / z, a share.
        delta1: share of pixels with max(z_fit / z, z / z_fit) < 1.25.
        wrong_order: share of pairs of pixels, more than 5 % apart, that lie in the wrong order.
    """

    abs_rel: float
    delta1: float
    wrong_order: float


def depth_errors(prediction: Tensor, inverse_depth: Tensor) -> DepthErrors:
    """Return the errors of one image.

    Args:
        prediction: [h, w] relative inverse depth, any scale and shift.
        inverse_depth: [h, w]; pixels that are unknown (< 0) or infinitely far (0) do not count.
    """
    known = inverse_depth > 0
    x, y = prediction[known].double(), inverse_depth[known].double()
    centred = x - x.mean()
    scale = (centred * (y - y.mean())).sum() / centred.square().sum().clamp_min(1e-12)
    # A negative scale would turn the map inside out: count it as knowing nothing.
    fitted = y.mean() + scale.clamp_min(0) * centred
    ratio = y / torch.minimum(torch.maximum(fitted, y.min()), y.max())
    return DepthErrors(
        float((ratio - 1).abs().mean()),
        float((torch.maximum(ratio, 1 / ratio) < 1.25).double().mean()),
        _wrong_order(prediction, inverse_depth),
    )


def _wrong_order(prediction: Tensor, inverse_depth: Tensor) -> float:
    known = (inverse_depth >= 0).flatten().nonzero().flatten()
    chosen = known[torch.linspace(0, len(known) - 1, ORDER_POINTS).long()]
    found, wanted = prediction.flatten()[chosen].double(), inverse_depth.flatten()[chosen].double()
    apart = wanted[:, None] > 1.05 * wanted[None] + 1e-6
    return float(masked_mean((found[:, None] <= found[None]).double(), apart))


def validate_depth(
    predict: Callable[[Tensor], Tensor],
    images: LabelledImages,
    *,
    size: tuple[int, int],
    device: torch.device,
) -> dict[str, float]:
    """Return mean `DepthErrors` by name.

    Args:
        predict: [1, 3, H, W] in [-1, 1] to relative inverse depth [1, 1, h, w].
        images: Part of a set.
        size: (H, W) that images are resized to.
        device: Where to predict.
    """
    rows = []
    for rgb, inverse_depth in zip(images.rgb, images.inverse_depth, strict=True):
        if not (inverse_depth > 0).any():
            continue
        pixels = rgb[None].to(device).float() / 127.5 - 1
        resized = F.interpolate(pixels, size=size, mode="bilinear", antialias=True).clamp(-1, 1)
        prediction = predict(resized.contiguous(memory_format=torch.channels_last))
        shape = (inverse_depth.shape[1], inverse_depth.shape[2])
        full = F.interpolate(prediction.float().cpu(), size=shape, mode="bilinear")
        rows.append(depth_errors(full[0, 0], inverse_depth[0].float()))
    table = torch.tensor(rows, dtype=torch.float64).reshape(-1, len(DepthErrors._fields))
    return dict(zip(DepthErrors._fields, table.mean(0).tolist(), strict=True))


def validate_round_trip(
    round_trip: Callable[[Tensor], Tensor],
    images: LabelledImages,
    *,
    size: tuple[int, int],
    device: torch.device,
) -> dict[str, float]:
    """Return the mean absolute error of encoding and decoding normalised depth maps.

    Args:
        round_trip: Map [1, 1, H, W] in [-1, 1] to the decoded one.
        images: Part of a set.
        size: (H, W) that maps are resized to.
        device: Where to run.
    """
    errors = []
    for inverse_depth in images.inverse_depth:
        resized = F.interpolate(inverse_depth[None].float(), size=size, mode="nearest")
        target, valid = normalise_target(resized.to(device))
        target = target.clamp(-1, 1)
        errors.append(float(masked_mean((round_trip(target) - target).abs(), valid)))
    return {"round_trip_l1": sum(errors) / len(errors)}
