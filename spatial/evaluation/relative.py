"""Sets whose truth has no unit: photos with labels made by looking, or relative disparity.

Predictions are compared as nearness: inverse depth of any scale and shift.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.depth import Estimator
from spatial.evaluation.frames import DataError, choose_subset
from spatial.geometry import fit_scale_shift, percentile_range, to_inverse_depth
from spatial.photo import load_photo
from spatial.records import EstimatorInfo
from spatial.settings import DepthSettings

LABELS = "labels.jsonl"
SUFFIX = "_disp.png"
COLUMNS, ROWS = "ABCDEFGHIJ", 7
_POINT_SHARE = 0.01  # of the long side: half the side of the square that a point is the mean of
_LEAST_LEAD = 0.02  # of the range: what the nearer point of a pair must lead by
_BODY_SHARE = 0.5  # of the distance to the third point: what two points of a body may differ by
_FLAT_RANGE = 0.10  # of the range: what points of a flat surface may differ by
_GOOD_ORDER, _GOOD_BODY = 0.1, 1  # wrong pairs and wrong triples that a good map may have
_PAIRS, _LEAST_GAP = 50_000, 0.05
_STEP_SHARE, _EDGE_SHARE = 0.08, 0.02
_STORED_SCALE = 50_000.0

_SECONDS = {"seconds": "time of the estimator for one photo"}
LABEL_FORMULAS: dict[str, str] = {
    "order": "share of labelled pairs whose nearer point does not lead by 2 % of the map's range",
    "above": "the same of the pairs whose nearer point lies higher in the picture",
    "body": "share of triples whose two points of one body differ by over half their distance "
    "to the third",
    "flat": "share of triples on one flat surface, seen head-on, that differ by over 10 % "
    "of the range",
    "good": "share of photos with at most one wrong pair in ten and one wrong body",
    **_SECONDS,
}
DISPARITY_FORMULAS: dict[str, str] = {
    "error": "mean |p - t| / (98th - 2nd percentile of t), p fitted to t by scale and shift",
    "order": "share of random pairs, over 5 % of that range apart, in the wrong order",
    "edge": "mean error within 2 % of the long side of steps of t over 8 % of that range",
    **_SECONDS,
}

Nearness = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One photo and how its nearness is scored: figures by name, NaN without such a label.

    ``formulas`` tells what each figure is.
    """

    name: str
    rgb_path: Path
    score: Callable[[Nearness], dict[str, float]]
    formulas: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RelativeScores:
    """All figures of one estimator on one set: by photo, then by the names of ``formulas``."""

    set_name: str
    estimator: EstimatorInfo
    formulas: Mapping[str, str]
    figures: dict[str, dict[str, float]]


def list_samples(
    folder: Path, *, subset: int | None = None, seed: int = 0
) -> tuple[Sample, ...] | None:
    """Return a set's photos in order, or some drawn by ``seed``; None for another kind of set.

    Raises:
        DataError: a photo is missing, or the labels cannot be read.
    """
    if (folder / LABELS).is_file():
        samples = _labelled(folder)
    elif disparities := sorted(folder.glob(f"*{SUFFIX}")):
        samples = [_measured(folder, path) for path in disparities]
    else:
        return None
    return choose_subset(samples, subset, seed)


def _labelled(folder: Path) -> list[Sample]:
    samples = []
    for number, line in enumerate((folder / LABELS).read_text().splitlines(), 1):
        try:
            labels = json.loads(line)
            name = str(labels["id"])
            score = partial(score_labels, labels={k: labels.get(k, []) for k in _TESTS})
        except (ValueError, KeyError, TypeError) as error:
            msg = f"{folder / LABELS}, line {number}: want an object with an id, got {error!r}"
            raise DataError(msg) from error
        samples.append(
            Sample(name=name, rgb_path=_photo(folder, name), score=score, formulas=LABEL_FORMULAS)
        )
    if not samples:
        msg = f"{folder / LABELS} holds no label"
        raise DataError(msg)
    return samples


def _measured(folder: Path, path: Path) -> Sample:
    name = path.name.removesuffix(SUFFIX)
    score = partial(_score_file, path=path)
    return Sample(
        name=name, rgb_path=_photo(folder, f"{name}_rgb"), score=score, formulas=DISPARITY_FORMULAS
    )


def _photo(folder: Path, stem: str) -> Path:
    photos = sorted(folder.glob(f"{stem}.*"))
    if not photos:
        msg = f"{folder} has no photo {stem}.*"
        raise DataError(msg)
    return photos[0]


def at_cell(nearness: Nearness, cell: str) -> float:
    """Return the mean of a map around the middle of a cell of a grid of 10 x 7, such as C4."""
    height, width = nearness.shape
    x = int((COLUMNS.index(cell[0]) + 0.5) / len(COLUMNS) * width)
    y = int((int(cell[1:]) - 0.5) / ROWS * height)
    reach = max(1, round(_POINT_SHARE * max(height, width)))
    square = nearness[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1]
    return float(square.mean())


def _wrong_body(a: float, b: float, elsewhere: float) -> bool:
    return abs(a - b) > _BODY_SHARE * min(abs(a - elsewhere), abs(b - elsewhere))


_TESTS: dict[str, Callable[..., bool]] = {
    "order": lambda nearer, farther: nearer - farther <= _LEAST_LEAD,
    "body": _wrong_body,
    "flat": lambda *points: np.ptp(points) > _FLAT_RANGE,
}


