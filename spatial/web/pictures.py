"""Pictures for the page: small enough to arrive at once."""

import cv2
import numpy as np
from numpy.typing import NDArray

PREVIEW_SIDE_PX = 1600


def fit_preview(rgb: NDArray[np.uint8], side_px: int = PREVIEW_SIDE_PX) -> NDArray[np.uint8]:
    """Return the picture [h, w, 3] with a long side of at most ``side_px``; a small one comes back as it is."""
    height, width = rgb.shape[:2]
    scale = side_px / max(height, width)
    if scale >= 1.0:
        return rgb
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
