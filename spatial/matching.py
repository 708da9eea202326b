"""Two photographs of one scene -> views whose rows agree, and the disparity between them.

The left view stays as it is. The right one is turned, scaled and moved up or down until what both
show lies in the same rows; where it lies in a row is what tells the depth, and is left alone.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.geometry import fitted_size

FEATURE_SIDE_PX, DISPARITY_SIDE_PX = 1280, 1024  # the longest side of what is compared
GLANCE_SIDE_PX = 384  # the same, to see whether two pictures may be a pair at all
MOST_ANGLE_DEG, MOST_SCALE, MOST_RISE = 5.0, 1.1, 0.1  # rise: of the height
MOST_DISPARITY = 0.3  # of the width
LEAST_MATCHES, LEAST_SHARE = 12, 0.5
_FEATURES = 3000
_RATIO = 0.8  # Lowe's: of the distances to the nearest and to the second nearest feature
_TRIES, _SEED = 400, 0
_OFF = 0.002  # of the height: how far a match may lie beside its row
_SEEN_PX = 1.0  # smaller corrections are not worth the blur, and may be noise
_BLOCK_PX, _LEVELS = 3, 16  # of the matcher: side of what is compared, steps of a pixel
_ONE_SURFACE_PX = 1.5  # the two directions of matching may differ so far


class MatchError(ValueError):
    """Two pictures are no stereo pair; the message says why and follows "the two views"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """Two views whose rows agree.

    Attributes:
        left: uint8 [H, W, 3].
        right: uint8 [H, W, 3].
        disparity: float32 [h, w] for the left view, at any size: x_left - x_right as a share of the
            width, larger is nearer; what one view hides is filled from the background.
        moved_px: how far the right view was moved at the worst corner; 0 = it is as it was.
    """

    left: NDArray[np.uint8]
    right: NDArray[np.uint8]
    disparity: NDArray[np.float32]
    moved_px: float


class _Rows(NamedTuple):
    """``y_left = across * x_right + down * y_right + rise``, as shares of the height."""

    across: float
    down: float
    rise: float


def match_views(
    left: NDArray[np.uint8], right: NDArray[np.uint8], *, correct: bool = True
) -> Matched:
    """Return both views with equal rows, cut to what both show, and the disparity between them.

    Args:
        left: uint8 [H, W, 3].
        right: uint8 [H, W, 3].
        correct: make the rows equal; else the views stay as they are.

    Raises:
        MatchError: they differ in size, show too little in common, or one is turned or moved by
            more than a stereo camera, or two photos in a row, would be.
    """
    if left.shape != right.shape:
        sizes = " and ".join(f"{v.shape[1]} x {v.shape[0]}" for v in (left, right))
        msg = f"differ in size ({sizes} pixels)"
        raise MatchError(msg)
    points = _find_matches(left, right)
    rows, agree = _fit_rows(points)
    _check_rows(rows)
    height, width = left.shape[:2]
    moved_px = _worst_rise(rows, width / height) * height
    if not correct or moved_px <= _SEEN_PX:
        moved_px = 0.0
    else:
        left, right, points = _with_equal_rows(left, right, points, rows)
    x_left, _, x_right, _ = points[agree].T
    shares = (x_left - x_right) * left.shape[0] / left.shape[1]
    return Matched(
        left=left, right=right, disparity=_disparity(left, right, shares), moved_px=moved_px
    )


def check_alike(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> None:
    """Raise MatchError where small copies of two views show that they are no pair."""
    _check_rows(_fit_rows(_find_matches(left, right, GLANCE_SIDE_PX))[0])


def _grey(rgb: NDArray[np.uint8], longest_side_px: int) -> NDArray[np.uint8]:
    size = fitted_size(rgb.shape[1], rgb.shape[0], longest_side_px)
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)


