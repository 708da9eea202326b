# ruff: noqa: ANN001
"""Compiled inner loops of the scan-line renderer. All arrays are C-contiguous; a row is [W] or [W, 3].

A row of the photo is a chain of segments from pixel to pixel. Each pixel x moves to ``x + fraction * disparity[x]``.
A segment whose ends keep their order and stay close is a piece of one surface and is drawn, the nearest surface
winning at every pixel of the view (a gap of up to ``MAX_STRETCH_PX`` is a resampling crack, closed by this). A longer
segment is a torn silhouette: what lies between its ends is disoccluded. A reversed one is hidden.
"""

import numba
import numpy as np

MAX_STRETCH_PX = 2.0  # a surface seen twice as wide is still a surface
SMOOTH_RADIUS_PX = 12  # largest reach of the vertical smoothing of filled pixels
SLACK_PX, SLACK_PER_PX = (
    1.0,
    0.25,
)  # one background: disparity may differ by this much, growing into the gap
UNSEEN = np.float32(-1e30)


@numba.njit(cache=True, nogil=True)
def _snap_ramps(disparity, fraction) -> None:
    """Turn every run of torn segments into one tear, in place: its pixels join the nearer end of the run.

    Depth that is blurred at a silhouette would otherwise scatter single pixels over the gap.
    """
    width = disparity.size
    tear = MAX_STRETCH_PX - 1.0
    x = 0
    while x < width - 1:
        if fraction * (disparity[x + 1] - disparity[x]) <= tear:
            x += 1
            continue
        end = x + 1
        while end < width - 1 and fraction * (disparity[end + 1] - disparity[end]) > tear:
            end += 1
        first, last = disparity[x], disparity[end]
        for inner in range(x + 1, end):
            closer = inner - x - (end - inner)
            takes_first = closer < 0 or (closer == 0 and first > last)
            disparity[inner] = first if takes_first else last
        x = end


@numba.njit(cache=True, nogil=True, inline="always")
def _put(target, source_x, disparity, origin, depth) -> None:
    """One candidate for a pixel of the view: the nearest wins."""
    if disparity > depth[target]:
        depth[target] = disparity
        origin[target] = source_x


@numba.njit(cache=True, nogil=True)
def _put_end(x, step, disparity, fraction, origin, depth) -> None:
    """Where a surface ends at pixel x, let it cover the rest of that pixel on the side ``step``."""
    position = x + fraction * disparity[x]
    target = int(np.ceil(position)) if step > 0 else int(np.floor(position))
    if abs(target - position) < 0.5 and 0 <= target < origin.size:
        _put(target, np.float32(x), disparity[x], origin, depth)


@numba.njit(cache=True, nogil=True)
def _trace_row(disparity, fraction, origin, depth, broken) -> None:
    """Find for every pixel of the view its place in the photo's row (``origin``) and its disparity (``depth``).

    Pixels that nothing reaches keep depth UNSEEN. ``broken[x]``: no surface between x - 1 and x.
    """
    width = disparity.size
    depth[:] = UNSEEN
    broken[0] = broken[width] = True
    _put_end(0, -1, disparity, fraction, origin, depth)
    _put_end(width - 1, 1, disparity, fraction, origin, depth)
    for x in range(width - 1):
        near = disparity[x]
        change = disparity[x + 1] - near
        start = x + fraction * near
        length = 1.0 + fraction * change
        joined = 0.0 < length <= MAX_STRETCH_PX
        broken[x + 1] = not joined
        if not joined:
            _put_end(x, 1, disparity, fraction, origin, depth)
            _put_end(x + 1, -1, disparity, fraction, origin, depth)
            continue
        slope = 1.0 / length
        for target in range(
            max(int(np.ceil(start)), 0), min(int(np.floor(start + length)), width - 1) + 1
        ):
            along = (target - start) * slope
            _put(target, np.float32(x + along), np.float32(near + along * change), origin, depth)


@numba.njit(cache=True, nogil=True, inline="always")
def _to_byte(value):  # noqa: ANN202
    return np.uint8(min(max(value + np.float32(0.5), np.float32(0.0)), np.float32(255.0)))


