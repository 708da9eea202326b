"""Scores as text: Markdown in the layout of the paper's Table 1, CSV with a row a frame, JSON with everything."""

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

from spatial.evaluation.protocol import FrameScore, frame_figures, mean_figures
from spatial.evaluation.published import DOUBTS, PERCENT, TABLE_1, rows_for
from spatial.records import EstimatorInfo

MEAN = "mean"
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
    "p: prediction resized bilinearly to the truth z, fitted to it per frame by one unweighted least-squares scale and "
    "shift in its own space, clamped to [z_min / 1.5, 1.5 z_max]; figures are means over the frames."
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


def _shown(value: float | None, digits: int) -> str:
    return "" if value is None or math.isnan(value) else f"{value:.{digits}f}"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def markdown(result: SetScores) -> str:
    """Return the table in the layout of the paper's Table 1, the other figures, and what all of them mean."""
    means = mean_figures(result.scores)
    count = len(result.scores)
    lines = [_row(("method", "data", "δ1", "δ2", "δ3", "AbsRel, %")), "|---|---|---|---|---|---|"]
    for row in (*TABLE_1, *rows_for(result.set_name)):
        deltas = [_shown(value, 3) for value in (row.delta1, row.delta2, row.delta3)]
        lines.append(_row((row.method, row.data, *deltas, _shown(row.abs_rel_percent, 1))))
    deltas = [_shown(means[name], 3) for name in ("delta1", "delta2", "delta3")]
    own = (f"**{result.estimator.id}**", f"{result.set_name} ({count})")
    lines.append(_row((*own, *deltas, _shown(PERCENT * means["abs_rel"], 1))))
    lines += [
        "",
        _row((f"{result.set_name} ({count})", "RMSE, m", "silog, %", "wrong order, %", "seconds")),
        "|---|---|---|---|---|",
        _row(
            (
                result.estimator.id,
                _shown(means["rmse"], 3),
                _shown(means["silog"], 2),
                _shown(PERCENT * means["wrong_order"], 1),
                _shown(means["seconds"], 3),
            )
        ),
        "",
        f"- {PROTOCOL}",
        f"- silog = {FORMULAS['silog']}; RMSE = {FORMULAS['rmse']}.",
        *(f"- {doubt}" for doubt in DOUBTS),
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
    """Return everything: the means at the top, formulas, protocol, and the figures of every frame."""
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
