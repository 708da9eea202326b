"""What a prediction looks like beside the truth: photo, measured depth, fitted prediction, error."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.evaluation.protocol import FrameScore, Prediction
from spatial.formats import colour_nearness
from spatial.geometry import percentile_range

LARGEST_ERROR = 0.5  # of |p - z| / z: what is as bright as it gets
_PHOTO = "photo"
_PANEL_WIDTH_PX = 400
_GAP_PX, _CAPTION_PX = 6, 24
_FONT, _FONT_SCALE = cv2.FONT_HERSHEY_SIMPLEX, 0.45


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

    Depths are coloured by 1/z between the truth's 2nd and 98th percentile, near is bright; unknown is grey. Errors
    |p - z| / z are black at 0 and brightest from 50 %.
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
    # A mixture of two colours of the scale, or of grey, would be another value: only the photo is averaged.
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
