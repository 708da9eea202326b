"""How sharp a picture is and how alike two pictures are (section 6.1 of the paper).

Pictures are uint8 ``[H, W, 3]``, sRGB. Values are compared as they are stored, as the paper does.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

MAX_VALUE = 255.0  # MAX_I of Eq. 7
_SSIM_WINDOW_PX = 7
_SSIM_C1, _SSIM_C2 = (0.01 * MAX_VALUE) ** 2, (0.03 * MAX_VALUE) ** 2


def to_grey(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return 8-bit grey [H, W] with the weights of ITU-R BT.601: .299 R + .587 G + .114 B."""
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3:
        msg = f"a picture must be uint8 [H, W, 3], got {rgb.dtype} {rgb.shape}"
        raise ValueError(msg)
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)


def laplacian_variance(rgb: NDArray[np.uint8]) -> float:
    """Return the variance of the 8-bit grey picture's Laplacian, in squared grey levels (Eq. 6).

    The operator is OpenCV's with aperture 1: [[0, 1, 0], [1, -4, 1], [0, 1, 0]], edges mirrored
    without repeating the border pixel. Larger is sharper; see ``ratings.rate_laplacian_variance``.

    >>> laplacian_variance(np.full((4, 5, 3), 90, np.uint8))
    0.0
    """
    # The result of this operator on bytes is a whole number within +-1020, so 16 bits hold it
    # exactly.
    laplacian = cv2.Laplacian(to_grey(rgb), cv2.CV_16S, ksize=1)
    _, deviation = cv2.meanStdDev(laplacian)
    return float(deviation[0, 0]) ** 2


def _check_alike(a: NDArray, b: NDArray, valid: NDArray[np.bool_] | None) -> None:
    if a.dtype != np.uint8 or b.dtype != np.uint8 or a.shape != b.shape:
        msg = (
            f"pictures must be uint8 of one shape, got {a.dtype} {a.shape} and {b.dtype} {b.shape}"
        )
        raise ValueError(msg)
    if valid is not None and (valid.dtype != np.bool_ or valid.shape != a.shape[:2]):
        msg = f"valid must be bool {a.shape[:2]}, got {valid.dtype} {valid.shape}"
        raise ValueError(msg)
    if valid is not None and not valid.any():
        msg = "no pixel is valid, so there is nothing to compare"
        raise ValueError(msg)


def psnr(
    a: NDArray[np.uint8], b: NDArray[np.uint8], valid: NDArray[np.bool_] | None = None
) -> float:
    """Return the PSNR in dB, 20 log10(255 / sqrt(MSE)) (Eq. 7); infinite for equal pictures.

    The mean squared error is taken over all channels of the pixels in ``valid`` [H, W] (default:
    all).

    Raises:
        ValueError: the pictures differ in shape or are not 8 bit, or no pixel is valid.

    >>> a = np.zeros((2, 3, 3), np.uint8)
    >>> psnr(a, a), round(psnr(a, a + np.uint8(51)), 2)
    (inf, 13.98)
    """
    _check_alike(a, b, valid)
    mask = None if valid is None else valid.astype(np.uint8)
    squares = cv2.norm(a, b, cv2.NORM_L2SQR, mask)
    if squares == 0.0:
        return math.inf
    pixels = a.shape[0] * a.shape[1] if valid is None else int(np.count_nonzero(valid))
    channels = a.size // (a.shape[0] * a.shape[1])
    return 10.0 * math.log10(MAX_VALUE**2 * pixels * channels / squares)


def _ssim_channel(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    window = (_SSIM_WINDOW_PX, _SSIM_WINDOW_PX)
    unbiased = _SSIM_WINDOW_PX**2 / (_SSIM_WINDOW_PX**2 - 1.0)
    mean_a, mean_b = cv2.blur(a, window), cv2.blur(b, window)
    variance_a = unbiased * (cv2.blur(a * a, window) - mean_a * mean_a)
    variance_b = unbiased * (cv2.blur(b * b, window) - mean_b * mean_b)
    covariance = unbiased * (cv2.blur(a * b, window) - mean_a * mean_b)
    luminance = (2 * mean_a * mean_b + _SSIM_C1) / (mean_a**2 + mean_b**2 + _SSIM_C1)
    structure = (2 * covariance + _SSIM_C2) / (variance_a + variance_b + _SSIM_C2)
    return luminance * structure


def ssim_map(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return structural similarity [H, W] in [-1, 1], the mean over the channels; 1 = alike.

    Wang et al. 2004 with a uniform 7 x 7 window, sample covariance, K1 = .01, K2 = .03. Within 3 px
    of the border the window is mirrored: the usual mean over a picture leaves that margin out.

    Raises:
        ValueError: the pictures differ in shape, are not 8 bit, or have a side below 7 px.
    """
    _check_alike(a, b, None)
    if min(a.shape[:2]) < _SSIM_WINDOW_PX:
        msg = f"SSIM needs at least {_SSIM_WINDOW_PX} px on each side, got {a.shape[:2]}"
        raise ValueError(msg)
    total = np.zeros(a.shape[:2], np.float64)
    for channel in range(a.shape[2]):
        total += _ssim_channel(
            a[..., channel].astype(np.float64), b[..., channel].astype(np.float64)
        )
    return total / a.shape[2]
