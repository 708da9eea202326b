import json
import math
from dataclasses import replace

import numpy as np
import pytest
from scenes import calm_photo, with_disparity

from spatial.metrics import comfort_report
from spatial.metrics.comfort import RULES
from spatial.metrics.comfort_measures import (
    ScreenDisparity,
    Viewing,
    WindowViolation,
    colour_difference,
    disparity_percentiles,
    sharpness_difference,
    window_violation,
)

VIEWING = Viewing(screen_width_mm=2000.0, distance_mm=2500.0)
CALM = comfort_report(calm_photo())


def at(percent):
    return ScreenDisparity(2.0 * percent, percent, VIEWING.degrees(percent / 100.0))


def test_a_calm_picture_scores_100_and_says_so():
    assert CALM.score == 100.0
    assert CALM.reasons == ("Nothing in this picture strains the eyes.",)


def test_percentiles_in_px_percent_and_degrees():
    disparity_px = np.linspace(-8.0, 2.0, 101, dtype=np.float32)[None, :].repeat(3, axis=0)
    far, middle, near = disparity_percentiles(disparity_px, Viewing(1010.0, 600.0))
    assert (far.px, middle.px, near.px) == pytest.approx((-7.9, -3.0, 1.9), abs=1e-5)
    assert near.percent == pytest.approx(100 * 1.9 / 101, abs=1e-5)
    assert far.deg == pytest.approx(-2 * math.degrees(math.atan(79.0 / 1200.0)), abs=1e-4)


def test_unknown_disparity_is_left_out():
    disparity_px = np.full((4, 10), np.nan, np.float32)
    with pytest.raises(ValueError, match="no finite value"):
        comfort_report(with_disparity(calm_photo(4, 10), disparity_px))
    disparity_px[2, 9] = 0.5
    assert [d.px for d in disparity_percentiles(disparity_px, VIEWING)] == [0.5, 0.5, 0.5]
    assert window_violation(disparity_px) == WindowViolation(0.0, 0.0)
    assert window_violation(disparity_px[:, ::-1]).rows == 0.25


def test_only_what_is_in_front_at_the_edge_violates_the_window():
    disparity_px = np.full((10, 200), -5.0, np.float32)
    disparity_px[:, 50:150] = 9.0  # in front, but in the middle
    assert window_violation(disparity_px) == WindowViolation(0.0, 0.0)
    disparity_px[:3, 0] = 1.0  # 0.5 % of the width in front, in 3 of 10 rows
    left = window_violation(disparity_px)
    assert left == pytest.approx((0.3, 0.15))
    assert window_violation(disparity_px[:, ::-1]) == WindowViolation(0.0, 0.0)
    disparity_px[:3, 0] = 100.0
    assert window_violation(disparity_px) == pytest.approx((0.3, 0.3))


def test_filled_pixels_of_both_views_are_averaged():
    result = calm_photo(10, 20)
    left, right = np.zeros((10, 20), bool), np.zeros((10, 20), bool)
    left[:5], right[:1] = True, True
    pair = replace(result.pair, left_disoccluded=left, right_disoccluded=right)
    assert comfort_report(replace(result, pair=pair)).disoccluded == pytest.approx(0.3)


def lightness(grey):
    """CIE L* of an sRGB grey above the dark end."""
    return 116.0 * (((grey / 255.0 + 0.055) / 1.055) ** 2.4) ** (1 / 3) - 16.0


