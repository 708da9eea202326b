import csv
import json

import numpy as np
import pytest
from picture_files import HEIGHT, WIDTH, inverse_depth, write_set
from PIL import Image

from spatial.__main__ import main
from spatial.commands.evaluate import list_set
from spatial.evaluation.frames import DataError, choose_subset
from spatial.evaluation.measured import DEPTH, fit_to_truth, list_measured, scored_pixels
from spatial.evaluation.scores import Scores, as_json, choose_frames, frames_csv, markdown
from spatial.evaluation.trivial import TrivialEstimator
from spatial.metrics import align_to_depth
from spatial.photo import load_photo
from spatial.records import DepthKind, DepthMap, DepthSpace
from spatial.settings import DepthSettings

SETTINGS = DepthSettings()
LOWER = TrivialEstimator("lower")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_set(tmp_path_factory.mktemp("sets") / "kitti_small", 4)


def score(abs_rel, **figures):
    others = {"delta1": 0.5, "delta2": 0.6, "delta3": 0.7, "rmse": 2.0, "silog": 30.0}
    return {"abs_rel": abs_rel, **others, "wrong_order": 0.25, "seconds": 0.5, **figures}


def result(**figures):
    return Scores(set_name="street", estimator=LOWER.info, measure=DEPTH, figures=figures)


def predict(sample, estimator=LOWER):
    return estimator(load_photo(sample.rgb_path), SETTINGS)


def truth_of(folder, sample):
    return folder / f"{sample.name}_depth.png"


def test_a_perfect_prediction_up_to_scale_and_shift_has_no_error(folder):
    (sample, *_) = list_measured(folder)
    errors = sample.score(predict(sample))
    assert errors["abs_rel"] < 2e-3  # millimetres
    assert errors["delta1"] == 1
    assert errors["silog"] < 0.3


def test_errors_grow_with_the_bumps(folder):
    scores = [s.score(predict(s))["abs_rel"] for s in list_measured(folder)]
    assert scores == sorted(scores)
    assert scores[3] > 2 * scores[1] > 0.01


@pytest.mark.parametrize("space", DepthSpace)
def test_the_fit_is_made_in_the_predictions_own_space(space):
    inverse = inverse_depth(2).astype(np.float32)
    truth = 1 / inverse
    own = truth if space is DepthSpace.DEPTH else inverse
    values = 3 * own[::2, ::2] - 1
    predicted = DepthMap.from_values(values, kind=DepthKind.AFFINE_INVARIANT, space=space)
    aligned = align_to_depth(predicted, truth, truth > 0)
    inner = np.s_[4:-4, 4:-4]
    np.testing.assert_allclose(aligned[inner], truth[inner], rtol=0.06)
    assert aligned.min() >= truth.min() / 1.5
    assert aligned.max() <= truth.max() * 1.5


class HalfEstimator:
    """Knows the right half of the picture only, or nothing where the truth is known."""

    info = LOWER.info

    def __init__(self, from_column, to_column):
        self._known = slice(from_column, to_column)

    def __call__(self, photo, settings, progress=None):
        valid = np.zeros((HEIGHT, WIDTH), bool)
        valid[:, self._known] = True
        return DepthMap.from_values(
            inverse_depth(3), kind=self.info.kind, space=self.info.space, valid=valid
        )


def test_only_what_was_predicted_is_scored(folder):
    sample = list_measured(folder)[3]
    path = truth_of(folder, sample)
    made = fit_to_truth(path, predict(sample, HalfEstimator(50, None)))
    assert not made.valid[:, :50].any()
    assert made.valid[:, 50:].all()
    np.testing.assert_allclose(made.aligned_m[:, 50:], made.true_depth_m[:, 50:], rtol=2e-3)
    with pytest.raises(DataError, match="no pixel has both"):
        fit_to_truth(path, predict(sample, HalfEstimator(0, 5)))


def test_nyu_frames_are_scored_inside_the_eigen_crop():
    valid = np.ones((480, 640), bool)
    assert scored_pixels("nyuv2", valid).sum() == (471 - 45) * (601 - 41)
    assert scored_pixels("other", valid).all()


def test_means_leave_out_frames_without_an_order():
    means = result(a=score(0.1), b=score(0.3, wrong_order=float("nan"))).means()
    assert means["abs_rel"] == pytest.approx(0.2)
    assert means["wrong_order"] == 0.25


