"""What a scene is: primitives with materials, a camera, light and air; and a stage to build one on.

World axes: x right, y up, z forward, in metres, the ground at y = 0; things are described from the
ground up. The camera's own axes are OpenCV's (x right, y down, z forward); `look` holds the flip.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

import numpy as np

from spatial.training.scenes.textures import TextureAtlas

Vector = Sequence[float] | np.ndarray
Turn = tuple[float, float, float]  # yaw, pitch and roll [rad]
SIDES = (-1, 1)
GREY = np.ones(3)
_STRAIGHT: Turn = (0.0, 0.0, 0.0)
_T = TypeVar("_T")
_USUAL_TEXTURES = (
    "noise", "noise", "photo", "photo", "stripe", "wood", "tile", "checker", "leaf",
)  # fmt: skip


class Shape(IntEnum):
    """Primitives, each in its own frame.

    PLANE is y = 0, seen from y > 0 only; BOX the cube |x|, |y|, |z| <= 1; ELLIPSOID the unit ball;
    CYLINDER x^2 + z^2 <= 1, |y| <= 1. Sizes are half extents.
    """

    PLANE = 0
    BOX = 1
    ELLIPSOID = 2
    CYLINDER = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """How a surface looks.

    Attributes:
        color: Mean colour, three values in about [0, 1].
        texture: Number in the atlas.
        scale_per_m: Textures per metre.
        contrast: 0 = plain, 1 = the texture's own contrast, above 0.8 its own colours too.
        offset: Where on the texture the surface begins, (u, v).
        emission: Share of the light that the surface sends out itself, 0 to 1.
    """

    color: tuple[float, float, float]
    texture: int
    scale_per_m: float
    contrast: float
    offset: tuple[float, float]
    emission: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Primitive:
    """A shape in the world.

    Attributes:
        shape: Which one.
        center: World position of its origin, metres, [3].
        rotation: Own axes -> world axes, [3, 3].
        size: Half extents along its own axes, metres, [3].
        material: Its surface.
    """

    shape: Shape
    center: np.ndarray
    rotation: np.ndarray
    size: np.ndarray
    material: Material


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A pinhole camera.

    Attributes:
        position: World position, metres, [3].
        to_world: Camera axes (OpenCV) -> world axes, [3, 3].
        fov_deg: Full angle of view along the longer side of the picture.
    """

    position: np.ndarray
    to_world: np.ndarray
    fov_deg: float

    def focal_px(self, height_px: int, width_px: int) -> float:
        """Focal length for a picture of this size, in pixels."""
        return 0.5 * max(height_px, width_px) / math.tan(math.radians(self.fov_deg) / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """Sun, sky and what lies between.

    Attributes:
        toward_sun: Unit vector in the world, [3].
        sun: Colour times strength of the direct light, [3].
        ambient: Strength of the light from everywhere.
        horizon: Colour of the sky low down, [3].
        zenith: Colour of the sky straight up, [3].
        clouds: Strength of the clouds, 0 = none.
        cloud_texture: Number in the atlas.
    """

    toward_sun: np.ndarray
    sun: np.ndarray
    ambient: float
    horizon: np.ndarray
    zenith: np.ndarray
    clouds: float
    cloud_texture: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that is to be seen.

    Attributes:
        primitives: At least none; what no ray hits is sky.
        camera: From where it is seen.
        light: What lights it.
        fog_per_m: Extinction of the air, 1/m.
    """

    primitives: tuple[Primitive, ...]
    camera: Camera
    light: Light
    fog_per_m: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """How a place wants to be photographed: the camera and the air.

    Attributes:
        camera: From where.
        fog_per_m: Extinction of the air, 1/m.
        indoors: Softer sun, plain sky behind the windows.
    """

    camera: Camera
    fog_per_m: float = 0.0
    indoors: bool = False


def rotation(yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> np.ndarray:
    """Own axes -> world axes, [3, 3]: roll about z, then pitch about x, then yaw about y, radians.

    A positive pitch turns z downward, a positive yaw turns z to the right.
    """
    cy, sy = math.cos(yaw), math.sin(yaw)
    cp, sp = math.cos(pitch), math.sin(pitch)
    cr, sr = math.cos(roll), math.sin(roll)
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return about_y @ about_x @ about_z


def look(
    position: Vector, *, yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0, fov_deg: float
) -> Camera:
    """A camera at `position` that looks along +z, turned by yaw, pitch (> 0 = down), roll [rad]."""
    to_world = rotation(yaw, pitch, roll) @ np.diag([1.0, -1.0, 1.0])
    return Camera(position=np.array(position, float), to_world=to_world, fov_deg=fov_deg)


class Stage:
    """Where a scene is put together: a frame of reference, a source of chance, a list of parts.

    `at` gives a stage in a frame of its own that adds to the same list, so a thing is built around
    its own origin wherever it stands.
    """

    def __init__(self, atlas: TextureAtlas, rng: np.random.Generator) -> None:
        self.primitives: list[Primitive] = []
        self._atlas = atlas
        self._rng = rng
        self._origin = np.zeros(3)
        self._axes = np.eye(3)
        self._scale = 1.0

    def at(self, position: Vector, yaw: float = 0.0, scale: float = 1.0) -> "Stage":
        """A stage whose origin is `position`, turned by `yaw` [rad] and magnified by `scale`."""
        inner = Stage(self._atlas, self._rng)
        inner.primitives = self.primitives
        inner._origin = self._to_world(position)
        inner._axes = self._axes @ rotation(yaw)
        inner._scale = self._scale * scale
        return inner

    def add(
        self, shape: Shape, center: Vector, size: Vector, material: Material, turn: Turn = _STRAIGHT
    ) -> None:
        """Add a primitive; `size` holds half extents [m], `turn` yaw, pitch and roll [rad]."""
        self.primitives.append(
            Primitive(
                shape=shape,
                center=self._to_world(center),
                rotation=self._axes @ rotation(*turn),
                size=np.maximum(np.array(size, float) * self._scale, 1e-3),
                material=material,
            )
        )

    def plane(self, center: Vector, material: Material, turn: Turn = _STRAIGHT) -> None:
        """Add the ground, or a wall turned from it."""
        self.add(Shape.PLANE, center, (1, 1, 1), material, turn)

    def box(self, center: Vector, size: Vector, material: Material, turn: Turn = _STRAIGHT) -> None:
        """Add a box."""
        self.add(Shape.BOX, center, size, material, turn)

    def ellipsoid(
        self, center: Vector, size: Vector, material: Material, turn: Turn = _STRAIGHT
    ) -> None:
        """Add an ellipsoid."""
        self.add(Shape.ELLIPSOID, center, size, material, turn)

    def cylinder(
        self, center: Vector, size: Vector, material: Material, turn: Turn = _STRAIGHT
    ) -> None:
        """Add a cylinder, upright unless it is turned."""
        self.add(Shape.CYLINDER, center, size, material, turn)

    def material(
        self,
        color: Vector | None = None,
        texture: str | None = None,
        scale: float | None = None,
        contrast: float | None = None,
        emission: float = 0.0,
    ) -> Material:
        """A material; what is not given is drawn at random."""
        rgb = np.asarray(self._random_color() if color is None else color, float)
        kind = self.pick(_USUAL_TEXTURES) if texture is None else texture
        return Material(
            color=(float(rgb[0]), float(rgb[1]), float(rgb[2])),
            texture=self._atlas.pick(kind, self._rng),
            scale_per_m=self.uniform(0.3, 2.5) if scale is None else scale,
            contrast=1.2 * self.uniform(0, 1) ** 1.5 if contrast is None else contrast,
            offset=(self.uniform(0, 1), self.uniform(0, 1)),
            emission=emission,
        )

    def texture(self, kind: str) -> int:
        """Draw the number of a texture of one kind."""
        return self._atlas.pick(kind, self._rng)

    def uniform(self, low: float, high: float) -> float:
        """Draw from [low, high)."""
        return float(self._rng.uniform(low, high))

    def log_uniform(self, low: float, high: float) -> float:
        """Draw from [low, high) so that every octave is equally likely."""
        return math.exp(self.uniform(math.log(low), math.log(high)))

    def normal(self, deviation: float) -> float:
        """Draw from the normal distribution around 0."""
        return float(self._rng.normal(0.0, deviation))

    def normals(self, deviation: float) -> np.ndarray:
        """Draw three normal values, [3]."""
        return self._rng.normal(0.0, deviation, 3)

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return bool(self._rng.random() < probability)

    def count(self, low: int, high: int) -> range:
        """A range of random length in [low, high]."""
        return range(int(self._rng.integers(low, high + 1)))

    def pick(self, options: Sequence[_T]) -> _T:
        """Draw one of the options."""
        return options[int(self._rng.integers(len(options)))]

    def pick_weighted(self, rows: Sequence[tuple[_T, float]]) -> _T:
        """Draw from rows of (option, weight)."""
        weights = np.array([weight for _, weight in rows])
        return rows[int(self._rng.choice(len(rows), p=weights / weights.sum()))][0]

    def _to_world(self, position: Vector) -> np.ndarray:
        return self._origin + self._axes @ (self._scale * np.array(position, float))

    def _random_color(self) -> np.ndarray:
        hue = self.uniform(0, 6) + np.array([0.0, 4.0, 2.0])
        pure = np.clip(np.abs(hue % 6 - 3) - 1, 0, 1)
        saturation = 0.8 * self.uniform(0, 1) ** 2
        return self.uniform(0.12, 0.95) * (1 - saturation + saturation * pure)
