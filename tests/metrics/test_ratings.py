import math

import pytest

from spatial.metrics import rate_laplacian_variance, rate_psnr


@pytest.mark.parametrize(
    ("value", "label"),
    [
        (0.0, "soft"),
        (99.9, "soft"),
        (100.0, "low to average"),
        (299.9, "low to average"),
        (300.0, "good"),
        (900.0, "good"),
        (1000.0, "good"),
        (1000.1, "excellent"),
    ],
)
def test_sharpness(value, label):
    assert rate_laplacian_variance(value).label == label


@pytest.mark.parametrize(
    ("value", "label"),
    [
        (19.9, "poor"),
        (20.0, "average"),
        (30.0, "good"),
        (40.0, "excellent"),
        (50.0, "excellent"),
        (50.1, "identical"),
        (math.inf, "identical"),
    ],
)
def test_psnr(value, label):
    assert rate_psnr(value).label == label


def test_nan_has_no_rating():
    with pytest.raises(ValueError, match="NaN"):
        rate_psnr(math.nan)