def test_the_table_has_the_columns_of_the_papers_first_and_one_row_of_means():
    table = markdown(result(a=score(0.1, delta1=0.9), b=score(0.3, delta1=0.7)))
    header, _, *rows, empty, _, silog = table.splitlines()
    assert header.startswith("| method | data | δ1 | δ2 | δ3 | AbsRel, % | RMSE, m | silog, % |")
    own = "| **lower** | street (2) | 0.800 | 0.600 | 0.700 | 20.0 | 2.000 | 30.00 | 25.0 | 0.500 |"
    assert (rows, empty) == ([own], "")
    assert "silog = 100 sqrt(mean(d^2) - mean(d)^2)" in silog


def test_csv_has_a_row_a_frame_and_the_means():
    rows = list(csv.DictReader(frames_csv(result(a=score(0.1), b=score(0.4))).splitlines()))
    assert [row["frame"] for row in rows] == ["a", "b", "mean"]
    assert float(rows[2]["abs_rel"]) == pytest.approx(0.25)


def test_json_knows_no_nan():
    told = json.loads(as_json(result(a=score(0.1, wrong_order=float("nan")))))
    assert told["wrong_order"] is None
    assert told["by_frame"]["a"]["abs_rel"] == 0.1
    assert told["formulas"].keys() >= {"abs_rel", "silog"}


@pytest.mark.parametrize(
    ("errors", "chosen"),
    [
        ((0.3, 0.1, 0.2), {"best": "1", "median": "2", "worst": "0"}),
        ((0.4, 0.1, 0.2, 0.3), {"best": "1", "median": "2", "worst": "0"}),
        ((0.4, 0.1), {"best": "1", "worst": "0"}),
        ((0.4,), {"best": "0"}),
    ],
)
def test_best_median_and_worst(errors, chosen):
    scores = result(**{str(i): score(e) for i, e in enumerate(errors)})
    assert choose_frames(scores) == chosen


def test_the_picture_shows_photo_truth_prediction_and_error(folder):
    sample = list_measured(folder)[3]
    assert sample.draw is not None
    picture = sample.draw(load_photo(sample.rgb_path), predict(sample), "a title")
    body = picture[48:]
    photo, truth, predicted, error = (
        body[:, i * 406 : i * 406 + 400].astype(int) for i in range(4)
    )
    assert (photo == 120).all()
    assert np.abs(truth[:, 200:] - predicted[:, 200:]).mean() < 30
    assert truth[-20:, 200:].mean() > truth[:20, 200:].mean() + 60  # near is bright
    assert (truth[:, :30] == 128).all()  # unknown is grey
    assert (error[:, :30] == 128).all()
    assert error[:, 60:].mean() < predicted[:, 60:].mean()


def test_the_command_writes_everything(folder, tmp_path, capsys):
    out = tmp_path / "out"
    words = ["evaluate", str(folder), "--estimator", "lower", "--subset", "3", "--seed", "5"]
    assert main([*words, "-o", str(out), "--json", str(tmp_path / "f.json")]) == 0
    stem = "kitti_small_lower"
    ends = (".csv", ".json", ".md", "_best.png", "_median.png", "_worst.png")
    assert sorted(p.name for p in out.iterdir()) == sorted(stem + end for end in ends)
    assert capsys.readouterr().out == (out / f"{stem}.md").read_text(encoding="utf-8")
    told = json.loads((out / f"{stem}.json").read_text(encoding="utf-8"))
    assert (told["frames"], told["subset"], told["seed"]) == (3, 3, 5)
    assert told["abs_rel"] == json.loads((tmp_path / "f.json").read_text())["abs_rel"]
    assert list(told["by_frame"]) == [s.name for s in choose_subset(list_set(folder)[0], 3, 5)]
    with Image.open(out / f"{stem}_best.png") as picture:
        assert picture.width == 4 * 400 + 3 * 6


def test_what_is_no_set_is_refused(folder, tmp_path, capsys):
    assert main(["evaluate", str(tmp_path), "--estimator", "lower"]) == 2
    assert "NNNN_depth.png" in capsys.readouterr().err
    assert main(["evaluate", str(folder), "--estimator", "file"]) == 2
    assert "has no depth in its file" in capsys.readouterr().err
    assert main(["evaluate", str(folder), "--subset", "0"]) == 2
    assert "a subset of 0 frames cannot be scored" in capsys.readouterr().err
