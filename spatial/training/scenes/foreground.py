"""Something near the camera: standing, in the air, or in the way."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from spatial.training.scenes.objects import ball, compound, railing
from spatial.training.scenes.people_animals_plants import animal, bird, bust, person, twigs
from spatial.training.scenes.scene import Camera, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place in front of the camera.

    Attributes:
        ground: The point of the ground there, metres, [3].
        eye_m: Height of the camera above the ground.
        distance_m: From the camera, along the ground.
        toward_camera: Yaw that faces the camera, radians.
    """

    ground: np.ndarray
    eye_m: float
    distance_m: float
    toward_camera: float

    def at_height(self, height_m: float) -> np.ndarray:
        """The point this far above the ground, [3]."""
        return self.ground + np.array([0.0, height_m, 0.0])


def add_foreground(stage: Stage, camera: Camera) -> None:
    """Put one of `FOREGROUND` 0.7 to 4 m before a camera that looks about level."""
    ahead = camera.to_world[:, 2]
    yaw = math.atan2(ahead[0], ahead[2])
    distance_m = stage.log_uniform(0.7, 4)
    aside_m = stage.uniform(-0.28, 0.28) * distance_m
    forward, right = (math.sin(yaw), math.cos(yaw)), (math.cos(yaw), -math.sin(yaw))
    x, z = (distance_m * f + aside_m * r for f, r in zip(forward, right, strict=True))
    spot = Spot(
        ground=np.array([camera.position[0] + x, 0.0, camera.position[2] + z]),
        eye_m=float(camera.position[1]),
        distance_m=distance_m,
        toward_camera=yaw + math.pi,
    )
    stage.pick_weighted(FOREGROUND)(stage, spot)


def _someone(stage: Stage, spot: Spot) -> None:
    if spot.distance_m < 1.6:
        height_m = spot.eye_m + stage.uniform(-0.1, 0.08)
        bust(stage.at(spot.at_height(height_m), spot.toward_camera + stage.uniform(-1, 1)))
    else:
        person(stage.at(spot.ground, spot.toward_camera + stage.uniform(-1.5, 1.5)))


def _some_animal(stage: Stage, spot: Spot) -> None:
    held_m = spot.eye_m - stage.uniform(0.5, 0.7)
    height_m = 0.0 if spot.distance_m > 1.3 else held_m
    place = spot.at_height(height_m)
    animal(stage.at(place, stage.uniform(0, 6.28), stage.uniform(0.5, 1.1)))


def _bird_on_a_bough(stage: Stage, spot: Spot) -> None:
    place = spot.at_height(spot.eye_m - 0.3)
    bird(stage.at(place, stage.uniform(0, 6.28), stage.uniform(0.15, 0.5)))
    turn = (stage.uniform(-0.5, 0.5) + spot.toward_camera, 0.0, 1.5)
    bough = stage.material(texture="wood")
    stage.cylinder(place, (0.025, 1.0, 0.025), bough, turn)


def _something(stage: Stage, spot: Spot) -> None:
    drop_m = stage.uniform(0.3, 0.8) * min(1.0, spot.distance_m * 0.6)
    place = spot.at_height(spot.eye_m - drop_m)
    compound(stage.at(place, stage.uniform(0, 6.28), stage.uniform(0.3, 0.9)))


def _jump(stage: Stage, spot: Spot) -> None:
    """Somebody, an animal or a ball well above the ground, without contact."""
    build, scale = stage.pick(((person, 0.9), (animal, 0.9), (animal, 0.5), (ball, 0.4)))
    reach_m = max(0.15, spot.eye_m - 0.3 * spot.distance_m)
    place = spot.at_height(stage.uniform(0.15, max(0.3, reach_m)))
    build(stage.at(place, stage.uniform(0, 6.28), scale))


def _bars(stage: Stage, spot: Spot) -> None:
    height_m = max(0.0, spot.eye_m - stage.uniform(0.6, 1.3))
    railing(stage.at(spot.at_height(height_m), spot.toward_camera + stage.uniform(-0.6, 0.6)))


def _branches(stage: Stage, spot: Spot) -> None:
    height_m = spot.eye_m + stage.uniform(-0.3, 0.4) * spot.distance_m
    twigs(stage.at(spot.at_height(height_m), spot.toward_camera + stage.uniform(-0.7, 0.7)))


FOREGROUND: tuple[tuple[Callable[[Stage, Spot], None], float], ...] = (
    (_someone, 0.35),
    (_some_animal, 0.18),
    (_bird_on_a_bough, 0.08),
    (_something, 0.14),
    (_jump, 0.1),
    (_bars, 0.07),
    (_branches, 0.08),
)
