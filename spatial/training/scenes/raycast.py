"""Rays against primitives.

A ray is origin + t * direction. Rays of the camera have a direction whose component along the
optical axis is 1, so that t is the depth z itself. Every primitive is met only by the pixels inside
the rectangle around its projected bounding box, or by the points inside its shadow's bounding
rectangle, which keeps plain eager PyTorch fast.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np
import torch
from torch import Tensor

from spatial.training.scenes.scene import Camera, Primitive, Shape

MISS = 1e6
HORIZON_M = 2500.0
_NEAR_M = 1e-3
_TINY = 1e-12  # keeps 1/0 away and is lost in any other sum
_CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)

Triple = tuple[Tensor, Tensor, Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Solids:
    """The primitives of a scene as arrays over n.

    Attributes:
        shapes: int64 [n].
        centers: Metres, [n, 3].
        to_local: World offsets -> own frame (unit sizes), [n, 3, 3].
        to_world: Its inverse, [n, 3, 3].
    """

    shapes: np.ndarray
    centers: np.ndarray
    to_local: np.ndarray
    to_world: np.ndarray

    @classmethod
    def of(cls, primitives: Sequence[Primitive]) -> "Solids":
        """Gather the arrays."""
        rotations = np.array([p.rotation for p in primitives]).reshape(-1, 3, 3)
        sizes = np.array([p.size for p in primitives]).reshape(-1, 3)
        return cls(
            shapes=np.array([p.shape for p in primitives], np.int64),
            centers=np.array([p.center for p in primitives]).reshape(-1, 3),
            to_local=(rotations / sizes[:, None, :]).transpose(0, 2, 1),
            to_world=rotations * sizes[:, None, :],
        )


def pixel_directions(
    camera: Camera, height_px: int, width_px: int
) -> tuple[Tensor, Tensor, Tensor]:
    """World direction through every pixel, x, y and z float32 [H, W]; depth component 1."""
    focal_px = camera.focal_px(height_px, width_px)
    x = (torch.arange(width_px) - (width_px - 1) / 2) / focal_px
    y = (torch.arange(height_px) - (height_px - 1) / 2)[:, None] / focal_px
    rows = camera.to_world.tolist()
    dx, dy, dz = (row[0] * x + row[1] * y + row[2] for row in rows)
    return dx, dy, dz


def nearest_hits(solids: Solids, camera: Camera, directions: Triple) -> tuple[Tensor, Tensor]:
    """First surface along every pixel's ray.

    Returns:
        Depth z in metres, float32 [H, W], `MISS` where the ray meets nothing before the horizon,
        and the number of the primitive, int64 [H, W], -1 there.
    """
    height_px, width_px = directions[0].shape
    depth_m = torch.full_like(directions[0], HORIZON_M)
    number = torch.full_like(directions[0], -1, dtype=torch.int64)
    origins = np.einsum("nij,nj->ni", solids.to_local, camera.position - solids.centers)
    rectangles = _rectangles(solids, camera, height_px, width_px)
    for i, (top, bottom, left, right) in enumerate(rectangles.tolist()):
        if top >= bottom or left >= right:
            continue
        window = (slice(top, bottom), slice(left, right))
        world = tuple(component[window] for component in directions)
        local = _transform(solids.to_local[i], world)
        origin = _scalars(origins[i])
        t = _INTERSECT[Shape(solids.shapes[i])](origin, local)
        closer = (t > _NEAR_M) & (t < depth_m[window])
        depth_m[window] = torch.where(closer, t, depth_m[window])
        number[window] = torch.where(closer, i, number[window])
    return torch.where(number < 0, MISS, depth_m), number


def in_shadow(solids: Solids, points: Tensor, toward_light: np.ndarray) -> Tensor:
    """Which points [n, 3] see something but a plane on the way to the light, bool [n]."""
    shadow = torch.zeros(len(points), dtype=torch.bool)
    frame = _light_frame(toward_light)
    across, along, upward = _transform(frame, (points[:, 0], points[:, 1], points[:, 2]))
    centers = solids.centers @ frame.T
    reach = np.abs(frame @ solids.to_world).sum(axis=2)
    lights = solids.to_local @ toward_light
    for i in np.flatnonzero(solids.shapes != Shape.PLANE):
        x, y, z = centers[i].tolist()
        reach_x, reach_y, reach_z = reach[i].tolist()
        near = ((across - x).abs() < reach_x) & ((along - y).abs() < reach_y)
        chosen = (near & (upward < z + reach_z)).nonzero()[:, 0]
        if len(chosen) == 0:
            continue
        offset = points[chosen] - points.new_tensor(solids.centers[i])
        origin = _transform(solids.to_local[i], (offset[:, 0], offset[:, 1], offset[:, 2]))
        t = _INTERSECT[Shape(solids.shapes[i])](origin, _scalars(lights[i]))
        shadow[chosen] |= (t > _NEAR_M) & (t < MISS)
    return shadow


def _transform(matrix: np.ndarray, vector: Sequence[Tensor]) -> Triple:
    x, y, z = vector
    first, second, third = (row[0] * x + row[1] * y + row[2] * z for row in matrix.tolist())
    return first, second, third


def _scalars(vector: np.ndarray) -> Triple:
    x, y, z = torch.as_tensor(vector, dtype=torch.float32)
    return x, y, z


def _light_frame(toward_light: np.ndarray) -> np.ndarray:
    """Rows: two axes across the light and the light itself, [3, 3]."""
    helper = np.eye(3)[np.argmin(np.abs(toward_light))]
    across = np.cross(toward_light, helper)
    across /= np.linalg.norm(across)
    return np.stack([across, np.cross(toward_light, across), toward_light])


def _rectangles(solids: Solids, camera: Camera, height_px: int, width_px: int) -> np.ndarray:
    """Pixel windows (top, bottom, left, right) that hold the primitives, int [n, 4]; ends open."""
    corners = solids.centers[:, None] + np.einsum("nij,kj->nki", solids.to_world, _CORNERS)
    x, y, z = np.moveaxis((corners - camera.position) @ camera.to_world, -1, 0)
    behind = (z <= _NEAR_M).all(axis=1) & (solids.shapes != Shape.PLANE)
    unbounded = ((z <= _NEAR_M).any(axis=1) & ~behind) | (solids.shapes == Shape.PLANE)
    safe_z = np.maximum(z, _NEAR_M)
    focal_px = camera.focal_px(height_px, width_px)
    rows = focal_px * y / safe_z + (height_px - 1) / 2
    columns = focal_px * x / safe_z + (width_px - 1) / 2
    whole = np.array([0, height_px, 0, width_px])
    window = np.stack(
        [
            np.floor(rows.min(axis=1)), np.ceil(rows.max(axis=1)) + 1,
            np.floor(columns.min(axis=1)), np.ceil(columns.max(axis=1)) + 1,
        ],
        axis=1,
    )  # fmt: skip
    window = np.clip(window, 0, whole[[1, 1, 3, 3]])
    window = np.where(unbounded[:, None], whole, window)
    return np.where(behind[:, None], 0, window).astype(np.int64)


def _hit_plane(o: Triple, d: Triple) -> Tensor:
    return torch.where((d[1] < 0) & (o[1] > 0), -o[1] / (d[1] - _TINY), MISS)


def _slab(o: Tensor, d: Tensor) -> tuple[Tensor, Tensor]:
    """Where a ray enters and leaves |x| <= 1."""
    inverse = 1 / (d + _TINY)
    middle, half = -o * inverse, inverse.abs()
    return middle - half, middle + half


def _hit_box(o: Triple, d: Triple) -> Tensor:
    slabs = [_slab(*pair) for pair in zip(o, d, strict=True)]
    enter = torch.maximum(torch.maximum(slabs[0][0], slabs[1][0]), slabs[2][0])
    leave = torch.minimum(torch.minimum(slabs[0][1], slabs[1][1]), slabs[2][1])
    return torch.where(enter < leave, enter, MISS)


def _round(o: Sequence[Tensor], d: Sequence[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """Where a ray comes closest to the origin, its half chord in the unit ball, and if it hits.

    The distance is measured at the closest point: b^2 - ac would cancel for small, far balls.
    """
    pairs = list(zip(o, d, strict=True))
    square = reduce(add, (b * b for b in d)) + _TINY
    closest = -reduce(add, (a * b for a, b in pairs)) / square
    room = 1 - reduce(add, ((a + closest * b) ** 2 for a, b in pairs))
    return closest, (room.clamp_min(0) / square).sqrt(), room > 0


def _hit_ellipsoid(o: Triple, d: Triple) -> Tensor:
    closest, half, hit = _round(o, d)
    return torch.where(hit, closest - half, MISS)


def _hit_cylinder(o: Triple, d: Triple) -> Tensor:
    closest, half, hit = _round((o[0], o[2]), (d[0], d[2]))
    low, high = _slab(o[1], d[1])
    enter, leave = torch.maximum(closest - half, low), torch.minimum(closest + half, high)
    return torch.where(hit & (enter < leave), enter, MISS)


_INTERSECT: dict[Shape, Callable[[Triple, Triple], Tensor]] = {
    Shape.PLANE: _hit_plane,
    Shape.BOX: _hit_box,
    Shape.ELLIPSOID: _hit_ellipsoid,
    Shape.CYLINDER: _hit_cylinder,
}
