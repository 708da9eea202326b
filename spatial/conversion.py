"""The whole story: photo -> depth -> bokeh -> stereo."""

from spatial.bokeh import apply_bokeh
from spatial.depth import Estimator, Progress
from spatial.geometry import adjust_depth, to_nearness, to_paper_nearness
from spatial.inpaint import Inpainter, repaint
from spatial.records import DepthMap, Photo, SpatialPhoto
from spatial.settings import PRESETS, ConvertSettings, DepthSettings, StereoMethod
from spatial.stereo import render_stereo
from spatial.upsample import upsample_depth

_DEPTH_SHARE, _FOCUS_SHARE, _STEREO_SHARE = 0.6, 0.65, 0.75  # of a conversion on a laptop CPU


def adjusted(depth: DepthMap, settings: DepthSettings) -> DepthMap:
    """Return an estimated map with what the settings ask of any map: inverted, cut at the ends."""
    return adjust_depth(
        depth,
        invert=settings.invert_depth,
        far_clip=settings.far_clip,
        near_clip=settings.near_clip,
        near_far_ratio=settings.near_far_ratio,
    )


def convert(
    photo: Photo,
    settings: ConvertSettings = PRESETS["default"],
    *,
    estimator: Estimator,
    depth: DepthMap | None = None,
    inpainter: Inpainter | None = None,
    progress: Progress | None = None,
) -> SpatialPhoto:
    """Turn a photo into a spatial photo.

    Args:
        photo: upright sRGB photo.
        settings: all choices; ``PRESETS["paper"]`` is the paper from end to end.
        estimator: a loaded depth model; asked only when ``depth`` is None.
        depth: depth of this photo at any size, for instance from an earlier call: stereo settings can be tried without
            estimating again.
        inpainter: a loaded model that paints what neither the photo nor the fill knows; None = the fill stays.
        progress: called as the work goes on.

    Returns:
        The pair of views and everything it was made from, at the photo's size.
    """
    report = progress or (lambda _share, _words: None)
    if depth is None:
        depth = estimator(
            photo, settings.depth, lambda share, words: report(share * _DEPTH_SHARE, words)
        )
    report(_DEPTH_SHARE, "fitting depth to the photo")
    if depth.values.shape != photo.rgb.shape[:2]:
        depth = upsample_depth(depth, photo.rgb)
    depth = adjusted(depth, settings.depth)
    if settings.stereo.stereo_method is StereoMethod.PAPER:
        nearness = to_paper_nearness(depth)
    else:
        nearness = to_nearness(depth, settings.depth.near_far_ratio)
    report(_FOCUS_SHARE, "depth of field")
    focused = (
        apply_bokeh(photo.rgb, nearness, settings.bokeh) if settings.bokeh.bokeh else photo.rgb
    )
    report(_STEREO_SHARE, "rendering both views")
    pair = render_stereo(focused, nearness, settings.stereo)
    if inpainter is not None:
        rest = 1.0 - _STEREO_SHARE
        pair = repaint(
            pair,
            inpainter,
            seed=settings.depth.seed,
            progress=lambda share, words: report(_STEREO_SHARE + rest * share, words),
        )
    report(1.0, "done")
    return SpatialPhoto(
        photo=photo,
        depth=depth,
        nearness=nearness,
        focused=focused,
        pair=pair,
        settings=settings,
        estimator=estimator.info,
    )
