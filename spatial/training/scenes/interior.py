"""Part of a lived-in room from one to four metres: things along the walls and on each other."""

import math
from collections.abc import Callable

import numpy as np

from spatial.training.scenes.objects import bed, chair, compound, lamp, shelf, sofa, table
from spatial.training.scenes.people_animals_plants import person, plant
from spatial.training.scenes.room import enclose
from spatial.training.scenes.scene import GREY, SIDES, Shot, Stage, look


def interior(stage: Stage) -> Shot:
    """Build four walls and what stands along them; the camera is at x = z = 0, looks along +z."""
    height_m = stage.uniform(2.3, 3.0)
    back_m = stage.log_uniform(1.6, 5.0)
    left_m, right_m = (stage.log_uniform(0.8, 4.0) for _ in SIDES)
    _add_shell(stage, height_m, back_m, left_m, right_m)
    _furnish(stage.at((0.5 * (right_m - left_m), 0, back_m), math.pi), 0.5 * (left_m + right_m))
    middle = 0.5 * back_m - 0.3
    _furnish(stage.at((-left_m, 0, middle), math.pi / 2), 0.5 * back_m - 0.5)
    _furnish(stage.at((right_m, 0, middle), -math.pi / 2), 0.5 * back_m - 0.5)
    _add_middle(stage, back_m, left_m, right_m)
    _add_ceiling_lamp(stage, height_m, back_m)
    upward = stage.chance(0.05)
    camera = look(
        (0, stage.uniform(0.8, 1.75), 0),
        yaw=stage.normal(0.4),
        pitch=stage.uniform(-0.6, -0.1) if upward else stage.uniform(-0.05, 0.6),
        roll=stage.normal(0.06),
        fov_deg=stage.uniform(45, 80),
    )
    return Shot(camera=camera, indoors=True)


def _add_shell(stage: Stage, height_m: float, back_m: float, left_m: float, right_m: float) -> None:
    """Floor, ceiling and four walls that face inward, the one behind the camera 1.5 m away."""
    floor = stage.material(
        np.array([0.5, 0.4, 0.3]) * stage.uniform(0.4, 1.7),
        stage.pick(("wood", "wood", "tile", "noise", "stripe")),
        stage.uniform(0.3, 1.5),
        stage.uniform(0.1, 0.9),
    )
    paint = GREY * stage.uniform(0.35, 0.95) * (1 + stage.normals(0.1))
    wall = stage.material(paint, "noise", stage.uniform(0.3, 1), stage.uniform(0.02, 0.25))
    other = wall if stage.chance(0.75) else stage.material()
    ceiling = stage.material(GREY * stage.uniform(0.6, 1), "noise", 0.5, 0.08)
    sides = [(back_m, other), (right_m, wall), (1.5, wall), (left_m, wall)]
    enclose(stage, height_m, floor, ceiling, sides)


def _furnish(wall: Stage, half_m: float) -> None:
    """Fill a wall from end to end; its own z axis points into the room, its foot is at y = 0."""
    x = -half_m + wall.uniform(0, 0.3)
    while x < half_m - 0.3:
        piece_half_m = min(wall.uniform(0.3, 0.9), 0.5 * (half_m - x))
        build = wall.pick_weighted(_ALONG_A_WALL)
        build(wall.at((x + piece_half_m, 0, 0)), piece_half_m)
        x += 2 * piece_half_m + wall.uniform(0, 0.4)


def _clutter(stage: Stage, half_m: float, deep_m: float, most: int) -> None:
    """Put small things on a surface at y = 0, z from 0.05 to `deep_m`."""
    for _ in stage.count(0, most):
        spot = (stage.uniform(-0.9, 0.9) * half_m, 0, stage.uniform(0.08, deep_m))
        compound(stage.at(spot, stage.uniform(0, 6.28), stage.log_uniform(0.08, 0.3)))


def _counter(wall: Stage, half_m: float) -> None:
    """Base cabinets with a worktop and things on it; often cabinets above."""
    front = wall.material(contrast=wall.uniform(0, 0.6), texture=wall.pick(("wood", "noise")))
    top = wall.material(texture=wall.pick(("noise", "wood", "tile")))
    wall.box((0, 0.43, 0.3), (half_m, 0.43, 0.29), front)
    wall.box((0, 0.88, 0.31), (half_m + 0.01, 0.02, 0.31), top)
    for side in SIDES:
        panel = (side * 0.5 * half_m, 0.45, 0.59)
        wall.box(panel, (0.46 * half_m, 0.36, 0.012), front)
    _clutter(wall.at((0, 0.9, 0)), half_m, 0.5, 4)
    if wall.chance(0.55):
        wall.box((0, 1.8, 0.17), (half_m, wall.uniform(0.25, 0.4), 0.17), front)


def _desk(wall: Stage, half_m: float) -> None:
    """A desk, often with a screen and a chair."""
    wood = wall.material(texture=wall.pick(("wood", "noise")))
    wall.box((0, 0.73, 0.37), (half_m, 0.018, 0.36), wood)
    for side in SIDES:
        wall.box((side * half_m * 0.95, 0.36, 0.37), (0.02, 0.36, 0.33), wood)
    on_top = wall.at((0, 0.75, 0))
    if wall.chance(0.7):
        black = wall.material((0.05, 0.05, 0.06), "noise", 1, 0.2)
        x, half = wall.uniform(-0.4, 0.4) * half_m, wall.uniform(0.2, 0.32)
        turn = (wall.normal(0.2), 0.0, 0.0)
        on_top.box((x, 0.06, 0.25), (0.03, 0.08, 0.02), black)
        on_top.box((x, 0.12 + 0.6 * half, 0.28), (half, 0.6 * half, 0.02), black, turn)
    _clutter(on_top, half_m, 0.65, 5)
    if wall.chance(0.6):
        chair(wall.at((wall.uniform(-0.3, 0.3) * half_m, 0, 0.9), math.pi + wall.normal(0.6)))