def test_unequal_views():
    view = calm_photo().pair.left
    half = (view.astype(int) // 2 + 64).astype(np.uint8)
    flat = np.full_like(view, 128)
    assert sharpness_difference(view, view) == 0.0
    assert sharpness_difference(view, half) == pytest.approx(0.75, abs=0.01)
    assert sharpness_difference(view, half) == sharpness_difference(half, view)
    assert sharpness_difference(view, flat) == 1.0
    assert sharpness_difference(flat, flat) == 0.0
    lighter = np.full_like(view, 140)
    assert colour_difference(flat, lighter) == pytest.approx(
        lightness(140) - lightness(128), abs=0.01
    )
    assert colour_difference(flat, flat) == 0.0


def reports(field, values):
    return [replace(CALM, **{field: value}) for value in values]


@pytest.mark.parametrize(
    ("field", "values", "last"),
    [
        ("nearest", [at(p) for p in (-1.0, 0.0, 1.0, 1.5, 2.9, 3.0, 9.0)], 0.0),
        ("farthest", [at(-p) for p in (-1.0, 0.0, 2.0, 3.0, 5.9, 6.0, 9.0)], 0.0),
        ("window_left", [WindowViolation(r, 0.9 * r) for r in (0.0, 0.1, 0.4, 0.6, 1.0)], 50.0),
        ("window_right", [WindowViolation(r, 0.9 * r) for r in (0.0, 0.1, 0.4, 0.6, 1.0)], 50.0),
        ("disoccluded", [0.0, 0.04, 0.1, 0.25, 1.0], 50.0),
        ("sharpness_difference", [0.0, 0.2, 0.5, 0.9, 1.0], 60.0),
        ("colour_difference", [0.0, 1.0, 4.0, 10.0, 90.0], 50.0),
    ],
)
def test_no_cause_can_grow_without_the_score_staying_or_falling(field, values, last):
    scores = [report.score for report in reports(field, values)]
    assert scores == sorted(scores, reverse=True)
    assert (scores[0], scores[-1]) == (100.0, pytest.approx(last))
    assert scores[1] > scores[-2]
    told = [report.reasons for report in reports(field, values)]
    assert told[0] == CALM.reasons
    assert len(told[-1]) == 1
    assert told[-1] != CALM.reasons


def test_the_stricter_of_degrees_and_percent_counts():
    free = replace(CALM, nearest=ScreenDisparity(0, percent=1.0, deg=1.0))
    wide = replace(CALM, nearest=ScreenDisparity(0, percent=2.0, deg=0.1))
    close = replace(CALM, nearest=ScreenDisparity(0, percent=0.1, deg=2.0))
    assert (free.score, wide.score, close.score) == pytest.approx((100.0, 50.0, 50.0))


def test_a_nearer_screen_is_less_comfortable():
    disparity_px = np.full((100, 200), -3.8, np.float32)  # 1.9 % of the width
    result = with_disparity(calm_photo(), disparity_px)
    near = replace(result.settings.stereo, viewing_distance_mm=1000.0)
    nearer = replace(result, settings=replace(result.settings, stereo=near))
    assert comfort_report(result).score == 100.0
    assert comfort_report(nearer).score < 100.0


def test_causes_multiply_and_the_worst_is_told_first():
    report = replace(CALM, disoccluded=0.25, sharpness_difference=0.9)
    assert report.score == pytest.approx(100 * 0.5 * 0.6)
    assert "filled in" in report.reasons[0]
    assert "less sharp" in report.reasons[1]


def test_reasons_hold_the_figures():
    report = replace(CALM, nearest=at(2.25), window_right=WindowViolation(0.42, 0.3))
    assert any("2.2 % of the width (1.0 degrees) in front" in words for words in report.reasons)
    assert any("42% of the rows the right edge" in words for words in report.reasons)


def test_table_and_json_hold_every_figure():
    report = replace(CALM, farthest=at(-6.0), colour_difference=2.5)
    rows = {row.key: row for row in report.rows()}
    assert set(rows) == {rule.key for rule in RULES} | {"score", "middle"}
    assert rows["score"].rating == "uncomfortable"
    assert rows["farthest"].rating == "straining"
    assert rows["farthest"].value_text == "-6.00 % of width"
    assert rows["farthest"].range_text.startswith("-12.0 px, -2.7")
    assert rows["nearest"].rating == "comfortable"
    values = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert values["score"] == report.score
    assert values["farthest"]["percent"] == -6.0
    assert values["window_left"] == {"rows": 0.0, "percent": 0.0}
    assert values["viewing"]["screen_width_mm"] == 2000.0
    assert values["reasons"] == list(report.reasons)


def test_one_pixel():
    assert comfort_report(calm_photo(1, 1)).score == 100.0
