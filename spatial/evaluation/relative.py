"""Sets whose truth has no unit: photos with labels made by looking, or relative disparity.

Predictions are compared as nearness: inverse depth of any scale and shift.
"""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.evaluation.frames import DataError, photo_of, read_16_bit
from spatial.evaluation.scores import SECONDS, Column, Measure, Sample, mean
from spatial.geometry import fit_scale_shift, percentile_range, to_inverse_depth
from spatial.records import DepthMap

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


def _measure(ranked_by: str, **formulas: str) -> Measure:
    """Return figures whose titles are their names, told below the table."""
    columns = {name: Column(formula, name) for name, formula in formulas.items()}
    notes = tuple(f"{name}: {column.formula}." for name, column in columns.items())
    return Measure(columns=columns | {"seconds": SECONDS}, notes=notes, ranked_by=ranked_by)


LABELLED = _measure(
    "order",
    order="share of labelled pairs whose nearer point does not lead by 2 % of the map's range",
    above="the same of the pairs whose nearer point lies higher in the picture",
    body="share of triples whose two points of one body differ by over half their distance "
    "to the third",
    flat="share of triples on one flat surface, seen head-on, that differ by over 10 % "
    "of the range",
    good="share of photos with at most one wrong pair in ten and one wrong body",
)
DISPARITY = _measure(
    "error",
    error="mean |p - t| / (98th - 2nd percentile of t), p fitted to t by scale and shift",
    order="share of random pairs, over 5 % of that range apart, in the wrong order",
    edge="mean error within 2 % of the long side of steps of t over 8 % of that range",
)

Nearness = NDArray[np.float32]


def list_labelled(folder: Path) -> list[Sample]:
    """Return the photos of a folder with ``labels.jsonl``; none where it has no such file.

    Raises:
        DataError: a photo is missing, or the labels cannot be read.
    """
    if not (folder / LABELS).is_file():
        return []
    samples = []
    for number, line in enumerate((folder / LABELS).read_text().splitlines(), 1):
        try:
            labels = json.loads(line)
            name = str(labels["id"])
            score = partial(score_labels, labels={k: labels.get(k, []) for k in _TESTS})
        except (ValueError, KeyError, TypeError) as error:
            msg = f"{folder / LABELS}, line {number}: want an object with an id, got {error!r}"
            raise DataError(msg) from error
        samples.append(_sample(folder, name, name, score))
    if not samples:
        msg = f"{folder / LABELS} holds no label"
        raise DataError(msg)
    return samples


def list_disparities(folder: Path) -> list[Sample]:
    """Return the photos of a folder with ``NNNN_disp.png``; DataError where a photo is missing."""
    samples = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        name = path.name.removesuffix(SUFFIX)
        samples.append(_sample(folder, name, f"{name}_rgb", partial(_score_file, path=path)))
    return samples


def _sample(
    folder: Path, name: str, stem: str, score: Callable[[Nearness], dict[str, float]]
) -> Sample:
    def score_map(depth_map: DepthMap) -> dict[str, float]:
        return score(to_inverse_depth(depth_map))

    return Sample(name=name, rgb_path=photo_of(folder, stem), score=score_map)


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
    shares = {name: mean(values) for name, values in (wrong | {"above": above}).items()}
    good = not shares["order"] > _GOOD_ORDER and sum(wrong["body"]) <= _GOOD_BODY
    return shares | {"good": float(good)}


def _score_file(nearness: Nearness, path: Path) -> dict[str, float]:
    stored = read_16_bit(path, "relative disparity")
    if not stored.any():
        msg = f"{path} is no 16-bit grey PNG of relative disparity: all of it is unknown"
        raise DataError(msg)
    truth = ((stored - 1.0) / _STORED_SCALE).astype(np.float32)
    return score_disparity(nearness, truth, stored > 0)


def score_disparity(
    nearness: Nearness, truth: Nearness, known: NDArray[np.bool_]
) -> dict[str, float]:
    """Return the figures of ``DISPARITY`` against relative disparity.

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
        "order": mean(contradicts[apart].tolist()),
        "edge": mean(error[rim].tolist()),
    }
