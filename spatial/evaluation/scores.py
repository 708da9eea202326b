"""What a set is scored by, the loop over its photos, and the report: Markdown, CSV and JSON."""

import csv
import io
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spatial.depth import Estimator
from spatial.photo import load_photo
from spatial.records import DepthMap, EstimatorInfo, Photo
from spatial.settings import DepthSettings

MEAN = "mean"
Figures = Mapping[str, float]


class Column(NamedTuple):
    """One figure: what it is, and how the table shows it."""

    formula: str
    title: str
    factor: float = 1.0
    digits: int = 3


SECONDS = Column("time of the estimator for one photo", "seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What sets of one kind are scored by.

    Attributes:
        columns: by figure, in the order of the table.
        notes: lines below the table.
        ranked_by: the figure whose lowest value is best.
    """

    columns: Mapping[str, Column]
    notes: tuple[str, ...]
    ranked_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One photo of a set.

    Attributes:
        name: in the report.
        rgb_path: the photo.
        score: returns the figures of its estimated depth, NaN for those that it has no truth for.
        draw: returns a picture of photo, depth and truth below a title; None where there is none.
    """

    name: str
    rgb_path: Path
    score: Callable[[DepthMap], Figures]
    draw: Callable[[Photo, DepthMap, str], NDArray[np.uint8]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """All figures of one estimator on one set.

    Attributes:
        set_name: name of the data folder.
        estimator: what was scored.
        measure: what it was scored by.
        figures: by photo, then by the measure's columns.
        subset: how many photos were asked for, or None for all.
        seed: what the subset was drawn with.
    """

    set_name: str
    estimator: EstimatorInfo
    measure: Measure
    figures: Mapping[str, Figures]
    subset: int | None = None
    seed: int = 0

    def means(self) -> dict[str, float]:
        """Return the means over the photos that have a figure, NaN where none has."""
        rows = self.figures.values()
        return {name: mean([row[name] for row in rows]) for name in self.measure.columns}


def mean(values: Sequence[float]) -> float:
    """Return the mean of what is not NaN; NaN for nothing."""
    known = [value for value in values if not math.isnan(value)]
    return float(np.mean(known)) if known else math.nan


def score_samples(
    samples: Sequence[Sample],
    estimator: Estimator,
    settings: DepthSettings,
    progress: Callable[[float, str], None] | None = None,
) -> dict[str, Figures]:
    """Return the figures of every photo; ``progress`` is called with the finished share."""
    figures: dict[str, Figures] = {}
    for number, sample in enumerate(samples, 1):
        photo = load_photo(sample.rgb_path)
        start = perf_counter()
        depth_map = estimator(photo, settings)
        seconds = perf_counter() - start
        figures[sample.name] = {**sample.score(depth_map), "seconds": seconds}
        if progress is not None:
            progress(number / len(samples), sample.name)
    return figures


def markdown(result: Scores) -> str:
    """Return the table of the means, columns without any left out, and the measure's notes."""
    shown = {name: value for name, value in result.means().items() if not math.isnan(value)}
    columns = [result.measure.columns[name] for name in shown]
    own = (f"**{result.estimator.id}**", f"{result.set_name} ({len(result.figures)})")
    values = [f"{c.factor * v:.{c.digits}f}" for c, v in zip(columns, shown.values(), strict=True)]
    rows = (
        ("method", "data", *(column.title for column in columns)),
        ("---",) * (len(columns) + 2),
        (*own, *values),
    )
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([*lines, "", *(f"- {note}" for note in result.measure.notes)]) + "\n"


def frames_csv(result: Scores) -> str:
    """Return one row a photo and one of the means, as the formulas say."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(("frame", *result.measure.columns))
    for name, figures in {**result.figures, MEAN: result.means()}.items():
        table.writerow((name, *(f"{figures[column]:.6g}" for column in result.measure.columns)))
    return out.getvalue()


def _finite(figures: Figures) -> dict[str, float | None]:
    return {name: None if math.isnan(value) else value for name, value in figures.items()}


def as_json(result: Scores) -> str:
    """Return everything as JSON: means, formulas, notes, and the figures of every photo."""
    record = {
        "set": result.set_name,
        "frames": len(result.figures),
        "subset": result.subset,
        "seed": result.seed,
        "estimator": result.estimator.id,
        "revision": result.estimator.revision,
        **_finite(result.means()),
        "formulas": {name: column.formula for name, column in result.measure.columns.items()},
        "protocol": " ".join(result.measure.notes),
        "by_frame": {name: _finite(figures) for name, figures in result.figures.items()},
    }
    return json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def choose_frames(result: Scores) -> dict[str, str]:
    """Return the names of the best, the middle and the worst photo: best, median, worst.

    Of an even number the lower middle one counts; two photos have no median, one is only the best.
    """
    ranked = sorted(result.figures, key=lambda name: result.figures[name][result.measure.ranked_by])
    last = len(ranked) - 1
    by_place = {last // 2: "median", last: "worst", 0: "best"}  # later names win a place
    return {name: ranked[place] for place, name in sorted(by_place.items())}
