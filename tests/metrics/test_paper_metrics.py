import json
import math

import numpy as np
import pytest
from scenes import spatial_photo

from spatial.metrics import find_edges, paper_metrics
from spatial.records import StereoPair


def make_result():
    rgb = np.zeros((24, 32, 3), np.uint8)
    rgb[:, 16:] = 200
    nearness = np.zeros((24, 32), np.float32)
    nearness[:, 16:] = 1.0
    right = rgb.copy()
    right[0, 0] = 255
    none = np.zeros((24, 32), bool)
    pair = StereoPair(
        left=rgb, right=right, disparity_px=nearness, left_disoccluded=none, right_disoccluded=none
    )
    return spatial_photo(rgb, nearness, pair)


def test_each_view_is_compared_with_the_photo():
    metrics = paper_metrics(make_result())
    assert metrics.psnr_left_db == math.inf
    assert metrics.psnr_right_db == pytest.approx(10 * math.log10(24 * 32))
    assert metrics.edges.depth_explained == 1.0


def test_rows_carry_units_ratings_and_ranges():
    rows = {row.key: row for row in paper_metrics(make_result()).rows()}
    assert rows["psnr_left_db"].value_text == "infinite"
    assert rows["psnr_left_db"].rating == "identical"
    assert rows["psnr_right_db"].value_text == "28.85 dB"
    assert rows["psnr_right_db"][-2:] == ("average", "20-30 dB")
    assert rows["laplacian_variance"].rating == "excellent"
    assert set(rows) == set(paper_metrics(make_result()).to_dict())


def test_shares_without_edges_are_shown_as_a_dash():
    result = make_result()
    edges = find_edges(result.photo.rgb, result.focused, result.nearness, threshold=2.0)
    rows = {row.key: row for row in paper_metrics(result, edges=edges).rows()}
    assert rows["foreground_kept"].value_text == "-"
    assert rows["background_kept"].value == 1.0


def test_values_are_plain_json():
    values = paper_metrics(make_result()).to_dict()
    assert json.loads(json.dumps(values, allow_nan=False)) == values
    assert values["psnr_left_db"]["value"] is None
