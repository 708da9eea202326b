"""Depth of field as a lens makes it: round blur, in layers, in linear light.

The picture is cut into layers by the signed radius of their circle of confusion, from far (< 0) to
near (> 0). Each layer, with its own opacity, is blurred by a disc and joined with those behind it,
so that a sharp foreground does not bleed into a blurred background and a blurred foreground ends
softly. What a foreground hides is continued from around it. Everything blurred is made on a smaller
grid; the layer in focus keeps the photo's pixels.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.bokeh.compose import compose_rows, shrink
from spatial.kernels import for_each_stripe
from spatial.settings import BokehSettings

_FOCAL_MM, _NEAR_END_MM, _SENSOR_WIDTH_MM = 50.0, 1000.0, 36.0
SHARP_RADIUS_PX = 0.5  # a smaller circle of confusion is a point
_LONGEST_SIDE_PX = 1000  # of the grid on which blurred layers are made
_FIRST_RADIUS, _GROWTH = 1.0, 1.6  # radii of the layers on that grid
_LARGEST_DISC = 5.0  # a larger disc is made on a grid of half the size
_SEEN = 1e-4
_OUTLINE_SHARE = 0.001  # of the width, at least 1 px: how far mixed pixels reach beyond an outline


_Levels = tuple[float, ...]  # signed radii of the layers on the grid, ascending, one of them 0


def blur_radius_px(nearness: NDArray[np.float32], settings: BokehSettings) -> NDArray[np.float32]:
    """Return the signed radius of the circle of confusion [H, W] in px: > 0 nearer than the focus.

    Thin lens focused far beyond its focal length f: the diameter is ``f^2 / N |1/z - 1/z_focus|``.
    50 mm on 36 mm of width; a unit of nearness is 1/z of 1 per metre, as when the near end is 1 m
    away, the far end at infinity. Half a pixel counts as sharp and shortens larger radii.
    """
    lens_mm = _FOCAL_MM**2 / settings.aperture_f_number / _NEAR_END_MM
    radius_px = 0.5 * lens_mm / _SENSOR_WIDTH_MM * nearness.shape[1]
    radius = nearness - np.float32(settings.focus_nearness)
    radius *= np.float32(radius_px)
    return np.sign(radius) * np.maximum(np.abs(radius) - np.float32(SHARP_RADIUS_PX), 0)


def _choose_levels(farthest: float, nearest: float) -> _Levels:
    """Return radii from ``farthest`` <= 0 to ``nearest`` >= 0, in steps that grow with them."""
    sides = []
    for reach in (-farthest, nearest):
        side, radius = [], _FIRST_RADIUS
        while reach > 0.0:
            side.append(radius)
            if radius >= reach:
                break
            radius *= _GROWTH
        sides.append(side)
    return (*(-r for r in reversed(sides[0])), 0.0, *sides[1])


def _share(radius: NDArray[np.float32], levels: _Levels, number: int) -> NDArray[np.float32]:
    """Return the share of a pixel in a layer, float32 [h, w]; between two levels it is in both."""
    own = levels[number]
    share = np.ones_like(radius)
    if number > 0:
        below = levels[number - 1]
        share = np.minimum(share, (radius - below) * np.float32(1.0 / (own - below)))
    if number + 1 < len(levels):
        above = levels[number + 1]
        share = np.minimum(share, (above - radius) * np.float32(1.0 / (above - own)))
    return np.maximum(share, 0)


def _disc(radius: float) -> NDArray[np.float32]:
    reach = int(np.ceil(radius))
    steps = np.arange(-reach, reach + 1)
    distance = np.hypot(steps[:, None], steps[None])
    disc = np.clip(radius + 0.5 - distance, 0, 1).astype(np.float32)
    return disc / disc.sum()


def _blur_layer(layer: NDArray[np.float32], radius: float) -> NDArray[np.float32]:
    """Blur colour times opacity, and opacity, [h, w, 4] by a disc; large: on a smaller grid."""
    height, width = layer.shape[:2]
    scale = 1
    while radius / scale > _LARGEST_DISC and min(height, width) >= 4 * scale:
        scale *= 2
    small = layer
    if scale > 1:
        size = (-(-width // scale), -(-height // scale))
        small = cv2.resize(layer, size, interpolation=cv2.INTER_AREA)
    blurred = cv2.filter2D(small, -1, _disc(radius / scale), borderType=cv2.BORDER_REFLECT_101)
    if scale > 1:
        blurred = cv2.resize(blurred, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(blurred, np.float32)


def _join(
    layers: range, colour: NDArray[np.float32], radius: NDArray[np.float32], levels: _Levels
) -> NDArray[np.float32]:
    """Return some layers, blurred and joined: colour times opacity, and opacity, [h, w, 4].

    From near to far each layer takes what is left of a pixel. A slanted surface, spread over
    several layers, stays opaque that way, and its silhouette ends as softly as one layer's.
    """
    total = np.zeros((*radius.shape, 4), np.float32)
    for number in reversed(layers):
        share = _share(radius, levels, number)
        if not share.any():
            continue
        layer = np.dstack([colour * share[..., None], share])
        if levels[number] != 0.0:
            layer = _blur_layer(layer, abs(levels[number]))
        opacity = layer[..., 3:]
        left = np.float32(1.0) - total[..., 3:]
        total += layer * (np.minimum(opacity, left) / np.maximum(opacity, _SEEN))
    return total


def _complete(layer: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a partly transparent layer's colours [h, w, 3], continued where it is transparent.

    Push and pull over a pyramid: where a level knows little, the coarser level's mean takes over.
    """
    height, width = layer.shape[:2]
    known = layer[..., 3:]
    colour = layer[..., :3] / np.maximum(known, _SEEN)
    if min(height, width) <= 1:
        return np.asarray(colour, np.float32)
    size = (-(-width // 2), -(-height // 2))
    # An opacity of one half is known well enough: its colour is that of the visible part.
    weight = np.minimum(2.0 * known, 1.0)
    half = cv2.resize(np.dstack([colour * weight, weight]), size, interpolation=cv2.INTER_AREA)
    known_half = _complete(np.asarray(half, np.float32))
    coarse = cv2.resize(known_half, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(coarse + weight * (colour - coarse), np.float32)


def _sharp_rows(
    radius: NDArray[np.float32], rows: slice, first_px: np.float32
) -> NDArray[np.float32]:
    """Return how sharp pixels stay that are not nearer than the focus, float32 [n, W] in [0, 1].

    What is sharp ends in a ramp outside its outline, mixed pixels with it: no stairs show.
    """
    reach = max(1, round(_OUTLINE_SHARE * radius.shape[1]))
    first, last = max(rows.start - 2 * reach, 0), min(rows.stop + 2 * reach, len(radius))
    sharp = radius[first:last] * (np.float32(1.0) / first_px)
    sharp += np.float32(1.0)
    np.clip(sharp, 0.0, 1.0, out=sharp)
    side = (2 * reach + 1, 2 * reach + 1)
    sharp = cv2.blur(cv2.dilate(sharp, np.ones(side, np.uint8)), side)
    sharp = np.asarray(sharp, np.float32).reshape(last - first, radius.shape[1])
    return np.ascontiguousarray(sharp[rows.start - first : rows.stop - first])


def blur_lens(
    rgb: NDArray[np.uint8], nearness: NDArray[np.float32], settings: BokehSettings
) -> NDArray[np.uint8]:
    """Return the picture seen through an open aperture, uint8 [H, W, 3]; see the module's text."""
    rgb = np.ascontiguousarray(rgb)
    radius = blur_radius_px(nearness, settings)
    height, width = radius.shape
    cell = max(1, round(max(height, width) / _LONGEST_SIDE_PX))
    shape = (-(-height // cell), -(-width // cell))
    colour, small = np.empty((*shape, 3), np.float32), np.empty(shape, np.float32)
    for_each_stripe(
        *shape,
        lambda top, bottom: shrink((rgb, radius), cell, top, colour[top:bottom], small[top:bottom]),
    )
    levels = _choose_levels(min(float(small.min()), 0.0), max(float(small.max()), 0.0))
    if len(levels) == 1:
        return rgb.copy()
    focus = levels.index(0.0)
    far = _join(range(focus), colour, small, levels)
    behind = _join(range(focus + 1), colour, small, levels)
    near = _join(range(focus + 1, len(levels)), colour, small, levels)
    grids = (_complete(far), _complete(behind), near)
    first_px = np.float32(_FIRST_RADIUS * cell)
    out = np.empty_like(rgb)

    def compose(top: int, bottom: int) -> None:
        rows = (top, _sharp_rows(radius, slice(top, bottom), first_px))
        compose_rows((rgb, radius), grids, (cell, first_px), rows, out[top:bottom])

    for_each_stripe(height, width, compose)
    return out
