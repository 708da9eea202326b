"""Nearness -> disparity on the screen: strength, screen plane, and what keeps both comfortable."""

import math
from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.geometry import angle_to_mm, known_sample
from spatial.settings import Convergence, StereoSettings, StrengthBy

SUBJECT_PERCENTILE, NEAREST_PERCENTILE = 98.0, 99.5
BEHIND_WINDOW_PERCENT = 0.3  # of the width: where *auto* puts the subject
FAR_PERCENTILE, NEAR_PERCENTILE = 1.0, 99.0  # what the safety clamp fits in before it cuts
WINDOW_SLOPE = 0.2  # px in front of the screen that are allowed per px from the picture's side
_STRONGEST_PERCENT = 10.0
_LOWEST_PLANE = 0.1  # a screen plane at the far end would ask for endless strength
_ROWS_AT_ONCE = 32  # few enough to stay in the processor's cache
_POINT_RADIUS = 0.01  # of the larger side: a tapped point is the middle of this neighbourhood


class Screen(NamedTuple):
    """Where the screen lies in the scene, and how strong the effect is.

    Attributes:
        nearness: what lies on the screen plane.
        strength_percent: parallax of one unit of nearness in % of the width.
    """

    nearness: float
    strength_percent: float


def _subject(nearness: NDArray[np.float32], _: StereoSettings) -> float:
    middle = tuple(slice(n // 3, max(n - n // 3, n // 3 + 1)) for n in nearness.shape)
    return float(np.percentile(known_sample(nearness[middle]), SUBJECT_PERCENTILE))


def _nearest(nearness: NDArray[np.float32], _: StereoSettings) -> float:
    return float(np.percentile(known_sample(nearness), NEAREST_PERCENTILE))


def _point(nearness: NDArray[np.float32], settings: StereoSettings) -> float:
    height, width = nearness.shape
    reach = round(_POINT_RADIUS * max(height, width))
    row, column = (
        round(settings.convergence_y * (height - 1)),
        round(settings.convergence_x * (width - 1)),
    )
    around = nearness[max(row - reach, 0) : row + reach + 1, max(column - reach, 0) :]
    return float(np.median(around[:, : min(column, reach) + reach + 1]))


def _value(_: NDArray[np.float32], settings: StereoSettings) -> float:
    return settings.convergence_nearness


_PLANES: dict[Convergence, Callable[[NDArray, StereoSettings], float]] = {
    Convergence.AUTO: _subject,
    Convergence.NEAREST: _nearest,
    Convergence.POINT: _point,
    Convergence.VALUE: _value,
}


def _behind_percent(settings: StereoSettings, strength_percent: float) -> float:
    """How far behind the window the chosen plane lies; less for weak effects: 0 changes nothing."""
    if settings.convergence is not Convergence.AUTO:
        return 0.0
    return min(BEHIND_WINDOW_PERCENT, 0.2 * strength_percent)


def _put_screen(plane: float, strength_percent: float, settings: StereoSettings) -> Screen:
    if strength_percent <= 0.0:
        return Screen(plane, 0.0)
    behind = _behind_percent(settings, strength_percent)
    return Screen(plane + behind / strength_percent, strength_percent)


def screen_of(
    nearness: NDArray[np.float32], strength_percent: float, settings: StereoSettings
) -> Screen:
    """Return the screen plane of views whose strength is what it is; see ``place_screen``."""
    plane = _PLANES[settings.convergence](nearness, settings)
    return _put_screen(plane, strength_percent, settings)


def _wanted_percent(plane: float, settings: StereoSettings) -> float:
    if settings.strength_by is StrengthBy.PERCENT:
        return settings.max_parallax_percent
    eyes_percent = 100.0 * settings.ipd_mm / settings.screen_width_mm
    behind = _behind_percent(settings, eyes_percent)
    wanted = (eyes_percent - behind) / max(plane, _LOWEST_PLANE)
    return min(max(wanted, 0.0), _STRONGEST_PERCENT)


def limit_percent(settings: StereoSettings) -> float:
    """Return the largest allowed parallax in % of the width, infinite without a safety clamp."""
    if settings.max_angle_deg == 0.0:
        return float("inf")
    widest_mm = angle_to_mm(settings.max_angle_deg, distance_mm=settings.viewing_distance_mm)
    return 100.0 * widest_mm / settings.screen_width_mm


def place_screen(nearness: NDArray[np.float32], settings: StereoSettings) -> Screen:
    """Return screen plane and strength.

    The plane: *auto*: 0.3 % of the width in front of the 98th percentile of the picture's middle
    ninth (central third of rows and columns), so that the subject stands just behind the window;
    *nearest*: the 99.5th percentile of the whole picture; *point*: the median around the tapped
    point; *value*: ``convergence_nearness``.

    The strength: as set in percent; or, by IPD, so that nearness 0 gets the parallax of infinity,
    ``ipd_mm`` on a screen ``screen_width_mm`` wide (at most 10 %). It is lowered until the 1st and
    99th percentile keep within ``max_angle_deg``.
    """
    plane = _PLANES[settings.convergence](nearness, settings)
    screen = _put_screen(plane, _wanted_percent(plane, settings), settings)
    far, near = np.percentile(known_sample(nearness), (FAR_PERCENTILE, NEAR_PERCENTILE))
    reach = screen.strength_percent * max(near - screen.nearness, screen.nearness - far)
    excess = reach / limit_percent(settings)
    return (
        screen if excess <= 1.0 else _put_screen(plane, screen.strength_percent / excess, settings)
    )


def _keep_window(disparity_px: NDArray[np.float32]) -> None:
    """Pull what stands before the screen back to it towards the left and right edge, in place.

    A thing in front of the window that the window's side cuts off is seen before and behind it at
    once.
    """
    width = disparity_px.shape[1]
    nearest = float(disparity_px.max())
    reach = min((width + 1) // 2, int(max(nearest, 0.0) / WINDOW_SLOPE) + 1)
    allowed = np.float32(WINDOW_SLOPE) * np.arange(reach, dtype=np.float32)
    left, right = disparity_px[:, :reach], disparity_px[:, width - reach :]
    np.minimum(left, allowed, out=left)
    np.minimum(right, allowed[::-1], out=right)


def widen_near(values: NDArray[np.float32], percent: float) -> NDArray[np.float32]:
    """Return nearness or disparity [H, W], near things wider by ``percent`` of the width.

    At least 1 px wherever ``percent`` is not 0. Sideways only: views differ sideways, and rows stay
    independent.
    """
    reach = math.ceil(percent / 100.0 * values.shape[1] - 1e-6)
    if reach == 0:
        return values
    return np.asarray(cv2.dilate(values, np.ones((1, 2 * reach + 1), np.uint8)), np.float32)


def screen_disparity(
    nearness: NDArray[np.float32], screen: Screen, settings: StereoSettings
) -> NDArray[np.float32]:
    """Return ``(nearness - screen) * strength * width`` in px [H, W], cut at the largest angle.

    Near things are widened first (see ``widen_near``). With ``keep_window`` nothing stands before
    the screen at the picture's left and right edge.
    """
    width = nearness.shape[1]
    limit_px = limit_percent(settings) / 100.0 * width
    disparity_px = np.empty(nearness.shape, np.float32)
    for top in range(0, len(nearness), _ROWS_AT_ONCE):
        rows = disparity_px[top : top + _ROWS_AT_ONCE]
        near = widen_near(
            nearness[top : top + _ROWS_AT_ONCE], settings.foreground_dilation_percent
        ).reshape(rows.shape)
        np.subtract(near, np.float32(screen.nearness), out=rows)
        rows *= np.float32(screen.strength_percent / 100.0 * width)
        np.clip(rows, -limit_px, limit_px, out=rows)
    if settings.keep_window:
        _keep_window(disparity_px)
    return disparity_px