@numba.njit(cache=True, nogil=True)
def _sample_row(source, origin, depth, broken, view) -> None:
    """Read the photo at ``origin``: Catmull-Rom inside a surface, linear next to its ends."""
    one, half = np.float32(1.0), np.float32(0.5)
    for target in range(origin.size):
        if depth[target] == UNSEEN:
            continue
        x = int(origin[target])
        f = origin[target] - np.float32(x)
        if f == 0:
            for c in range(3):
                view[target, c] = source[x, c]
        elif broken[x] or broken[x + 2]:
            for c in range(3):
                a, b = np.float32(source[x, c]), np.float32(source[x + 1, c])
                view[target, c] = _to_byte(a + f * (b - a))
        else:
            g = one - f
            w0, w3 = -half * f * g * g, -half * g * f * f
            w1 = g * (one + f - np.float32(1.5) * f * f)
            w2 = one - w0 - w1 - w3
            for c in range(3):
                view[target, c] = _to_byte(
                    w0 * source[x - 1, c]
                    + w1 * source[x, c]
                    + w2 * source[x + 1, c]
                    + w3 * source[x + 2, c]
                )


@numba.njit(cache=True, nogil=True)
def _extend(start, step, count, depth, gap, view) -> None:
    """Fill ``count`` pixels from ``start`` in direction ``step`` with the background just behind it.

    The further into the gap, the more background pixels are averaged. ``gap`` gets the distance from the background.
    """
    width = gap.size
    total = np.zeros(3, np.float32)
    used = 0
    source = start - step
    open_ = True
    for distance in range(1, count + 1):
        slack = SLACK_PX + SLACK_PER_PX * distance
        if open_ and 0 <= source < width and gap[source] == 0:
            if abs(depth[source] - depth[start - step]) <= slack:
                for c in range(3):
                    total[c] += view[source, c]
                used += 1
                source -= step
            else:
                open_ = False
        target = start + (distance - 1) * step
        for c in range(3):
            view[target, c] = _to_byte(total[c] / np.float32(used))
        gap[target] = distance
        depth[target] = depth[start - step]


@numba.njit(cache=True, nogil=True)
def _fill_row(source, depth, gap, view) -> None:
    """Fill the pixels that nothing reached from the side that lies farther back, or from the only side there is."""
    width = gap.size
    for x in range(width):
        gap[x] = 1 if depth[x] == UNSEEN else 0
    x = 0
    while x < width:
        if gap[x] == 0:
            x += 1
            continue
        end = x
        while end < width and depth[end] == UNSEEN:
            end += 1
        if x == 0 and end == width:
            view[:] = source  # nothing of the photo is in view at all
        elif end == width or (x > 0 and depth[x - 1] <= depth[end]):
            _extend(x, 1, end - x, depth, gap, view)
        else:
            _extend(end - 1, -1, end - x, depth, gap, view)
        x = end


@numba.njit(cache=True, nogil=True)
def warp_rows(rgb, disparity, fraction, view, depth, gap) -> None:
    """Draw some rows of a view and fill each row by itself.

    Args:
        rgb: uint8 [H, W, 3], the photo's rows.
        disparity: float32 [H, W], changed in place (silhouettes are snapped).
        fraction: the view's place: pixel x goes to ``x + fraction * disparity``.
        view: uint8 [H, W, 3], gets the picture.
        depth: float32 [H, W], gets the disparity of what is seen, or of the background that was filled in.
        gap: int32 [H, W], gets 0 where the photo shows the pixel, else the distance in px from the background.
    """
    height, width = disparity.shape
    origin = np.empty(width, np.float32)
    broken = np.empty(width + 1, np.bool_)
    for y in range(height):
        _snap_ramps(disparity[y], fraction)
        _trace_row(disparity[y], fraction, origin, depth[y], broken)
        _sample_row(rgb[y], origin, depth[y], broken, view[y])
        _fill_row(rgb[y], depth[y], gap[y], view[y])


@numba.njit(cache=True, nogil=True)
def smooth_gaps(view, depth, gap, margin, out) -> None:
    """Average filled pixels with the same background above and below, so that rows do not streak.

    The reach grows with the distance from the background; other surfaces take no part. ``out`` holds the rows of
    ``view`` from ``margin`` on and is changed where ``gap`` is not 0.
    """
    height, width = gap.shape
    total = np.empty(3, np.float32)
    for row in range(out.shape[0]):
        y = row + margin
        for x in range(width):
            distance = gap[y, x]
            if distance == 0:
                continue
            reach = min(SMOOTH_RADIUS_PX, distance)
            slack = SLACK_PX + SLACK_PER_PX * distance
            total[:] = 0
            weights = np.float32(0.0)
            for other in range(max(y - reach, 0), min(y + reach, height - 1) + 1):
                if abs(depth[other, x] - depth[y, x]) > slack:
                    continue
                near = np.float32(other - y) / np.float32(reach + 1)
                weight = (1 - near * near) ** 2
                weights += weight
                for c in range(3):
                    total[c] += weight * view[other, x, c]
            for c in range(3):
                out[row, x, c] = _to_byte(total[c] / weights)
