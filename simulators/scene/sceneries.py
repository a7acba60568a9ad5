"""The kinds of places a camera looks at, each drawn with its own chances."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from simulators.scene.eye import Eye
from simulators.scene.light import pick
from simulators.scene.painter import Painter
from simulators.scene.props import building, lamp, parked, rail, traffic, tree, walk
from simulators.scene.scene import SUPERSAMPLED_BELOW, Scene, Stage
from simulators.scene.texture import Colour, facade, noisy, paving

ASPHALT: Colour = (92, 90, 88)
PAVEMENT: Colour = (150, 158, 164)
WHITE: Colour = (222, 224, 224)
YELLOW: Colour = (60, 190, 225)
_GROUND_M = 220.0


def build(scenery: str, seed: int, width: int, height: int, loop_s: float) -> Scene:
    """Return the scene of camera ``seed`` looking at ``scenery``, for pictures of ``width`` x ``height``.

    The same seed gives the same scene at any size. Raises KeyError for an unknown scenery.
    """
    chance = np.random.default_rng(seed)
    aim, draw = _SCENERIES[scenery]
    height_m, yaw, pitch, zoom = aim(chance)
    light = pick(chance)
    scale = 2 if width < SUPERSAMPLED_BELOW else 1
    sizes = ((width, height), (width * scale, height * scale))
    eye, painting_eye = (
        Eye(w, h, height_m=height_m, yaw_deg=yaw, pitch_deg=pitch, zoom=zoom) for w, h in sizes
    )
    painter = Painter(painting_eye, light.haze)
    painter.sky(*light.sky)
    stage = Stage(painter, chance, light, loop_s)
    draw(stage)
    return Scene(eye, stage)


Aim = Callable[[Generator], tuple[float, float, float, float]]
"""Draws height (m), yaw (degrees), pitch (degrees) and zoom."""


def _along(chance: Generator) -> tuple[float, float, float, float]:
    yaw = float(chance.uniform(6, 22) * chance.choice((-1, 1)))
    return float(chance.uniform(5.5, 8.5)), yaw, float(chance.uniform(14, 21)), float(chance.uniform(0.72, 0.95))


def _above(chance: Generator) -> tuple[float, float, float, float]:
    yaw = float(chance.uniform(-14, 14))
    return float(chance.uniform(9, 13)), yaw, float(chance.uniform(24, 32)), float(chance.uniform(0.72, 0.9))


def _yard(chance: Generator) -> tuple[float, float, float, float]:
    yaw = float(chance.uniform(-16, 16))
    return float(chance.uniform(6, 9)), yaw, float(chance.uniform(15, 23)), float(chance.uniform(0.68, 0.85))


def _ground(stage: Stage, colour: Colour, tile_m: float = 9.0, tiles: int = 0) -> None:
    texture = paving(stage.chance, colour, tiles) if tiles else noisy(stage.chance, colour)
    half = _GROUND_M / 2
    stage.painter.textured((-half, 0.0, 0.0), (_GROUND_M, 0.0, 0.0), (0.0, _GROUND_M, 0.0), texture, tile_m)


def _patch(stage: Stage, x: tuple[float, float], y: tuple[float, float], colour: Colour) -> None:
    texture = noisy(stage.chance, colour, grain=6)
    stage.painter.textured((x[0], y[0], 0.0), (x[1] - x[0], 0.0, 0.0), (0.0, y[1] - y[0], 0.0), texture, 8.0)


def _dashes(stage: Stage, x: float, colour: Colour = WHITE, until: float = 90.0) -> None:
    for y in np.arange(0.0, until, 6.0):
        stage.painter.flat([(x - 0.08, y), (x + 0.08, y), (x + 0.08, y + 3), (x - 0.08, y + 3)], colour)


def _solid(stage: Stage, x: float, colour: Colour, until: float = 110.0) -> None:
    stage.painter.flat([(x - 0.08, 0.0), (x + 0.08, 0.0), (x + 0.08, until), (x - 0.08, until)], colour)


def _zebra(stage: Stage, x: tuple[float, float], y: tuple[float, float]) -> None:
    for left in np.arange(x[0], x[1] - 0.4, 1.0):
        stage.painter.flat([(left, y[0]), (left + 0.5, y[0]), (left + 0.5, y[1]), (left, y[1])], WHITE)


def _rows_of_buildings(stage: Stage, inner: float, *, shops: bool, heights: tuple[float, float], start: float = 8.0) -> None:
    for side in (-1, 1):
        y = start + float(stage.chance.uniform(0, 8))
        while y < 105:
            depth = float(stage.chance.uniform(13, 24))
            height = float(stage.chance.uniform(*heights))
            near, far = side * inner, side * (inner + 16)
            building(stage, (min(near, far), max(near, far)), (y, y + depth), height, shops=shops)
            y += depth + (0.2 if shops else float(stage.chance.uniform(1, 7)))
    building(stage, (-30.0, 30.0), (108.0, 130.0), float(stage.chance.uniform(20, 44)))


def _street(stage: Stage) -> None:
    lanes = int(stage.chance.integers(2, 4))
    half = lanes * 3.4
    _ground(stage, PAVEMENT, 6.0, tiles=12)
    _patch(stage, (-half, half), (0.0, 200.0), ASPHALT)
    for lane in range(1, lanes):
        _dashes(stage, lane * 3.4)
        _dashes(stage, -lane * 3.4)
    for x, colour in ((-half + 0.2, WHITE), (half - 0.2, WHITE), (-0.15, YELLOW), (0.15, YELLOW)):
        _solid(stage, x, colour)
    for lane in range(lanes):
        traffic(stage, (lane * 3.4 + 1.7, 2.0), (lane * 3.4 + 1.7, 95.0), float(stage.chance.uniform(8, 13)), 2)
        traffic(stage, (-lane * 3.4 - 1.7, 95.0), (-lane * 3.4 - 1.7, 2.0), float(stage.chance.uniform(8, 13)), 2)
    for side in (-1, 1):
        for y in np.arange(12.0, 90.0, float(stage.chance.uniform(9, 14))):
            tree(stage, side * (half + 1.4), float(y), float(stage.chance.uniform(4.5, 7.5)))
        for x in (2.6, 4.0):
            walk(stage, (side * (half + x), 5.0), (side * (half + x), 60.0))
    for y in (18.0, 46.0, 74.0):
        lamp(stage, half + 0.8, y, 9.0, -2.2)
    if stage.chance.random() < 0.5:
        rail(stage, 0.0, (3.0, 90.0))
    _rows_of_buildings(stage, half + 6, shops=bool(stage.chance.random() < 0.4), heights=(12, 34))


def _shops(stage: Stage) -> None:
    half = float(stage.chance.uniform(5.5, 8))
    colours: tuple[Colour, ...] = ((140, 152, 170), (156, 158, 160), (128, 146, 176), (165, 170, 168))
    _ground(stage, colours[stage.chance.integers(len(colours))], 5.0, tiles=8)
    stripe: Colour = (96, 108, 140)
    for x in (-half * 0.45, half * 0.45):
        stage.painter.flat([(x - 0.3, 0), (x + 0.3, 0), (x + 0.3, 110), (x - 0.3, 110)], stripe)
    _rows_of_buildings(stage, half, shops=True, heights=(8, 20), start=4.0)
    for y in (14.0, 30.0, 50.0):
        tree(stage, float(stage.chance.choice((-1, 1))) * half * 0.45, y, 4.2)
        lamp(stage, -half * 0.8, y + 6, 5.0, 0.6)
    for _ in range(11):
        x, drift = stage.chance.uniform(-half * 0.85, half * 0.85), stage.chance.uniform(-1.2, 1.2)
        ends = [(float(x), 5.0), (float(x + drift), float(stage.chance.uniform(34, 52)))]
        if stage.chance.random() < 0.5:
            ends.reverse()
        walk(stage, ends[0], ends[1], speed=float(stage.chance.uniform(0.9, 1.5)))


def _crossing(stage: Stage) -> None:
    _ground(stage, PAVEMENT, 6.0, tiles=12)
    near, far, half = 15.0, 31.0, 8.0
    _patch(stage, (-110.0, 110.0), (near, far), ASPHALT)
    _patch(stage, (-half, half), (0.0, 130.0), ASPHALT)
    middle = (near + far) / 2
    for left, right in ((-100.0, -half - 5), (half + 5, 100.0)):
        stage.painter.flat([(left, middle - 0.1), (right, middle - 0.1), (right, middle + 0.1), (left, middle + 0.1)], YELLOW)
    _zebra(stage, (-half, half), (near - 4.5, near - 1.2))
    _zebra(stage, (-half, half), (far + 1.2, far + 4.5))
    stage.painter.flat([(-half, near - 5.4), (half, near - 5.4), (half, near - 5.0), (-half, near - 5.0)], WHITE)
    for offset, direction in ((2.0, 1), (5.4, 1), (10.0, -1), (13.6, -1)):
        ends = [(-52.0 * direction, near + offset), (52.0 * direction, near + offset)]
        traffic(stage, ends[0], ends[1], float(stage.chance.uniform(7, 11)), 2)
    for y in (near - 2.0, near - 3.5, far + 2.2, far + 3.8):
        ends = [(-half - 8, y), (half + 8, y)]
        if stage.chance.random() < 0.5:
            ends.reverse()
        walk(stage, ends[0], ends[1])
    for side in (-1, 1):
        lamp(stage, side * (half + 1.5), near - 1, 7.5, -side * 3.0)
        lamp(stage, side * (half + 1.5), far + 1, 7.5, -side * 3.0)
        for x in (14.0, 22.0, 31.0, 41.0):
            tree(stage, side * x, far + 3.5, float(stage.chance.uniform(4.5, 6.5)))
        traffic(stage, (side * 3.5, 100.0), (side * 3.5, far + 9), 2.2, 1)
        for step in range(3):
            left = side * (half + 7 + step * 22)
            building(stage, (min(left, left + side * 18), max(left, left + side * 18)), (far + 9, far + 28),
                     float(stage.chance.uniform(14, 40)), shops=step == 0)  # fmt: skip
    building(stage, (-24.0, 24.0), (125.0, 140.0), 46.0)


def _plaza(stage: Stage) -> None:
    _ground(stage, (160, 168, 176), 8.0, tiles=8)
    rim: Colour = (104, 112, 132)
    centre = (float(stage.chance.uniform(-6, 6)), 26.0)
    for radius, colour in ((8.0, rim), (7.3, (176, 182, 186)), (4.2, rim), (3.6, (190, 160, 120))):
        angles = np.linspace(0, 2 * np.pi, 40)
        ring = [(centre[0] + radius * float(np.cos(a)), centre[1] + radius * float(np.sin(a))) for a in angles]
        stage.painter.flat(ring, colour)
    for side in (-1, 1):
        _patch(stage, (min(side * 14, side * 24), max(side * 14, side * 24)), (14.0, 44.0), (58, 112, 74))
        for _ in range(5):
            tree(stage, side * float(stage.chance.uniform(15, 23)), float(stage.chance.uniform(16, 43)),
                 float(stage.chance.uniform(4, 7)))  # fmt: skip
        lamp(stage, side * 12.5, 20.0, 7.0, -side * 1.4)
        lamp(stage, side * 12.5, 38.0, 7.0, -side * 1.4)
    for left in np.arange(-58.0, 58.0, 24.0):
        width = float(stage.chance.uniform(18, 24))
        building(stage, (float(left), float(left) + width), (58.0, 76.0), float(stage.chance.uniform(14, 42)),
                 shops=bool(stage.chance.random() < 0.5))  # fmt: skip
    for _ in range(12):
        angle = float(stage.chance.uniform(0, 2 * np.pi))
        x, y = float(stage.chance.uniform(-11, 11)), float(stage.chance.uniform(12, 46))
        dx, dy = 16 * float(np.cos(angle)), 16 * float(np.sin(angle))
        walk(stage, (x - dx, max(8.0, y - dy)), (x + dx, max(8.5, y + dy)), speed=float(stage.chance.uniform(0.9, 1.5)))


def _school(stage: Stage) -> None:
    chance = stage.chance
    tracks: tuple[Colour, ...] = ((72, 80, 176), (150, 110, 60), (88, 140, 92))
    _ground(stage, (150, 156, 158), 7.0, tiles=10)
    court = tracks[chance.integers(len(tracks))]
    _patch(stage, (-15.0, 15.0), (11.0, 39.0), court)
    inner: Colour = (96, 130, 70) if court[2] > 150 else (84, 96, 168)
    _patch(stage, (-11.0, 11.0), (14.0, 36.0), inner)
    lines = (((-11.0, 14.0), (11.0, 14.0)), ((-11.0, 36.0), (11.0, 36.0)), ((-11.0, 25.0), (11.0, 25.0)))
    for (x0, y0), (x1, _) in lines:
        stage.painter.flat([(x0, y0 - 0.1), (x1, y0 - 0.1), (x1, y0 + 0.1), (x0, y0 + 0.1)], WHITE)
    for x in (-11.0, 0.0, 11.0):
        stage.painter.flat([(x - 0.08, 14.0), (x + 0.08, 14.0), (x + 0.08, 36.0), (x - 0.08, 36.0)], WHITE)
    wall: Colour = ((170, 200, 214), (190, 206, 206), (150, 178, 214))[chance.integers(3)]
    side = facade(chance, wall, 5, 16, lit=stage.light.lit)
    stage.prop(46.0, lambda: stage.painter.box((-34.0, 46.0, 0.0), (14.0, 58.0, 17.0), wall, side))
    wing = facade(chance, wall, 4, 8, lit=stage.light.lit)
    stage.prop(24.0, lambda: stage.painter.box((20.0, 24.0, 0.0), (34.0, 50.0, 14.0), wall, wing))
    for x in np.arange(-33.0, 18.0, float(chance.uniform(5, 8))):
        tree(stage, float(x), 43.0, float(chance.uniform(3.5, 6)))
    stage.prop(42.0, lambda: stage.painter.line((16.0, 42.0, 0.0), (16.0, 42.0, 13.0), 0.14, (210, 212, 214)))
    stage.prop(41.9, lambda: stage.painter.polygon(
        np.array([(16.0, 42.0, 12.8), (18.6, 42.0, 12.6), (18.6, 42.0, 10.9), (16.0, 42.0, 11.1)]), (40, 40, 214)))
    for _ in range(9):
        x, y = float(chance.uniform(-13, 13)), float(chance.uniform(12, 37))
        angle = float(chance.uniform(0, 2 * np.pi))
        dx, dy = 9 * float(np.cos(angle)), 7 * float(np.sin(angle))
        walk(stage, (x - dx, y - dy), (x + dx, y + dy), speed=float(chance.uniform(1.2, 3.0)), child=True)
    for x in (-13.4, -12.4):
        walk(stage, (x, 10.0), (x, 40.0), speed=3.2, child=True)


def _checkpoint(stage: Stage) -> None:
    chance = stage.chance
    _ground(stage, (128, 130, 130), 8.0)
    lanes = 6
    half = lanes * 2.1
    _patch(stage, (-half - 2, half + 2), (0.0, 160.0), ASPHALT)
    gate = float(chance.uniform(27, 34))
    for lane in range(lanes + 1):
        x = -half + lane * 4.2
        _dashes(stage, x, WHITE, gate - 8)
        island: Colour = (170, 176, 178)
        stage.prop(gate - 6, lambda x=x: stage.painter.box((x - 0.5, gate - 5, 0.0), (x + 0.5, gate + 6, 0.25), island))
        booth: Colour = (190, 150, 60)
        stage.prop(gate - 1, lambda x=x: stage.painter.box((x - 0.5, gate - 1, 0.25), (x + 0.5, gate + 2, 2.6), booth))
    roof: Colour = ((200, 120, 50), (190, 196, 200), (60, 70, 190))[chance.integers(3)]
    stage.prop(gate - 3, lambda: stage.painter.box((-half - 3, gate - 3, 5.6), (half + 3, gate + 4, 7.0), roof))
    for lane in range(lanes):
        x = -half + 2.1 + lane * 4.2
        ends = [(x, 4.0), (x, gate - 4)] if lane >= lanes // 2 else [(x, gate - 4), (x, 4.0)]
        traffic(stage, ends[0], ends[1], float(chance.uniform(3.5, 6)), 2)
    for side in (-1, 1):
        for y in np.arange(10.0, 80.0, 11.0):
            tree(stage, side * (half + 7), float(y), float(chance.uniform(5, 8)))
        near = side * (half + 12)
        for y in (18.0, 48.0, 78.0):
            building(stage, (min(near, near + side * 18), max(near, near + side * 18)), (y, y + 22), float(chance.uniform(8, 30)))


def _estate(stage: Stage) -> None:
    chance = stage.chance
    _ground(stage, (70, 122, 88), 9.0)
    road = float(chance.uniform(-4, 4))
    _patch(stage, (road - 3.2, road + 3.2), (0.0, 70.0), (112, 112, 110))
    _patch(stage, (-60.0, 60.0), (44.0, 50.0), (112, 112, 110))
    for side in (-1, 1):
        _patch(stage, (road + side * 4.6 - 1.2, road + side * 4.6 + 1.2), (0.0, 44.0), (158, 164, 172))
        walk(stage, (road + side * 4.6, 6.0), (road + side * 4.6, 43.0))
        for y in np.arange(10.0, 42.0, float(chance.uniform(5, 7))):
            if chance.random() < 0.7:
                parked(stage, road + side * 2.2, float(y), (0.0, float(chance.choice((-1, 1)))))
            tree(stage, road + side * float(chance.uniform(7.5, 13)), float(y), float(chance.uniform(3.5, 7.5)))
        left = road + side * 15
        for y in (16.0, 54.0, 84.0):
            building(stage, (min(left, left + side * 16), max(left, left + side * 16)), (y, y + 24), float(chance.uniform(18, 30)))
    for y, direction in ((45.6, 1), (48.4, -1)):
        traffic(stage, (-45.0 * direction, y), (45.0 * direction, y), float(chance.uniform(6, 9)), 1)
    building(stage, (-16.0, 16.0), (62.0, 76.0), float(chance.uniform(20, 34)))
    walk(stage, (road - 12, 46.0), (road + 12, 43.0))


def _depot(stage: Stage) -> None:
    chance = stage.chance
    _ground(stage, (132, 140, 146), 8.0)
    colours: tuple[Colour, ...] = ((60, 70, 170), (150, 100, 40), (70, 130, 80), (60, 140, 200), (120, 124, 130))
    for side in (-1, 1):
        for y in np.arange(12.0, 52.0, 7.5):
            for level in range(int(chance.integers(1, 4))):
                x = side * float(chance.uniform(9.4, 10.2))
                colour = colours[chance.integers(len(colours))]
                low = (min(x, x + side * 2.6), float(y), level * 2.6)
                high = (max(x, x + side * 2.6), float(y) + 6.2, level * 2.6 + 2.6)
                stage.prop(float(y) + 0.01 * (3 - level), lambda low=low, high=high, c=colour: stage.painter.box(low, high, c))
    shed = facade(chance, (168, 150, 128), 2, 10)
    stage.prop(60.0, lambda: stage.painter.box((-40.0, 60.0, 0.0), (40.0, 90.0, 11.0), (180, 160, 140), shed))
    for x in (-6.2, 6.2):
        _solid(stage, x, YELLOW, 58.0)
    traffic(stage, (3.0, 3.0), (3.0, 57.0), 6.0, 1)
    traffic(stage, (-3.0, 57.0), (-3.0, 3.0), 5.0, 1)
    for x in (-7.4, 7.6):
        walk(stage, (x, 8.0), (x, 50.0))
    for side in (-1, 1):
        lamp(stage, side * 8.0, 30.0, 11.0, -side * 2.5)
        tree(stage, side * 18, 56.0, 7.0)


_SCENERIES: dict[str, tuple[Aim, Callable[[Stage], None]]] = {
    "street": (_along, _street),
    "shops": (_along, _shops),
    "crossing": (_above, _crossing),
    "plaza": (_yard, _plaza),
    "school": (_yard, _school),
    "checkpoint": (_above, _checkpoint),
    "estate": (_yard, _estate),
    "depot": (_yard, _depot),
}