def _wardrobe(wall: Stage, half_m: float) -> None:
    """A tall closed cupboard of two doors, a fridge where it is narrow."""
    wood = wall.material(texture=wall.pick(("wood", "noise")), contrast=wall.uniform(0, 0.6))
    high = wall.uniform(0.7, 1.1)
    wall.box((0, high, 0.3), (half_m, high, 0.29), wood)
    for side in SIDES:
        door = (side * 0.5 * half_m, high, 0.59)
        wall.box(door, (0.48 * half_m, 0.96 * high, 0.01), wood)
    _clutter(wall.at((0, 2 * high, 0)), half_m, 0.5, 2)


def _window(wall: Stage, half_m: float) -> None:
    """A bright window with a sill, and curtains of narrow folds."""
    light = wall.material((0.9, 0.95, 1), "sky", 0.4, 0.4, wall.uniform(0.4, 1.0))
    wall.box((0, 1.5, 0.01), (half_m, 0.55, 0.01), light)
    frame = wall.material((0.85, 0.85, 0.83), "noise", 1, 0.1)
    wall.box((0, 0.92, 0.08), (half_m + 0.05, 0.02, 0.08), frame)
    wall.box((0, 1.5, 0.03), (0.03, 0.55, 0.015), frame)
    if wall.chance(0.6):
        cloth = wall.material(contrast=wall.uniform(0, 0.8))
        for side in SIDES:
            for fold in range(3):
                x = side * (half_m - 0.09 * fold)
                wall.cylinder((x, 1.15, 0.1), (0.05, 1.05, 0.05), cloth)


def _boxes(wall: Stage, half_m: float) -> None:
    """Boxes and bags on the floor, some on top of others."""
    top = 0.0
    for _ in wall.count(1, 4):
        size = (wall.uniform(0.4, 0.9) * half_m, wall.uniform(0.08, 0.25), wall.uniform(0.12, 0.3))
        turn = (wall.normal(0.3), 0.0, 0.0)
        color = np.array([0.6, 0.47, 0.32]) * wall.uniform(0.6, 1.5)
        box = wall.material(color, "noise", 1, 0.3) if wall.chance(0.5) else wall.material()
        wall.box((wall.normal(0.05), top + size[1], 0.35), size, box, turn)
        top += 2 * size[1]


def _hangings(wall: Stage, half_m: float) -> None:
    """A bare piece of wall with a picture, a mounted board with things, or a door."""
    kind = wall.uniform(0, 1)
    if kind < 0.4:
        picture = wall.material((0.6, 0.6, 0.6), "photo", 1, 1.3)
        size = (0.7 * half_m, wall.uniform(0.2, 0.5), 0.015)
        wall.box((0, wall.uniform(1.3, 1.8), 0.015), size, picture)
    elif kind < 0.65:
        board = wall.material(texture="wood")
        y = wall.uniform(1.2, 1.8)
        wall.box((0, y, 0.12), (half_m, 0.012, 0.12), board)
        _clutter(wall.at((0, y + 0.012, 0)), half_m, 0.2, 5)
    else:
        door = wall.material(texture=wall.pick(("wood", "noise")), contrast=0.3)
        wall.box((0, 1.02, 0.02), (0.42, 1.02, 0.02), door)


def _standing(build: Callable[[Stage], None], away_m: float) -> Callable[[Stage, float], None]:
    """One of the `objects` or a plant, its middle `away_m` from the wall."""

    def place(wall: Stage, _half_m: float) -> None:
        build(wall.at((0, 0, away_m), wall.normal(0.06), wall.uniform(0.9, 1.15)))

    return place


_ALONG_A_WALL: tuple[tuple[Callable[[Stage, float], None], float], ...] = (
    (_counter, 0.18),
    (_desk, 0.14),
    (_wardrobe, 0.1),
    (_window, 0.1),
    (_boxes, 0.08),
    (_hangings, 0.14),
    (_standing(shelf, 0.3), 0.1),
    (_standing(sofa, 0.5), 0.07),
    (_standing(bed, 1.1), 0.04),
    (_standing(plant, 0.4), 0.03),
    (_standing(lamp, 0.3), 0.02),
)
_IN_THE_MIDDLE: tuple[tuple[Callable[[Stage], None], float], ...] = (
    (table, 0.4),
    (chair, 0.35),
    (compound, 0.1),
    (person, 0.1),
    (plant, 0.05),
)


def _add_middle(stage: Stage, back_m: float, left_m: float, right_m: float) -> None:
    """Up to three things between the camera and the wall, the first perhaps within reach."""
    for _ in stage.count(0, 3):
        build = stage.pick_weighted(_IN_THE_MIDDLE)
        x = stage.uniform(-0.7 * left_m, 0.7 * right_m)
        z = stage.uniform(0.7, max(0.8, back_m - 0.7))
        scale = stage.uniform(0.2, 0.7) if build is compound else stage.uniform(0.9, 1.1)
        build(stage.at((x, 0, z), stage.uniform(0, 6.28), scale))


def _add_ceiling_lamp(stage: Stage, height_m: float, back_m: float) -> None:
    if stage.chance(0.4):
        shine = stage.material((1, 1, 0.95), "noise", 1, 0.05, emission=1.0)
        size = (stage.uniform(0.1, 0.6), 0.02, stage.uniform(0.1, 0.6))
        center = (stage.uniform(-0.5, 0.5), height_m - 0.02, stage.uniform(0.2, 0.9) * back_m)
        stage.box(center, size, shine)
