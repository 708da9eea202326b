"""Sets of photos with measured depth: ``NNNN_rgb.*`` beside ``NNNN_depth.png`` in millimetres.

The prediction of every frame is fitted to its truth (``metrics.align_to_depth``). Errors are taken
in depth.
"""

from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.evaluation.frames import DataError, photo_of, read_16_bit
from spatial.evaluation.scores import SECONDS, Column, Measure, Sample
from spatial.formats import colour_nearness
from spatial.geometry import percentile_range
from spatial.metrics import align_to_depth, depth_errors, predicted_pixels, wrong_order
from spatial.records import DepthMap, Photo

MM_PER_M = 1000.0
SUFFIX = "_depth.png"
CROPS = {("nyuv2", 480, 640): np.s_[45:471, 41:601]}
"""The crop that a data set is scored in, by folder, height and width (Eigen's); others: whole."""

PROTOCOL = (
    "p: prediction resized bilinearly to the truth z, fitted to it per frame by one unweighted "
    "least-squares scale and shift in its own space, clamped to [z_min / 1.5, 1.5 z_max]; figures "
    "are means over the frames."
)
RMSE = "sqrt(mean((p - z)^2)), in metres"
SILOG = "100 sqrt(mean(d^2) - mean(d)^2) with d = ln p - ln z, in percent"
DEPTH = Measure(
    columns={
        "delta1": Column("share of pixels with max(p / z, z / p) < 1.25", "δ1"),
        "delta2": Column("share of pixels with max(p / z, z / p) < 1.25^2", "δ2"),
        "delta3": Column("share of pixels with max(p / z, z / p) < 1.25^3", "δ3"),
        "abs_rel": Column(
            "mean(|p - z| / z), a share of 1 (in the Markdown table in percent)",
            "AbsRel, %",
            100.0,
            1,
        ),
        "rmse": Column(RMSE, "RMSE, m"),
        "silog": Column(SILOG, "silog, %", digits=2),
        "wrong_order": Column(
            "share of random pixel pairs, more than 5 % apart in depth, in the wrong order",
            "wrong order, %",
            100.0,
            1,
        ),
        "seconds": SECONDS,
    },
    notes=(PROTOCOL, f"silog = {SILOG}; RMSE = {RMSE}."),
    ranked_by="abs_rel",
)
"""The columns of the paper's Table 1 first."""

LARGEST_ERROR = 0.5  # of |p - z| / z: what is as bright as it gets
_PHOTO = "photo"
_PANEL_WIDTH_PX = 400
_GAP_PX, _CAPTION_PX = 6, 24
_FONT, _FONT_SCALE = cv2.FONT_HERSHEY_SIMPLEX, 0.45


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What an estimator says of one frame, fitted to the truth.

    Attributes:
        aligned_m: float32 [H, W], predicted depth in metres after the fit, at the truth's size.
        true_depth_m: float32 [H, W], measured depth in metres.
        valid: bool [H, W], the pixels that are scored.
    """

    aligned_m: NDArray[np.float32]
    true_depth_m: NDArray[np.float32]
    valid: NDArray[np.bool_]


def list_measured(folder: Path) -> list[Sample]:
    """Return the frames of a folder in order; none where it holds no ``NNNN_depth.png``.

    Raises:
        DataError: a photo is missing.
    """
    samples = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        name = path.name.removesuffix(SUFFIX)
        score, draw = partial(score_frame, path), partial(draw_frame, path)
        rgb = photo_of(folder, f"{name}_rgb")
        samples.append(Sample(name=name, rgb_path=rgb, score=score, draw=draw))
    return samples


def scored_pixels(set_name: str, valid: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return ``valid`` limited to the data set's crop, where it has one for this size."""
    crop = CROPS.get((set_name, *valid.shape))
    if crop is None:
        return valid
    inside = np.zeros_like(valid)
    inside[crop] = valid[crop]
    return inside


def fit_to_truth(path: Path, depth_map: DepthMap) -> Fitted:
    """Return a frame's estimated depth, fitted to the depth in a file.

    Raises:
        DataError: no pixel has both a measured and a predicted depth, or the file holds no depth.
    """
    stored = read_16_bit(path, "depth in millimetres")
    true_depth_m = (stored / np.float32(MM_PER_M)).astype(np.float32)
    known = scored_pixels(path.resolve().parent.name, stored > 0)
    valid = known & predicted_pixels(depth_map, true_depth_m.shape)
    if not valid.any():
        msg = f"{path}: no pixel has both a measured and a predicted depth"
        raise DataError(msg)
    aligned = align_to_depth(depth_map, true_depth_m, valid)
    return Fitted(aligned_m=aligned, true_depth_m=true_depth_m, valid=valid)


def score_frame(path: Path, depth_map: DepthMap) -> dict[str, float]:
    """Return the figures of ``DEPTH``, but for the time; errors as in ``fit_to_truth``."""
    made = fit_to_truth(path, depth_map)
    pixels = (made.aligned_m, made.true_depth_m, made.valid)
    order = wrong_order(*pixels, rng=np.random.default_rng(0))
    return {**asdict(depth_errors(*pixels)), "wrong_order": order}


def draw_frame(path: Path, photo: Photo, depth_map: DepthMap, title: str) -> NDArray[np.uint8]:
    """Return uint8 RGB: four captioned panels side by side, below a title.

    Depths are coloured by 1/z between the truth's 2nd and 98th percentile, near is bright; unknown
    is grey. Errors |p - z| / z are black at 0 and brightest from 50 %.
    """
    made = fit_to_truth(path, depth_map)
    truth, aligned, valid = made.true_depth_m, made.aligned_m, made.valid
    inverse = np.zeros_like(truth)
    np.divide(1.0, truth, out=inverse, where=valid)
    low, high = percentile_range(inverse, valid)
    span = max(high - low, 1e-6 * high)
    error = np.abs(aligned - truth) * inverse
    panels = {
        _PHOTO: photo.rgb,
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
    resized = cv2.resize(picture, (_PANEL_WIDTH_PX, height), interpolation=way)
    return np.vstack((_caption(words, _PANEL_WIDTH_PX), np.asarray(resized, np.uint8)))


def _caption(words: str, width: int) -> NDArray[np.uint8]:
    strip = np.full((_CAPTION_PX, width, 3), 255, np.uint8)
    at = (4, _CAPTION_PX - 8)
    cv2.putText(strip, words, at, _FONT, _FONT_SCALE, (0, 0, 0), lineType=cv2.LINE_AA)
    return strip
