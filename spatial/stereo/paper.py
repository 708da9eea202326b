"""The paper's parallax shift (Eq. 5) and hole filling, to the letter where the letter is clear.

With the printed assignment near things would lie behind far ones: in a true pair near objects stand
further right in the left view than in the right, and Eq. 5 moves far pixels right in what it calls
the left view. The formula is kept and each view is given to the eye that makes near things near.
"""

import numpy as np
from numpy.typing import NDArray

from spatial.geometry import ipd_px
from spatial.kernels import compiled, for_each_stripe
from spatial.records import StereoPair
from spatial.settings import StereoSettings


@compiled
def _shift_row(source, shift, sign, view, hole) -> None:  # noqa: ANN001 (compiled)
    """Write ``view[x + sign * shift[x]] = source[x]`` from left to right: the last write wins."""
    width = source.shape[0]
    hole[:] = True
    for x in range(width):
        target = x + sign * shift[x]
        if 0 <= target < width:
            hole[target] = False
            for c in range(3):
                view[target, c] = source[x, c]


@compiled
def _fill_row(source, view, hole) -> None:  # noqa: ANN001 (compiled)
    """Give every hole the colour of the nearest pixel of its row that is none; a tie goes left.

    Rounds of limited reach, all holes of a round at once, end in the same picture whatever the
    reach: both sides of a gap advance by the same number of pixels in a round, so its middle stays
    where it is.
    """
    width = source.shape[0]
    left = -1
    x = 0
    while x < width:
        if not hole[x]:
            left = x
            x += 1
            continue
        right = x
        while right < width and hole[right]:
            right += 1
        for target in range(x, right):
            nearest = left
            if right < width and (left < 0 or right - target < target - left):
                nearest = right
            for c in range(3):
                view[target, c] = view[nearest, c] if nearest >= 0 else source[target, c]
        x = right


@compiled
def _render_rows(rgb, nearness, half_ipd_px, views, holes, disparity_px) -> None:  # noqa: ANN001
    """Eq. 5 on some rows; ``views`` and ``holes`` are (left eye, right eye)."""
    height, width = nearness.shape
    shift = np.empty(width, np.int64)
    for y in range(height):
        for x in range(width):
            near = min(max(nearness[y, x], np.float32(0.0)), np.float32(1.0))
            shift[x] = int(half_ipd_px * (1.0 - np.float64(near)))
            disparity_px[y, x] = -2 * shift[x]
        _shift_row(rgb[y], shift, -1, views[0][y], holes[0][y])
        _fill_row(rgb[y], views[0][y], holes[0][y])
        _shift_row(rgb[y], shift, 1, views[1][y], holes[1][y])
        _fill_row(rgb[y], views[1][y], holes[1][y])


def render_paper(
    rgb: NDArray[np.uint8], nearness: NDArray[np.float32], settings: StereoSettings
) -> StereoPair:
    """Return the pair of Eq. 5: shifts ``int(ipd_px / 2 * (1 - nearness))``, nearest pixel fill.

    The view with ``col + shift`` goes to the right eye, the one with ``col - shift`` to the left:
    nearness 1 lies on the screen, the rest behind it. ``nearness`` is clipped to the paper's [0,
    1].
    """
    height, width = nearness.shape
    half_ipd_px = 0.5 * ipd_px(
        ipd_mm=settings.ipd_mm, screen_width_mm=settings.screen_width_mm, width_px=width
    )
    left, right = np.empty_like(rgb), np.empty_like(rgb)
    left_hole, right_hole = np.empty((height, width), bool), np.empty((height, width), bool)
    disparity_px = np.empty((height, width), np.float32)

    def work(top: int, bottom: int) -> None:
        rows = slice(top, bottom)
        _render_rows(
            rgb[rows],
            nearness[rows],
            float(half_ipd_px),
            (left[rows], right[rows]),
            (left_hole[rows], right_hole[rows]),
            disparity_px[rows],
        )

    for_each_stripe(height, width, work)
    return StereoPair(
        left=left,
        right=right,
        disparity_px=disparity_px,
        left_disoccluded=left_hole,
        right_disoccluded=right_hole,
        screen_nearness=1.0 if half_ipd_px > 0 else None,
    )
