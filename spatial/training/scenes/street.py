"""A street: two rows of houses, pavements, what drives, walks, stands and grows there."""

import math
from dataclasses import dataclass

import numpy as np

from spatial.training.scenes.foreground import add_foreground
from spatial.training.scenes.objects import bike, car, pole, railing
from spatial.training.scenes.people_animals_plants import bush, person, tree
from spatial.training.scenes.scene import GREY, Shot, Stage, look


@dataclass(frozen=True, slots=True, kw_only=True)
class _Road:
    """Half widths and lengths in metres: the roadway, the pavement beside it, the row of houses."""

    half_m: float
    pavement_m: float
    length_m: float

    @property
    def house_line_m(self) -> float:
        return self.half_m + self.pavement_m


def street(stage: Stage) -> Shot:
    """Build a street along +z; the camera stands on it, sometimes high above it."""
    road = _Road(
        half_m=stage.uniform(3, 9),
        pavement_m=stage.uniform(1.5, 4),
        length_m=stage.uniform(40, 140),
    )
    asphalt = stage.material(
        GREY * stage.uniform(0.2, 0.5), "noise", stage.uniform(0.15, 0.6), stage.uniform(0.1, 0.6)
    )
    stage.plane((0, 0, 0), asphalt)
    for side in (-1, 1):
        _add_pavement(stage, road, side)
        _add_houses(stage, road, side)
        _add_parked(stage, road, side)
        _add_life(stage, road, side)
    _add_traffic(stage, road)
    return _photograph(stage, road)


def _add_pavement(stage: Stage, road: _Road, side: int) -> None:
    paving = stage.material(
        GREY * stage.uniform(0.35, 0.7),
        stage.pick(("tile", "brick", "noise")),
        stage.uniform(0.3, 1),
        stage.uniform(0.2, 0.8),
    )
    middle = (side * (road.half_m + road.pavement_m / 2), 0, road.length_m / 2)
    stage.box(middle, (road.pavement_m / 2, 0.12, road.length_m), paving)
    if stage.chance(0.3):
        lawn = stage.material((0.32, 0.48, 0.16), "leaf", 0.4, 0.8)
        beyond = (side * (road.house_line_m + 20), 0, road.length_m / 2)
        stage.box(beyond, (20, 0.11, road.length_m), lawn)
    if stage.chance(0.25):
        wall = stage.material(texture=stage.pick(("stripe", "brick")))
        size = (0.05, stage.uniform(0.4, 0.8), road.length_m * 0.5)
        stage.box((side * road.house_line_m, 0.6, road.length_m / 2), size, wall)


def _add_houses(stage: Stage, road: _Road, side: int) -> None:
    z = stage.uniform(-6, 6)
    while z < road.length_m:
        width, height, depth = stage.uniform(3, 12), stage.uniform(2, 11), stage.uniform(2, 8)
        set_back = stage.uniform(0, 6) if stage.chance(0.4) else 0.0
        if stage.chance(0.88):
            x = side * (road.house_line_m + depth + set_back)
            color = np.array([0.62, 0.55, 0.48]) * stage.uniform(0.5, 1.5)
            front = stage.material(
                color * (1 + stage.normals(0.12)),
                stage.pick(("facade", "facade", "facade", "brick", "photo")),
                1 / stage.uniform(4, 10),
                stage.uniform(0.7, 1.4),
            )
            stage.box((x, height, z + width), (depth, height, width), front)
            if stage.chance(0.35):
                tiles = stage.material((0.4, 0.25, 0.2), "brick", 0.6, 0.6)
                roof = (depth * 0.72, depth * 0.72, width)
                turn = (0.0, 0.0, math.pi / 4)
                stage.box((x, 2 * height, z + width), roof, tiles, turn)
        z += 2 * width + (0.0 if stage.chance(0.6) else stage.uniform(0.5, 8))


