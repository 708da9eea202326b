import numpy as np
import pytest
import torch

from spatial.depth.errors import EstimatorError
from spatial.depth.frame import Frame, as_tensor, fit, padded_frame, rounded_frame


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((480, 640), (192, 256)),
        ((64, 64), (256, 256)),
        ((100, 800), (32, 256)),
        ((1, 9000), (32, 256)),
    ],
)
def test_rounded_frames_keep_the_aspect_as_far_as_multiples_allow(size, expected):
    assert rounded_frame(*size, long_side=256, multiple=32)[:2] == expected
    assert rounded_frame(*size[::-1], long_side=256, multiple=32)[:2] == expected[::-1]


def test_padded_frames_never_vanish():
    assert padded_frame(1, 9000, long_side=768, multiple=8) == Frame(1, 768, 8, 768)


def test_fit_pads_on_the_right_and_below_with_the_border():
    picture = torch.arange(12.0).view(1, 1, 3, 4).expand(1, 3, 3, 4)
    fitted = fit(picture, Frame(3, 4, 5, 6))
    assert fitted.shape == (1, 3, 5, 6)
    assert torch.equal(fitted[0, 0, 2], torch.tensor([8.0, 9, 10, 11, 11, 11]))
    assert torch.equal(fitted[0, 0, 4], fitted[0, 0, 2])


def test_colours_go_to_minus_one_and_one():
    rgb = np.array([[[0, 255, 51]]], np.uint8)
    torch.testing.assert_close(as_tensor(rgb).flatten(), torch.tensor([-1.0, 1.0, -0.6]))


@pytest.mark.parametrize(
    "wrong", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), torch.zeros(3, 4, 4)]
)
def test_other_pictures_are_refused(wrong):
    with pytest.raises(EstimatorError, match=r"\[H, W, 3\]"):
        as_tensor(wrong)
