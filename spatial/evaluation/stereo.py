"""Synthesised right views against real right photographs.

From the left photo and its true disparity, and by the product's own way: estimated depth, enlarged
to the photo, fitted to the true disparity by one scale and shift (least squares over the known
pixels), and rendered.
"""

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, fields

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.depth import Estimator
from spatial.depth.upsample import upsample_depth
from spatial.evaluation.stereo_pairs import PairFiles, TruePair, read_pair
from spatial.geometry import fit_scale_shift, to_inverse_depth
from spatial.metrics import psnr, ssim_map
from spatial.records import DepthMap, Photo
from spatial.settings import DepthSettings, Fill, StereoSettings
from spatial.stereo import warp_scanline
from spatial.stereo.screen import widen_near

_SSIM_MARGIN_PX = 3
_STEP_SHARE = 0.06  # of the range of true disparity: a larger step is a silhouette
_BAND_SHARE = 0.006  # of the width: reach of the silhouette's neighbourhood on each side
_WINDOW_SHARE = 0.02  # of the width: both sides' own depth is looked for within this reach
_SIDE_SHARE = 0.25  # of the step: nearer to either side than this belongs to it
_LEAST_STEP = 0.5  # of a silhouette's step: an estimate that steps less does not see it
_CHANGE = 5  # grey levels: more is a change
_EDGE_WEIGHT = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewScore:
    """One synthesised view against the real photograph.

    PSNR in dB over the whole view, over what the other photo shows, and over disocclusions; mean
    SSIM over the view (3 px or more from its border), and over disocclusions.
    ``siou``: see ``stereo_iou``.
    """

    psnr: float
    visible: float
    disoccluded: float
    ssim: float
    ssim_disoccluded: float
    siou: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StereoScores:
    """Means over a set.

    Attributes:
        views: one score a way of rendering.
        silhouettes: share of silhouette pixels with a depth between both sides, by the way of
            enlarging it; empty without an estimator.
    """

    views: dict[str, ViewScore]
    silhouettes: dict[str, float]


def score_view(view: NDArray[np.uint8], pair: TruePair) -> ViewScore:
    """Return how well a view agrees with the real right photograph."""
    alike = ssim_map(view, pair.right)
    inner = slice(_SSIM_MARGIN_PX, -_SSIM_MARGIN_PX)
    return ViewScore(
        psnr=psnr(view, pair.right),
        visible=psnr(view, pair.right, ~pair.disoccluded),
        disoccluded=psnr(view, pair.right, pair.disoccluded),
        ssim=float(alike[inner, inner].mean()),
        ssim_disoccluded=float(alike[pair.disoccluded].mean()),
        siou=stereo_iou(view, pair.right, pair.left),
    )


def stereo_iou(view: NDArray[np.uint8], right: NDArray[np.uint8], left: NDArray[np.uint8]) -> float:
    """Return SIoU (Yu et al., Mono2Stereo, CVPR 2025).

    0.75 IoU of edges + 0.25 IoU of what differs from the left photo.

    It counts whether things moved, which PSNR does not: an unchanged left photo has no change to
    share.

    Args:
        view: uint8 [H, W, 3], the made right view.
        right: the real one.
        left: the left photo.
    """
    greys = [cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY) for rgb in (view, right, left)]
    made, true = (cv2.Canny(np.asarray(grey, np.uint8), 100, 200) > 0 for grey in greys[:2])
    moved, truly = (cv2.absdiff(grey, greys[2]) > _CHANGE for grey in greys[:2])
    return _EDGE_WEIGHT * _iou(made, true) + (1 - _EDGE_WEIGHT) * _iou(moved, truly)


