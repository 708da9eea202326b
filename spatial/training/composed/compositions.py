"""A set of the mix whose pictures are composed when they are drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from spatial.training.composed.backgrounds import SET_SHARES, draw_background
from spatial.training.composed.bodies import draw_body, draw_page
from spatial.training.composed.canvas import Canvas, Layer, Material, Picture, blurred
from spatial.training.composed.cutouts import Cutout
from spatial.training.data import (
    LabelledImages,
    TrainingDataError,
    training_indices,
    validation_indices,
)

COMPOSED = "composed"
LANDSCAPE, PORTRAIT = (288, 384), (384, 288)
VALIDATION_COUNT = 40
PAGE_SHARE = 0.12
# A body may hide this share of its area behind it: what is nearer than its foot.
TOLERATED_OVERLAP = 0.08
ATTEMPTS = 20


class Compositions:
    """A set of the mix whose pictures are made when they are drawn.

    Held-out cut-outs, photos and backgrounds make up its validation part.
    """

    def __init__(
        self,
        cutouts: Sequence[Cutout],
        photos: Tensor,
        sets: Mapping[str, LabelledImages],
        validation_count: int = VALIDATION_COUNT,
    ) -> None:
        sets = {name: images for name, images in sets.items() if name in SET_SHARES}
        if min(len(cutouts), len(photos)) <= 8:
            raise TrainingDataError(
                f"composed pictures need more than 8 cut-outs and 8 photos, got {len(cutouts)} and "
                f"{len(photos)}; name folders of photos with --photos"
            )
        self._material, held_out = (
            Material(
                cutouts=[cutouts[index] for index in rows_of(len(cutouts))],
                photos=photos[rows_of(len(photos))],
                backgrounds=sets,
                rows={name: rows_of(len(images.rgb)) for name, images in sets.items()},
            )
            for rows_of in (training_indices, validation_indices)
        )
        rng = np.random.default_rng(0)
        pairs = [_as_tensors(compose(held_out, LANDSCAPE, rng)) for _ in range(validation_count)]
        rgb, inverse_depth = zip(*pairs, strict=True)
        self.validation = LabelledImages(torch.stack(rgb), torch.stack(inverse_depth))

    def draw(self, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Return a new picture [3, H, W] uint8 and its inverse depth [1, H, W] float16."""
        rng = np.random.default_rng(int(torch.randint(2**31, (1,), generator=generator)))
        size = LANDSCAPE if rng.random() < 0.75 else PORTRAIT
        return _as_tensors(compose(self._material, size, rng))


def _as_tensors(canvas: Canvas) -> tuple[Tensor, Tensor]:
    rgb = torch.from_numpy(canvas.rgb.clip(0, 255).astype(np.uint8)).permute(2, 0, 1)
    return rgb.contiguous(), torch.from_numpy(canvas.inverse_depth)[None].half()


def compose(material: Material, size: tuple[int, int], rng: np.random.Generator) -> Canvas:
    """Return a picture of one to three bodies before a background.

    Args:
        material: What it is made of.
        size: (H, W) in pixels.
        rng: The only source of randomness.
    """
    canvas = draw_background(material, size, rng)
    if rng.random() < 0.4:
        canvas = replace(canvas, rgb=blurred(canvas.rgb, rng.uniform(0.8, 5)))
    bodies = 1 + int(rng.random() < 0.45) + int(rng.random() < 0.2)
    beside = None
    for _ in range(ATTEMPTS):
        is_page = rng.random() < PAGE_SHARE
        layer = (
            draw_page(material, size, rng) if is_page else draw_body(material, size, rng, beside)
        )
        if bodies == 1 and rng.random() < 0.1:
            layer = _out_of_focus(layer, rng.uniform(1, 4))
        if (placed := place(canvas, layer, rng)) is None:
            continue
        canvas, bodies = placed, bodies - 1
        if bodies == 0:
            break
        # Every second neighbour overlaps the one before: groups of people, bunches of flowers.
        columns = np.flatnonzero((layer.alpha > 0.5).any(0))
        beside = float(columns.mean()) if rng.random() < 0.5 else None
    return replace(canvas, rgb=_as_stored(canvas.rgb, rng))


def place(canvas: Canvas, layer: Layer, rng: np.random.Generator) -> Canvas | None:
    """Return the canvas with the layer before it, None where there is no place for it."""
    inside = layer.alpha > 0.5
    if not 0.01 < inside.mean() < 0.85:
        return None
    around = cv2.dilate(inside.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    covered = canvas.inverse_depth[around & (canvas.inverse_depth >= 0)]
    if covered.size == 0:
        return None
    known = canvas.inverse_depth[canvas.inverse_depth >= 0]
    spread = max(float(np.percentile(known, 98)), 1e-2)
    silhouette, standing = _standing(canvas, layer, rng), True
    if silhouette is None:
        nearest = float(np.percentile(covered, 97))
        silhouette = nearest * rng.uniform(1.08, 1.9) + spread * rng.uniform(0.02, 0.3)
        standing = False
    rgb = canvas.rgb
    if standing and rng.random() < 0.6:
        rgb = _shadowed(rgb, inside, rng)
    alpha = layer.alpha[..., None]
    return replace(
        canvas,
        rgb=layer.rgb + rgb * (1 - alpha),
        inverse_depth=np.where(inside, silhouette * layer.nearness, canvas.inverse_depth),
    )


def _standing(canvas: Canvas, layer: Layer, rng: np.random.Generator) -> float | None:
    """Return the ground's inverse depth at the layer's foot, None where it cannot stand."""
    inside = layer.alpha > 0.5
    foot = int(np.flatnonzero(inside.any(1)).max())
    if not (canvas.ground and layer.can_stand and foot < len(inside) - 3 and rng.random() < 0.65):
        return None
    ground = canvas.inverse_depth[foot][inside[foot]]
    if not (ground > 0).any():
        return None
    depth = float(np.median(ground[ground > 0])) * rng.uniform(1, 1.06)
    hidden = (canvas.inverse_depth[inside] > 1.02 * depth).mean() > TOLERATED_OVERLAP
    return None if hidden else depth


def _shadowed(rgb: Picture, inside: NDArray[np.bool_], rng: np.random.Generator) -> Picture:
    """Return the picture with a soft shadow where the layer meets the ground."""
    rows, columns = inside.nonzero()
    foot, half_width = int(rows.max()), max(2, round(0.45 * (columns.max() - columns.min())))
    axes = (half_width, max(1, half_width // 4))
    shade = np.zeros(inside.shape, np.float32)
    cv2.ellipse(shade, (int(columns.mean()), foot), axes, 0, 0, 360, rng.uniform(0.3, 0.7), -1)
    return rgb * (1 - cv2.GaussianBlur(shade, (0, 0), 1 + half_width / 8))[..., None]


def _out_of_focus(layer: Layer, sigma_px: float) -> Layer:
    return replace(layer, rgb=blurred(layer.rgb, sigma_px), alpha=blurred(layer.alpha, sigma_px))


def _as_stored(rgb: Picture, rng: np.random.Generator) -> Picture:
    """Return the picture after a JPEG file, every other time: seams must not give bodies away."""
    if rng.random() < 0.5:
        return rgb
    pixels = rgb.clip(0, 255).astype(np.uint8)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 96))]
    _, stored = cv2.imencode(".jpg", pixels, quality)
    return np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR), np.float32)
