"""Builders of people, animals and plants; each stands at the origin of its stage, facing +z."""

import math

import numpy as np

from spatial.training.scenes.scene import SIDES, Material, Stage

_SKIN_COLORS = tuple(
    np.array(color)
    for color in (
        (0.85, 0.62, 0.5), (0.75, 0.52, 0.4), (0.6, 0.4, 0.28), (0.4, 0.26, 0.18), (0.9, 0.72, 0.6),
    )
)  # fmt: skip
_PLANT_COLORS = tuple(
    np.array(color)
    for color in (
        (0.3, 0.48, 0.15), (0.3, 0.48, 0.15), (0.42, 0.58, 0.2),
        (0.22, 0.4, 0.2), (0.5, 0.55, 0.25),
    )
)  # fmt: skip
_TURNED_COLORS = tuple(
    np.array(color) for color in ((0.7, 0.45, 0.15), (0.75, 0.3, 0.15), (0.85, 0.6, 0.65))
)


def person(stage: Stage) -> None:
    """A person of 1.5 to 1.9 m, walking or standing."""
    body = stage.at((0, 0, 0), scale=stage.uniform(0.86, 1.09))
    skin, top = _skin(body), body.material(contrast=body.uniform(0, 0.6), scale=body.uniform(1, 4))
    trousers, shoes = body.material(contrast=0.3), body.material((0.1, 0.1, 0.1), "noise", 1, 0.2)
    step = body.uniform(-0.35, 0.35)
    for side in SIDES:
        leg, swing = side * step, body.uniform(-0.5, 0.5)
        body.cylinder((side * 0.1, 0.43, leg * 0.35), (0.085, 0.45, 0.09), trousers, (0, -leg, 0))
        body.box((side * 0.1, 0.05, leg * 0.75 + 0.05), (0.05, 0.05, 0.13), shoes)
        sleeve = top if body.chance(0.7) else skin
        turn = (0.0, -swing, side * body.uniform(0.05, 0.5))
        body.cylinder((side * 0.27, 1.12, swing * 0.2), (0.055, 0.3, 0.055), sleeve, turn)
        body.ellipsoid((side * 0.32, 0.8, swing * 0.4), (0.05, 0.08, 0.05), skin)
    body.ellipsoid((0, 1.14, 0), (0.23, 0.36, 0.15), top)
    body.box((0, 0.92, 0), (0.16, 0.14, 0.1), trousers)
    body.cylinder((0, 1.47, 0), (0.06, 0.08, 0.06), skin)
    body.ellipsoid((0, 1.62, 0), (0.085, 0.125, 0.1), skin)
    body.ellipsoid((0, 1.66, -0.02), (0.095, 0.115, 0.105), _hair(body, 6))
    if body.chance(0.25):
        body.box((0, 1.2, -0.2), (0.15, 0.22, 0.1), body.material())


def bust(stage: Stage) -> None:
    """Head and shoulders, seen from near; the origin is the middle of the head."""
    body = stage.at((0, 0, 0), scale=stage.uniform(0.9, 1.1))
    skin, top, hair = _skin(body), body.material(), _hair(body, 8)
    eyes = body.material((0.08, 0.06, 0.05), "noise", 1, 0.1)
    body.ellipsoid((0, 0, 0), (0.09, 0.125, 0.105), skin)
    body.ellipsoid((0, -0.02, 0.1), (0.018, 0.03, 0.025), skin)
    body.ellipsoid((0, 0.045, -0.025), (0.1, 0.115, 0.11), hair)
    body.cylinder((0, -0.15, -0.02), (0.055, 0.1, 0.055), skin)
    if body.chance(0.4):
        body.ellipsoid((0, -0.08, -0.06), (0.13, 0.2, 0.09), hair)
    for side in SIDES:
        body.ellipsoid((side * 0.035, 0.02, 0.085), (0.016, 0.009, 0.016), eyes)
        body.ellipsoid((side * 0.15, -0.33, -0.02), (0.12, 0.12, 0.1), top)
        arm = (0.0, 0.0, side * 0.12)
        body.cylinder((side * 0.24, -0.55, 0), (0.06, 0.25, 0.06), top, arm)
    body.ellipsoid((0, -0.5, -0.02), (0.2, 0.3, 0.13), top)
    lips = body.material((0.6, 0.3, 0.28), "noise", 1, 0.1)
    body.ellipsoid((0, -0.065, 0.09), (0.03, 0.01, 0.015), lips)
    if body.chance(0.3):
        brim = body.pick((0.13, 0.1))
        body.cylinder((0, 0.1, -0.01), (brim, 0.03, 0.13), body.material())


