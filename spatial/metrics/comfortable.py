"""The settings that make a spatial photo comfortable, with as much depth as that allows."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import cv2
import numpy as np

from spatial.geometry import fitted_size
from spatial.metrics.comfort import COMFORTABLE_SCORE, ComfortReport, comfort_report
from spatial.records import SpatialPhoto
from spatial.settings import (
    Convergence,
    ConvertSettings,
    Fill,
    StereoMethod,
    StereoSettings,
    StrengthBy,
    Synthesise,
)
from spatial.stereo import render_stereo
from spatial.stereo.screen import place_screen

TARGET_SCORE = 86.0  # tried on a small copy: above 80, so that the photo itself gets there too
_LONGEST_SIDE_PX = 640
_UNEQUAL = 0.3  # difference of sharpness from which both views are synthesised

_Knob = Callable[[StereoSettings, float], StereoSettings]


def _with_percent(settings: StereoSettings, percent: float) -> StereoSettings:
    return replace(settings, strength_by=StrengthBy.PERCENT, max_parallax_percent=round(percent, 1))


def _with_ipd(settings: StereoSettings, ipd_mm: float) -> StereoSettings:
    return replace(settings, ipd_mm=round(ipd_mm, 1))


_KNOBS: dict[StereoMethod, tuple[_Knob, float]] = {  # what sets the strength, and its step
    StereoMethod.SCANLINE: (_with_percent, 0.1),
    StereoMethod.PAPER: (_with_ipd, 0.5),
}


def _strength(result: SpatialPhoto) -> float:
    """Return the present strength, in the unit of the method's knob."""
    settings = result.settings.stereo
    if settings.stereo_method is StereoMethod.PAPER:
        return settings.ipd_mm
    if settings.strength_by is StrengthBy.PERCENT:
        return settings.max_parallax_percent
    return place_screen(result.nearness, settings).strength_percent


def _variants(result: SpatialPhoto, report: ComfortReport) -> Iterator[StereoSettings]:
    """Yield the settings worth trying: the screen plane as it is, then the nearest point on it."""
    settings = result.settings.stereo
    if settings.stereo_method is StereoMethod.PAPER:
        yield settings
        return
    if report.sharpness_difference > _UNEQUAL:
        settings = replace(settings, synthesise=Synthesise.BOTH)
    yield replace(settings, keep_window=True)
    yield replace(settings, keep_window=True, convergence=Convergence.NEAREST)


def _small_copy(result: SpatialPhoto) -> SpatialPhoto:
    height, width = result.nearness.shape
    size = fitted_size(width, height, _LONGEST_SIDE_PX)
    focused = np.asarray(cv2.resize(result.focused, size, interpolation=cv2.INTER_AREA), np.uint8)
    nearness = cv2.resize(result.nearness, size, interpolation=cv2.INTER_NEAREST)
    nearness = np.asarray(nearness, np.float32).reshape(size[1], size[0])
    return replace(result, focused=focused, nearness=nearness)


def _try(small: SpatialPhoto, stereo: StereoSettings) -> float:
    """Return the score of the small copy rendered with other settings."""
    quick = replace(stereo, fill=Fill.FAST)
    pair = render_stereo(small.focused, small.nearness, quick)
    settings = replace(small.settings, stereo=quick)
    return comfort_report(replace(small, pair=pair, settings=settings)).score


def _strongest(is_comfortable: Callable[[float], bool], *, most: float, step: float) -> float:
    """Return the largest comfortable multiple of ``step`` up to ``most``; 0 where none is."""
    low, high = 0, int(most / step + 1e-6)
    if is_comfortable(high * step):
        return high * step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if is_comfortable(middle * step) else (low, middle)
    return low * step


def comfortable_settings(result: SpatialPhoto) -> ConvertSettings:
    """Return settings with which this photo becomes comfortable: its own where it is already.

    The strength is lowered as little as needed, things at the edge are pulled back into the window,
    and where it leaves more depth the screen plane is put at the nearest point. Every try is
    rendered on a small copy and judged by ``comfort_report``; depth, bokeh and export settings
    stay.

    Raises:
        ValueError: the pair's disparity has no finite value.
    """
    report = comfort_report(result)
    if report.score >= COMFORTABLE_SCORE:
        return result.settings
    turn, step = _KNOBS[result.settings.stereo.stereo_method]
    small, most = _small_copy(result), _strength(result)
    best, best_strength = result.settings.stereo, -1.0
    for variant in _variants(result, report):

        def is_comfortable(strength: float, variant: StereoSettings = variant) -> bool:
            return _try(small, turn(variant, strength)) >= TARGET_SCORE

        strength = _strongest(is_comfortable, most=most, step=step)
        if strength > best_strength:
            best, best_strength = turn(variant, strength), strength
    return replace(result.settings, stereo=best)
