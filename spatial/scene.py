"""A scene: two layers of a photo between which a head can move and see what lies behind.

The front layer is the photo as seen from the middle between the eyes. The back layer is the same
picture with near things cut back from their silhouettes, as far as an eye within the range can look
behind them, and the background continued there (the fill ``best`` of stereo, along rows and
columns). Seen from ``eye``, a pixel of disparity d stands at ``x - d * right / 2`` and
``y + d * up / 2``: ``right = -1`` is the left eye and ``right = 1`` the right eye of the pair.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.geometry import fitted_size
from spatial.kernels import compiled, for_each_stripe, to_byte
from spatial.records import SpatialPhoto
from spatial.settings import Synthesise
from spatial.stereo import DrawnView, draw_view, fill_gaps
from spatial.stereo.warp_rows import (
    RUN_PER_PX,
    SLACK_PER_PX,
    SLACK_PX,
    TEAR_PX,
    UNSEEN,
    snap_ramps,
)

LONGEST_SIDE_PX = 2048
LEAST_RANGE = 1e-4  # of the width: levels need two ends
MOTION_M = 0.15  # the head may move as far to every side
EYE_DISTANCE_M = 0.063  # of the viewer, whose eyes see the pair at rest
_REACH_ACROSS = (MOTION_M + 0.5 * EYE_DISTANCE_M) / EYE_DISTANCE_M  # px per px of disparity
_REACH_DOWN = MOTION_M / EYE_DISTANCE_M
_SPARE = 1.1  # fill a little more than is seen
_TO_MIDDLE = {Synthesise.BOTH: 0.0, Synthesise.RIGHT: -0.5, Synthesise.LEFT: 0.5}


class Layer(NamedTuple):
    """One picture of a scene.

    Attributes:
        rgb: uint8 [H, W, 3].
        disparity_px: float32 [H, W], x_left - x_right of the pair at this size; > 0 is in front of
            the screen.
    """

    rgb: NDArray[np.uint8]
    disparity_px: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What lies in front, what lies behind it, and how far a head may move.

    Attributes:
        front: the photo from the middle between the eyes, with steps of disparity at silhouettes.
        back: the same without near things beside their silhouettes.
        hidden: bool [H, W], where the back layer is filled in.
        motion_m: how far the head may move to every side before unknown things come into sight.
    """

    front: Layer
    back: Layer
    hidden: NDArray[np.bool_]
    motion_m: float = MOTION_M


def disparity_range(result: SpatialPhoto) -> tuple[float, float]:
    """Return the least and the largest disparity of a result's pair, as shares of its width.

    The second is always the larger one, if only by LEAST_RANGE.
    """
    disparity_px = result.pair.disparity_px
    width_px = disparity_px.shape[1]
    first, last = float(disparity_px.min()) / width_px, float(disparity_px.max()) / width_px
    return first, max(last, first + LEAST_RANGE)


@compiled
def _continue_behind(rgb, disparity, first, step, count, drawn) -> None:  # noqa: ANN001 (compiled)
    """Continue the background of a row behind what begins next to it.

    Args:
        rgb: uint8 [W, 3] of the front.
        disparity: float32 [W] of the front.
        first: the last pixel of the background before the silhouette.
        step: 1 where the near thing begins on its right, -1 on its left.
        count: pixels that may come into sight.
        drawn: rows (view, depth, gap) of the back, nearer fills are kept.
    """
    view, depth, gap = drawn
    width, far = disparity.size, disparity[first]
    red = green = blue = np.float32(0.0)
    used = 0
    source = first
    for distance in range(1, count + 1):
        target = first + step * distance
        if not 0 <= target < width or disparity[target] - far <= SLACK_PX:
            return
        slack = SLACK_PX + SLACK_PER_PX * distance
        if used == 0 or (
            used < 1.0 + RUN_PER_PX * distance
            and 0 <= source < width
            and abs(disparity[source] - far) <= slack
        ):
            red += np.float32(rgb[source, 0])
            green += np.float32(rgb[source, 1])
            blue += np.float32(rgb[source, 2])
            used += 1
            source -= step
        if gap[target] != 0 and abs(gap[target]) <= distance:
            continue
        share = np.float32(1.0) / np.float32(used)
        view[target, 0] = to_byte(red * share)
        view[target, 1] = to_byte(green * share)
        view[target, 2] = to_byte(blue * share)
        depth[target] = far
        gap[target] = step * distance


@compiled
def _continue_rows(rgb, disparity, reach, view, depth, gap) -> None:  # noqa: ANN001 (compiled)
    """Continue every background of some rows behind near things, as far as ``reach`` shows it.

    ``view``, ``depth`` and ``gap`` of the back begin as the front and as 0.
    """
    height, width = disparity.shape
    for y in range(height):
        drawn = view[y], depth[y], gap[y]
        for x in range(width - 1):
            rise = disparity[y, x + 1] - disparity[y, x]
            if abs(rise) > TEAR_PX:
                first, step = (x, np.int64(1)) if rise > 0 else (x + 1, np.int64(-1))
                count = np.int64(np.ceil(reach * abs(rise)))
                _continue_behind(rgb[y], disparity[y], first, step, count, drawn)


@compiled
def _snap_rows(disparity) -> None:  # noqa: ANN001 (compiled)
    """Turn the ramps of silhouettes into steps, in place, whichever side is near."""
    for y in range(disparity.shape[0]):
        snap_ramps(disparity[y], 1.0)
        snap_ramps(disparity[y], -1.0)


