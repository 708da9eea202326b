"""Bodies: cut-outs that are about as deep as they are wide, and pages, which are flat."""

import cv2
import numpy as np

from spatial.training.composed.canvas import (
    Layer,
    Material,
    blurred,
    plane_coordinates,
    recoloured,
)
from spatial.training.composed.cutouts import CutSides

# A common lens: its focal length as a share of the picture's long side.
FOCAL_SHARE = 1.1


def draw_page(material: Material, size: tuple[int, int], rng: np.random.Generator) -> Layer:
    """Return a photo or print, often with a border, on a slanted plane."""
    photo = material.photo(rng)
    if rng.random() < 0.6:
        border = round(rng.uniform(0.03, 0.12) * min(photo.shape[:2]))
        colour = [int(value) for value in rng.integers(150, 256, 1).repeat(3)]
        photo = cv2.copyMakeBorder(photo, *(border,) * 4, cv2.BORDER_CONSTANT, value=colour)
    height, width = photo.shape[:2]
    centre = rng.uniform(-0.5, 0.5, 2)
    tilt = rng.normal(0, 0.25, 2).clip(-0.5, 0.5)
    columns, rows, nearness = plane_coordinates(size, centre, tilt, rng.normal(0, 0.25))
    # A plane coordinate of 1 is half the short side of the picture.
    zoom = max(width, height) / 2 / rng.uniform(0.35, 1.3)
    opaque = np.dstack([photo.astype(np.float32), np.full((height, width), 255, np.float32)])
    rgba = cv2.remap(
        opaque,
        (columns * zoom + width / 2).astype(np.float32),
        (rows * zoom + height / 2).astype(np.float32),
        cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR,
    )
    alpha = rgba[..., 3] / 255
    rgb = recoloured(rgba[..., :3], rng, 0.6, 1.2) * (alpha > 0)[..., None]
    return Layer(rgb=rgb, alpha=alpha, nearness=nearness, can_stand=False)


def draw_body(
    material: Material, size: tuple[int, int], rng: np.random.Generator, beside: float | None
) -> Layer:
    """Return a cut-out at a place and in a size that its cut sides allow, rounded and turned.

    Args:
        material: Where it comes from.
        size: (H, W) of the picture.
        rng: The only source of randomness.
        beside: Column near which it is to be; None is anywhere.
    """
    cutout = material.cutouts[int(rng.integers(len(material.cutouts)))]
    rgba, relief, cut = cutout.rgba, cutout.relief_px, cutout.cut
    if rng.random() < 0.5:
        rgba, relief, cut = rgba[:, ::-1], relief[:, ::-1], cut.mirrored()
    scale = _scale(rgba.shape[:2], size, cut, rng)
    height, width = (max(8, round(side * scale)) for side in rgba.shape[:2])
    left, top = _corner((height, width), size, cut, rng, beside)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    opaque = rgba.astype(np.float32)
    opaque[..., :3] *= opaque[..., 3:] / 255
    opaque = cv2.resize(opaque, (width, height), interpolation=way)
    relief = cv2.resize(relief, (width, height)) * scale
    turn_deg = 0.0 if any(cut) or rng.random() < 0.6 else rng.uniform(-25, 25)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn_deg, 1)
    matrix[:, 2] += (left, top)
    opaque = cv2.warpAffine(opaque, matrix, size[::-1])
    depth = rng.uniform(0.25, 1.1) * cv2.warpAffine(relief, matrix, size[::-1])
    rounded = 1 / (1 - np.minimum(depth / (FOCAL_SHARE * max(size)), 0.4))
    alpha = opaque[..., 3] / 255
    rgb = recoloured(opaque[..., :3] / np.maximum(alpha, 1e-3)[..., None], rng, 0.55, 1.25)
    if rng.random() < 0.3:
        rgb = blurred(rgb, 0.7)
    lying = rng.random() < 0.15
    slope_x, slope_y = rng.normal(0, 0.05, 2)
    slope_y += rng.uniform(0.08, 0.35) if lying else 0
    x = (np.arange(size[1])[None] - left) / width - 0.5
    y = (np.arange(size[0])[:, None] - top) / height - 0.5
    nearness = rounded * np.maximum(1 + slope_x * x + slope_y * y, 0.5)
    return Layer(
        rgb=rgb * alpha[..., None],
        alpha=alpha,
        nearness=nearness.astype(np.float32),
        can_stand=not any(cut) and not lying,
    )


def _scale(
    shape: tuple[int, int], size: tuple[int, int], cut: CutSides, rng: np.random.Generator
) -> float:
    """Return the factor on a cut-out's size; one cut by the frame on both sides spans it."""
    ranges = ((0.15, 0.5), (0.45, 1.0), (1.0, 1.7))
    share = rng.uniform(*ranges[rng.choice(3, p=(0.4, 0.42, 0.18))])
    across = (size[1] / shape[1], size[0] / shape[0])
    scale = share * min(across)
    if cut.left and cut.right:
        scale = max(scale, across[0])
    if cut.top and cut.bottom:
        scale = max(scale, across[1])
    return scale


def _corner(
    shape: tuple[int, int],
    size: tuple[int, int],
    cut: CutSides,
    rng: np.random.Generator,
    beside: float | None,
) -> tuple[int, int]:
    """Return the left column and top row of a cut-out of `shape`; cut sides stay at the frame."""
    (height, width), (rows, columns) = shape, size
    left = (columns - width) * rng.random()
    if width < columns:
        left = rng.uniform(-0.2 * width, columns - 0.8 * width)
        if beside is not None:
            left = beside - width / 2 + rng.uniform(-0.6, 0.6) * width
    if cut.left:
        left = 0 if not cut.right else (columns - width) / 2
    elif cut.right:
        left = columns - width
    top = (rows - height) * rng.random()
    if cut.bottom:
        top = rows - height
    elif cut.top:
        top = 0
    return round(left), round(top)
