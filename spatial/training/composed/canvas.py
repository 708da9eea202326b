"""What composed pictures are made of and made into, and what happens to either."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from spatial.training.composed.cutouts import Cutout
from spatial.training.data import LabelledImages

# Of floats; what OpenCV and NumPy return differs in precision alone.
Picture = NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """A picture in the making: `rgb` [H, W, 3] 0 to 255, `inverse_depth` [H, W], below 0 = unknown.

    `ground` tells whether things can stand in it.
    """

    rgb: Picture
    inverse_depth: Picture
    ground: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """What is put before a canvas of the same size.

    Attributes:
        rgb: [H, W, 3], 0 to 255, multiplied by alpha.
        alpha: [H, W], 0 to 1.
        nearness: [H, W], inverse depth relative to that of the silhouette.
        can_stand: Whether its lowest point may be a foot.
    """

    rgb: Picture
    alpha: Picture
    nearness: Picture
    can_stand: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What pictures are composed of: one side of the validation split.

    Attributes:
        cutouts: Things to put before backgrounds.
        photos: [N, 3, h, w] uint8, for far backgrounds and pages.
        backgrounds: Sets with depth, by name.
        rows: The images of each set that may be used.
    """

    cutouts: Sequence[Cutout]
    photos: Tensor
    backgrounds: Mapping[str, LabelledImages]
    rows: Mapping[str, Sequence[int]]

    def photo(self, rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return one of the photos, [h, w, 3]."""
        return self.photos[int(rng.integers(len(self.photos)))].permute(1, 2, 0).numpy()


def plane_coordinates(
    size: tuple[int, int], centre: Picture, tilt: Picture, turn_rad: float
) -> tuple[Picture, Picture, Picture]:
    """Return where each pixel's ray meets a plane, and the plane's nearness there.

    The inverse depth of a plane is affine in the picture: 1 + tilt . (x, y), pixels from -1 to 1
    along the short side. A point of the plane is that position over the inverse depth.
    """
    unit = min(size) / 2
    x = ((np.arange(size[1]) - size[1] / 2) / unit - centre[0])[None]
    y = ((np.arange(size[0]) - size[0] / 2) / unit - centre[1])[:, None]
    nearness = np.maximum(1 + tilt[0] * x + tilt[1] * y, 0.2)
    cosine, sine = np.cos(turn_rad), np.sin(turn_rad)
    columns, rows = (cosine * x + sine * y) / nearness, (cosine * y - sine * x) / nearness
    return columns.astype(np.float32), rows.astype(np.float32), nearness.astype(np.float32)


def blurred(rgb: Picture, sigma_px: float) -> Picture:
    """Return the picture after a Gaussian."""
    return cv2.GaussianBlur(rgb, (0, 0), sigma_px)


def recoloured(rgb: Picture, rng: np.random.Generator, darkest: float, brightest: float) -> Picture:
    """Return the picture with a gain between the two factors, another white and an offset."""
    gain = rng.uniform(darkest, brightest) * rng.normal(1, 0.04, 3)
    return (rgb * gain + rng.normal(0, 10)).clip(0, 255).astype(np.float32)
