import math

import cv2
import numpy as np
import pytest
from skimage.metrics import structural_similarity

from spatial.metrics import laplacian_variance, psnr, ssim_map


def noise(shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def test_laplacian_variance_is_opencvs_on_bt601_grey():
    rgb = noise((37, 53, 3))
    grey = np.rint(rgb @ np.array([0.299, 0.587, 0.114])).astype(np.uint8)
    expected = cv2.Laplacian(grey, cv2.CV_64F, ksize=1).var()
    assert laplacian_variance(rgb) == pytest.approx(expected, rel=1e-3)


def test_laplacian_variance_of_one_dot_by_hand():
    rgb = np.zeros((6, 5, 3), np.uint8)
    rgb[3, 2] = 10  # Laplacian: -40 once, 10 four times, 0 else
    values = np.array([-40.0] + [10.0] * 4 + [0.0] * 25)
    assert laplacian_variance(rgb) == pytest.approx(values.var())


def test_red_weighs_less_than_green():
    red, green = np.zeros((2, 6, 6, 3), np.uint8)
    red[3, 3, 0] = green[3, 3, 1] = 200
    assert laplacian_variance(red) < laplacian_variance(green)


def test_psnr_by_hand():
    a = np.zeros((4, 5, 3), np.uint8)
    b = a.copy()
    b[0, 0, 0] = 60  # MSE = 3600 / 60 = 60
    assert psnr(a, b) == pytest.approx(20 * math.log10(255 / math.sqrt(60)))
    assert psnr(b, b) == math.inf


def test_psnr_counts_only_valid_pixels():
    a = np.zeros((4, 5, 3), np.uint8)
    b = a.copy()
    b[1, 2] = 100
    valid = np.zeros((4, 5), bool)
    valid[1, 2] = valid[3, 4] = True
    assert psnr(a, b, valid) == pytest.approx(20 * math.log10(255 / math.sqrt(5000)))
    valid[1, 2] = False
    assert psnr(a, b, valid) == math.inf


@pytest.mark.parametrize("shape", [(7, 7, 3), (31, 44, 3)])
def test_ssim_equals_scikit_image(shape):
    a = noise(shape)
    b = np.clip(a.astype(int) + noise(shape, 1) // 8, 0, 255).astype(np.uint8)
    inner = ssim_map(a, b)[3:-3, 3:-3]
    assert inner.mean() == pytest.approx(structural_similarity(a, b, channel_axis=2), abs=1e-9)


def test_the_map_of_ssim_is_one_where_the_pictures_are_alike():
    a, b = noise((20, 30, 3)), noise((20, 30, 3), 1)
    b[:, 20:] = a[:, 20:]
    alike = ssim_map(a, b)
    assert alike.shape == (20, 30)
    np.testing.assert_allclose(alike[:, 24:], 1.0)
    assert alike[10, 9] < 1.0


@pytest.mark.parametrize("measure", [psnr, ssim_map])
def test_bad_pairs_are_refused(measure):
    a = noise((9, 9, 3))
    with pytest.raises(ValueError, match="one shape"):
        measure(a, a[:-1])
    with pytest.raises(ValueError, match="uint8"):
        measure(a, a.astype(np.float32))


def test_bad_masks_are_refused():
    a = noise((9, 9, 3))
    with pytest.raises(ValueError, match="no pixel is valid"):
        psnr(a, a, np.zeros((9, 9), bool))
    with pytest.raises(ValueError, match="valid must be bool"):
        psnr(a, a, np.ones((9, 8), bool))


def test_ssim_refuses_pictures_below_its_window():
    with pytest.raises(ValueError, match="at least 7 px"):
        ssim_map(noise((6, 9, 3)), noise((6, 9, 3)))
