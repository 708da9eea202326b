"""Where scenes take place, and how often: `PLACES` is the table."""

from collections.abc import Callable, Mapping

import numpy as np

from spatial.training.scenes.closeup import closeup
from spatial.training.scenes.interior import interior
from spatial.training.scenes.nature import nature
from spatial.training.scenes.room import room
from spatial.training.scenes.scene import Light, Scene, Shot, Stage
from spatial.training.scenes.street import street
from spatial.training.scenes.textures import TextureAtlas

PLACES: Mapping[str, tuple[Callable[[Stage], Shot], float]] = {
    "street": (street, 0.22),
    "nature": (nature, 0.19),
    "room": (room, 0.18),
    "interior": (interior, 0.21),
    "closeup": (closeup, 0.2),
}


def build_scene(atlas: TextureAtlas, rng: np.random.Generator) -> Scene:
    """Make up a scene: draw a place from `PLACES`, build it and light it."""
    stage = Stage(atlas, rng)
    shot = stage.pick_weighted(list(PLACES.values()))(stage)
    return Scene(
        primitives=tuple(stage.primitives),
        camera=shot.camera,
        light=_draw_light(stage, indoors=shot.indoors),
        fog_per_m=shot.fog_per_m,
    )


def _draw_light(stage: Stage, *, indoors: bool) -> Light:
    elevation, azimuth = stage.uniform(0.25, 1.3), stage.uniform(0, 6.28)
    across = np.cos(elevation)
    toward_sun = (across * np.sin(azimuth), np.sin(elevation), across * np.cos(azimuth))
    sun = stage.uniform(0, 1.3) * float(stage.chance(0.75)) * (0.5 if indoors else 1.0)
    horizon = stage.uniform(0.6, 1.0) * (1 + stage.normals(0.04))
    blue = np.array([0.35, 0.55, 0.95]) * stage.uniform(0.6, 1.1)
    zenith = blue if stage.chance(0.65) else np.full(3, stage.uniform(0.4, 0.95))
    return Light(
        toward_sun=np.array(toward_sun),
        sun=sun * (1 + stage.normals(0.06) * np.array([1, 0.2, -1])).clip(0),
        ambient=stage.uniform(0.35, 0.75),
        horizon=horizon,
        zenith=horizon if indoors else zenith,
        clouds=0.0 if indoors else stage.uniform(0, 0.9) * float(stage.chance(0.6)),
        cloud_texture=stage.texture("sky"),
    )
