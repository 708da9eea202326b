"""Bars beside a picture: black or white, above and below it, left and right of it, or both."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from spatial.records import StereoPair

MIN_BAR = 0.02  # of the side
MIN_CONTENT = 0.25  # of the picture's pixels
_NEAR = 24  # levels that compression moves
_SHARE = 0.995  # of a row's levels
_SMEARED = 12.0  # mean levels of a row of a bar beside its edge, where compression smears it
_STEP = 12.0  # mean levels, over the edge

Content = tuple[slice, slice]


def find_content(rgb: NDArray[np.uint8]) -> Content:
    """Return the rows and columns inside the bars, all of them where there are none.

    Bars lie on two opposite sides, are even, of one colour and of about one width, and end at an
    edge: a dark sky alone is none.
    """
    rows = _between_bars(rgb)
    columns = _between_bars(rgb[rows].swapaxes(0, 1))
    height, width = rgb.shape[:2]
    content = (rows.stop - rows.start) * (columns.stop - columns.start)
    if content < MIN_CONTENT * height * width:
        return slice(0, height), slice(0, width)
    return rows, columns


def _between_bars(lines: NDArray[np.uint8]) -> slice:
    """Return the lines between the bars at both ends."""
    count = len(lines)
    for level in (0, 255):
        first, last = _bar(lines, level), _bar(lines[::-1], level)
        is_wide = min(first, last) >= max(MIN_BAR * count, 2)
        if is_wide and abs(first - last) <= 2 + 0.02 * count and first + last < count:
            return slice(first, count - last)
    return slice(0, count)


def _bar(lines: NDArray[np.uint8], level: int) -> int:
    """Return how many lines from the first one on are of one level and end at an edge."""
    count, most = 0, len(lines) // 2
    while count < most and _is_even(lines[count], level):
        count += 1
    if not 0 < count < most:
        return 0
    while count < most and _distance(lines[count], level) < _SMEARED:
        count += 1
    after = _distance(lines[min(count + 1, len(lines) - 1)], level)
    return count if after - _distance(lines[count - 1], level) >= _STEP else 0


def _is_even(line: NDArray[np.uint8], level: int) -> bool:
    return float((np.abs(line.astype(np.int16) - level) <= _NEAR).mean()) >= _SHARE


def _distance(line: NDArray[np.uint8], level: int) -> float:
    return float(np.abs(line.astype(np.int16) - level).mean())


def framed(inside: NDArray, whole: NDArray, content: Content) -> NDArray:
    """Return an array with what lies around its content."""
    if inside.shape[:2] == whole.shape[:2]:
        return inside
    complete = whole.copy()
    complete[content] = inside
    return complete


def framed_pair(pair: StereoPair, rgb: NDArray[np.uint8], content: Content) -> StereoPair:
    """Return a pair between bars, which lie on the screen in both views."""
    flat = np.zeros(rgb.shape[:2], np.float32)
    return replace(
        pair,
        left=framed(pair.left, rgb, content),
        right=framed(pair.right, rgb, content),
        disparity_px=framed(pair.disparity_px, flat, content),
        left_disoccluded=framed(pair.left_disoccluded, flat > 0, content),
        right_disoccluded=framed(pair.right_disoccluded, flat > 0, content),
    )
