from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from scenes import spatial_photo

from spatial.metrics import COMFORTABLE_SCORE, comfort_report, comfortable_settings
from spatial.settings import Convergence, StereoMethod, StrengthBy, Synthesise, with_values
from spatial.stereo import render_stereo

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.jpg"))


def rendered(rgb, nearness, **values):
    settings = with_values(values)
    return spatial_photo(rgb, nearness, render_stereo(rgb, nearness, settings.stereo), settings)


def again(result, settings):
    pair = render_stereo(result.focused, result.nearness, settings.stereo)
    return replace(result, pair=pair, settings=settings)


def scene(height_px=120, width_px=200):
    """A noisy floor that comes nearer downwards, a disc in front of it, a post cut off by the left
    edge.
    """
    rng = np.random.default_rng(1)
    rgb = rng.integers(0, 256, (height_px, width_px, 3), dtype=np.uint8)
    rgb = cv2.GaussianBlur(rgb, (5, 5), 0)
    nearness = np.linspace(0.0, 0.6, height_px, dtype=np.float32)[:, None].repeat(width_px, axis=1)
    rows, columns = np.mgrid[:height_px, :width_px]
    nearness[(rows - 60) ** 2 + (columns - 110) ** 2 < 30**2] = 0.8
    nearness[20:, :15] = 1.0
    return rgb, nearness


HARSH = [
    {"max_parallax_percent": 10.0},
    {"max_parallax_percent": 10.0, "max_angle_deg": 0.0, "keep_window": False},
    {"max_parallax_percent": 9.0, "convergence": "value", "convergence_nearness": 0.1},
    {"max_parallax_percent": 8.0, "synthesise": "right", "keep_window": False},
    {"strength_by": "ipd", "ipd_mm": 90.0, "max_angle_deg": 0.0},
    {"stereo_method": "paper", "ipd_mm": 100.0, "screen_width_mm": 600.0},
    {"max_parallax_percent": 6.0, "viewing_distance_mm": 700.0},
]


@pytest.mark.parametrize("values", HARSH)
def test_harsh_settings_become_comfortable_and_keep_depth(values):
    result = rendered(*scene(), **values)
    assert comfort_report(result).score < COMFORTABLE_SCORE
    settings = comfortable_settings(result)
    calm = again(result, settings)
    assert comfort_report(calm).score >= COMFORTABLE_SCORE
    low, high = np.percentile(calm.pair.disparity_px, (1, 99))
    assert high - low > 0.005 * result.photo.width_px
    assert settings.stereo.stereo_method is result.settings.stereo.stereo_method
    assert (settings.depth, settings.export) == (result.settings.depth, result.settings.export)


def test_what_is_comfortable_stays_as_it_is():
    result = rendered(*scene(), max_parallax_percent=1.0)
    assert comfort_report(result).score >= COMFORTABLE_SCORE
    assert comfortable_settings(result) is result.settings


def test_strength_by_ipd_becomes_a_percentage():
    rgb, nearness = scene()
    result = rendered(rgb, nearness, strength_by="ipd", ipd_mm=90.0, max_angle_deg=0.0)
    stereo = comfortable_settings(result).stereo
    assert stereo.strength_by is StrengthBy.PERCENT
    assert 0.5 < stereo.max_parallax_percent < 9.0


def test_the_paper_method_is_turned_down_by_its_own_knob():
    result = rendered(*scene(), stereo_method="paper", ipd_mm=100.0, screen_width_mm=600.0)
    stereo = comfortable_settings(result).stereo
    assert stereo.stereo_method is StereoMethod.PAPER
    assert 0.0 < stereo.ipd_mm < 100.0
    assert stereo.convergence is Convergence.AUTO


def test_unequally_sharp_views_are_both_synthesised():
    rgb, nearness = scene()
    result = rendered(rgb, nearness, max_parallax_percent=8.0, synthesise="right")
    blurred = np.asarray(cv2.GaussianBlur(result.pair.right, (7, 7), 0), np.uint8)
    result = replace(result, pair=replace(result.pair, right=blurred))
    assert comfortable_settings(result).stereo.synthesise is Synthesise.BOTH


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("values", [{}, HARSH[1]], ids=["default", "harsh"])
def test_every_example_becomes_comfortable(path, values):
    """The depth stands in for a model's: bright is near, and so is what stands low in the
    picture.
    """
    with Image.open(path) as photo:
        rgb = np.asarray(photo.convert("RGB").resize((240, 180)))
    down = np.linspace(0.0, 1.0, 180, dtype=np.float32)[:, None]
    brightness = cv2.GaussianBlur(rgb, (0, 0), 4).mean(axis=2).astype(np.float32) / 255.0
    result = rendered(rgb, 0.6 * down + 0.5 * brightness, **values)
    assert comfort_report(again(result, comfortable_settings(result))).score >= COMFORTABLE_SCORE