def _find_matches(
    left: NDArray[np.uint8], right: NDArray[np.uint8], side_px: int = FEATURE_SIDE_PX
) -> NDArray[np.float64]:
    """Return x and y in the left view and in the right one of what both show, [N, 4].

    From the middle of the picture, as shares of its height.
    """
    finder = cv2.SIFT.create(_FEATURES)
    views = [_grey(view, side_px) for view in (left, right)]
    (spots, left_of), (others, right_of) = (finder.detectAndCompute(v, None) for v in views)
    if left_of is None or right_of is None or min(len(spots), len(others)) < LEAST_MATCHES:
        msg = "show too few details that can be compared"
        raise MatchError(msg)
    pairs = cv2.BFMatcher().knnMatch(left_of, right_of, k=2)
    found = [first for first, second in pairs if first.distance < _RATIO * second.distance]
    height, width = views[0].shape
    middle = np.array([0.5 * (width - 1), 0.5 * (height - 1)] * 2)
    places = [(*spots[m.queryIdx].pt, *others[m.trainIdx].pt) for m in found]
    points = (np.array(places).reshape(-1, 4) - middle) / height
    near = np.abs(points[:, 0] - points[:, 2]) <= MOST_DISPARITY * width / height
    if near.sum() < max(LEAST_MATCHES, LEAST_SHARE * len(near)):
        msg = "show too little in common"
        raise MatchError(msg)
    return points[near]


def _fit_rows(points: NDArray[np.float64]) -> tuple[_Rows, NDArray[np.bool_]]:
    """Return the turn, scale and rise that most matches agree on, and which those are (RANSAC).

    Disparity moves a point within its row alone, so that rows tell them whatever the depth.
    """
    _, y_left, x_right, y_right = points.T
    known = np.stack((x_right, y_right, np.ones(len(points))), axis=1)
    chosen = np.random.default_rng(_SEED).integers(0, len(points), (_TRIES, 3))
    triples = known[chosen]
    sound = np.abs(np.linalg.det(triples)) > 1e-6
    tried = np.linalg.solve(triples[sound], y_left[chosen[sound]][..., None])[..., 0]
    tried = np.concatenate((tried, [(0.0, 1.0, 0.0)]))
    agrees = np.abs(tried @ known.T - y_left) < _OFF
    agree = agrees[agrees.sum(axis=1).argmax()]
    for _ in range(3):
        fit, *_ = np.linalg.lstsq(known[agree], y_left[agree], rcond=None)
        agree = np.abs(known @ fit - y_left) < _OFF
    if agree.sum() < max(LEAST_MATCHES, LEAST_SHARE * len(agree)):
        msg = f"fit each other in {agree.mean():.0%} of their details only"
        raise MatchError(msg)
    return _Rows(*map(float, fit)), agree


def _check_rows(rows: _Rows) -> None:
    angle_deg = math.degrees(math.atan2(-rows.across, rows.down))
    scale = math.hypot(rows.across, rows.down)
    msg = ""
    if abs(angle_deg) > MOST_ANGLE_DEG:
        msg = f"are turned against each other by {abs(angle_deg):.0f} degrees"
    elif not 1.0 / MOST_SCALE < scale < MOST_SCALE:
        msg = f"differ in scale by {abs(scale - 1.0):.0%}"
    elif abs(rows.rise) > MOST_RISE:
        msg = f"lie {abs(rows.rise):.0%} of the height apart from top to bottom"
    if msg:
        raise MatchError(msg)


def _worst_rise(rows: _Rows, aspect: float) -> float:
    """Return how far the corners of the right view lie off their rows, as a share of the height."""
    return abs(rows.across) * 0.5 * aspect + abs(rows.down - 1.0) * 0.5 + abs(rows.rise)


def _with_equal_rows(
    left: NDArray[np.uint8], right: NDArray[np.uint8], points: NDArray[np.float64], rows: _Rows
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.float64]]:
    """Return the left view and the corrected right one, cut to what both show, and the matches."""
    height, width = left.shape[:2]
    turn = np.array([[rows.down, -rows.across, 0.0], [rows.across, rows.down, rows.rise]])
    middle = np.array([0.5 * (width - 1), 0.5 * (height - 1)])
    in_px = turn.copy()
    in_px[:, 2] = turn[:, 2] * height + middle - turn[:, :2] @ middle
    moved = cv2.warpAffine(right, in_px, (width, height), flags=cv2.INTER_CUBIC)
    known = cv2.warpAffine(np.full((height, width), 255, np.uint8), in_px, (width, height))
    inside = _largest_frame(known == 255)
    points = points.copy()
    points[:, 2:] = points[:, 2:] @ turn[:, :2].T + turn[:, 2]
    return (
        np.ascontiguousarray(left[inside]),
        np.ascontiguousarray(np.asarray(moved, np.uint8)[inside]),
        points * (height / (inside[0].stop - inside[0].start)),
    )


