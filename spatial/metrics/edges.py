"""Edge consistency (section 6.2.1): does blur keep the foreground's edges and only those?"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.metrics.pictures import to_grey

CANNY_LOW, CANNY_HIGH = 100, 200
KEPT_WITHIN_PX = 1
DEPTH_EDGE_WITHIN_PX = 2
_LONG_SIDE_PER_LINE_PX = 1500  # an edge picture stays readable when it is shown smaller

EDGE_LEGEND: dict[str, tuple[int, int, int]] = {
    "foreground edge, kept": (80, 255, 120),
    "foreground edge, lost": (24, 76, 36),
    "background edge, kept": (255, 150, 40),
    "background edge, lost": (76, 45, 12),
}
"""Colours (sRGB) of ``edge_picture``; everything else is black."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeMaps:
    """Edges of a photo, its bokeh picture and its depth, all bool [H, W].

    Attributes:
        photo: Canny edges of the photo.
        kept: those of them with an edge of the bokeh picture within 1 px.
        depth: Canny edges of nearness.
        depth_explained: those of them with an edge of the photo within 2 px.
        foreground: True where nearness is above the threshold.
        threshold: nearness that parts foreground and background.
    """

    photo: NDArray[np.bool_]
    kept: NDArray[np.bool_]
    depth: NDArray[np.bool_]
    depth_explained: NDArray[np.bool_]
    foreground: NDArray[np.bool_]
    threshold: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeConsistency:
    """Shares in [0, 1]; None where there is no edge to count.

    Attributes:
        foreground_kept: share of the photo's foreground edges that the bokeh picture still shows; 1
            is best.
        background_kept: the same for the background; small when the background is well blurred.
        depth_explained: share of the depth's edges with an edge of the photo beside them; 1 is
            best.
        threshold: nearness that parts foreground and background.
    """

    foreground_kept: float | None
    background_kept: float | None
    depth_explained: float | None
    threshold: float


def _canny(grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return cv2.Canny(grey, CANNY_LOW, CANNY_HIGH) > 0


def _grow(mask: NDArray[np.bool_], radius_px: int) -> NDArray[np.bool_]:
    """Return the mask grown by ``radius_px`` in each direction, diagonals included."""
    side = 2 * radius_px + 1
    return cv2.dilate(mask.astype(np.uint8), np.ones((side, side), np.uint8)) > 0


def _nearness_bytes(nearness: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.rint(np.clip(nearness, 0.0, 1.0) * np.float32(255.0)).astype(np.uint8)


def otsu_threshold(nearness: NDArray[np.float32]) -> float:
    """Return the nearness that parts a picture best into two levels (Otsu 1979, 256 bins)."""
    level, _ = cv2.threshold(_nearness_bytes(nearness), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return (float(level) + 0.5) / 255.0  # between the last background level and the next one


def find_edges(
    photo_rgb: NDArray[np.uint8],
    focused_rgb: NDArray[np.uint8],
    nearness: NDArray[np.float32],
    *,
    threshold: float | None = None,
) -> EdgeMaps:
    """Find the edges (Canny 100, 200 on 8-bit BT.601 grey) that edge consistency counts.

    Args:
        photo_rgb: uint8 [H, W, 3], the input.
        focused_rgb: uint8 [H, W, 3], the input after depth of field.
        nearness: float32 [H, W], 0 farthest, 1 nearest; clipped to this range and scaled to 0..255
            for Canny and Otsu.
        threshold: nearness above which a pixel is foreground; None = Otsu.

    Raises:
        ValueError: the sizes differ or a picture is not 8-bit RGB.
    """
    if photo_rgb.shape != focused_rgb.shape or photo_rgb.shape[:2] != nearness.shape:
        msg = (
            "photo, bokeh picture and nearness must be of one size, "
            f"got {photo_rgb.shape}, {focused_rgb.shape} and {nearness.shape}"
        )
        raise ValueError(msg)
    level = otsu_threshold(nearness) if threshold is None else threshold
    photo = _canny(to_grey(photo_rgb))
    depth = _canny(_nearness_bytes(nearness))
    return EdgeMaps(
        photo=photo,
        kept=photo & _grow(_canny(to_grey(focused_rgb)), KEPT_WITHIN_PX),
        depth=depth,
        depth_explained=depth & _grow(photo, DEPTH_EDGE_WITHIN_PX),
        foreground=nearness > level,
        threshold=level,
    )


def _share(part: NDArray[np.bool_], whole: NDArray[np.bool_]) -> float | None:
    count = int(np.count_nonzero(whole))
    return int(np.count_nonzero(part & whole)) / count if count else None


def edge_consistency(edges: EdgeMaps) -> EdgeConsistency:
    """Return the shares of edges that bokeh kept, in front and behind, and that depth explains."""
    return EdgeConsistency(
        foreground_kept=_share(edges.kept, edges.photo & edges.foreground),
        background_kept=_share(edges.kept, edges.photo & ~edges.foreground),
        depth_explained=_share(edges.depth_explained, edges.depth),
        threshold=edges.threshold,
    )


def edge_picture(edges: EdgeMaps) -> NDArray[np.uint8]:
    """Return the photo's edges as uint8 [H, W, 3] in the colours of ``EDGE_LEGEND``, on black.

    Lines are one pixel wide, and wider in pictures above 1500 px. Kept edges lie over lost ones.
    """
    height, width = edges.photo.shape
    radius_px = round(max(height, width) / _LONG_SIDE_PER_LINE_PX) // 2
    layers = {
        "background edge, lost": edges.photo & ~edges.kept & ~edges.foreground,
        "foreground edge, lost": edges.photo & ~edges.kept & edges.foreground,
        "background edge, kept": edges.kept & ~edges.foreground,
        "foreground edge, kept": edges.kept & edges.foreground,
    }
    picture = np.zeros((height, width, 3), np.uint8)
    for name, layer in layers.items():
        picture[_grow(layer, radius_px) if radius_px else layer] = EDGE_LEGEND[name]
    return picture
