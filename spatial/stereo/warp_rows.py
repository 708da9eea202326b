# ruff: noqa: ANN001
"""Compiled inner loops of the scan-line renderer. All arrays are C-contiguous; a row is [W] or [W, 3].

A row of the photo is a chain of segments from pixel to pixel. Each pixel x moves to ``x + fraction * disparity[x]``.
A segment whose ends keep their order and differ by at most ``TEAR_PX`` is a piece of one surface and is drawn, the
nearest surface winning at every pixel of the view: this closes the cracks of resampling. A segment with a larger step
is a torn silhouette: what lies between its ends is disoccluded. A reversed one is hidden.
"""

import numba
import numpy as np

TEAR_PX = (
    2.0  # a larger step of disparity from pixel to pixel is a silhouette, not a slanted surface
)
SMOOTH_RADIUS_PX = 16  # largest reach of the vertical smoothing of filled pixels
SLACK_PX, SLACK_PER_PX = (
    1.0,
    0.25,
)  # one background: disparity may differ by this much, growing into the gap
UNSEEN = np.float32(-1e30)

_compiled = numba.njit(cache=True, nogil=True, error_model="numpy")


@_compiled
def _snap_ramps(disparity, fraction) -> None:
    """Turn every run of torn segments into one tear, in place: its pixels join the nearer end of the run.

    Depth that is blurred at a silhouette would otherwise scatter single pixels over the gap.
    """
    width = disparity.size
    sign = 1.0 if fraction > 0 else -1.0
    x = 0
    while x < width - 1:
        if sign * (disparity[x + 1] - disparity[x]) <= TEAR_PX:
            x += 1
            continue
        end = x + 1
        while end < width - 1 and sign * (disparity[end + 1] - disparity[end]) > TEAR_PX:
            end += 1
        first, last = disparity[x], disparity[end]
        for inner in range(x + 1, end):
            closer = inner - x - (end - inner)
            takes_first = closer < 0 or (closer == 0 and first > last)
            disparity[inner] = first if takes_first else last
        x = end


@_compiled
def _put_end(x, step, disparity, fraction, origin, depth) -> None:
    """Where a surface ends at pixel x, let it cover the rest of that pixel on the side ``step``."""
    position = x + fraction * disparity[x]
    target = int(np.ceil(position)) if step > 0 else int(np.floor(position))
    if abs(target - position) < 0.5 and 0 <= target < origin.size and disparity[x] > depth[target]:
        depth[target] = disparity[x]
        origin[target] = np.float32(x)


@_compiled
def _trace_row(disparity, fraction, origin, depth, broken) -> None:
    """Find for every pixel of the view its place in the photo's row (``origin``) and its disparity (``depth``).

    Pixels that nothing reaches keep depth UNSEEN. ``broken[x]``: no surface between x - 1 and x.
    """
    width = disparity.size
    depth[:] = UNSEEN
    broken[0] = broken[width] = True
    _put_end(0, -1, disparity, fraction, origin, depth)
    _put_end(width - 1, 1, disparity, fraction, origin, depth)
    end = fraction * disparity[0]
    for x in range(width - 1):
        start, near = end, disparity[x]
        change = disparity[x + 1] - near
        end = x + 1 + fraction * disparity[x + 1]
        length = end - start
        joined = length > 0.0 and abs(change) <= TEAR_PX
        broken[x + 1] = not joined
        if not joined:
            _put_end(x, 1, disparity, fraction, origin, depth)
            _put_end(x + 1, -1, disparity, fraction, origin, depth)
            continue
        target = int(np.ceil(start))
        while target <= end:
            along = np.float32((target - start) / length)
            seen = near + along * change
            if 0 <= target < width and seen > depth[target]:
                depth[target] = seen
                origin[target] = np.float32(x) + along
            target += 1


@_compiled
def _to_byte(value):  # noqa: ANN202
    return np.uint8(min(max(int(value + np.float32(0.5)), 0), 255))


@_compiled
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
            taps = source[x - 1 : x + 3]
            for c in range(3):
                view[target, c] = _to_byte(
                    w0 * np.float32(taps[0, c])
                    + w1 * np.float32(taps[1, c])
                    + w2 * np.float32(taps[2, c])
                    + w3 * np.float32(taps[3, c])
                )


@_compiled
def _extend(start, step, count, depth, gap, view) -> None:
    """Fill ``count`` pixels from ``start`` in direction ``step`` with the background just behind it.

    The further into the gap, the more background pixels are averaged. ``gap`` gets the distance from the background.
    """
    width = gap.size
    total = np.zeros(3, np.float32)
    used = 0
    source = start - step
    for distance in range(1, count + 1):
        slack = SLACK_PX + SLACK_PER_PX * distance
        known = 0 <= source < width and gap[source] == 0
        if known and abs(depth[source] - depth[start - step]) <= slack:
            for c in range(3):
                total[c] += view[source, c]
            used += 1
            source -= step
        target = start + (distance - 1) * step
        for c in range(3):
            view[target, c] = _to_byte(total[c] / np.float32(used))
        gap[target] = distance
        depth[target] = depth[start - step]


@_compiled
def _filled_from_left(x, end, depth):  # noqa: ANN202
    """Return how many pixels of the gap [x, end) the background on its left fills; the rest is the right one's."""
    if x == 0:
        return 0
    if end == depth.size:
        return end - x
    step_back = depth[end] - depth[x - 1]
    if abs(step_back) <= SLACK_PX:  # one background, uncovered between two of its parts
        return (end - x + 1) // 2
    return end - x if step_back > 0 else 0


@_compiled
def _fill_row(source, depth, gap, view) -> None:
    """Fill the pixels that nothing reached from the side that lies farther back, or from the only side there is.

    A row that nothing reaches takes the photo's row, and keeps depth UNSEEN.
    """
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
            break
        count = end - x
        from_left = _filled_from_left(x, end, depth)
        _extend(x, 1, from_left, depth, gap, view)
        _extend(end - 1, -1, count - from_left, depth, gap, view)
        x = end


@_compiled
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


@_compiled
def smooth_gaps(view, depth, gap, margin, out) -> None:
    """Average filled pixels with the same background above and below, so that rows do not streak.

    The reach grows with the distance from the background; other surfaces take no part. ``out`` holds the rows of
    ``view`` from ``margin`` on and is changed where ``gap`` is not 0.
    """
    height, width = gap.shape
    one = np.float32(1.0)
    for row in range(out.shape[0]):
        y = row + margin
        for x in range(width):
            distance = gap[y, x]
            if distance == 0 or depth[y, x] == UNSEEN:
                continue
            reach = min(SMOOTH_RADIUS_PX, distance)
            own, slack = depth[y, x], np.float32(SLACK_PX + SLACK_PER_PX * distance)
            per_row = one / np.float32(reach + 1)
            red = green = blue = weights = np.float32(0.0)
            for other in range(max(y - reach, 0), min(y + reach, height - 1) + 1):
                if abs(depth[other, x] - own) <= slack:
                    offset = np.float32(other - y) * per_row
                    weight = (one - offset * offset) * (one - offset * offset)
                    weights += weight
                    red += weight * np.float32(view[other, x, 0])
                    green += weight * np.float32(view[other, x, 1])
                    blue += weight * np.float32(view[other, x, 2])
            out[row, x, 0] = _to_byte(red / weights)
            out[row, x, 1] = _to_byte(green / weights)
            out[row, x, 2] = _to_byte(blue / weights)
