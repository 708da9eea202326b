"""The paper's depth of field: a Gaussian that grows with the distance from the focus (Eq. 4)."""

from concurrent.futures import ThreadPoolExecutor
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.settings import BokehSettings

_TILE_PX = 256  # few kernel sizes occur within a tile, so few blurs are wasted
_MAX_WORKERS = 8


def kernel_sizes(
    nearness: NDArray[np.float32], *, focus_nearness: float, intensity_px: float
) -> NDArray[np.uint8]:
    """Return the kernel size of every pixel, uint8 [H, W], odd (Eq. 4).

    ``odd(round(|nearness - focus| * intensity))``; an even number becomes the next odd one.
    Nearness is clipped to the paper's [0, 1]. 1 means untouched.

    >>> near = np.array([[1.0, 0.9, 0.5, 0.0]], np.float32)
    >>> kernel_sizes(near, focus_nearness=1.0, intensity_px=10).tolist()
    [[1, 1, 5, 11]]
    """
    distance = np.abs(np.clip(nearness, 0.0, 1.0) - np.float32(focus_nearness))
    return np.rint(distance * np.float32(intensity_px)).astype(np.uint8) | np.uint8(1)


def _blur_tile(
    rgb: NDArray[np.uint8], kernels: NDArray[np.uint8], top: int, left: int, out: NDArray[np.uint8]
) -> None:
    """Write one tile of ``out``; a kernel blurs what its taps reach, so cutting is exact."""
    height, width = kernels.shape
    bottom, right = min(top + _TILE_PX, height), min(left + _TILE_PX, width)
    tile = kernels[top:bottom, left:right]
    for kernel in np.unique(tile):
        size = int(kernel)
        if size < 3:
            continue
        mask = tile == kernel
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        y0, y1 = top + int(rows[0]), top + int(rows[-1]) + 1
        x0, x1 = left + int(columns[0]), left + int(columns[-1]) + 1
        y, x = max(y0 - size // 2, 0), max(x0 - size // 2, 0)
        area = rgb[y : y1 + size // 2, x : x1 + size // 2]
        blurred = cv2.GaussianBlur(area, (size, size), 0)
        np.copyto(
            out[y0:y1, x0:x1],
            blurred[y0 - y : y1 - y, x0 - x : x1 - x],
            where=mask[y0 - top : y1 - top, x0 - left : x1 - left, None],
        )


def blur_paper(
    rgb: NDArray[np.uint8], nearness: NDArray[np.float32], settings: BokehSettings
) -> NDArray[np.uint8]:
    """Return the picture blurred by Eq. 4 with ``bokeh_intensity_px``, in sRGB as stored."""
    focus, intensity = settings.focus_nearness, settings.bokeh_intensity_px
    kernels = kernel_sizes(nearness, focus_nearness=focus, intensity_px=intensity)
    out = rgb.copy()
    height, width = kernels.shape
    corners = product(range(0, height, _TILE_PX), range(0, width, _TILE_PX))
    with ThreadPoolExecutor(max_workers=min(cv2.getNumThreads() or 1, _MAX_WORKERS)) as pool:
        list(pool.map(lambda corner: _blur_tile(rgb, kernels, corner[0], corner[1], out), corners))
    return out
