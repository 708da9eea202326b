"""Pictures for the page: small enough to arrive at once."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

PREVIEW_SIDE_PX = 1280  # a slider answers in about 0.4 s on two cores
_SHOWN_BY_BROWSERS = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}


def is_shown_by_browsers(path: Path | str) -> bool:
    """Tell by its name whether browsers show a photo as it is."""
    return Path(path).suffix.lower() in _SHOWN_BY_BROWSERS


def fit_preview(rgb: NDArray[np.uint8], side_px: int = PREVIEW_SIDE_PX) -> NDArray[np.uint8]:
    """Return the picture [h, w, 3] with a long side of at most ``side_px``; a small one comes back as it is."""
    height, width = rgb.shape[:2]
    scale = side_px / max(height, width)
    if scale >= 1.0:
        return rgb
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
