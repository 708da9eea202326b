import cv2
import numpy as np
import pytest

from spatial.__main__ import main
from spatial.evaluation.frames import DataError
from spatial.evaluation.stereo import intermediate_share, score_pairs, stereo_iou
from spatial.evaluation.stereo_pairs import (
    fill_unknown,
    find_disoccluded,
    list_pairs,
    read_pair,
)
from spatial.settings import Fill
from spatial.stereo import warp_scanline

RNG = np.random.default_rng(12)


@pytest.fixture
def folder(tmp_path):
    """One pair of 80 x 120: a wall at 4 px of disparity and a bar at 20 px, and its true right
    view.
    """
    wall = RNG.integers(40, 200, (80, 160, 3), dtype=np.uint8)
    bar = RNG.integers(40, 200, (80, 30, 3), dtype=np.uint8)
    left, right = wall[:, :120].copy(), wall[:, 4:124].copy()
    left[:, 60:90], right[:, 40:70] = bar, bar
    disparity = np.full((80, 120), 4 * 64, np.uint16)
    disparity[:, 60:90] = 20 * 64
    disparity[10, 30] = 0
    for name, picture in (("left", left), ("right", right), ("disp", disparity)):
        cv2.imwrite(str(tmp_path / f"0001_{name}.png"), picture)
    return tmp_path


def test_unknown_takes_the_farther_neighbour_on_its_row():
    disparity = np.array([[0, 5, 0, 0, 3, 0], [0, 0, 0, 0, 0, 0]], np.float32)
    filled = fill_unknown(disparity, disparity > 0)
    assert filled.tolist() == [[5, 5, 3, 3, 3, 3], [0] * 6]


def test_disoccluded_lies_right_of_the_bar_and_at_the_right_edge(folder):
    pair = read_pair(list_pairs(folder)[0])
    assert pair.disparity_px[10, 30] == 4
    assert not pair.known[10, 30]
    # bar 60..89 -> 40..69, the wall goes on at 90 - 4 = 86; the photo ends at 119 - 4 = 115;
    # widened by one
    assert np.flatnonzero(find_disoccluded(pair.disparity_px)[40]).tolist() == [
        *range(69, 87),
        *range(115, 120),
    ]


def test_scores_of_a_known_pair(folder):
    views = score_pairs(list_pairs(folder)).views
    assert set(views) == {
        "left photo unchanged",
        *(f"true disparity, {f.value}" for f in Fill),
        *(f"true disparity, dilated, {f.value}" for f in Fill),
    }
    for fill in Fill:
        score = views[f"true disparity, {fill.value}"]
        assert score.visible > 40
        assert 10 < score.disoccluded < 25
        assert score.psnr > views["left photo unchanged"].psnr + 5
        assert score.ssim > views["left photo unchanged"].ssim


def test_silhouettes_sharp_and_soft():
    true = np.full((60, 200), 2.0, np.float32)
    true[:, 100:] = 12.0
    soft = np.asarray(cv2.blur(true, (9, 1)), np.float32)
    assert intermediate_share(true, true) == 0
    assert intermediate_share(soft, true) > 0.5
    assert np.isnan(intermediate_share(true * 0, true))


def test_command_prints_the_table(folder, capsys, tmp_path):
    report = tmp_path / "figures.json"
    assert main(["evaluate-stereo", str(folder), "--json", str(report)]) == 0
    table = capsys.readouterr().out
    assert "| true disparity, best |" in table
    assert "| embedded depth, fast |" in table
    assert "| enlarged along the photo's edges |" in table
    assert report.stat().st_size > 100


def test_bad_folders_are_named(folder, tmp_path, capsys):
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(DataError, match="empty holds no NNNN_disp"):
        list_pairs(empty)
    assert main(["evaluate-stereo", str(empty)]) == 2
    assert "NNNN_disp" in capsys.readouterr().err
    (folder / "0001_right.png").unlink()
    with pytest.raises(DataError, match="0001_right"):
        list_pairs(folder)


def test_sizes_of_a_pair_must_agree(folder):
    cv2.imwrite(str(folder / "0001_right.png"), np.zeros((9, 9, 3), np.uint8))
    with pytest.raises(DataError, match="pair 0001"):
        read_pair(list_pairs(folder)[0])


def test_a_coloured_disparity_is_refused(folder):
    cv2.imwrite(str(folder / "0001_disp.png"), np.zeros((80, 120, 3), np.uint8))
    with pytest.raises(DataError, match="16-bit"):
        read_pair(list_pairs(folder)[0])


def test_pair_and_renderer_agree_on_the_sign(folder):
    pair = read_pair(list_pairs(folder)[0])
    view = warp_scanline(pair.left, pair.disparity_px, fraction=-1.0).rgb
    shown = ~pair.disoccluded
    assert np.abs(view[shown].astype(int) - pair.right[shown]).max() == 0


def test_siou_counts_moved_edges_and_changes():
    left = np.zeros((40, 60, 3), np.uint8)
    left[10:30, 20:40] = 255
    right = np.roll(left, -8, axis=1)
    assert stereo_iou(right, right, left) == 1
    # The left photo itself: no change at all, and only the edges along the rows lie on each other.
    unchanged = stereo_iou(left, right, left)
    assert 0 < unchanged < 0.75 * 0.5
    halfway = np.roll(left, -6, axis=1)
    assert unchanged < stereo_iou(halfway, right, left) < 1
    assert stereo_iou(left, left, left) == 1
