"""Folders of photos with measured depth.

``NNNN_rgb.*`` stands beside ``NNNN_depth.png``, uint16 millimetres, 0 = unknown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

MM_PER_M = 1000.0
Item = TypeVar("Item")


class DataError(ValueError):
    """A data folder does not hold what it should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One photo file and the file of its measured depth."""

    name: str
    rgb_path: Path
    depth_path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """What is scored, ``[top:bottom, left:right]``, of pictures of ``height`` x ``width``."""

    top: int
    bottom: int
    left: int
    right: int
    height: int
    width: int


EIGEN_CROP = Crop(top=45, bottom=471, left=41, right=601, height=480, width=640)
CROPS: dict[str, Crop] = {"nyuv2": EIGEN_CROP}
"""The crop that a data set is scored in, by the name of its folder; others are scored whole."""


def list_frames(folder: Path, *, subset: int | None = None, seed: int = 0) -> tuple[Frame, ...]:
    """Return the frames of a folder in order, or a seeded random subset of them.

    Raises:
        DataError: the folder has no frame, or a photo is missing.
    """
    frames = []
    for depth_path in sorted(folder.glob("*_depth.png")):
        name = depth_path.name.removesuffix("_depth.png")
        photos = sorted(folder.glob(f"{name}_rgb.*"))
        if not photos:
            msg = f"{depth_path} has no photo {name}_rgb.* beside it"
            raise DataError(msg)
        frames.append(Frame(name=name, rgb_path=photos[0], depth_path=depth_path))
    if not frames:
        msg = f"{folder} holds no NNNN_depth.png; give a folder of NNNN_rgb.* and NNNN_depth.png"
        raise DataError(msg)
    return choose_subset(frames, subset, seed)


def choose_subset(items: Sequence[Item], count: int | None, seed: int) -> tuple[Item, ...]:
    """Return ``count`` items in order, drawn by ``seed``; all for None or too few."""
    if count is None or count >= len(items):
        return tuple(items)
    chosen = np.random.default_rng(seed).choice(len(items), count, replace=False)
    return tuple(items[i] for i in sorted(chosen))


def read_depth_m(path: Path) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return planar depth in metres [H, W] and where it is known.

    Raises:
        DataError: the file is no 16-bit grey PNG.
    """
    stored = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if stored is None or stored.dtype != np.uint16 or stored.ndim != 2:
        msg = f"{path} is no 16-bit grey PNG of depth in millimetres"
        raise DataError(msg)
    return (stored / np.float32(MM_PER_M)).astype(np.float32), stored > 0


def scored_pixels(folder_name: str, valid: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return ``valid`` limited to the data set's crop, where it has one for this size."""
    crop = CROPS.get(folder_name)
    if crop is None or valid.shape != (crop.height, crop.width):
        return valid
    inside = np.zeros_like(valid)
    inside[crop.top : crop.bottom, crop.left : crop.right] = True
    return valid & inside
