"""The photo as a relief: a textured triangle mesh, torn where depth jumps.

Axes are glTF's, which the formats demand: x right, y up, the camera at the origin looks along -z. Lengths are metres
for metric depth; otherwise the nearest point is 1 away.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.formats.camera import focal_px
from spatial.formats.encode import FormatError
from spatial.geometry import to_inverse_depth
from spatial.records import DepthKind, DepthSpace, SpatialPhoto

LONG_SIDE_VERTICES = 640
TEAR_RATIO = 1.12  # two neighbours farther apart than this in z belong to two surfaces


class Mesh(NamedTuple):
    """A triangle mesh.

    Attributes:
        positions: float32 [N, 3].
        uv: float32 [N, 2], texture coordinates, (0, 0) = top-left corner of the picture.
        triangles: uint32 [M, 3], counter-clockwise seen from the camera.
        pixels: intp [N, 2], row and column of each vertex in the photo.
    """

    positions: NDArray[np.float32]
    uv: NDArray[np.float32]
    triangles: NDArray[np.uint32]
    pixels: NDArray[np.intp]


def _distance(result: SpatialPhoto, rows: NDArray, columns: NDArray) -> NDArray[np.float64]:
    """Return z of a grid of pixels, NaN where depth is unknown."""
    depth = result.depth
    grid = np.ix_(rows, columns)
    ratio = result.settings.depth.near_far_ratio
    if depth.kind is DepthKind.AFFINE_INVARIANT and depth.space is DepthSpace.INVERSE_DEPTH:
        # The shift is unknown: let the far end be as many times farther as the settings say.
        inverse = 1.0 / ratio + result.nearness[grid] * (1.0 - 1.0 / ratio)
        inverse = np.maximum(inverse, 0.5 / ratio)
    else:
        inverse = to_inverse_depth(depth, ratio)[grid]
    inverse = cv2.medianBlur(inverse.astype(np.float32), 3).reshape(inverse.shape)  # no lone spikes
    z = np.full(inverse.shape, np.nan)
    np.divide(1.0, inverse, out=z, where=depth.valid[grid] & (inverse > 0))
    if depth.kind is not DepthKind.METRIC and np.isfinite(z).any():
        z /= np.nanmin(z)
    return z


def _triangles(z: NDArray[np.float64], kept: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the triangles of a grid between known vertices whose z differ by no more than TEAR_RATIO."""
    number = np.arange(z.size).reshape(z.shape)
    a, b, c, d = number[:-1, :-1], number[:-1, 1:], number[1:, :-1], number[1:, 1:]
    both = np.concatenate(
        [np.stack(corners, axis=-1).reshape(-1, 3) for corners in ((a, c, b), (b, c, d))]
    )
    depth = z.reshape(-1)[both]
    whole = np.all(kept.reshape(-1)[both], axis=1)
    whole[whole] = depth[whole].max(axis=1) <= TEAR_RATIO * depth[whole].min(axis=1)
    return both[whole]


def build_mesh(result: SpatialPhoto) -> Mesh:
    """Return the relief with at most LONG_SIDE_VERTICES vertices along the longer side.

    Raises:
        FormatError: no triangle is left: the photo has one row or column, or its depth is nothing but jumps.
    """
    height, width = result.nearness.shape
    scale = min(1.0, LONG_SIDE_VERTICES / max(height, width))
    rows, columns = (
        np.rint(np.linspace(0, size - 1, max(2, round(size * scale)))).astype(np.intp)
        if size > 1
        else np.zeros(1, np.intp)
        for size in (height, width)
    )
    z = _distance(result, rows, columns)
    triangles = _triangles(z, np.isfinite(z))
    if triangles.size == 0:
        msg = "this depth makes no surface, so there is no mesh to write; choose another format"
        raise FormatError(msg)
    used, triangles = np.unique(triangles, return_inverse=True)
    row, column = rows[used // columns.size], columns[used % columns.size]
    z = z.reshape(-1)[used]
    focal = focal_px(result.photo)
    x = (column - 0.5 * (width - 1)) * z / focal
    y = (row - 0.5 * (height - 1)) * z / focal
    return Mesh(
        positions=np.stack((x, -y, -z), axis=-1).astype(np.float32),
        uv=np.stack(((column + 0.5) / width, (row + 0.5) / height), axis=-1).astype(np.float32),
        triangles=triangles.reshape(-1, 3).astype(np.uint32),
        pixels=np.stack((row, column), axis=-1),
    )