def _fill_rows(front: Layer, reach: float) -> DrawnView:
    """Return the back layer as rows alone tell it."""
    drawn = DrawnView(
        front.rgb.copy(), front.disparity_px.copy(), np.zeros(front.disparity_px.shape, np.int32)
    )

    def work(top: int, bottom: int) -> None:
        rows = slice(top, bottom)
        parts = (part[rows] for part in (*front, *drawn))
        rgb, disparity, *back = parts
        _continue_rows(rgb, disparity, reach, *back)

    height, width = front.disparity_px.shape
    for_each_stripe(height, width, work)
    return drawn._replace(rgb=fill_gaps(drawn))


def _turned(layer: Layer) -> Layer:
    return Layer(
        np.ascontiguousarray(layer.rgb.transpose(1, 0, 2)),
        np.ascontiguousarray(layer.disparity_px.T),
    )


def _join(front: Layer, fills: Sequence[DrawnView]) -> tuple[Layer, NDArray[np.bool_]]:
    """Return the back layer of fills along rows and along columns, and where it is filled.

    The nearer fill gives the depth; the other one adds colour where it continues the same surface.
    """
    away = np.stack([np.abs(fill.gap_px) for fill in fills]).astype(np.float32)
    away[away == 0] = np.inf
    hidden = np.asarray(np.isfinite(away).any(axis=0))
    away, depths = away[:, hidden], np.stack([fill.disparity_px[hidden] for fill in fills])
    nearer = np.argmin(away, axis=0)[None]
    depth = np.take_along_axis(depths, nearer, axis=0)
    slack = SLACK_PX + SLACK_PER_PX * np.take_along_axis(away, nearer, axis=0)
    weights = np.where(np.abs(depths - depth) <= slack, 1.0 / away**2, 0.0)[..., None]
    colours = np.stack([fill.rgb[hidden] for fill in fills])
    back = Layer(front.rgb.copy(), front.disparity_px.copy())
    back.rgb[hidden] = np.rint((weights * colours).sum(axis=0) / weights.sum(axis=0))
    back.disparity_px[hidden] = depth[0]
    return back, hidden


def split_layers(picture: Layer) -> Scene:
    """Return the two layers of a picture whose disparity is known, at its size."""
    smooth = cv2.medianBlur(picture.disparity_px, 3).reshape(picture.disparity_px.shape)
    disparity_px = np.asarray(smooth, np.float32)
    _snap_rows(disparity_px)
    across = Layer(picture.rgb, disparity_px)
    down = _turned(across)
    _snap_rows(down.disparity_px)
    front = _turned(down)
    columns = _fill_rows(down, _SPARE * _REACH_DOWN)
    by_column = DrawnView(*_turned(Layer(*columns[:2])), columns.gap_px.T)
    back, hidden = _join(front, (_fill_rows(front, _SPARE * _REACH_ACROSS), by_column))
    return Scene(front=front, back=back, hidden=hidden)


def make_scene(result: SpatialPhoto, *, longest_side_px: int = LONGEST_SIDE_PX) -> Scene:
    """Return the two layers of a spatial photo, after depth of field.

    Args:
        result: the spatial photo; where the photo itself is the view of one eye, the scene is moved
            to the middle.
        longest_side_px: the photo is scaled down to it, never up.
    """
    height, width = result.focused.shape[:2]
    size = fitted_size(width, height, longest_side_px)
    rgb = np.asarray(cv2.resize(result.focused, size, interpolation=cv2.INTER_AREA), np.uint8)
    disparity_px = cv2.resize(result.pair.disparity_px, size, interpolation=cv2.INTER_NEAREST)
    disparity_px = disparity_px.reshape(size[1], size[0]) * np.float32(size[0] / width)
    is_real = result.photo.second is not None  # then the photo is the left eye's view
    to_middle = _TO_MIDDLE[Synthesise.RIGHT if is_real else result.settings.stereo.synthesise]
    if to_middle:
        drawn = draw_view(rgb, disparity_px, fraction=to_middle)
        seen = drawn.disparity_px != UNSEEN
        rgb = fill_gaps(drawn)
        disparity_px = np.where(seen, drawn.disparity_px, disparity_px)
    return split_layers(Layer(rgb, disparity_px))


def _move(scene_layers: tuple[Layer, Layer], fraction: float) -> tuple[Layer, Layer]:
    """Return front and back moved along their rows, the front's gaps closed by the back."""
    if fraction == 0.0:
        return scene_layers
    moved = [draw_view(*layer, fraction=fraction) for layer in scene_layers]
    kept = [
        np.where(drawn.disparity_px == UNSEEN, layer.disparity_px, drawn.disparity_px)
        for drawn, layer in zip(moved, scene_layers, strict=True)
    ]
    back = Layer(fill_gaps(moved[1]), kept[1])
    gap = moved[0].gap_px != 0
    gap |= moved[0].disparity_px == UNSEEN
    rgb = np.where(gap[..., None], back.rgb, moved[0].rgb)
    return Layer(rgb, np.where(gap, back.disparity_px, kept[0])), back


def look(scene: Scene, *, right: float, up: float = 0.0) -> NDArray[np.uint8]:
    """Return the scene as an eye sees it, uint8 [H, W, 3].

    Args:
        scene: the layers.
        right: the eye's place in half eye distances: -1 the left eye of the pair, 1 the right.
        up: the same upwards.
    """
    front, back = _move((scene.front, scene.back), -0.5 * right)
    if up == 0.0:
        return front.rgb
    front, _ = _move((_turned(front), _turned(back)), 0.5 * up)
    return np.ascontiguousarray(front.rgb.transpose(1, 0, 2))
