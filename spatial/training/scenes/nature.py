"""Open country: hills, trees, bushes, rocks, grass, people and animals."""

import math
from collections.abc import Callable

import numpy as np

from spatial.training.scenes.foreground import add_foreground
from spatial.training.scenes.objects import fence, rock
from spatial.training.scenes.people_animals_plants import animal, bush, grass, person, tree
from spatial.training.scenes.scene import GREY, Shot, Stage, look

_GROUND_COLORS = (  # meadow, sand, snow, water, dry grass, earth
    ((0.36, 0.5, 0.18), 0.45),
    ((0.72, 0.62, 0.45), 0.15),
    ((0.9, 0.92, 0.95), 0.08),
    ((0.28, 0.45, 0.55), 0.08),
    ((0.66, 0.6, 0.32), 0.14),
    ((0.45, 0.35, 0.25), 0.1),
)
# How many at most, from and to what distance [m], within what angle [rad], and what.
_GROWTH: tuple[tuple[int, float, float, float, Callable[[Stage], None]], ...] = (
    (11, 6.7, 67, 0.8, tree),
    (5, 4, 30, 0.7, bush),
    (5, 1.5, 9, 0.6, grass),
    (2, 2.5, 20, 0.5, person),
    (2, 2.5, 20, 0.5, animal),
)


def nature(stage: Stage) -> Shot:
    """Build a landscape; the camera looks about along +z."""
    ground = _ground_color(stage)
    soil = stage.material(
        ground,
        stage.pick(("leaf", "noise", "noise")),
        stage.uniform(0.1, 0.8),
        stage.uniform(0.3, 1.2),
    )
    stage.plane((0, 0, 0), soil)
    _add_hills(stage, ground)
    for most, near_m, far_m, angle, build in _GROWTH:
        for _ in stage.count(0, most):
            spot = _spot(stage, stage.log_uniform(near_m, far_m), angle)
            build(stage.at(spot, stage.uniform(0, 6.28)))
    for _ in stage.count(0, 4):
        distance_m = stage.log_uniform(3, 20)
        scale = stage.uniform(0.06, 0.12) * distance_m
        rock(stage.at(_spot(stage, distance_m, 0.6), scale=scale))
    _add_works(stage)
    return _photograph(stage)


def _ground_color(stage: Stage) -> np.ndarray:
    color = stage.pick_weighted(_GROUND_COLORS)
    return np.clip(np.array(color) * stage.uniform(0.75, 1.4) * (1 + stage.normals(0.08)), 0, 1)


def _spot(stage: Stage, distance_m: float, angle: float) -> tuple[float, float, float]:
    bearing = stage.uniform(-angle, angle)
    return (math.sin(bearing) * distance_m, 0.0, math.cos(bearing) * distance_m)


def _add_hills(stage: Stage, ground: np.ndarray) -> None:
    for _ in stage.count(0, 5):
        distance_m = stage.uniform(25, 250)
        radius = distance_m * stage.uniform(0.15, 0.7)
        grey = np.array([0.45, 0.5, 0.56]) * stage.uniform(0.7, 1.4)
        color = ground * stage.uniform(0.6, 1.2) if stage.chance(0.6) else grey
        surface = stage.material(
            color, stage.pick(("leaf", "noise")), stage.uniform(0.02, 0.08), 0.8
        )
        x, _, z = _spot(stage, distance_m, 1.2)
        size = (radius * stage.uniform(0.8, 2), radius * stage.uniform(0.15, 0.6), radius * 0.7)
        center = (1.2 * x, -0.1 * radius, z + 0.3 * radius)
        stage.ellipsoid(center, size, surface)


def _add_works(stage: Stage) -> None:
    if stage.chance(0.25):
        fence(stage.at((0, 0, stage.uniform(4, 20)), stage.normal(0.3)))
    if stage.chance(0.25):
        size = (stage.uniform(3, 9), stage.uniform(2, 5), 4)
        spot = (stage.uniform(-15, 15), 2.5, stage.uniform(12, 40))
        front = stage.material(texture="facade", scale=0.2)
        stage.box(spot, size, front, (stage.uniform(-0.8, 0.8), 0, 0))
    if stage.chance(0.3):
        path = stage.material(GREY * stage.uniform(0.4, 0.8), "noise")
        size, turn = (stage.uniform(0.5, 2), 0.02, 40), (stage.normal(0.3), 0.0, 0.0)
        stage.box((stage.uniform(-2, 2), 0, 20), size, path, turn)


def _photograph(stage: Stage) -> Shot:
    if stage.chance(0.08):
        height_m, pitch = stage.uniform(3, 12), stage.uniform(0.5, 1.3)
    else:
        height_m = stage.uniform(0.5, 2) if stage.chance(0.8) else stage.uniform(2, 8)
        pitch = stage.uniform(-0.1, 0.2) + (0.15 if height_m > 2 else 0.0)
    camera = look(
        (0, height_m, 0),
        yaw=stage.normal(0.2),
        pitch=pitch,
        roll=stage.normal(0.03),
        fov_deg=stage.uniform(30, 85),
    )
    if height_m < 3 and stage.chance(0.5):
        add_foreground(stage, camera)
    return Shot(camera=camera, fog_per_m=0.0 if stage.chance(0.3) else 1 / stage.uniform(60, 600))
