"""Scores as Markdown, CSV and JSON, and a prediction as a picture beside the truth."""

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.evaluation.protocol import FrameScore, Prediction, frame_figures, mean_figures
from spatial.formats import colour_nearness
from spatial.geometry import percentile_range
from spatial.records import EstimatorInfo

MEAN = "mean"
PERCENT = 100.0
LARGEST_ERROR = 0.5  # of |p - z| / z: what is as bright as it gets
_PHOTO = "photo"
_PANEL_WIDTH_PX = 400
_GAP_PX, _CAPTION_PX = 6, 24
_FONT, _FONT_SCALE = cv2.FONT_HERSHEY_SIMPLEX, 0.45
FORMULAS: dict[str, str] = {
    "abs_rel": "mean(|p - z| / z), a share of 1 (in the Markdown table in percent)",
    "delta1": "share of pixels with max(p / z, z / p) < 1.25",
    "delta2": "share of pixels with max(p / z, z / p) < 1.25^2",
    "delta3": "share of pixels with max(p / z, z / p) < 1.25^3",
    "rmse": "sqrt(mean((p - z)^2)), in metres",
    "silog": "100 sqrt(mean(d^2) - mean(d)^2) with d = ln p - ln z, in percent",
    "wrong_order": "share of random pixel pairs, more than 5 % apart in depth, in the wrong order",
    "seconds": "time of the estimator for one photo",
}
PROTOCOL = (
    "p: prediction resized bilinearly to the truth z, fitted to it per frame by one unweighted "
    "least-squares scale and shift in its own space, clamped to [z_min / 1.5, 1.5 z_max]; figures "
    "are means over the frames."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetScores:
    """All scores of one estimator on one data set.

    Attributes:
        set_name: name of the data folder.
        estimator: what was scored.
        scores: one a frame, in the order of the frames.
        subset: how many frames were asked for, or None for all.
        seed: what the subset was drawn with.
    """

    set_name: str
    estimator: EstimatorInfo
    scores: tuple[FrameScore, ...]
    subset: int | None = None
    seed: int = 0


def _shown(value: float, digits: int) -> str:
    return "" if math.isnan(value) else f"{value:.{digits}f}"


COLUMNS: dict[str, tuple[str, float, int]] = {
    "delta1": ("δ1", 1.0, 3),
    "delta2": ("δ2", 1.0, 3),
    "delta3": ("δ3", 1.0, 3),
    "abs_rel": ("AbsRel, %", PERCENT, 1),
    "rmse": ("RMSE, m", 1.0, 3),
    "silog": ("silog, %", 1.0, 2),
    "wrong_order": ("wrong order, %", PERCENT, 1),
    "seconds": ("seconds", 1.0, 3),
}
"""The table's columns by figure: title, factor, digits. The first four are the paper's Table 1."""


def markdown(result: SetScores) -> str:
    """Return the table, the columns of the paper's Table 1 first, and what its figures mean."""
    means = mean_figures(result.scores)
    own = (f"**{result.estimator.id}**", f"{result.set_name} ({len(result.scores)})")
    figures = [
        _shown(factor * means[name], digits) for name, (_, factor, digits) in COLUMNS.items()
    ]
    rows = (
        ("method", "data", *(title for title, *_ in COLUMNS.values())),
        ("---",) * (len(COLUMNS) + 2),
        (*own, *figures),
    )
    lines = [
        *("| " + " | ".join(row) + " |" for row in rows),
        "",
        f"- {PROTOCOL}",
        f"- silog = {FORMULAS['silog']}; RMSE = {FORMULAS['rmse']}.",
    ]
    return "\n".join(lines) + "\n"


def frames_csv(result: SetScores) -> str:
    """Return one row a frame and one of the means; units as in FORMULAS."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(("frame", *FORMULAS))
    rows = {score.name: frame_figures(score) for score in result.scores}
    for name, figures in {**rows, MEAN: mean_figures(result.scores)}.items():
        table.writerow((name, *(f"{figures[column]:.6g}" for column in FORMULAS)))
    return out.getvalue()


def _finite(figures: dict[str, float]) -> dict[str, float | None]:
    return {name: None if math.isnan(value) else value for name, value in figures.items()}


def as_json(result: SetScores) -> str:
    """Return everything as JSON: means, formulas, protocol, and the figures of every frame."""
    record = {
        "set": result.set_name,
        "frames": len(result.scores),
        "subset": result.subset,
        "seed": result.seed,
        "estimator": result.estimator.id,
        "revision": result.estimator.revision,
        **_finite(mean_figures(result.scores)),
        "formulas": FORMULAS,
        "protocol": PROTOCOL,
        "by_frame": {score.name: _finite(frame_figures(score)) for score in result.scores},
    }
    return json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def choose_frames(scores: Sequence[FrameScore]) -> dict[str, FrameScore]:
    """Return the frames of the lowest, the middle and the highest AbsRel: best, median, worst.

    Of an even number the lower middle one counts; two frames have no median, one is only the best.
    """
    ranked = sorted(scores, key=lambda score: score.errors.abs_rel)
    last = len(ranked) - 1
    by_place = {last // 2: "median", last: "worst", 0: "best"}  # later names win a place
    return {name: ranked[place] for place, name in sorted(by_place.items())}


def comparison(made: Prediction, title: str) -> NDArray[np.uint8]:
    """Return uint8 RGB: four captioned panels side by side, below a title.

    Depths are coloured by 1/z between the truth's 2nd and 98th percentile, near is bright; unknown
    is grey. Errors |p - z| / z are black at 0 and brightest from 50 %.
    """
    truth, aligned, valid = made.true_depth_m, made.aligned_m, made.valid
    inverse = np.zeros_like(truth)
    np.divide(1.0, truth, out=inverse, where=valid)
    low, high = percentile_range(inverse, valid)
    span = max(high - low, 1e-6 * high)
    error = np.abs(aligned - truth) * inverse
    panels = {
        _PHOTO: made.photo.rgb,
        "measured depth": colour_nearness((inverse - low) / span, valid),
        "prediction, fitted": colour_nearness((1.0 / aligned - low) / span),
        f"error |p - z| / z, 0 to {LARGEST_ERROR:.0%}": colour_nearness(
            error / LARGEST_ERROR, valid
        ),
    }
    height = round(_PANEL_WIDTH_PX * truth.shape[0] / truth.shape[1])
    columns = [_panel(words, picture, height) for words, picture in panels.items()]
    gap = np.full((columns[0].shape[0], _GAP_PX, 3), 255, np.uint8)
    row = np.hstack([part for column in columns for part in (column, gap)][:-1])
    return np.vstack((_caption(title, row.shape[1]), row))


def _panel(words: str, picture: NDArray[np.uint8], height: int) -> NDArray[np.uint8]:
    # A mixture of two colours of the scale, or of grey, would be another value: only the photo is
    # averaged.
    way = cv2.INTER_AREA if words == _PHOTO else cv2.INTER_NEAREST
    resized = np.asarray(
        cv2.resize(picture, (_PANEL_WIDTH_PX, height), interpolation=way), np.uint8
    )
    return np.vstack((_caption(words, _PANEL_WIDTH_PX), resized))


def _caption(words: str, width: int) -> NDArray[np.uint8]:
    strip = np.full((_CAPTION_PX, width, 3), 255, np.uint8)
    at = (4, _CAPTION_PX - 8)
    cv2.putText(strip, words, at, _FONT, _FONT_SCALE, (0, 0, 0), lineType=cv2.LINE_AA)
    return strip