def animal(stage: Stage) -> None:
    """A four-legged animal, about as high as 1 m."""
    color = np.array([0.5, 0.38, 0.25]) * stage.uniform(0.3, 1.9) if stage.chance(0.7) else None
    texture = stage.pick(("noise", "photo", "leaf"))
    fur = stage.material(color, texture, stage.uniform(1, 4), stage.uniform(0.1, 0.8))
    length, leg, girth = (
        stage.uniform(0.4, 0.75),
        stage.uniform(0.25, 0.5),
        stage.uniform(0.16, 0.3),
    )
    back = leg + girth * 0.8
    bend = (0.0, stage.uniform(-0.12, 0.12), 0.0)
    stage.ellipsoid((0, back, 0), (girth, girth * 1.05, length), fur, bend)
    for x in SIDES:
        for z in SIDES:
            foot = (x * girth * 0.6, leg * 0.5, z * length * 0.65)
            turn = (0.0, stage.uniform(-0.3, 0.3), 0.0)
            stage.cylinder(foot, (0.05, leg * 0.55, 0.05), fur, turn)
    head, front = back + stage.uniform(0.1, 0.5), length * 1.05
    neck = (0, (head + leg + girth) / 2, length * 0.85)
    stage.cylinder(neck, (0.09, stage.uniform(0.1, 0.3), 0.1), fur, (0, 0.6, 0))
    stage.ellipsoid((0, head, front), (0.12, 0.13, 0.15), fur, (0, 0.2, 0))
    snout = (0.07, 0.06, stage.uniform(0.06, 0.16))
    stage.ellipsoid((0, head - 0.04, front + 0.15), snout, fur)
    eyes, ear = stage.material((0.03, 0.03, 0.03), "noise", 1, 0.1), stage.uniform(0.04, 0.12)
    for side in SIDES:
        turn = (0.0, 0.0, -side * 0.3)
        stage.ellipsoid((side * 0.09, head + 0.12, front - 0.02), (0.035, ear, 0.02), fur, turn)
        eye = (side * 0.06, head + 0.04, front + 0.12)
        stage.ellipsoid(eye, (0.02, 0.02, 0.02), eyes)
    wag = (0.0, stage.uniform(-1.5, 0.5), 0.0)
    stage.cylinder((0, leg + girth, -length * 1.1), (0.025, 0.22, 0.025), fur, wag)


def bird(stage: Stage) -> None:
    """A bird on its legs or with its wings spread, 0.9 m high: scale it down."""
    coat, head = stage.material(texture="photo", scale=2), stage.material()
    lean = (0.0, -stage.uniform(0, 0.9), 0.0)
    stage.ellipsoid((0, 0.45, 0), (0.2, 0.22, 0.38), coat, lean)
    stage.ellipsoid((0, 0.78, 0.28), (0.13, 0.14, 0.15), head)
    beak = stage.material((0.5, 0.4, 0.1), "noise", 1, 0.1)
    stage.ellipsoid((0, 0.76, 0.45), (0.03, 0.03, 0.12), beak)
    stage.box((0, 0.3, -0.5), (0.08, 0.02, 0.25), coat, (0, 0.4, 0))
    legs, flying = stage.material((0.4, 0.3, 0.2), "noise", 1, 0.2), stage.chance(0.25)
    for side in SIDES:
        if flying:
            wing = (stage.uniform(-0.3, 0.3), 0.0, side * stage.uniform(-0.2, 0.7))
            stage.ellipsoid((side * 0.55, 0.6, 0), (0.5, 0.025, 0.2), coat, wing)
        else:
            stage.cylinder((side * 0.08, 0.12, 0), (0.015, 0.14, 0.015), legs)
            folded = (0.0, -0.3, 0.0)
            stage.ellipsoid((side * 0.17, 0.45, -0.05), (0.06, 0.18, 0.34), coat, folded)


def tree(stage: Stage) -> None:
    """A tree of 3 to 12 m: a trunk, sometimes bare branches, a crown of several balls."""
    height = stage.uniform(3, 12)
    bark = stage.material(np.array([0.34, 0.27, 0.2]) * stage.uniform(0.5, 1.8), "wood", 1.5, 0.8)
    radius, green = height * stage.uniform(0.015, 0.035), _foliage(stage, turned=0.2)
    stage.cylinder((0, height * 0.3, 0), (radius, height * 0.32, radius), bark)
    for _ in stage.count(0, 5):
        yaw, lean = stage.uniform(0, 6.28), stage.uniform(0.3, 1.0)
        length = height * stage.uniform(0.1, 0.25)
        limb = stage.at((0, height * stage.uniform(0.3, 0.6), 0), yaw)
        along = (0, length * math.cos(lean), length * math.sin(lean))
        limb.cylinder(along, (radius * 0.35, length, radius * 0.35), bark, (0, lean, 0))
    if stage.chance(0.1):
        return
    narrow = stage.uniform(0.05, 0.2)
    for _ in stage.count(3, 9):
        wide = height * stage.uniform(0.08, 0.24)
        x, z = stage.uniform(-narrow, narrow), stage.uniform(-narrow, narrow)
        center = np.array([x, stage.uniform(0.45, 0.95), z]) * height
        leaves = stage.material(
            green * stage.uniform(0.7, 1.3), "leaf", stage.uniform(0.3, 1), stage.uniform(1, 2.2)
        )
        size = (wide, wide * stage.uniform(0.5, 1.3), wide * stage.uniform(0.7, 1.2))
        stage.ellipsoid(center, size, leaves)


