"""A made-up scene to measure with."""

import cv2
import numpy as np
from numpy.typing import NDArray

TWELVE_MEGAPIXELS = (3000, 4000)  # height, width


def synthetic_scene(
    height_px: int, width_px: int, *, seed: int = 0
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return a textured picture [H, W, 3] and a nearness map [H, W] of a slope with twelve near discs."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (height_px // 8 + 1, width_px // 8 + 1, 3), dtype=np.uint8)
    size = (width_px, height_px)
    rgb = np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    slope = np.linspace(0.0, 0.6, height_px, dtype=np.float32)[:, None]
    nearness = np.repeat(slope, width_px, axis=1)
    for _ in range(12):
        centre = (int(rng.integers(width_px)), int(rng.integers(height_px)))
        cv2.circle(nearness, centre, height_px // 12, float(rng.uniform(0.6, 1.0)), -1)
    return rgb, nearness
