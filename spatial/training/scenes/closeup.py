"""Things on a table or on the ground, seen from near, often from above."""

import math
from collections.abc import Callable

import numpy as np

from spatial.training.scenes.objects import ball, compound
from spatial.training.scenes.people_animals_plants import animal, bird, grass, plant, twigs
from spatial.training.scenes.scene import Shape, Shot, Stage, look

# What with its smallest and largest size in units of the scene, and how often.
_THINGS: tuple[tuple[tuple[Callable[[Stage], None], float, float], float], ...] = (
    ((compound, 0.4, 1.1), 0.52),
    ((animal, 0.6, 1.2), 0.15),
    ((bird, 0.5, 1.0), 0.1),
    ((ball, 0.7, 1.3), 0.1),
    ((plant, 0.8, 1.5), 0.05),
    ((grass, 0.8, 1.5), 0.04),
    ((twigs, 0.3, 0.7), 0.04),
)


def closeup(stage: Stage) -> Shot:
    """Build one to six things around the origin; the scale of the whole is 0.2 to 1.5 m."""
    scale = math.exp(stage.uniform(-1.6, 0.4))
    surface = stage.material(
        texture=stage.pick(("wood", "noise", "tile", "photo", "leaf")), scale=stage.uniform(0.5, 2)
    )
    stage.plane((0, 0, 0), surface)
    scene = stage.at((0, 0, 0), scale=scale)
    _add_thing(scene, (stage.uniform(-0.2, 0.2), 0.0, 0.0))
    for _ in stage.count(0, 5):
        _add_thing(scene, (stage.uniform(-1.2, 1.2), 0.0, stage.uniform(0, 2.5)))
    _add_background(scene, scale)
    return _photograph(stage, scale)


def _add_thing(scene: Stage, spot: tuple[float, float, float]) -> None:
    build, smallest, largest = scene.pick_weighted(_THINGS)
    floating_m = scene.uniform(0.1, 0.8) if scene.chance(0.1) else 0.0
    place = (spot[0], floating_m, spot[2])
    build(scene.at(place, scene.uniform(0, 6.28), scene.uniform(smallest, largest)))


def _add_background(scene: Stage, scale: float) -> None:
    kind = scene.uniform(0, 1)
    if kind < 0.45:
        wall = scene.material(
            contrast=scene.uniform(0, 0.7), scale=0.4 * scene.uniform(0.3, 1.5) / scale
        )
        turn = (scene.normal(0.25), 0.0, 0.0)
        scene.box((0, 5, scene.uniform(2, 6.5)), (30, 30, 0.1), wall, turn)
    elif kind < 0.75:
        for _ in scene.count(2, 7):
            distance, bearing = scene.uniform(6, 40), scene.uniform(-0.8, 0.8)
            radius = distance * scene.uniform(0.1, 0.4)
            surface = scene.material(
                texture=scene.pick(("leaf", "noise", "facade")), scale=1 / (radius * scale)
            )
            center = (math.sin(bearing) * distance, 0.6 * radius, math.cos(bearing) * distance)
            shape = scene.pick((Shape.ELLIPSOID, Shape.BOX))
            scene.add(shape, center, (radius, radius, radius), surface)


def _photograph(stage: Stage, scale: float) -> Shot:
    distance = scale * stage.uniform(1.6, 3.5)
    pitch = stage.uniform(0.02, 0.7) if stage.chance(0.78) else stage.uniform(0.7, 1.5)
    yaw, target = stage.normal(0.2), np.array([0, scale * stage.uniform(0.2, 0.5), 0])
    ahead = (math.sin(yaw) * math.cos(pitch), -math.sin(pitch), math.cos(yaw) * math.cos(pitch))
    camera = look(
        target - distance * np.array(ahead),
        yaw=yaw + stage.normal(0.05),
        pitch=pitch + stage.normal(0.05),
        roll=stage.normal(0.06),
        fov_deg=stage.uniform(25, 60),
    )
    return Shot(camera=camera)
