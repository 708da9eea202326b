"""What makes a pair hard to look at, measured: disparity, window, filled pixels, unequal views."""

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.geometry import known_sample
from spatial.metrics.pictures import laplacian_variance
from spatial.records import StereoPair
from spatial.settings import StereoSettings

PERCENTILES = (1.0, 50.0, 99.0)
EDGE_PERCENT = 0.5  # of the width: what counts as the picture's edge
TOLERATED_PERCENT = 0.1  # in front of the screen at the edge: too little to be seen
FULL_PERCENT = 1.0  # in front of the screen at the edge: more does not count more


class Viewing(NamedTuple):
    """How a picture is looked at.

    Attributes:
        screen_width_mm: width at which it is shown.
        distance_mm: from the eyes to the screen.
    """

    screen_width_mm: float
    distance_mm: float

    def degrees(self, share_of_width: float) -> float:
        """Return the angle under which a part of the picture's width is seen, with its sign.

        >>> round(Viewing(screen_width_mm=2000, distance_mm=2500).degrees(0.0218), 2)
        1.0
        """
        length_mm = share_of_width * self.screen_width_mm
        return math.degrees(2.0 * math.atan(length_mm / (2.0 * self.distance_mm)))


class ScreenDisparity(NamedTuple):
    """One disparity, > 0 in front of the screen: in px, in % of the width, in degrees."""

    px: float
    percent: float
    deg: float

    @property
    def text(self) -> str:
        """Pixels and degrees for people.

        >>> ScreenDisparity(px=-12.34, percent=-1.2, deg=-0.551).text
        '-12.3 px, -0.55 degrees'
        """
        return f"{self.px:.1f} px, {self.deg:.2f} degrees"


class WindowViolation(NamedTuple):
    """What an edge of the picture cuts off in front of the screen.

    Attributes:
        rows: share of the rows where it does, in [0, 1].
        percent: how far in front, in % of the width, mean over all rows, each row counted to
            FULL_PERCENT.
    """

    rows: float
    percent: float


def viewing_of(settings: StereoSettings) -> Viewing:
    """Return the screen and the distance that the settings state."""
    return Viewing(settings.screen_width_mm, settings.viewing_distance_mm)


def disparity_percentiles(
    disparity_px: NDArray[np.float32], viewing: Viewing
) -> tuple[ScreenDisparity, ...]:
    """Return the 1st, 50th and 99th percentile of known disparities [H, W], by a regular sample.

    Raises:
        ValueError: no value is finite.
    """
    width = disparity_px.shape[1]
    known = known_sample(disparity_px)
    if known.size == 0:
        msg = "the disparity of this pair has no finite value, so its comfort cannot be judged"
        raise ValueError(msg)
    return tuple(
        ScreenDisparity(float(px), 100.0 * float(px) / width, viewing.degrees(float(px) / width))
        for px in np.percentile(known, PERCENTILES)
    )


def window_violation(disparity_px: NDArray[np.float32]) -> WindowViolation:
    """Return what the left edge of a disparity map [H, W] cuts off; mirror it for the right edge.

    The edge is 0.5 % of the width; of each row its nearest pixel there counts. Unknown pixels count
    as far.
    """
    width = disparity_px.shape[1]
    columns = max(1, round(EDGE_PERCENT / 100.0 * width))
    edge = disparity_px[:, :columns]
    nearest = np.max(edge, axis=1, where=np.isfinite(edge), initial=-np.inf)
    percent = 100.0 * nearest / width
    in_front = np.where(percent > TOLERATED_PERCENT, np.minimum(percent, FULL_PERCENT), 0.0)
    return WindowViolation(float((in_front > 0).mean()), float(in_front.mean()))


def disoccluded_share(pair: StereoPair) -> float:
    """Return the share of filled-in pixels, mean of both views."""
    filled = np.count_nonzero(pair.left_disoccluded) + np.count_nonzero(pair.right_disoccluded)
    return filled / (2.0 * pair.left_disoccluded.size)


def sharpness_difference(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> float:
    """Return 1 - smaller / larger Laplacian variance: 0 equally sharp, 1 a view without detail."""
    low, high = sorted((laplacian_variance(left), laplacian_variance(right)))
    return 0.0 if high == 0.0 else 1.0 - low / high


def _mean_lab(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return CIE L*a*b* (D65) of the mean colour."""
    mean = np.array(cv2.mean(rgb)[:3], np.float32).reshape(1, 1, 3) / np.float32(255.0)
    return np.asarray(cv2.cvtColor(mean, cv2.COLOR_RGB2LAB), np.float32).reshape(3)


def colour_difference(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> float:
    """Return the CIE 1976 difference of the views' mean colours; about 2 is just seen."""
    return float(np.linalg.norm(_mean_lab(left) - _mean_lab(right)))
