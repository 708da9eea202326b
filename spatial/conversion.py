"""The whole story: photo -> depth -> bokeh -> stereo."""

from dataclasses import replace

import numpy as np

from spatial.bokeh import apply_bokeh
from spatial.depth import FILE, Estimator, Part, Progress
from spatial.depth.upsample import upsample_depth
from spatial.geometry import adjust_depth, columns_of, to_nearness, to_paper_nearness
from spatial.inpaint import Inpainter, repaint
from spatial.photo.bars import find_content, framed, framed_pair
from spatial.photo.sphere import estimate_round
from spatial.records import DepthMap, EstimatorInfo, Photo, PhotoWithDepth, SecondView, SpatialPhoto
from spatial.settings import PRESETS, ConvertSettings, DepthSettings, StereoMethod
from spatial.stereo import place_pair, render_stereo, seen_by_right

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
    if estimator.info.id.startswith(FILE):  # measured, not estimated
        return fit_depth(estimator(photo, settings, progress), photo, settings)
    depth = estimate_round(photo, lambda wide: estimator(wide, settings, progress))
    return fit_depth(depth, photo, settings)


def with_depth(
    photo: Photo, depth: DepthMap, settings: ConvertSettings, info: EstimatorInfo
) -> PhotoWithDepth:
    """Return a photo with its depth, in focus everywhere; arguments as of ``render``."""
    if depth.values.shape != photo.rgb.shape[:2]:
        msg = f"depth is {depth.values.shape}, the photo {photo.rgb.shape[:2]}; resize the depth"
        raise ValueError(msg)
    if settings.stereo.stereo_method is StereoMethod.PAPER:
        nearness = to_paper_nearness(depth)
    else:
        nearness = to_nearness(depth, settings.depth.near_far_ratio)
    return PhotoWithDepth(
        photo=photo,
        depth=depth,
        nearness=nearness,
        focused=photo.rgb,
        settings=settings,
        estimator=info,
    )


def _render_real(known: PhotoWithDepth, second: SecondView) -> SpatialPhoto:
    """Return the spatial photo of two real views, cut to the columns that moving them leaves."""
    photo, depth, nearness, settings = known.photo, known.depth, known.nearness, known.settings
    measured = DepthMap.from_values(second.disparity, kind=depth.kind, space=depth.space)
    disparity_px = upsample_depth(measured, photo.rgb).values * np.float32(photo.width_px)
    left, right = photo.rgb, second.rgb
    if settings.bokeh.bokeh:
        of_right = seen_by_right(nearness, left, disparity_px)
        left = apply_bokeh(left, nearness, settings.bokeh)
        right = apply_bokeh(right, of_right, settings.bokeh)
    wanted = None if photo.panorama else settings.stereo  # on a sphere there is no screen
    pair, columns = place_pair(left, right, disparity_px, wanted)
    rgb = np.ascontiguousarray(photo.rgb[:, columns])
    shares = pair.disparity_px / np.float32(rgb.shape[1])
    return SpatialPhoto(
        photo=replace(photo, rgb=rgb, second=SecondView(rgb=pair.right, disparity=shares)),
        depth=columns_of(depth, columns),
        nearness=np.ascontiguousarray(nearness[:, columns]),
        focused=pair.left,
        pair=pair,
        settings=settings,
        estimator=known.estimator,
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
    """Return the spatial photo of a photo whose depth is known; a stereo photo keeps its views.

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
    known = with_depth(photo, depth, settings, info)
    if photo.second is not None:
        return _render_real(known, photo.second)
    content = find_content(photo.rgb)  # bars stay as they are
    rgb = np.ascontiguousarray(photo.rgb[content])
    near = np.ascontiguousarray(known.nearness[content])
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
        nearness=known.nearness,
        focused=framed(sharp, photo.rgb, content) if settings.bokeh.bokeh else photo.rgb,
        pair=framed_pair(pair, photo.rgb, content),
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
