"""The careful fill of disocclusions, quality ``best``.

Four steps on a view whose rows are filled: (1) edges of the background go on in the direction in which they meet the
gap; (2) filled pixels are averaged across rows; (3) texture is taken from places of the same background that look
alike, weighted by how alike they are; (4) the farther from what is known, the more the colour returns to the mean
around: the best linear guess when colours correlate with ``exp(-distance / length)``. Only pixels of the background's
own surface take part, so that nothing of a foreground is pulled in. All lengths grow with the picture's width.
"""

import numpy as np
from numpy.typing import NDArray

from spatial.kernels import for_each_stripe
from spatial.stereo.gaps import smooth_gaps
from spatial.stereo.mean_colour import mean_colours
from spatial.stereo.patches import add_alike, continue_edges, return_to_mean

SMOOTH_SHARE = 0.045  # of the width: largest reach of the smoothing across rows
_FEWEST_ROWS = 4
_TEXTURE_ROWS = 2  # above and below that the texture of a row agrees with


def refill(
    view: NDArray[np.uint8], depth: NDArray[np.float32], gap: NDArray[np.int32]
) -> NDArray[np.uint8]:
    """Return ``view`` uint8 [H, W, 3] with its gaps filled anew, in place.

    Args:
        view: uint8 [H, W, 3], what ``warp_rows`` leaves of the whole picture.
        depth: float32 [H, W], the same.
        gap: int32 [H, W], the same.
    """
    height, width = gap.shape
    means = mean_colours(view, depth, gap)
    for_each_stripe(
        height, width, lambda top, bottom: continue_edges((view, depth, gap), top, bottom)
    )
    out = view.copy()
    reach = max(_FEWEST_ROWS, round(SMOOTH_SHARE * width))

    def texture(top: int, bottom: int) -> None:
        smooth_gaps((view, depth, gap), (0, top), out[top:bottom], reach)
        add_alike((view, depth, gap), top, out[top:bottom])

    def finish(top: int, bottom: int) -> None:
        view[top:bottom] = out[top:bottom]
        smooth_gaps((out, depth, gap), (0, top), view[top:bottom], _TEXTURE_ROWS)
        return_to_mean((view, depth, gap), tuple(means), top, view[top:bottom])

    for_each_stripe(height, width, texture)
    for_each_stripe(height, width, finish)
    return view
