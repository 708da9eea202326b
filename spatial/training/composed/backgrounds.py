"""Backgrounds: sets with depth, photos taken as far away, photos on a plane."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from spatial.training.composed.canvas import (
    Canvas,
    Material,
    Picture,
    blurred,
    plane_coordinates,
    recoloured,
)

# Shares of the backgrounds; sets without a folder are left out.
SET_SHARES = {"nyuv2": 0.42, "camvid_popup": 0.1, "scenes": 0.12}
FAR_SHARE, PLANE_SHARE = 0.24, 0.12


def draw_background(material: Material, size: tuple[int, int], rng: np.random.Generator) -> Canvas:
    """Return a background: a set with depth, a photo taken as far away, or a photo on a plane."""
    names = [name for name in SET_SHARES if material.rows.get(name)]
    makers: dict[Callable[..., Canvas], float] = {_far: FAR_SHARE, _plane: PLANE_SHARE}
    shares = np.array([*(SET_SHARES[name] for name in names), *makers.values()])
    chosen = int(rng.choice(len(shares), p=shares / shares.sum()))
    if chosen >= len(names):
        canvas = list(makers)[chosen - len(names)](material, size, rng)
    else:
        canvas = _measured(material, names[chosen], size, rng)
    return replace(canvas, rgb=recoloured(canvas.rgb, rng, 0.7, 1.3))


def _measured(
    material: Material, name: str, size: tuple[int, int], rng: np.random.Generator
) -> Canvas:
    images, rows = material.backgrounds[name], material.rows[name]
    row = rows[int(rng.integers(len(rows)))]
    rgb = images.rgb[row].permute(1, 2, 0).numpy()
    inverse_depth = images.inverse_depth[row, 0].float().numpy()
    window = _window(rgb.shape[:2], size, rng)
    return Canvas(
        rgb=_fitted(rgb[window].astype(np.float32), size),
        inverse_depth=cv2.resize(
            inverse_depth[window], size[::-1], interpolation=cv2.INTER_NEAREST
        ),
        ground=True,
    )


def _far(material: Material, size: tuple[int, int], rng: np.random.Generator) -> Canvas:
    """Return a blurred photo far away, every other time with ground that comes nearer below."""
    photo = material.photo(rng)
    rgb = _fitted(photo[_window(photo.shape[:2], size, rng)].astype(np.float32), size)
    rise = rng.uniform(0, 0.25) if rng.random() < 0.5 else 0.0
    rows = np.linspace(0, 1, size[0], dtype=np.float32)[:, None]
    depth = rng.uniform(0.02, 0.2) + rise * rows**1.5 + np.zeros(size, np.float32)
    return Canvas(
        rgb=blurred(rgb, rng.choice([1.5, 3, 6, 10])),
        inverse_depth=depth.astype(np.float32),
        ground=False,
    )


def _plane(material: Material, size: tuple[int, int], rng: np.random.Generator) -> Canvas:
    """Return a photo on a plane that fills the picture: a wall, a poster, a table from above."""
    photo = material.photo(rng)
    zoom = rng.uniform(0.25, 0.5) * min(photo.shape[:2])
    tilt = rng.normal(0, 0.22, 2).clip(-0.45, 0.45)
    columns, rows, nearness = plane_coordinates(size, np.zeros(2), tilt, rng.uniform(-0.3, 0.3))
    centre_x, centre_y = photo.shape[1] / 2, photo.shape[0] / 2
    rgb = cv2.remap(
        photo.astype(np.float32),
        (columns * zoom + centre_x).astype(np.float32),
        (rows * zoom + centre_y).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )
    return Canvas(rgb=rgb, inverse_depth=rng.uniform(0.1, 1) * nearness, ground=False)


def _window(
    shape: tuple[int, ...], size: tuple[int, int], rng: np.random.Generator
) -> tuple[slice, slice]:
    """Return a random crop of the aspect of `size`, 0.65 to 1 of the largest one."""
    scale = rng.uniform(0.65, 1) * min(shape[0] / size[0], shape[1] / size[1])
    height, width = max(2, int(size[0] * scale)), max(2, int(size[1] * scale))
    top, left = rng.integers(shape[0] - height + 1), rng.integers(shape[1] - width + 1)
    return slice(top, top + height), slice(left, left + width)


def _fitted(rgb: Picture, size: tuple[int, int]) -> Picture:
    way = cv2.INTER_AREA if rgb.shape[0] > size[0] else cv2.INTER_CUBIC
    return cv2.resize(rgb, size[::-1], interpolation=way)
