"""The whole story: photo -> depth -> bokeh -> stereo."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from spatial.bokeh import apply_bokeh
from spatial.depth import Estimator, Part, Progress
from spatial.depth.upsample import upsample_depth
from spatial.geometry import adjust_depth, to_nearness, to_paper_nearness
from spatial.inpaint import Inpainter, repaint
from spatial.photo.bars import Content, find_content
from spatial.records import DepthMap, EstimatorInfo, Photo, SpatialPhoto, StereoPair
from spatial.settings import PRESETS, ConvertSettings, DepthSettings, StereoMethod
from spatial.stereo import render_stereo

_DEPTH_SHARE = 0.6  # of a conversion on a laptop CPU
_STEREO_SHARE = 0.3  # of what follows it: when the views begin


def fit_depth(depth: DepthMap, photo: Photo, settings: DepthSettings) -> DepthMap:
    """Return a map at the photo's size, turned and cut at its ends as the settings ask.

    Bars beside the picture have no depth.
    """
    fitted = upsample_depth(depth, photo.rgb)
    inside = np.zeros_like(fitted.valid)
    content = find_content(photo.rgb)
    inside[content] = fitted.valid[content]
    return adjust_depth(
        replace(fitted, valid=inside) if inside.any() else fitted,
        invert=settings.invert_depth,
        far_clip=settings.far_clip,
        near_clip=settings.near_clip,
        near_far_ratio=settings.near_far_ratio,
    )


def estimate(
    photo: Photo, settings: DepthSettings, estimator: Estimator, progress: Progress | None = None
) -> DepthMap:
    """Return a photo's depth at the photo's size, adjusted as the settings ask, for ``render``."""
    return fit_depth(estimator(photo, settings, progress), photo, settings)


def _framed(inside: NDArray, whole: NDArray, content: Content) -> NDArray:
    """Return an array with what lies around its content."""
    if inside.shape[:2] == whole.shape[:2]:
        return inside
    framed = whole.copy()
    framed[content] = inside
    return framed


def _framed_pair(pair: StereoPair, rgb: NDArray[np.uint8], content: Content) -> StereoPair:
    """Return a pair between bars, which lie on the screen in both views."""
    flat = np.zeros(rgb.shape[:2], np.float32)
    return replace(
        pair,
        left=_framed(pair.left, rgb, content),
        right=_framed(pair.right, rgb, content),
        disparity_px=_framed(pair.disparity_px, flat, content),
        left_disoccluded=_framed(pair.left_disoccluded, flat > 0, content),
        right_disoccluded=_framed(pair.right_disoccluded, flat > 0, content),
    )


def render(
    photo: Photo,
    depth: DepthMap,
    settings: ConvertSettings,
    info: EstimatorInfo,
    *,
    inpainter: Inpainter | None = None,
    progress: Progress | None = None,
) -> SpatialPhoto:
    """Return the spatial photo of a photo whose depth is known: views, and what made them.

    Args:
        photo: upright sRGB photo.
        depth: its depth at its size, as ``estimate`` or ``fit_depth`` gives it.
        settings: all choices.
        info: where the depth came from.
        inpainter: a loaded model that paints what neither the photo nor the fill knows; None = the
            fill stays.
        progress: called as the work goes on.

    Raises:
        ValueError: depth and photo differ in size.
    """
    report = Part(progress)
    report(0.0, "depth of field")
    if settings.stereo.stereo_method is StereoMethod.PAPER:
        nearness = to_paper_nearness(depth)
    else:
        nearness = to_nearness(depth, settings.depth.near_far_ratio)
    content = find_content(photo.rgb)  # bars stay as they are
    rgb = np.ascontiguousarray(photo.rgb[content])
    near = np.ascontiguousarray(nearness[content])
    sharp = apply_bokeh(rgb, near, settings.bokeh) if settings.bokeh.bokeh else rgb
    report(_STEREO_SHARE, "rendering both views")
    pair = render_stereo(sharp, near, settings.stereo)
    if inpainter is not None:
        watch = Part(progress, _STEREO_SHARE, 1.0)
        pair = repaint(pair, inpainter, seed=settings.depth.seed, progress=watch)
    report(1.0, "done")
    return SpatialPhoto(
        photo=photo,
        depth=depth,
        nearness=nearness,
        focused=_framed(sharp, photo.rgb, content) if settings.bokeh.bokeh else photo.rgb,
        pair=_framed_pair(pair, photo.rgb, content),
        settings=settings,
        estimator=info,
    )


def convert(
    photo: Photo,
    settings: ConvertSettings = PRESETS["default"],
    *,
    estimator: Estimator,
    inpainter: Inpainter | None = None,
    progress: Progress | None = None,
) -> SpatialPhoto:
    """Turn a photo into a spatial photo: ``estimate``, then ``render``.

    ``PRESETS["paper"]`` is the paper from end to end.
    """
    depth = estimate(photo, settings.depth, estimator, Part(progress, 0.0, _DEPTH_SHARE))
    watch = Part(progress, _DEPTH_SHARE, 1.0)
    return render(photo, depth, settings, estimator.info, inpainter=inpainter, progress=watch)