def bush(stage: Stage) -> None:
    """A bush of 0.3 to 1.5 m."""
    height, green = stage.uniform(0.3, 1.5), _foliage(stage, turned=0.1)
    for _ in stage.count(1, 4):
        leaves = stage.material(
            green * stage.uniform(0.7, 1.3), "leaf", stage.uniform(0.5, 2), stage.uniform(0.8, 2)
        )
        center = height * np.array([stage.uniform(-0.6, 0.6), 0.4, stage.uniform(-0.6, 0.6)])
        size = [height * stage.uniform(0.4, 0.9) for _ in range(3)]
        stage.ellipsoid(center, size, leaves)


def plant(stage: Stage) -> None:
    """A plant in a pot, 0.3 to 1 m."""
    height, green = stage.uniform(0.3, 1.0), _foliage(stage, turned=0.1)
    size = (height * 0.16, height * 0.2, height * 0.16)
    stage.cylinder((0, height * 0.2, 0), size, stage.material())
    for _ in stage.count(4, 10):
        leaf = stage.material(green * stage.uniform(0.6, 1.4), "leaf", 2, 1)
        center = (stage.uniform(-0.3, 0.3), stage.uniform(0.5, 1.1), stage.uniform(-0.3, 0.3))
        blade = (stage.uniform(0.04, 0.2), stage.uniform(0.05, 0.3), stage.uniform(0.03, 0.1))
        turn = (stage.uniform(0, 6), stage.uniform(-1, 1), stage.uniform(-1, 1))
        stage.ellipsoid(height * np.array(center), height * np.array(blade), leaf, turn)


def grass(stage: Stage) -> None:
    """A tuft of blades, thin structures of 0.2 to 0.8 m."""
    height, blade = stage.uniform(0.2, 0.8), stage.material(_foliage(stage, turned=0.3), "leaf")
    for _ in stage.count(8, 24):
        turn = (stage.uniform(0, 6.28), stage.uniform(0, 0.5), 0.0)
        root = (stage.uniform(-0.4, 0.4) * height, height * 0.4, stage.uniform(-0.4, 0.4) * height)
        size = (height * 0.012, height * stage.uniform(0.3, 0.55), height * 0.004)
        stage.ellipsoid(root, size, blade, turn)


def twigs(stage: Stage) -> None:
    """A bough with thin twigs across a metre or two; the origin is its middle."""
    bark = stage.material(np.array([0.3, 0.24, 0.18]) * stage.uniform(0.3, 1.8), "wood", 3, 0.6)
    length, radius = stage.uniform(0.6, 1.5), stage.log_uniform(0.008, 0.03)
    stage.cylinder((0, 0, 0), (radius, length, radius), bark, (0, 0, math.pi / 2))
    leaf = stage.material(_foliage(stage, turned=0.3), "leaf", 3, 0.8)
    leafy = stage.chance(0.5)
    for _ in stage.count(5, 14):
        x, lean = stage.uniform(-1, 1) * length, stage.uniform(-1.2, 1.2)
        reach, yaw = stage.uniform(0.08, 0.3), stage.uniform(-0.6, 0.6)
        twig = stage.at((x, 0, 0), yaw)
        side = stage.pick(SIDES)
        end = np.array([-math.sin(lean), math.cos(lean), 0]) * reach * side
        size = (radius * 0.3, reach, radius * 0.3)
        twig.cylinder(end, size, bark, (0, 0, lean))
        if leafy:
            twig.ellipsoid(2 * end, (0.05, 0.03, 0.01), leaf, (0, 0, lean))


def _skin(stage: Stage) -> Material:
    return stage.material(stage.pick(_SKIN_COLORS) * stage.uniform(0.7, 1.1), "noise", 2.5, 0.15)


def _hair(stage: Stage, scale: float) -> Material:
    color = np.array([0.25, 0.18, 0.12]) * stage.uniform(0.2, 3)
    return stage.material(color, "noise", scale, 0.65)


def _foliage(stage: Stage, *, turned: float) -> np.ndarray:
    """Colour of leaves; `turned` is the share of autumn and blossom."""
    color = stage.pick(_TURNED_COLORS if stage.chance(turned) else _PLANT_COLORS)
    return np.clip(color * (1 + stage.normals(0.12)) * stage.uniform(0.7, 1.5), 0, 1)
