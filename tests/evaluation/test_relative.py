import json

import numpy as np
import pytest
from PIL import Image

from spatial.__main__ import main
from spatial.commands.evaluate import list_set
from spatial.evaluation.frames import DataError, choose_subset
from spatial.evaluation.relative import (
    DISPARITY,
    at_cell,
    list_labelled,
    score_disparity,
    score_labels,
)

# Ten columns and seven rows of 8 x 8 px: a cell is a square, its middle in it.
CELLS = np.zeros((7, 10), np.float32)
CELLS[:, :] = np.arange(7)[:, None] / 6
CELLS[1:5, 2:4] = 1.0


def nearness(cells=CELLS):
    return np.kron(cells, np.ones((8, 8), np.float32))


def labels(**given):
    return {"order": [], "body": [], "flat": []} | given


@pytest.fixture
def labelled(tmp_path):
    """Return a set of two photos with labels that lower-is-nearer half fulfils."""
    rows = [
        {"id": "0000", "order": [["A7", "A1"], ["C2", "C7"]], "body": [["A1", "B1", "A7"]]},
        {"id": "0001", "order": [["A7", "A1"]], "flat": [["A1", "E1", "J1"]]},
    ]
    (tmp_path / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for row in rows:
        Image.new("RGB", (160, 112)).save(tmp_path / f"{row['id']}.jpg")
    return tmp_path


@pytest.fixture
def measured(tmp_path):
    """Return a set of two photos whose disparity grows downwards, its right third unknown."""
    ramp = np.rint(np.linspace(0, 1, 40)[:, None] * 50000 + np.ones((40, 60))).astype(np.uint16)
    ramp[:, 40:] = 0
    for number in range(2):
        Image.fromarray(ramp).save(tmp_path / f"{number:04d}_disp.png")
        Image.new("RGB", (120, 80)).save(tmp_path / f"{number:04d}_rgb.jpg")
    return tmp_path


def test_a_cell_is_column_by_letter_and_row_by_number():
    assert at_cell(nearness(), "A7") == 1
    assert at_cell(nearness(), "J1") == 0
    assert at_cell(nearness(), "C2") == 1
    assert at_cell(nearness(), "B2") == pytest.approx(1 / 6)


def test_pairs_are_wrong_where_the_nearer_point_does_not_lead():
    wrong = score_labels(
        nearness(), labels(order=[["A7", "A1"], ["C2", "A4"], ["A2", "A3"], ["A5", "E5"]])
    )
    # The third is upside down, the fourth a tie; the second and the third lie with the nearer
    # higher.
    assert wrong["order"] == 0.5
    assert wrong["above"] == 0.5
    assert wrong["good"] == 0
    assert np.isnan(wrong["body"])


def test_the_scale_and_shift_of_a_map_do_not_count():
    given = labels(order=[["A3", "A2"], ["C2", "A5"]], body=[["C2", "D4", "A1"]])
    assert score_labels(nearness() * 40 - 7, given) == pytest.approx(
        score_labels(nearness(), given), nan_ok=True
    )


def test_a_body_is_one_thing_against_what_is_elsewhere():
    assert score_labels(nearness(), labels(body=[["C2", "D5", "A1"]]))["body"] == 0
    assert score_labels(nearness(), labels(body=[["C2", "A3", "A1"]]))["body"] == 1


def test_a_flat_surface_has_one_depth():
    flat = [["A1", "E1", "J1"], ["A1", "A4", "A7"]]
    assert score_labels(nearness(), labels(flat=flat))["flat"] == 0.5


def test_a_good_photo_may_have_one_wrong_pair_in_ten_and_one_wrong_body():
    right, wrong = ["A7", "A1"], ["A1", "A7"]
    body = ["C2", "A3", "A1"]
    for order, bodies, good in (
        ([right] * 9 + [wrong], [body], 1),
        ([right] * 8 + [wrong], [], 0),
        ([right], [body, body], 0),
        ([], [], 1),
    ):
        assert score_labels(nearness(), labels(order=order, body=bodies))["good"] == good


def test_disparity_is_scored_up_to_scale_and_shift():
    truth = np.linspace(0, 1, 64 * 64, dtype=np.float32).reshape(64, 64)
    known = np.ones(truth.shape, bool)
    perfect = score_disparity(truth * 3 + 9, truth, known)
    assert perfect["error"] == pytest.approx(0, abs=1e-5)
    assert perfect["order"] == 0
    # Nothing is known of the order of a constant: half of the pairs are wrong either way.
    nothing = score_disparity(np.ones((32, 32), np.float32), truth, known)
    assert nothing["error"] == pytest.approx(0.25 / 0.96, rel=0.01)
    assert nothing["order"] == pytest.approx(0.5, abs=0.02)


def test_edges_count_near_steps_of_known_disparity():
    truth = np.zeros((100, 100), np.float32)
    truth[:, 50:] = 1
    ramp = np.linspace(-4.45, 5.45, 100, dtype=np.float32)
    soft = np.tile(np.clip(ramp, np.float32(0), np.float32(1)), (100, 1))
    known = np.ones(truth.shape, bool)
    scores = score_disparity(soft, truth, known)
    assert scores["edge"] > 5 * scores["error"]
    known[:, 46:54] = False
    assert np.isnan(score_disparity(soft, truth, known)["edge"])


def test_evaluate_scores_labels(labelled, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["evaluate", str(labelled), "--estimator", "lower", "-o", str(out)]) == 0
    assert "| method | data | order | above | body | flat | good |" in capsys.readouterr().out
    (path,) = out.glob("*.json")
    told = json.loads(path.read_text())
    assert (told["order"], told["above"], told["flat"]) == (0.25, 1.0, 0.0)
    assert told["by_frame"]["0001"]["body"] is None
    assert len(list(out.glob("*.md"))) == 1


def test_evaluate_scores_relative_disparity(measured, tmp_path, capsys):
    file = tmp_path / "figures.json"
    assert main(["evaluate", str(measured), "--estimator", "lower", "--json", str(file)]) == 0
    assert "| method | data | error | order |" in capsys.readouterr().out
    told = json.loads(file.read_text())
    assert told["error"] < 1e-4
    assert told["order"] == 0


def test_a_subset_is_drawn(measured):
    samples, measure = list_set(measured)
    assert measure is DISPARITY
    assert len(choose_subset(samples, 1, 0)) == 1
    with pytest.raises(DataError, match="nothing holds no"):
        list_set(measured / "nothing")


@pytest.mark.parametrize(
    ("line", "words"),
    [("{}", "line 1"), ("no json", "line 1"), ("", "no label"), ('{"id": "7"}', r"no photo 7\.")],
)
def test_broken_labels_are_told(tmp_path, line, words):
    (tmp_path / "labels.jsonl").write_text(line)
    with pytest.raises(DataError, match=words):
        list_labelled(tmp_path)


def test_a_disparity_that_cannot_be_read_is_told(measured, capsys):
    Image.new("L", (60, 40)).save(measured / "0001_disp.png")
    assert main(["evaluate", str(measured), "--estimator", "lower"]) == 2
    assert "0001_disp.png is no 16-bit grey PNG" in capsys.readouterr().err
