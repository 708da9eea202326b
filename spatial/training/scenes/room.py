"""A furnished room: six inward planes, furniture, things on the walls."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from spatial.training.scenes.foreground import add_foreground
from spatial.training.scenes.objects import bed, chair, compound, lamp, shelf, sofa, table
from spatial.training.scenes.people_animals_plants import person, plant
from spatial.training.scenes.scene import GREY, Material, Shot, Stage, look

_FURNITURE: tuple[Callable[[Stage], None], ...] = (
    table, table, chair, chair, sofa, plant, lamp, compound,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walls:
    """Half width, height and half length in metres; the middle of the floor is the origin."""

    half_x_m: float
    height_m: float
    half_z_m: float


def room(stage: Stage) -> Shot:
    """Build a room; the camera stands at its -z end and looks about along +z."""
    walls = _Walls(
        half_x_m=stage.uniform(1.6, 4.5),
        height_m=stage.uniform(2.3, 3.4),
        half_z_m=stage.uniform(1.8, 6),
    )
    _add_shell(stage, walls)
    camera_x = stage.uniform(-0.5, 0.5) * walls.half_x_m
    camera_z = -stage.uniform(0.6, 0.95) * walls.half_z_m
    _add_furniture(stage, walls, taken=[(camera_x, camera_z)])
    for yaw, half_m, other_m in (
        (-math.pi / 2, walls.half_x_m, walls.half_z_m),
        (math.pi / 2, walls.half_x_m, walls.half_z_m),
        (0.0, walls.half_z_m, walls.half_x_m),
        (0.0, walls.half_z_m, walls.half_x_m),
    ):
        _dress_wall(stage.at((0, 0, 0), yaw), half_m, other_m, left=yaw < 0)
    _add_rest(stage, walls)
    upward = stage.chance(0.07)
    camera = look(
        (camera_x, stage.uniform(0.9, 1.8), camera_z),
        yaw=stage.normal(0.35),
        pitch=stage.uniform(-0.7, -0.2) if upward else stage.uniform(-0.05, 0.35),
        roll=stage.normal(0.03),
        fov_deg=stage.uniform(45, 95),
    )
    if not upward and stage.chance(0.3):
        add_foreground(stage, camera)
    return Shot(camera=camera, indoors=True)


def _add_shell(stage: Stage, walls: _Walls) -> None:
    wall = stage.material(
        GREY * stage.uniform(0.3, 0.95) * (1 + stage.normals(0.12)),
        stage.pick(("noise", "noise", "noise", "stripe", "brick", "photo")),
        stage.uniform(0.3, 1),
        stage.uniform(0.02, 0.4),
    )
    floor = stage.material(
        np.array([0.5, 0.4, 0.3]) * stage.uniform(0.5, 1.6),
        stage.pick(("wood", "tile", "noise", "photo")),
        stage.uniform(0.3, 1.2),
        stage.uniform(0.3, 1),
    )
    ceiling = stage.material(GREY * stage.uniform(0.6, 1), "noise", 0.5, 0.08)
    sides = [(half_m, wall) for half_m in (walls.half_z_m, walls.half_x_m)] * 2
    enclose(stage, walls.height_m, floor, ceiling, sides)


def enclose(
    stage: Stage,
    height_m: float,
    floor: Material,
    ceiling: Material,
    walls: Sequence[tuple[float, Material]],
) -> None:
    """Add six inward planes; `walls`: distance from the origin [m], surface; +z, +x, -z, -x."""
    stage.plane((0, 0, 0), floor)
    stage.plane((0, height_m, 0), ceiling, (0, 0, math.pi))
    for quarter, (distance_m, surface) in enumerate(walls):
        yaw = quarter * math.pi / 2
        place = (distance_m * math.sin(yaw), 0, distance_m * math.cos(yaw))
        stage.plane(place, surface, (yaw, -math.pi / 2, 0))


def _add_furniture(stage: Stage, walls: _Walls, taken: list[tuple[float, float]]) -> None:
    for _ in stage.count(2, 7):
        x, z = 0.0, 0.0
        for _ in range(8):
            x = stage.uniform(-0.8, 0.8) * walls.half_x_m
            z = stage.uniform(-0.7, 0.9) * walls.half_z_m
            if all((x - a) ** 2 + (z - b) ** 2 > 0.9 for a, b in taken):
                break
        taken.append((x, z))
        build = stage.pick(_FURNITURE)
        yaw = stage.pick((0.0, 1.57, 3.14, 4.71)) + stage.normal(0.15)
        scale = stage.uniform(0.3, 0.9) if build is compound else stage.uniform(0.9, 1.1)
        build(stage.at((x, 0, z), yaw, scale))
    if stage.chance(0.25):
        spot = (stage.uniform(-0.4, 0.4) * walls.half_x_m, 0, walls.half_z_m - 1.2)
        bed(stage.at(spot, stage.pick((math.pi, 1.57, -1.57))))


def _dress_wall(wall: Stage, distance_m: float, half_m: float, *, left: bool) -> None:
    """Hang a window, a picture or a door on the wall at z = distance_m; perhaps a shelf before it.

    `left` says that the wall's own x axis points towards the far end of the room, where the camera
    looks; on the right wall it points towards the camera.
    """
    far = 1 if left else -1

    def hang(x: float, y: float, size: tuple[float, float], material: Material) -> None:
        stands_out_m = 0.01 + 0.02 * size[1]
        center = (far * x * half_m, y, distance_m - stands_out_m)
        wall.box(center, (*size, stands_out_m), material)

    kind = wall.uniform(0, 1)
    if kind < 0.3:
        x, half_width = wall.uniform(-0.2, 0.7), wall.uniform(0.4, 1)
        frame = wall.material((0.8, 0.8, 0.8), "noise")
        hang(x, 1.5, (half_width, 0.6), wall.material((0.9, 0.95, 1), "sky", 0.4, 0.4, 0.9))
        hang(x, 1.5, (half_width + 0.05, 0.03), frame)
        hang(x, 0.88, (half_width + 0.05, 0.03), frame)
    elif kind < 0.6:
        picture = wall.material((0.6, 0.6, 0.6), "photo", 1, 1.3)
        size = (wall.uniform(0.2, 0.6), wall.uniform(0.2, 0.5))
        hang(wall.uniform(-0.5, 0.7), wall.uniform(1.3, 1.8), size, picture)
    elif kind < 0.75:
        door = wall.material(texture="wood", contrast=0.4)
        hang(wall.uniform(-0.3, 0.7), 1.02, (0.45, 1.02), door)
    if wall.chance(0.35):
        spot = (far * wall.uniform(-0.3, 0.8) * half_m, 0, distance_m - 0.25)
        shelf(wall.at(spot, math.pi))


def _add_rest(stage: Stage, walls: _Walls) -> None:
    x, z = stage.uniform(-0.4, 0.4) * walls.half_x_m, stage.uniform(-0.2, 0.6) * walls.half_z_m
    if stage.chance(0.4):
        carpet = (stage.uniform(0.5, 1.3), 0.01, stage.uniform(0.5, 1.3))
        stage.box((x, 0, z), carpet, stage.material())
    if stage.chance(0.4):
        light = stage.material((1, 1, 0.95), "noise", 1, 0.05, emission=1.0)
        size = (stage.uniform(0.1, 0.5), 0.02, stage.uniform(0.1, 0.5))
        stage.box((x, walls.height_m - 0.02, z), size, light)
    elif stage.chance(0.3):
        drop_m, cord = stage.uniform(0.3, 0.9), stage.material((0.1, 0.1, 0.1), "noise", 1, 0.1)
        top = walls.height_m - drop_m / 2
        stage.cylinder((x, top, z), (0.008, drop_m / 2, 0.008), cord)
        shade = stage.material((1, 0.95, 0.85), "noise", 1, 0.1, emission=stage.uniform(0.2, 1))
        stage.ellipsoid((x, walls.height_m - drop_m, z), (0.2, 0.14, 0.2), shade)
    if stage.chance(0.3):
        spot = (
            stage.uniform(-0.5, 0.5) * walls.half_x_m,
            0,
            stage.uniform(-0.2, 0.7) * walls.half_z_m,
        )
        person(stage.at(spot, stage.uniform(0, 6.28)))
