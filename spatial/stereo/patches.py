# ruff: noqa: ANN001
"""Compiled steps of the careful fill. ``drawn`` is (view, depth, gap) of a whole picture as ``warp_rows`` leaves it.

A run is a row of filled pixels that one side fills: its ``border`` is the pixel of the background next to it, and
``border + step`` the first of its ``count`` pixels. Only pixels that the photo shows are read, so rows may be worked
on in any order.
"""

import numpy as np

from spatial.kernels import compiled, locate, read_bilinear, to_byte
from spatial.stereo.mean_colour import UNKNOWN
from spatial.stereo.warp_rows import RUN_PER_PX, SLACK_PER_PX, SLACK_PX, UNSEEN

_EDGE_RADIUS, _EDGE_STEP = (
    8,
    2,
)  # samples around the border that tell the direction of edges: reach and spacing
_EDGE_NOISE = 160.0  # squared grey levels per px: weaker edges go on horizontally
_STEEPEST = 1.5  # rows per column
_SEARCH_PX, _SEARCH_ROWS = 40, 3  # how far, and how many rows above and below, alike places may lie
_PATCH_ROWS, _PATCH_PX = (
    4,
    6,
)  # what is compared: rows above and below, and pixels into the background
_ALIKE_LEVELS = 5.0  # deviation of grey levels at which places count as alike
_PLAIN_LEVELS = 2.0  # a border that varies less has no texture
_OWN_WEIGHT = 1.0  # of the colour that is already there, among the alike places
_LEAST_SHARED = 0.4  # of a patch: with fewer known pixels nothing can be compared
AROUND_LENGTH_SHARE = (
    0.045  # of the width: distance at which colours beyond the frame are e times less alike
)
SURFACE_LENGTH_SHARE = 0.045  # the same behind foregrounds


@compiled
def _next_run(gap, x):  # noqa: ANN202
    """Return (border, step, count) of the first run from x on; count 0: there is none."""
    width = gap.size
    while x < width and gap[x] == 0:
        x += 1
    end = x
    while end < width and gap[end] != 0 and (gap[end] > 0) == (gap[x] > 0):
        end += 1
    if end == x:
        return -1, 1, 0
    return (x - 1, 1, end - x) if gap[x] > 0 else (end, -1, end - x)


@compiled
def _shown(drawn, y, x, disparity, slack):  # noqa: ANN202
    """Whether the photo shows a pixel, and on the surface of this disparity."""
    _, depth, gap = drawn
    if y < 0 or x < 0 or y >= gap.shape[0] or x >= gap.shape[1] or gap[y, x] != 0:
        return False
    return abs(depth[y, x] - disparity) <= slack


@compiled
def _grey(view, y, x):  # noqa: ANN202
    return np.float32(view[y, x, 0]) + 2 * np.float32(view[y, x, 1]) + np.float32(view[y, x, 2])


@compiled
def _slope(drawn, y, x, stride):  # noqa: ANN202
    """Return the direction of edges around a pixel in rows per column, 0 where none stands out.

    From the structure tensor: along an edge of direction (1, m) the gradient (gx, gy) has gx + m gy = 0.
    """
    view, depth, _ = drawn
    disparity, slack = depth[y, x], np.float32(SLACK_PX)
    mixed = vertical = weights = 0.0
    for j in range(-_EDGE_RADIUS, _EDGE_RADIUS + 1, _EDGE_STEP):
        for i in range(-_EDGE_RADIUS, _EDGE_RADIUS + 1, _EDGE_STEP):
            row, column = y + j * stride, x + i * stride
            if not (
                _shown(drawn, row, column - stride, disparity, slack)
                and _shown(drawn, row, column + stride, disparity, slack)
                and _shown(drawn, row - stride, column, disparity, slack)
                and _shown(drawn, row + stride, column, disparity, slack)
            ):
                continue
            gx = (_grey(view, row, column + stride) - _grey(view, row, column - stride)) * 0.125
            gy = (_grey(view, row + stride, column) - _grey(view, row - stride, column)) * 0.125
            weight = np.exp(-(i * i + j * j) / 32.0)
            mixed += weight * gx * gy
            vertical += weight * gy * gy
            weights += weight
    slope = -mixed / (vertical + _EDGE_NOISE * weights + 1e-6)
    return min(max(slope, -_STEEPEST), _STEEPEST)


@compiled
def _follow(drawn, place, run, slope, first):  # noqa: ANN202
    """Return (column, row, slope) where the line through a filled pixel (row, column) meets the background.

    Steps from ``first`` on are tried; the number of the one that met it comes last, 0 when none did.
    """
    y, x = place
    border, step, disparity, slack = run
    for k in range(first, 2 * abs(x - border) + 3):
        row = y - slope * step * k
        if _shown(drawn, int(np.floor(row + 0.5)), x - step * k, disparity, slack):
            return x - step * k, row, slope, k
    return border, float(y), 0.0, 0


