"""The disparity of a pair as a histogram, drawn as SVG."""

import numpy as np
from numpy.typing import NDArray

from spatial.geometry import known_sample

_BINS, _WIDTH, _HEIGHT = 61, 600, 130
_LEAST_SPAN_PERCENT = 1.0


def disparity_histogram(disparity_px: NDArray[np.float32]) -> str:
    """Return HTML of how much of the picture lies how far behind and in front of the screen.

    Args:
        disparity_px: float [H, W], ``x_left - x_right``; values that are not finite are left out.
    """
    percent = known_sample(disparity_px) * (100.0 / disparity_px.shape[1])
    span = max(_LEAST_SPAN_PERCENT, float(np.max(np.abs(percent), initial=0.0)) * 1.05)
    counts, _ = np.histogram(percent, bins=_BINS, range=(-span, span))
    heights = counts / max(1, counts.max()) * _HEIGHT
    bar = _WIDTH / _BINS
    bars = "".join(
        f'<rect x="{i * bar:.1f}" y="{_HEIGHT - h:.1f}" width="{bar - 1:.1f}" height="{h:.1f}"/>'
        for i, h in enumerate(heights)
        if h > 0
    )
    behind = float(np.mean(percent < 0)) if percent.size else 0.0
    words = (
        f"{behind:.0%} of the picture lies behind the screen, {1 - behind:.0%} on it or in front."
    )
    return (
        f'<figure><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{words}" fill="var(--primary-500)">'
        f"{bars}"
        f'<line x1="{_WIDTH / 2}" x2="{_WIDTH / 2}" y1="0" y2="{_HEIGHT}" stroke="currentColor" stroke-dasharray="4 3"/>'
        f'</svg><div class="axis" aria-hidden="true"><span>behind, {span:.1f} %</span><span>screen</span>'
        f"<span>in front, {span:.1f} %</span></div><figcaption>{words}</figcaption></figure>"
    )
