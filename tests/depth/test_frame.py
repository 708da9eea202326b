import numpy as np
import pytest
import torch

from spatial.depth.errors import EstimatorError
from spatial.depth.frame import Frame, fit, padded_frame, rounded_frame, size_px


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
    assert size_px(rgb) == (1, 1)
    seen = fit(rgb, Frame(1, 1, 1, 1))
    torch.testing.assert_close(seen.flatten(), torch.tensor([-1.0, 1.0, -0.6]))


def test_a_photo_is_resized_as_if_in_one_piece():
    rgb = np.random.default_rng(4).integers(0, 256, (201, 130, 3), np.uint8)
    frame = Frame(40, 28, 48, 32)
    whole = torch.from_numpy(rgb).permute(2, 0, 1)[None] / 127.5 - 1
    assert size_px(whole) == size_px(rgb) == (201, 130)
    torch.testing.assert_close(fit(rgb, frame), fit(whole, frame), atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    "wrong", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), torch.zeros(3, 4, 4)]
)
def test_other_pictures_are_refused(wrong):
    with pytest.raises(EstimatorError, match=r"\[H, W, 3\]"):
        size_px(wrong)
