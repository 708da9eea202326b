"""Builders of vehicles, street furniture and furniture, at the origin of a stage, facing +z."""

import math

import numpy as np

from spatial.training.scenes.scene import GREY, SIDES, Material, Shape, Stage


def car(stage: Stage) -> None:
    """A car, a high car or a van."""
    body, glass = stage.material(contrast=0.06, texture="noise"), _dark_glass(stage)
    length, kind = stage.uniform(1.8, 2.4), stage.uniform(0, 1)
    if kind < 0.15:
        half = stage.uniform(0.8, 1.4)
        stage.box((0, 0.35 + half, 0), (1.0, half, length * 1.4), body)
        window = (1.01, half * 0.28, length * 1.2)
        stage.box((0, 0.5 + half * 1.2, length * 0.1), window, glass)
    else:
        stage.box((0, 0.6, 0), (0.88, 0.32, length), body)
        stage.ellipsoid((0, 0.62, length * 0.88), (0.88, 0.3, 0.4), body)
        share = stage.uniform(0.5, 0.62) if kind < 0.7 else stage.uniform(0.75, 0.9)
        middle, cabin = stage.uniform(-0.35, 0), length * share
        stage.box((0, 1.1, middle), (0.76, 0.27, cabin), glass)
        stage.box((0, 1.37, middle), (0.74, 0.04, cabin * 0.85), body)
        screen = (0, 1.12, middle + cabin * 0.9)
        stage.box(screen, (0.74, 0.05, 0.35), glass, (0, 0.7, 0))
        _car_lamps(stage, length)
    tyre = stage.material((0.05, 0.05, 0.05), "noise", 2, 0.3)
    for x in SIDES:
        for z in SIDES:
            axle = (x * 0.82, 0.33, z * length * 0.62)
            stage.cylinder(axle, (0.33, 0.1, 0.33), tyre, (0, 0, math.pi / 2))


def bike(stage: Stage) -> None:
    """A bicycle: spoked wheels as thin rims of short rods, frame, handlebar, saddle."""
    black, frame = stage.material((0.06, 0.06, 0.06), "noise", 1, 0.1), stage.material(contrast=0.1)
    for end in SIDES:
        for step in range(12):
            angle = step * math.pi / 6
            rim = (0, 0.34 + 0.33 * math.sin(angle), end * 0.5 + 0.33 * math.cos(angle))
            stage.cylinder(rim, (0.018, 0.09, 0.018), black, (0, -angle, 0))
        stage.box((0, 0.34, end * 0.5), (0.004, 0.32, 0.004), black)
        stage.box((0, 0.34, end * 0.5), (0.004, 0.004, 0.32), black)
    stage.box((0, 0.6, 0), (0.025, 0.03, 0.45), frame)
    stage.box((0, 0.45, 0.1), (0.02, 0.2, 0.025), frame, (0, 0.5, 0))
    stage.box((0, 0.65, 0.46), (0.02, 0.32, 0.02), frame, (0, -0.15, 0))
    stage.box((0, 0.95, 0.45), (0.25, 0.02, 0.02), black)
    stage.box((0, 0.9, -0.2), (0.08, 0.03, 0.13), black)


def pole(stage: Stage) -> None:
    """A pole with a sign, a lamp, traffic lights or nothing on it."""
    height, radius = stage.uniform(2.5, 9), stage.log_uniform(0.02, 0.12)
    paint = stage.material(GREY * stage.uniform(0.1, 0.7), "noise", 1, 0.2)
    stage.cylinder((0, height / 2, 0), (radius, height / 2, radius), paint)
    kind = stage.uniform(0, 1)
    if kind < 0.3:
        stage.box((stage.uniform(-1, 1), height, 0), (1, 0.06, 0.06), paint)
    elif kind < 0.6:
        yaw = (stage.uniform(-0.5, 0.5), 0.0, 0.0)
        stage.box((0, height - 0.4, -0.1), (0.3, 0.35, 0.02), stage.material(), yaw)
    elif kind < 0.8:
        case = stage.material((0.08, 0.08, 0.08), "noise", 1, 0.2)
        stage.box((0, height - 0.5, -0.15), (0.15, 0.45, 0.12), case)


def railing(stage: Stage) -> None:
    """Two metres and more of thin upright bars between two rails."""
    paint = stage.material(GREY * stage.uniform(0.05, 0.9), "noise", 1, 0.2)
    height, radius = stage.uniform(0.8, 1.2), stage.log_uniform(0.006, 0.02)
    gap, half = stage.uniform(0.1, 0.3), stage.uniform(1.0, 2.5)
    for y in (0.12 * height, height):
        stage.box((0, y, 0), (half, 1.5 * radius, 1.5 * radius), paint)
    for x in np.arange(-half, half, gap):
        stage.cylinder((x, height / 2, 0), (radius, height / 2, radius), paint)