@compiled
def _mean_along(drawn, start, run, count, out) -> None:
    """Average ``count`` pixels of the background from (column, row) on along a slope, to ``out`` float32 [3]."""
    view = drawn[0]
    column, row, slope, _ = start
    _, step, disparity, slack = run
    out[:] = 0.0
    used = 0
    for k in range(count):
        x, y = column - step * k, row - slope * step * k
        upper = int(np.floor(y))
        lower = upper + 1
        if not _shown(drawn, upper, x, disparity, slack):
            upper = lower
        if not _shown(drawn, lower, x, disparity, slack):
            lower = upper
        if not _shown(drawn, lower, x, disparity, slack):
            break
        below = np.float32(y - np.floor(y))
        for c in range(3):
            a, b = np.float32(view[upper, x, c]), np.float32(view[lower, x, c])
            out[c] += a + below * (b - a)
        used += 1
    out /= np.float32(max(used, 1))


@compiled
def continue_edges(drawn, top, bottom) -> None:
    """Fill the runs of rows [top, bottom) anew along the edges that end at their borders."""
    view, depth, gap = drawn
    stride = max(1, gap.shape[1] // 1000)
    colour = np.empty(3, np.float32)
    for y in range(top, bottom):
        border, step, count = _next_run(gap[y], 0)
        while count > 0:
            x = min(border + step, border + step * count)
            if 0 <= border < gap.shape[1] and depth[y, border] != UNSEEN:
                slope = _slope(drawn, y, border, stride)
                first = 1
                for distance in range(1, count + 1):
                    slack = np.float32(SLACK_PX + SLACK_PER_PX * distance)
                    run = (border, step, depth[y, border], slack)
                    target = border + step * distance
                    start = _follow(drawn, (y, target), run, slope, first)
                    first = max(start[3] - 1, 1)  # the next pixel's line meets it about as far away
                    _mean_along(drawn, start, run, max(1, int(RUN_PER_PX * distance)), colour)
                    for c in range(3):
                        view[y, target, c] = to_byte(colour[c])
            border, step, count = _next_run(gap[y], x + count)


@compiled
def _take_patch(drawn, y, run, patch) -> int:
    """Read the colours beside a border to ``patch`` int32 [rows, px, 4], the last number 1 where they are known.

    Returns:
        How much they vary: the sum of squared differences from the border's own colour.
    """
    view = drawn[0]
    border, step, disparity, slack = run
    varied = 0
    for j in range(patch.shape[0]):
        for i in range(patch.shape[1]):
            row, x = y + j - _PATCH_ROWS, border - step * i
            patch[j, i, 3] = _shown(drawn, row, x, disparity, slack)
            if patch[j, i, 3] == 0:
                continue
            for c in range(3):
                patch[j, i, c] = view[row, x, c]
                varied += (patch[j, i, c] - np.int32(view[y, border, c])) ** 2
    return varied


@compiled
def _inside(gap, row, place, step):  # noqa: ANN202
    """Whether the patch beside (row, place) lies within the picture."""
    end = place - step * (_PATCH_PX - 1)
    tall = _PATCH_ROWS <= row < gap.shape[0] - _PATCH_ROWS
    return tall and min(place, end) >= 0 and max(place, end) < gap.shape[1]


@compiled
def _difference(drawn, patch, there, run, limit):  # noqa: ANN202
    """Return the mean squared difference of a patch and the one at (row, column), or a huge value beyond ``limit``.

    It is given up as soon as the rows so far cannot be mended by the others.
    """
    view, depth, gap = drawn
    _, step, disparity, slack = run
    whole = patch.shape[0] * patch.shape[1]
    total = shared = np.int32(0)
    for j in range(patch.shape[0]):
        y = np.uintp(there[0] + j - _PATCH_ROWS)
        for i in range(patch.shape[1]):
            x = np.uintp(there[1] - step * i)
            if patch[j, i, 3] == 0 or gap[y, x] != 0 or abs(depth[y, x] - disparity) > slack:
                continue
            red = patch[j, i, 0] - np.int32(view[y, x, 0])
            green = patch[j, i, 1] - np.int32(view[y, x, 1])
            blue = patch[j, i, 2] - np.int32(view[y, x, 2])
            total += red * red + green * green + blue * blue
            shared += np.int32(1)
        if total > limit * (shared + whole):
            return 1e30
    if shared < _LEAST_SHARED * whole:
        return 1e30
    return total / (3.0 * shared)


@compiled
def _add_beside(drawn, there, step, weight, sums) -> None:
    """Add the colours that follow (row, column) towards the gap, as far as the photo shows them."""
    view, _, gap = drawn
    row, place = there
    for k in range(sums.shape[0]):
        x = place + step * (k + 1)
        if gap[row, x] != 0:
            break
        for c in range(3):
            sums[k, c] += weight * np.float32(view[row, x, c])
        sums[k, 3] += weight


@compiled
def _gather(drawn, y, run, sums) -> None:
    """Add up what lies beside the places that look like the border: ``sums`` float32 [count, 4], colour and weight."""
    gap = drawn[2]
    border, step, disparity, slack = run
    patch = np.zeros((2 * _PATCH_ROWS + 1, _PATCH_PX, 4), np.int32)
    level = 3.0 * patch.shape[0] * patch.shape[1]
    if _take_patch(drawn, y, run, patch) < _PLAIN_LEVELS * _PLAIN_LEVELS * level:
        return  # nothing to go on with
    square = _ALIKE_LEVELS * _ALIKE_LEVELS
    for row in range(y - _SEARCH_ROWS, y + _SEARCH_ROWS + 1):
        for distance in range(1, _SEARCH_PX + 1):
            there = (row, border - step * distance)
            if not _inside(gap, row, there[1], step):
                continue
            if not _shown(drawn, row, there[1], disparity, slack):
                continue
            difference = _difference(drawn, patch, there, run, 4.0 * square)
            if difference <= 4.0 * square:
                weight = np.float32(np.exp(-difference / square))
                _add_beside(drawn, there, step, weight, sums[: min(distance, sums.shape[0])])


@compiled
def add_alike(drawn, top, out) -> None:
    """Blend what lies beside places of the background that look like a run's border into rows of ``out``.

    ``out`` uint8 [h, W, 3] holds the rows of the picture from ``top`` on; changed near the borders of runs only.
    """
    _, depth, gap = drawn
    sums = np.empty((_SEARCH_PX, 4), np.float32)
    for y in range(top, top + out.shape[0]):
        border, step, count = _next_run(gap[y], 0)
        while count > 0:
            x = min(border + step, border + step * count)
            if 0 <= border < gap.shape[1] and depth[y, border] != UNSEEN:
                near = sums[: min(count, _SEARCH_PX)]
                near[:] = 0.0
                slack = np.float32(SLACK_PX + SLACK_PER_PX * count)
                _gather(drawn, y, (border, step, depth[y, border], slack), near)
                for k in range(near.shape[0]):
                    pixel = out[y - top, border + step * (k + 1)]
                    share = np.float32(1.0) / (near[k, 3] + np.float32(_OWN_WEIGHT))
                    for c in range(3):
                        own = np.float32(_OWN_WEIGHT) * np.float32(pixel[c])
                        pixel[c] = to_byte((near[k, c] + own) * share)
            border, step, count = _next_run(gap[y], x + count)


@compiled
def _blend_cell(grid, place, keep, pixel) -> None:
    """Move a pixel towards the value of a grid at ``place``, see ``locate``; ``keep`` = its own share.

    Where the grid does not know, the pixel stays.
    """
    y, _, x, _ = place
    below, right = min(y + 1, grid.shape[0] - 1), min(x + 1, grid.shape[1] - 1)
    least = min(grid[y, x, 0], grid[y, right, 0], grid[below, x, 0], grid[below, right, 0])
    if least == UNKNOWN:
        return
    for c in range(3):
        mean = read_bilinear(grid, place, c)
        pixel[c] = to_byte(np.float32(mean + keep * (np.float32(pixel[c]) - mean)))


@compiled
def return_to_mean(drawn, means, top, out) -> None:
    """Let filled pixels return to the mean colour around with the distance from their border.

    Beyond the photo's sides that is the mean of everything around, behind a foreground that of the gap's surface.
    ``means`` is a MeanColours; ``out`` as in ``add_alike``.
    """
    _, depth, gap = drawn
    width = gap.shape[1]
    around, surface, cell = means
    for y in range(top, top + out.shape[0]):
        left, right = 0, width
        while left < width and gap[y, left] != 0:
            left += 1
        while right > 0 and gap[y, right - 1] != 0:
            right -= 1
        for x in range(width):
            if gap[y, x] == 0 or depth[y, x] == UNSEEN:
                continue
            beyond = x < left or x >= right
            length = (AROUND_LENGTH_SHARE if beyond else SURFACE_LENGTH_SHARE) * width
            keep = np.exp(-abs(gap[y, x]) / length)
            grid = around if beyond else surface
            row, below = locate(y, cell, grid.shape[0])
            column, right = locate(x, cell, grid.shape[1])
            _blend_cell(grid, (row, below, column, right), keep, out[y - top, x])
