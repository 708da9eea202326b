# ruff: noqa: ANN001
"""Compiled inner loops of the scan-line renderer on C-contiguous rows [W] or [W, 3].

A row of the photo is a chain of segments from pixel to pixel. Each pixel x moves to ``x + fraction
* disparity[x]``. A segment whose ends keep their order and differ by at most ``TEAR_PX`` is a piece
of one surface and is drawn, the nearest surface winning at every pixel of the view: this closes the
cracks of resampling. A segment with a larger step is a torn silhouette: what lies between its ends
is disoccluded. A reversed one is hidden.
"""

import numpy as np

from spatial.kernels import compiled, to_byte

TEAR_PX = (
    2.0  # a larger step of disparity from pixel to pixel is a silhouette, not a slanted surface
)
# One background: disparity may differ by this much, growing into the gap.
SLACK_PX, SLACK_PER_PX = 1.0, 0.25
RUN_PER_PX = 0.25  # pixels of background that are averaged, per pixel of distance from it
UNSEEN = np.float32(-1e30)

# Sampling adds up all three channels in one 64-bit integer, 21 bits each.
_STEPS = 128  # sub-pixel positions that sampling tells apart
_ONE_BITS = 10  # fixed point: 1 is 2 ** 10
_LANE = 21
_LIFT = 128  # keeps every lane positive while negative weights take from it
_BIAS = np.int64(
    sum(((_LIFT << _ONE_BITS) + (1 << (_ONE_BITS - 1))) << (_LANE * c) for c in range(3))
)
_LEVEL_BITS = _LANE - _ONE_BITS
_TO_BYTE = np.clip(np.arange(1 << _LEVEL_BITS) - _LIFT, 0, 255).astype(np.uint8)


@compiled
def snap_ramps(disparity, fraction) -> None:
    """Turn every run of torn segments into one tear, in place: pixels join its nearer end.

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


@compiled
def _put_end(x, step, disparity, fraction, origin, depth) -> None:
    """Where a surface ends at pixel x, let it cover the rest of that pixel on the side ``step``."""
    position = x + fraction * disparity[x]
    target = int(np.ceil(position)) if step > 0 else int(np.floor(position))
    if abs(target - position) < 0.5 and 0 <= target < origin.size and disparity[x] > depth[target]:
        depth[target] = disparity[x]
        origin[target] = np.float32(x)


@compiled
def _place_row(disparity, fraction, position, first, broken) -> None:
    """Move a row's pixels: ``position``, the ``first`` view pixel not before it, and tears.

    ``broken[x]``: no surface between x - 1 and x.
    """
    width = disparity.size
    part, end = np.float32(fraction), np.float32(width)
    for x in range(width):
        position[x] = np.float32(x) + part * disparity[x]
        # Kept within the row as a float: a position far outside would not fit an integer.
        first[x] = np.int32(min(max(np.ceil(position[x]), np.float32(0)), end))
    for x in range(1, width):
        torn = abs(disparity[x] - disparity[x - 1]) > np.float32(TEAR_PX)
        broken[x] = torn | (position[x] <= position[x - 1])
    broken[0] = broken[width] = True


@compiled
def _trace_row(disparity, fraction, places, origin, depth) -> None:
    """Find every view pixel's place in the photo's row (``origin``) and disparity (``depth``).

    ``places``: (position, first, broken) of ``_place_row``. Pixels that nothing reaches keep depth
    UNSEEN and origin 0.
    """
    position, first, broken = places
    width = disparity.size
    depth[:] = UNSEEN
    origin[:] = 0
    _put_end(np.int64(0), np.int64(-1), disparity, fraction, origin, depth)
    _put_end(width - 1, np.int64(1), disparity, fraction, origin, depth)
    for x in range(width - 1):
        here, after = np.uintp(x), np.uintp(x + 1)
        if broken[after]:
            _put_end(x, np.int64(1), disparity, fraction, origin, depth)
            _put_end(x + 1, np.int64(-1), disparity, fraction, origin, depth)
            continue
        target, stop = first[here], first[after]
        if target >= stop:
            continue
        start, near = position[here], disparity[here]
        per_px = np.float32(1) / (position[after] - start)
        change = disparity[after] - near
        while target < stop:
            along = (np.float32(target) - start) * per_px
            seen = near + along * change
            pixel = np.uintp(target)
            if seen > depth[pixel]:
                depth[pixel] = seen
                origin[pixel] = np.float32(x) + along
            target += np.int32(1)


def _weigh_taps() -> np.ndarray:
    """Return int64 [2 (_STEPS + 1), 4], weights of the four pixels around a position, fixed point.

    The first half is Catmull-Rom's, the second half linear.
    """
    f = np.linspace(0.0, 1.0, _STEPS + 1)
    g = 1.0 - f
    one = 2**_ONE_BITS
    before, after = np.rint(-0.5 * f * g * g * one), np.rint(-0.5 * g * f * f * one)
    left = np.rint(g * (1.0 + f - 1.5 * f * f) * one)
    cubic = np.stack([before, left, one - before - after - left, after], axis=1)
    right = np.rint(f * one)
    linear = np.stack([0 * f, one - right, right, 0 * f], axis=1)
    return np.concatenate([cubic, linear]).astype(np.int64)


_WEIGHTS = _weigh_taps()


@compiled
def _pack_row(source, packed) -> None:
    """Put a row's pixels, int64 [W + 3], one before and two after it repeated, in three lanes."""
    width = source.shape[0]
    for x in range(width):
        red, green, blue = source[x, 0], source[x, 1], source[x, 2]
        lanes = np.int64(red) | (np.int64(green) << np.int64(_LANE))
        lanes |= np.int64(blue) << np.int64(2 * _LANE)
        packed[np.uintp(x + 1)] = lanes
    packed[0] = packed[1]
    packed[width + 1] = packed[width + 2] = packed[width]