def _iou(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Return intersection over union, 1 for two empty masks."""
    union = int((one | other).sum())
    return float((one & other).sum() / union) if union else 1.0


def _extremes(values: NDArray[np.float32], reach: int) -> tuple[NDArray, NDArray]:
    window = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    return cv2.erode(values, window), cv2.dilate(values, window)


def intermediate_share(estimated: NDArray[np.float32], true: NDArray[np.float32]) -> float:
    """Return the share of silhouette pixels estimated between both sides: 0 sharp, 1 blurred.

    A silhouette pixel lies within 0.6 % of the width of a step of true disparity of at least 6 % of
    its range, and within 2 % of the width the estimate steps by at least half as much. It is
    intermediate when its estimate is more than a quarter of that step away from the lowest and the
    highest estimate there. NaN when there is none.

    Args:
        estimated: float32 [H, W] in any unit that grows with ``true``, fitted to it.
        true: float32 [H, W].
    """
    width = true.shape[1]
    span = float(np.subtract(*np.percentile(true, (98, 2))))
    low, high = _extremes(true, 1)
    step = (high - low > _STEP_SHARE * span).astype(np.uint8)
    reach = max(1, round(_BAND_SHARE * width))
    band = cv2.dilate(step, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) > 0
    low, high = _extremes(estimated, max(2, round(_WINDOW_SHARE * width)))
    counted = band & (high - low > _LEAST_STEP * _STEP_SHARE * span)
    if not counted.any():
        return float("nan")
    place = (estimated[counted] - low[counted]) / (high[counted] - low[counted])
    return float(((place > _SIDE_SHARE) & (place < 1 - _SIDE_SHARE)).mean())


def naive_enlargement(depth: DepthMap, size: tuple[int, int]) -> DepthMap:
    """Return the map enlarged linearly to (height, width), without looking at the photo."""
    values = cv2.resize(depth.values, size[::-1], interpolation=cv2.INTER_LINEAR)
    return DepthMap.from_values(values, kind=depth.kind, space=depth.space)


def fit_disparity(depth: DepthMap, pair: TruePair) -> NDArray[np.float32]:
    """Return depth as disparity [H, W] in px: the best affine fit of its inverse to the truth."""
    inverse = to_inverse_depth(depth)
    fit = fit_scale_shift(inverse, pair.disparity_px, pair.known & depth.valid)
    return (inverse * fit.scale + fit.shift).astype(np.float32)


def _render(pair: TruePair, disparity_px: NDArray[np.float32], words: str) -> dict[str, ViewScore]:
    return {
        f"{words}, {fill.value}": score_view(
            warp_scanline(pair.left, disparity_px, fraction=-1.0, fill=fill).rgb, pair
        )
        for fill in Fill
    }


def _widen(disparity_px: NDArray[np.float32]) -> NDArray[np.float32]:
    """Widen near things as the settings do by default."""
    return widen_near(disparity_px, StereoSettings().foreground_dilation_percent)


def score_pair(
    pair: TruePair, estimator: Estimator | None, settings: DepthSettings
) -> StereoScores:
    """Return the scores of one pair: nothing done, true disparity, and an estimator's depth.

    True disparity as it is, and with near things widened as the settings do by default; estimated
    depth so widened.
    """
    views = {"left photo unchanged": score_view(pair.left, pair)}
    views |= _render(pair, pair.disparity_px, "true disparity")
    views |= _render(pair, _widen(pair.disparity_px), "true disparity, dilated")
    silhouettes = {}
    if estimator is not None:
        small = estimator(Photo(rgb=pair.left), settings)
        fitted = fit_disparity(upsample_depth(small, pair.left), pair)
        views |= _render(pair, _widen(fitted), f"{estimator.info.id} depth")
        plain = fit_disparity(naive_enlargement(small, pair.left.shape[:2]), pair)
        silhouettes = {
            "enlarged linearly": intermediate_share(plain, pair.disparity_px),
            "enlarged along the photo's edges": intermediate_share(fitted, pair.disparity_px),
        }
    return StereoScores(views=views, silhouettes=silhouettes)


def score_pairs(
    pairs: Sequence[PairFiles],
    estimator: Estimator | None = None,
    settings: DepthSettings = DepthSettings(),  # noqa: B008 (frozen)
    *,
    progress: Callable[[float, str], None] | None = None,
) -> StereoScores:
    """Return the mean scores of some pairs; ``progress`` is called with the finished share."""
    scores = []
    for number, files in enumerate(pairs, 1):
        scores.append(score_pair(read_pair(files), estimator, settings))
        if progress is not None:
            progress(number / len(pairs), files.name)
    names = [f.name for f in fields(ViewScore)]
    views = {}
    for way in scores[0].views:
        means = np.mean([astuple(s.views[way]) for s in scores], axis=0)
        views[way] = ViewScore(**dict(zip(names, means.tolist(), strict=True)))
    silhouettes = {
        way: float(np.mean([s.silhouettes[way] for s in scores])) for way in scores[0].silhouettes
    }
    return StereoScores(views=views, silhouettes=silhouettes)
