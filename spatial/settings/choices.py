"""What a setting is chosen from: one enum a choice; its values are the words of flags and files."""

from enum import Enum


class InputLayout(str, Enum):
    """How the file of a photo shows two views of it."""

    AUTO = "auto"  # as the file says, else as its name and its halves tell
    MONO = "mono"  # one picture; a second view is left out
    SIDE_BY_SIDE = "side_by_side"  # left view on the left half
    HALF_SIDE_BY_SIDE = "half_side_by_side"  # each squeezed to half its width
    CROSS_EYED = "cross_eyed"  # right view on the left half
    HALF_CROSS_EYED = "half_cross_eyed"
    TOP_BOTTOM = "top_bottom"  # left view on top
    HALF_TOP_BOTTOM = "half_top_bottom"  # each squeezed to half its height
    SEPARATE = "separate"  # two pictures in the file, the left one first
    RGBD = "rgbd"  # one picture on the left half, its depth in grey on the right


class MapPolarity(str, Enum):
    """Which end of an uploaded depth map is near."""

    AUTO = "auto"  # as the file beside it says, else what lies low in the picture is near
    NEAR_HIGH = "near_high"  # bright, or large, is near
    NEAR_LOW = "near_low"  # dark, or small, is near: distances


class BokehMethod(str, Enum):
    """How depth of field is rendered."""

    LENS = "lens"  # layers blurred by a round aperture in linear light
    PAPER = "paper"  # Eq. 4: a Gaussian whose kernel grows with the distance from the focal plane


class StereoMethod(str, Enum):
    """How the two views are made from photo and nearness."""

    SCANLINE = "scanline"  # sub-pixel, depth-ordered, filled from the background
    PAPER = "paper"  # Eq. 5 to the letter: integer shifts, nearest fill


class Fill(str, Enum):
    """How disocclusions are filled (method scanline)."""

    FAST = "fast"  # rows continued from the background, smoothed across rows
    BEST = "best"  # the same, returning to the mean colour around far from what is known


class StrengthBy(str, Enum):
    """How the strength is given (method scanline)."""

    PERCENT = "percent"  # parallax between the far and the near end, in % of the width
    IPD = "ipd"  # the far end appears infinitely far to eyes ``ipd_mm`` apart


class Convergence(str, Enum):
    """What lies on the screen plane (method scanline)."""

    AUTO = "auto"  # the subject in the middle, just behind the window
    NEAREST = "nearest"  # the nearest point; everything else behind the screen
    POINT = "point"  # what the photo shows at ``convergence_x``, ``convergence_y``
    VALUE = "value"  # the plane of ``convergence_nearness``


class Synthesise(str, Enum):
    """Which views are synthesised (method scanline)."""

    BOTH = "both"  # half the disparity each
    RIGHT = "right"  # the left view stays the untouched photo
    LEFT = "left"  # the right view stays the untouched photo