def fence(stage: Stage) -> None:
    """A wooden fence of posts and two bars, 24 m long."""
    wood = stage.material(np.array([0.45, 0.36, 0.26]) * stage.uniform(0.6, 1.8), "wood")
    for x in np.arange(-12, 12, 2.0):
        stage.box((x, 0.5, 0), (0.05, 0.55, 0.05), wood)
    for y in (0.5, 0.85):
        stage.box((0, y, 0), (14, 0.05, 0.03), wood)


def compound(stage: Stage) -> None:
    """Something made of one to five stacked or leaning primitives, about 1 m high."""
    top, material = 0.0, stage.material()
    round_or_not = (Shape.BOX, Shape.ELLIPSOID, Shape.ELLIPSOID, Shape.CYLINDER, Shape.CYLINDER)
    for part in range(1 + len(stage.count(0, 4))):
        if stage.chance(0.5):
            material = stage.material()
        shape = stage.pick(round_or_not)
        wide, high = stage.uniform(0.12, 0.5), stage.uniform(0.06, 0.45)
        deep = wide if shape is Shape.CYLINDER else wide * stage.uniform(0.6, 1.3)
        if part == 0 or stage.chance(0.65):
            tilt = 0.1 if part else 0.0
            turn = (0.0, stage.uniform(-tilt, tilt), stage.uniform(-tilt, tilt))
            center = (stage.uniform(-0.05, 0.05), top + high, 0)
            stage.add(shape, center, (wide, high, deep), material, turn)
            top += 2 * high * stage.uniform(0.6, 1)
        else:
            angle = stage.uniform(0, 6.28)
            center = (math.cos(angle) * 0.4, top * stage.uniform(0.2, 0.9), math.sin(angle) * 0.4)
            turn = (stage.uniform(0, 6), stage.uniform(-1, 1), 0.0)
            stage.add(shape, center, np.array([wide, high, deep]) * 0.6, material, turn)


def ball(stage: Stage) -> None:
    """A ball of 0.2 to 0.6 m radius that touches the ground."""
    radius = stage.uniform(0.2, 0.6)
    stage.ellipsoid((0, radius, 0), (radius, radius, radius), stage.material())


def table(stage: Stage) -> None:
    """A table, on four legs or on one, with up to four things on it."""
    high, wide, deep = stage.uniform(0.4, 0.8), stage.uniform(0.4, 1.0), stage.uniform(0.3, 0.6)
    wood = stage.material(texture=stage.pick(("wood", "noise")), scale=stage.uniform(0.5, 1.5))
    stage.box((0, high - 0.02, 0), (wide, 0.02, deep), wood)
    if stage.chance(0.8):
        leg = stage.pick((Shape.BOX, Shape.CYLINDER))
        for x in SIDES:
            for z in SIDES:
                foot = (x * wide * 0.9, high / 2, z * deep * 0.9)
                stage.add(leg, foot, (0.025, high / 2, 0.025), wood)
    else:
        stage.cylinder((0, high / 2, 0), (0.05, high / 2, 0.05), wood)
        stage.cylinder((0, 0.02, 0), (0.3, 0.02, 0.3), wood)
    for _ in stage.count(0, 4):
        spot = (stage.uniform(-0.8, 0.8) * wide, high, stage.uniform(-0.8, 0.8) * deep)
        compound(stage.at(spot, stage.uniform(0, 6.28), stage.uniform(0.1, 0.3)))


def chair(stage: Stage) -> None:
    """A chair with thin legs."""
    seat = stage.material()
    leg = seat if stage.chance(0.6) else stage.material()
    stage.box((0, 0.45, 0), (0.22, 0.03, 0.22), seat)
    back = (0.21, stage.uniform(0.1, 0.26), 0.02)
    stage.box((0, 0.72, -0.2), back, seat, (0, -0.1, 0))
    for x in SIDES:
        stage.box((x * 0.2, 0.6, -0.2), (0.02, 0.2, 0.02), leg)
        for z in SIDES:
            stage.box((x * 0.2, 0.22, z * 0.2), (0.02, 0.22, 0.02), leg)