def _add_parked(stage: Stage, road: _Road, side: int) -> None:
    for _ in stage.count(0, 6):
        x = side * (road.half_m - 1.1) * stage.uniform(0.85, 1)
        yaw = (0.0 if side > 0 else math.pi) + stage.uniform(-0.05, 0.05)
        car(stage.at((x, 0, stage.uniform(3, 45)), yaw, stage.uniform(0.9, 1.1)))
    if stage.chance(0.3):
        spot = (side * (road.half_m + 0.6), 0.12, stage.uniform(3, 15))
        bike(stage.at(spot, stage.uniform(-0.4, 0.4)))
    if stage.chance(0.15):
        spot = (side * (road.half_m + 0.2), 0.12, stage.uniform(4, 14))
        railing(stage.at(spot, math.pi / 2))


def _add_life(stage: Stage, road: _Road, side: int) -> None:
    for _ in stage.count(0, 3):
        x = road.half_m + stage.uniform(0.6, road.pavement_m + 3)
        tree(stage.at((side * x, 0, stage.uniform(4, 60)), stage.uniform(0, 6.28)))
    for _ in stage.count(0, 3):
        pole(stage.at((side * (road.half_m + stage.uniform(0.2, 0.9)), 0, stage.uniform(3, 50))))
    for _ in stage.count(0, 3):
        x, z = road.half_m + stage.uniform(0.4, road.pavement_m), stage.log_uniform(2.7, 30)
        yaw = stage.pick((0.0, math.pi, 1.5, 4.7)) + stage.uniform(-0.3, 0.3)
        person(stage.at((side * x, 0.12, z), yaw))
    if stage.chance(0.2):
        bush(stage.at((side * road.house_line_m, 0, stage.uniform(4, 25))))


def _add_traffic(stage: Stage, road: _Road) -> None:
    for _ in stage.count(0, 2):
        x, z = stage.uniform(-0.5, 0.5) * road.half_m, stage.uniform(6, 50)
        yaw = stage.pick((0.0, math.pi)) + stage.uniform(-0.15, 0.15)
        car(stage.at((x, 0, z), yaw, stage.uniform(0.9, 1.1)))
    if stage.chance(0.35):
        spot = (stage.uniform(-0.7, 0.7) * road.half_m, 0, stage.uniform(3, 20))
        person(stage.at(spot, stage.uniform(0, 6.28)))
    if stage.chance(0.7):
        paint, dash = stage.material((0.85, 0.85, 0.8), "noise", 1, 0.2), stage.uniform(1, 3)
        for z in np.arange(0, 50, dash * 2.5):
            stage.box((0, 0, z), (0.07, 0.012, dash / 2), paint)
    if stage.chance(0.5):
        end = stage.material(texture=stage.pick(("facade", "leaf")), scale=0.12)
        middle = (0, stage.uniform(3, 9), road.length_m + stage.uniform(0, 30))
        stage.box(middle, (stage.uniform(10, 40), stage.uniform(4, 14), 4), end)
    if stage.chance(0.2):
        wire = stage.material((0.1, 0.1, 0.1), "noise", 1, 0.1)
        for _ in range(3):
            middle = (stage.uniform(-1, 1) * road.half_m, stage.uniform(4, 8), stage.uniform(5, 40))
            turn = (0.0, 0.0, math.pi / 2 + stage.uniform(-0.1, 0.1))
            stage.cylinder(middle, (0.015, road.house_line_m, 0.015), wire, turn)


def _photograph(stage: Stage, road: _Road) -> Shot:
    if stage.chance(0.08):
        height_m, pitch = stage.uniform(5, 14), stage.uniform(0.5, 1.3)
    else:
        height_m = stage.uniform(1.2, 2.1) if stage.chance(0.8) else stage.uniform(0.4, 6)
        pitch = stage.uniform(-0.06, 0.14) + (0.25 if height_m > 3 else 0.0)
    reach_m = road.half_m + 0.6 * road.pavement_m if stage.chance(0.5) else 0.5 * road.half_m
    camera = look(
        (stage.uniform(-reach_m, reach_m), height_m, 0),
        yaw=stage.normal(0.12) if stage.chance(0.65) else stage.uniform(-0.9, 0.9),
        pitch=pitch,
        roll=stage.normal(0.02),
        fov_deg=stage.uniform(45, 95),
    )
    if height_m < 3 and stage.chance(0.2):
        add_foreground(stage, camera)
    return Shot(camera=camera, fog_per_m=0.0 if stage.chance(0.4) else 1 / stage.uniform(60, 500))