@compiled
def _unpack(lanes, channel):  # noqa: ANN202
    """Return the byte of a lane."""
    level = lanes >> np.int64(channel * _LANE + _ONE_BITS)
    return _TO_BYTE[np.uintp(level & np.int64((1 << _LEVEL_BITS) - 1))]


@compiled
def _sample_row(packed, origin, broken, view) -> None:
    """Read the photo at ``origin``: Catmull-Rom inside a surface, linear next to its ends."""
    for target in range(origin.size):
        whole = np.int32(origin[target])
        x = np.uintp(whole)
        part = (origin[target] - np.float32(whole)) * np.float32(_STEPS)
        at_end = broken[x] | broken[x + np.uintp(2)]
        number = np.int32(part + np.float32(0.5)) + np.int32(at_end) * np.int32(_STEPS + 1)
        weights = _WEIGHTS[np.uintp(number)]
        total = _BIAS + weights[0] * packed[x] + weights[1] * packed[x + np.uintp(1)]
        total += weights[2] * packed[x + np.uintp(2)] + weights[3] * packed[x + np.uintp(3)]
        pixel = np.uintp(target)
        for channel in range(3):
            view[pixel, channel] = _unpack(total, channel)


@compiled
def _extend(start, step, count, depth, gap, view) -> None:
    """Fill ``count`` pixels from ``start`` in direction ``step`` with the background behind it.

    The further into the gap, the more background pixels are averaged. ``gap`` gets the distance
    from the background, negative where it lies on the right.
    """
    width = gap.size
    red = green = blue = np.float32(0.0)
    used = 0
    source = start - step
    for distance in range(1, count + 1):
        slack = SLACK_PX + SLACK_PER_PX * distance
        known = 0 <= source < width and gap[source] == 0
        wanted = used < 1.0 + RUN_PER_PX * distance
        if wanted and known and abs(depth[source] - depth[start - step]) <= slack:
            red += np.float32(view[source, 0])
            green += np.float32(view[source, 1])
            blue += np.float32(view[source, 2])
            used += 1
            source -= step
        target = start + (distance - 1) * step
        share = np.float32(1.0) / np.float32(used)
        view[target, 0] = to_byte(red * share)
        view[target, 1] = to_byte(green * share)
        view[target, 2] = to_byte(blue * share)
        gap[target] = step * distance
        depth[target] = depth[start - step]


@compiled
def _filled_from_left(x, end, depth):  # noqa: ANN202
    """Return how many pixels of the gap [x, end) the background on its left fills."""
    if x == 0:
        return 0
    if end == depth.size:
        return end - x
    step_back = depth[end] - depth[x - 1]
    if abs(step_back) <= SLACK_PX:  # one background, uncovered between two of its parts
        return (end - x + 1) // 2
    return end - x if step_back > 0 else 0


@compiled
def _fill_row(source, depth, gap, view) -> None:
    """Fill the pixels that nothing reached from the side farther back, or from the only side.

    A row that nothing reaches takes the photo's row, and keeps depth UNSEEN.
    """
    width = gap.size
    for x in range(width):
        gap[x] = 1 if depth[x] == UNSEEN else 0
    x = np.int64(0)
    while x < width:
        if gap[x] == 0:
            x += 1
            continue
        end = x
        while end < width and depth[end] == UNSEEN:
            end += 1
        if x == 0 and end == width:
            # Nothing of the photo is in view at all. Copying slices, Numba compiles the text of a
            # shape error, too.
            for pixel in range(width):
                for channel in range(3):
                    view[pixel, channel] = source[pixel, channel]
            break
        count = end - x
        from_left = _filled_from_left(x, end, depth)
        _extend(x, np.int64(1), from_left, depth, gap, view)
        _extend(end - 1, np.int64(-1), count - from_left, depth, gap, view)
        x = end


@compiled
def warp_rows(rgb, disparity, fraction, view, depth, gap) -> None:
    """Draw some rows of a view and fill each row by itself.

    Args:
        rgb: uint8 [H, W, 3], the photo's rows.
        disparity: float32 [H, W], changed in place (silhouettes are snapped).
        fraction: the view's place: pixel x goes to ``x + fraction * disparity``.
        view: uint8 [H, W, 3], gets the picture.
        depth: float32 [H, W], gets the disparity of what is seen, or of the background that was
            filled in.
        gap: int32 [H, W], gets 0 where the photo shows the pixel, else the distance in px from the
            background that fills it, negative when that lies on the right.
    """
    height, width = disparity.shape
    origin, position = np.empty(width, np.float32), np.empty(width, np.float32)
    first = np.empty(width, np.int32)
    broken = np.empty(
        width + 2, np.bool_
    )  # the last one is read behind a last pixel that is drawn exactly
    broken[width + 1] = True
    packed = np.empty(width + 3, np.int64)
    for y in range(height):
        snap_ramps(disparity[y], fraction)
        _place_row(disparity[y], fraction, position, first, broken)
        _trace_row(disparity[y], fraction, (position, first, broken), origin, depth[y])
        _pack_row(rgb[y], packed)
        _sample_row(packed, origin, broken, view[y])
        _fill_row(rgb[y], depth[y], gap[y], view[y])
