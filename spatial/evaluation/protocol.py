"""How a prediction is compared with measured depth.

The prediction of every frame is fitted to its truth (``metrics.align_to_depth``). Errors are taken
in depth; figures of a set are means over its frames.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from spatial.depth import Estimator
from spatial.evaluation.frames import DataError, Frame, read_depth_m, scored_pixels
from spatial.metrics import (
    DepthErrors,
    align_to_depth,
    depth_errors,
    predicted_pixels,
    wrong_order,
)
from spatial.photo import load_photo
from spatial.records import Photo
from spatial.settings import DepthSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameScore:
    """One frame: errors, share of pixel pairs in the wrong order, seconds of the prediction."""

    name: str
    errors: DepthErrors
    wrong_order: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What an estimator says of one frame, fitted to the truth.

    Attributes:
        photo: the input.
        aligned_m: float32 [H, W], predicted depth in metres after the fit, at the truth's size.
        true_depth_m: float32 [H, W], measured depth in metres.
        valid: bool [H, W], the pixels that are scored.
        seconds: what the prediction took.
    """

    photo: Photo
    aligned_m: NDArray[np.float32]
    true_depth_m: NDArray[np.float32]
    valid: NDArray[np.bool_]
    seconds: float


def predict_frame(
    frame: Frame, estimator: Estimator, settings: DepthSettings, *, set_name: str
) -> Prediction:
    """Estimate the depth of one frame and fit it to the truth.

    Raises:
        DataError: no pixel has both a measured and a predicted depth.
    """
    photo = load_photo(frame.rgb_path)
    true_depth_m, known = read_depth_m(frame.depth_path)
    start = perf_counter()
    depth_map = estimator(photo, settings)
    seconds = perf_counter() - start
    valid = scored_pixels(set_name, known) & predicted_pixels(depth_map, true_depth_m.shape)
    if not valid.any():
        msg = f"{frame.depth_path}: no pixel has both a measured and a predicted depth"
        raise DataError(msg)
    return Prediction(
        photo=photo,
        aligned_m=align_to_depth(depth_map, true_depth_m, valid),
        true_depth_m=true_depth_m,
        valid=valid,
        seconds=seconds,
    )


def score_frame(
    frame: Frame, estimator: Estimator, settings: DepthSettings, *, set_name: str, seed: int = 0
) -> FrameScore:
    """Return the scores of one frame's estimated depth; errors as in ``predict_frame``."""
    made = predict_frame(frame, estimator, settings, set_name=set_name)
    order = wrong_order(
        made.aligned_m, made.true_depth_m, made.valid, rng=np.random.default_rng(seed)
    )
    return FrameScore(
        name=frame.name,
        errors=depth_errors(made.aligned_m, made.true_depth_m, made.valid),
        wrong_order=order,
        seconds=made.seconds,
    )


def score_set(
    frames: Sequence[Frame],
    estimator: Estimator,
    settings: DepthSettings,
    *,
    set_name: str,
    progress: Callable[[float, str], None] | None = None,
) -> tuple[FrameScore, ...]:
    """Score every frame; ``progress`` is called with the finished share."""
    scores = []
    for number, frame in enumerate(frames, 1):
        scores.append(score_frame(frame, estimator, settings, set_name=set_name))
        if progress is not None:
            progress(number / len(frames), frame.name)
    return tuple(scores)


def frame_figures(score: FrameScore) -> dict[str, float]:
    """Return one frame's abs_rel, delta1 to 3, rmse, silog, wrong_order and seconds by name."""
    return {**asdict(score.errors), "wrong_order": score.wrong_order, "seconds": score.seconds}


def mean_figures(scores: Sequence[FrameScore]) -> dict[str, float]:
    """Return means over frames by the names of ``frame_figures``, of order where there is one."""
    rows = [frame_figures(score) for score in scores]
    ordered = [row["wrong_order"] for row in rows if not math.isnan(row["wrong_order"])]
    means = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    return means | {"wrong_order": float(np.mean(ordered)) if ordered else math.nan}