def _largest_frame(known: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Return rows and columns that are known throughout: lines are taken off the worst side."""
    top, bottom, first, last = 0, known.shape[0], 0, known.shape[1]
    while top < bottom and first < last:
        part = known[top:bottom, first:last]
        sides = [1.0 - side.mean() for side in (part[0], part[-1], part[:, 0], part[:, -1])]
        worst = int(np.argmax(sides))
        if sides[worst] == 0.0:
            break
        top, bottom = top + (worst == 0), bottom - (worst == 1)
        first, last = first + (worst == 2), last - (worst == 3)
    return slice(top, bottom), slice(first, last)


def _disparity(
    left: NDArray[np.uint8], right: NDArray[np.uint8], shares: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return the disparity of every pixel of the left view at a smaller size, as in ``Matched``.

    Args:
        left: the views,
        right: with equal rows.
        shares: disparity of the matches, which tells what to look for.
    """
    views = [_grey(view, DISPARITY_SIDE_PX) for view in (left, right)]
    width = views[0].shape[1]
    low, high = np.percentile(shares, (1.0, 99.0)) * width
    spare = 0.5 * (high - low) + 16.0
    least = math.floor(low - spare)
    count = 16 * math.ceil((high + spare - least) / 16)
    mirrored = [np.ascontiguousarray(view[:, ::-1]) for view in views[::-1]]
    forth, back = (_match_rows(pair, least, count) for pair in (views, mirrored))
    back = back[:, ::-1]
    columns = np.arange(width) - np.rint(np.nan_to_num(forth)).astype(int)
    there = np.take_along_axis(back, np.clip(columns, 0, width - 1), axis=1)
    seen = (np.abs(forth - there) <= _ONE_SURFACE_PX) & (columns >= 0) & (columns < width)
    if seen.mean() < 0.1:
        msg = "agree in too few places to tell the depth"
        raise MatchError(msg)
    filled = _fill_rows(np.where(seen, forth, np.float32(np.nan)))
    return np.asarray(cv2.medianBlur(filled, 5), np.float32) / np.float32(width)


def _match_rows(views: Sequence[NDArray[np.uint8]], least: int, count: int) -> NDArray[np.float32]:
    """Return the disparity of the first view in px, NaN where none is found (semi-global)."""
    matcher = cv2.StereoSGBM.create(
        minDisparity=least,
        numDisparities=count,
        blockSize=_BLOCK_PX,
        P1=8 * _BLOCK_PX**2,
        P2=32 * _BLOCK_PX**2,
        uniquenessRatio=5,
        speckleWindowSize=60,
        speckleRange=2,
        mode=cv2.STEREO_SGBM_MODE_SGBM_3WAY,
    )
    # The matcher leaves out what lies within its range of a side.
    beside = (max(least + count, 0), max(-least, 0))
    first, second = (np.pad(view, ((0, 0), beside), "edge") for view in views)
    found = np.asarray(matcher.compute(first, second), np.float32)
    found = found[:, beside[0] : beside[0] + views[0].shape[1]] / np.float32(_LEVELS)
    return np.where(found < least, np.float32(np.nan), found)


def _fill_rows(disparity: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a map without gaps, which get the farther of the two surfaces beside them."""
    rows = np.flatnonzero(np.isfinite(disparity).any(axis=1))
    nearest = np.abs(np.arange(len(disparity))[:, None] - rows).argmin(axis=1)
    disparity = disparity[rows[nearest]]  # an empty row is as the one beside it
    known, columns = np.isfinite(disparity), np.arange(disparity.shape[1])
    before = np.maximum.accumulate(np.where(known, columns, -1), axis=1)
    after = np.minimum.accumulate(np.where(known, columns, columns.size)[:, ::-1], axis=1)[:, ::-1]
    ends = []
    for place, beyond in ((before, -1), (after, columns.size)):
        value = np.take_along_axis(disparity, np.clip(place, 0, columns.size - 1), axis=1)
        ends.append(np.where(place == beyond, np.float32(np.inf), value))
    return np.minimum(*ends).astype(np.float32)