def sofa(stage: Stage) -> None:
    """An armchair or a sofa, sometimes with cushions."""
    half, cloth = stage.uniform(0.45, 1.2), stage.material(contrast=stage.uniform(0, 0.5))
    stage.box((0, 0.22, 0), (half, 0.2, 0.4), cloth)
    stage.box((0, 0.55, -0.35), (half, 0.35, 0.12), cloth, (0, -0.12, 0))
    for side in SIDES:
        stage.box((side * (half + 0.08), 0.32, 0), (0.1, 0.3, 0.42), cloth)
    for _ in stage.count(0, 3):
        spot = (stage.uniform(-0.8, 0.8) * half, 0.55, -0.12)
        stage.ellipsoid(spot, (0.2, 0.18, 0.09), stage.material(), (0, -0.3, 0))


def bed(stage: Stage) -> None:
    """A bed with its head towards -z."""
    half = stage.uniform(0.5, 0.95)
    stage.box((0, 0.25, 0), (half, 0.2, 1.0), stage.material(contrast=0.3))
    stage.box((0, 0.46, 0.15), (half * 1.02, 0.05, 0.85), stage.material())
    board = stage.material(texture="wood")
    stage.box((0, 0.55, -1.02), (half * 1.05, 0.5, 0.04), board)
    for side in SIDES:
        pillow = stage.material(contrast=0.2)
        stage.ellipsoid((side * half / 2, 0.55, -0.75), (0.3, 0.1, 0.2), pillow)


def shelf(stage: Stage) -> None:
    """A chest of drawers, or open boards with books; its back is towards -z."""
    half, high, deep = stage.uniform(0.3, 1.2), stage.uniform(0.4, 1.1), stage.uniform(0.12, 0.3)
    wood = stage.material(texture="wood", contrast=stage.uniform(0.2, 1))
    if stage.chance(0.5):
        stage.box((0, high, 0), (half, high, deep), wood)
        for step in range(3):
            front = stage.material(np.array(wood.color) * stage.uniform(0.8, 1.2), "wood")
            center = (0, high * (0.3 + 0.55 * step), deep)
            stage.box(center, (half * 0.9, high * 0.22, 0.012), front)
        return
    stage.box((0, high, -deep), (half, high, 0.02), wood)
    for side in SIDES:
        stage.box((side * half, high, 0), (0.02, high, deep), wood)
    boards = len(stage.count(2, 4))
    for board in range(boards + 1):
        bottom = 2 * high * board / boards
        stage.box((0, bottom, 0), (half, 0.015, deep), wood)
        if board < boards and stage.chance(0.75):
            filled = stage.uniform(0.3, 0.9)
            books = stage.material((0.6, 0.6, 0.6), "books", stage.uniform(1, 2), 2)
            center = (-half * (1 - filled) * 0.9, bottom + 0.7 * high / boards, -0.05 * deep)
            size = (half * filled * 0.95, 0.6 * high / boards, deep * 0.7)
            stage.box(center, size, books)


def lamp(stage: Stage) -> None:
    """A lamp of 0.5 to 1.7 m that shines."""
    height, metal = stage.uniform(0.5, 1.7), stage.material()
    stage.cylinder((0, height / 2, 0), (0.015, height / 2, 0.015), metal)
    stage.cylinder((0, 0.02, 0), (0.14, 0.02, 0.14), metal)
    shade = stage.material((1, 0.95, 0.8), "noise", 1, 0.1, emission=stage.uniform(0.2, 1))
    shape = stage.pick((Shape.CYLINDER, Shape.ELLIPSOID))
    stage.add(shape, (0, height, 0), (0.18, 0.15, 0.18), shade)


def rock(stage: Stage) -> None:
    """A rock, about 1 m across and half sunk."""
    stone = stage.material(GREY * stage.uniform(0.25, 0.8), "noise", 1, 0.7)
    size = (stage.uniform(0.7, 1.5), 0.7, 1.0)
    stage.ellipsoid((0, 0.2, 0), size, stone, (stage.uniform(0, 6), 0, 0))


def _dark_glass(stage: Stage) -> Material:
    return stage.material((0.1, 0.12, 0.14), "sky", 0.3, 0.6)


def _car_lamps(stage: Stage, length: float) -> None:
    white = stage.material((0.9, 0.9, 0.85), "noise", 1, 0.1)
    red = stage.material((0.7, 0.08, 0.05), "noise", 1, 0.1)
    for side in SIDES:
        stage.box((side * 0.6, 0.66, length + 0.02), (0.16, 0.08, 0.3), white)
        stage.box((side * 0.65, 0.7, -length), (0.14, 0.08, 0.02), red)