def score_labels(nearness: Nearness, labels: dict[str, list[list[str]]]) -> dict[str, float]:
    """Return the shares of wrong labels of a photo: order, above, body, flat, and good as 0 or 1.

    The map is scaled so that its 2nd and 98th percentiles are 0 and 1.

    Args:
        nearness: [h, w], larger = nearer.
        labels: ``order``: pairs of cells, the nearer one first; ``body``: two cells on one body and
            one elsewhere; ``flat``: three on one surface.
    """
    low, high = percentile_range(nearness, np.ones(nearness.shape, bool))
    scaled = (nearness - low) / max(high - low, 1e-9)
    wrong = {
        name: [test(*(at_cell(scaled, cell) for cell in cells)) for cells in labels[name]]
        for name, test in _TESTS.items()
    }
    above = [
        is_wrong
        for is_wrong, (nearer, farther) in zip(wrong["order"], labels["order"], strict=True)
        if int(nearer[1:]) < int(farther[1:])
    ]
    shares = {name: _mean(values) for name, values in (wrong | {"above": above}).items()}
    good = not shares["order"] > _GOOD_ORDER and sum(wrong["body"]) <= _GOOD_BODY
    return shares | {"good": float(good)}


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return float(np.mean(known)) if known else math.nan


def _score_file(nearness: Nearness, path: Path) -> dict[str, float]:
    stored = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if stored is None or stored.dtype != np.uint16 or stored.ndim != 2 or not stored.any():
        msg = f"{path} is no 16-bit grey PNG of relative disparity"
        raise DataError(msg)
    truth = ((stored - 1.0) / _STORED_SCALE).astype(np.float32)
    return score_disparity(nearness, truth, stored > 0)


def score_disparity(
    nearness: Nearness, truth: Nearness, known: NDArray[np.bool_]
) -> dict[str, float]:
    """Return the figures of ``DISPARITY_FORMULAS`` against relative disparity.

    Args:
        nearness: [h, w], larger = nearer; resized to the truth.
        truth: [H, W] of any scale and shift.
        known: [H, W], where the truth counts.
    """
    way = cv2.INTER_AREA if nearness.shape[0] > truth.shape[0] else cv2.INTER_LINEAR
    resized = np.asarray(cv2.resize(nearness, truth.shape[::-1], interpolation=way), np.float32)
    fit = fit_scale_shift(resized, truth, known)
    low, high = percentile_range(truth, known)
    span = max(high - low, 1e-9)
    error = np.abs(resized * fit.scale + fit.shift - truth) / span
    first, second = np.random.default_rng(0).integers(0, known.sum(), (2, _PAIRS))
    true, predicted = truth[known], resized[known]
    apart = np.abs(true[first] - true[second]) > _LEAST_GAP * span
    contradicts = (true[first] > true[second]) != (predicted[first] > predicted[second])
    window = np.ones((3, 3), np.uint8)
    highest = cv2.dilate(np.where(known, truth, true.min()), window)
    lowest = cv2.erode(np.where(known, truth, true.max()), window)
    steps = known & (highest - lowest > _STEP_SHARE * span)
    reach = max(1, round(_EDGE_SHARE * max(truth.shape)))
    around = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    rim = known & (cv2.dilate(steps.astype(np.uint8), around) > 0)
    return {
        "error": float(error[known].mean()),
        "order": _mean(contradicts[apart].tolist()),
        "edge": _mean(error[rim].tolist()),
    }


def score_samples(
    samples: Sequence[Sample],
    estimator: Estimator,
    settings: DepthSettings,
    *,
    set_name: str,
    progress: Callable[[float, str], None] | None = None,
) -> RelativeScores:
    """Score every photo; ``progress`` is called with the finished share."""
    figures = {}
    for number, sample in enumerate(samples, 1):
        photo = load_photo(sample.rgb_path)
        start = perf_counter()
        depth_map = estimator(photo, settings)
        seconds = perf_counter() - start
        nearness = to_inverse_depth(depth_map)
        figures[sample.name] = sample.score(nearness) | {"seconds": seconds}
        if progress is not None:
            progress(number / len(samples), sample.name)
    return RelativeScores(
        set_name=set_name,
        estimator=estimator.info,
        formulas=samples[0].formulas,
        figures=figures,
    )


def relative_means(result: RelativeScores) -> dict[str, float]:
    """Return the means over the photos by figure; a photo without a figure does not count."""
    rows = result.figures.values()
    means = {name: _mean([row[name] for row in rows]) for name in result.formulas}
    return {name: value for name, value in means.items() if not math.isnan(value)}


def relative_markdown(result: RelativeScores) -> str:
    """Return the table of the means, and what each figure is."""
    means = relative_means(result)
    data = f"{result.set_name} ({len(result.figures)})"
    rows = (
        ("method", "data", *means),
        ("---",) * (len(means) + 2),
        (f"**{result.estimator.id}**", data, *(f"{value:.3f}" for value in means.values())),
    )
    notes = [f"- {name}: {result.formulas[name]}." for name in means]
    return "\n".join([*("| " + " | ".join(row) + " |" for row in rows), "", *notes]) + "\n"


def relative_json(result: RelativeScores) -> str:
    """Return the means at the top, formulas, and the figures of every photo."""
    record = {
        "set": result.set_name,
        "frames": len(result.figures),
        "estimator": result.estimator.id,
        "revision": result.estimator.revision,
        **relative_means(result),
        "formulas": dict(result.formulas),
        "by_frame": {
            name: {figure: None if math.isnan(value) else value for figure, value in row.items()}
            for name, row in result.figures.items()
        },
    }
    return json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
