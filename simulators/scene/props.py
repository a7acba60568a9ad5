"""Things that stand in scenes, and who travels through them."""

from __future__ import annotations

import math
from functools import partial

from numpy.random import Generator

from simulators.scene.movers import Person, Track, Vehicle
from simulators.scene.painter import Painter, dim
from simulators.scene.scene import Stage
from simulators.scene.texture import Colour, Picture, facade, shopfront

WALLS: tuple[Colour, ...] = (
    (176, 190, 200), (150, 168, 186), (132, 160, 190), (190, 196, 196), (150, 150, 170), (120, 140, 172),
    (170, 178, 162),
)  # fmt: skip
GREENS: tuple[Colour, ...] = ((52, 104, 62), (44, 88, 52), (60, 116, 80), (58, 98, 48))
PAINT: tuple[Colour, ...] = (
    (228, 228, 226), (60, 58, 56), (150, 146, 140), (40, 36, 150), (140, 84, 40), (205, 206, 208),
    (72, 106, 76), (206, 202, 196), (96, 92, 90),
)  # fmt: skip
CLOTHES: tuple[Colour, ...] = (
    (60, 50, 170), (150, 92, 40), (210, 210, 205), (50, 50, 56), (70, 140, 70), (60, 165, 220),
    (150, 80, 130), (190, 150, 90),
)  # fmt: skip
TAXI: Colour = (42, 40, 178)


def building(stage: Stage, x: tuple[float, float], y: tuple[float, float], height: float, *,
             shops: bool = False) -> None:  # fmt: skip
    """Stand a building on the ground; ``shops`` puts signs along its ground floor."""
    chance = stage.chance
    colour = stage.one_of(WALLS)
    floors, bays = max(2, int(height / 3.3)), max(2, int(abs(y[1] - y[0]) / 3.5))
    side: Picture
    if shops:
        side = shopfront(chance, colour, floors, max(2, int(abs(y[1] - y[0]) / 6)))
    else:
        side = facade(chance, colour, floors, bays, lit=stage.light.lit)
    low, high = (x[0], y[0], 0.0), (x[1], y[1], height)
    nearest = y[0] if x[0] <= 0 <= x[1] else (y[0] ** 2 + min(abs(x[0]), abs(x[1])) ** 2) ** 0.5
    stage.prop(nearest, partial(stage.painter.box, low, high, colour, side))


def beside(side: int, inner: float, width: float) -> tuple[float, float]:
    """Return the ends of what is ``width`` wide and begins ``inner`` to the left (side -1) or right (1)."""
    return (inner, inner + width) if side > 0 else (-inner - width, -inner)


def block(stage: Stage, near_left: tuple[float, float], far_right: tuple[float, float], height: float,
          colour: Colour, side: Picture | None = None, *, bottom: float = 0.0) -> None:  # fmt: skip
    """Stand a block on the ground, or from ``bottom`` up, its walls covered with ``side`` where given."""
    low, high = (*near_left, bottom), (*far_right, height)
    stage.prop(near_left[1], partial(stage.painter.box, low, high, colour, side))


def tree(stage: Stage, x: float, y: float, height: float = 6.0) -> None:
    """Plant a round-headed tree."""
    green = GREENS[stage.chance.integers(len(GREENS))]
    leaves = [tuple(stage.chance.normal(0, 1, 3)) for _ in range(16)]

    def draw(painter: Painter) -> None:
        painter.line((x, y, 0), (x, y, height * 0.6), 0.28, (58, 74, 92))
        for index, (dx, dy, dz) in enumerate(leaves):
            shade = 0.72 + 0.5 * index / len(leaves)
            centre = (
                x + dx * height * 0.13,
                y + dy * height * 0.1,
                height * (0.72 + 0.1 * dz + 0.008 * index),
            )
            painter.blob(centre, height * 0.15, dim(green, shade))

    stage.prop((x * x + y * y) ** 0.5, partial(draw, stage.painter))


def lamp(stage: Stage, x: float, y: float, height: float = 9.0, arm: float = 1.8) -> None:
    """Put up a street lamp whose arm reaches ``arm`` metres to the right."""

    def draw(painter: Painter) -> None:
        painter.line((x, y, 0), (x, y, height), 0.16, (112, 114, 116))
        painter.line((x, y, height), (x + arm, y, height + 0.3), 0.12, (112, 114, 116))
        glow: Colour = (190, 235, 250) if stage.light.lit else (150, 150, 148)
        painter.blob((x + arm, y, height + 0.2), 0.24, glow)

    stage.prop((x * x + y * y) ** 0.5, partial(draw, stage.painter))


def rail(stage: Stage, x: float, y: tuple[float, float], colour: Colour = (215, 218, 220)) -> None:
    """Put up the white rail that divides a carriageway, along y."""

    def draw(painter: Painter) -> None:
        for z in (0.45, 0.95):
            painter.line((x, y[0], z), (x, y[1], z), 0.07, colour)
        post = y[0]
        while post < y[1]:
            painter.line((x, post, 0), (x, post, 1.0), 0.08, colour)
            post += 2.5

    stage.prop(y[0], partial(draw, stage.painter))


def parked(stage: Stage, x: float, y: float, heading: tuple[float, float]) -> None:
    """Park a car; it is drawn with what moves, so that it looks like the others."""
    end = (x + heading[0] * 0.1, y + heading[1] * 0.1)
    stage.tracks.append(Track((x, y), end, math.inf, ((0.0, car(stage.chance, most=0.78)),)))


def car(chance: Generator, most: float = 1.0) -> Vehicle:
    """Return a vehicle at random: mostly cars, some taxis, vans and buses (only below ``most``)."""
    kind = chance.random() * most
    colour = PAINT[chance.integers(len(PAINT))]
    if kind < 0.16:
        return Vehicle(TAXI, 4.5, 1.75, 1.5, (0.18, 0.78))
    if kind < 0.78:
        return Vehicle(colour, 4.6, 1.8, 1.48, (0.12, 0.74))
    if kind < 0.93:
        return Vehicle(colour, 5.2, 1.95, 2.2, (0.02, 0.86))
    return Vehicle((60, 150, 60) if chance.random() < 0.5 else (180, 120, 40), 10.5, 2.5, 3.1, (0.01, 0.99))


def walker(chance: Generator, *, child: bool = False) -> Person:
    """Return somebody on foot."""
    top, legs = CLOTHES[chance.integers(len(CLOTHES))], CLOTHES[chance.integers(len(CLOTHES))]
    return Person(
        top, dim(legs, 0.55), float(chance.uniform(1.25, 1.5) if child else chance.uniform(1.58, 1.8))
    )


def traffic(
    stage: Stage, start: tuple[float, float], end: tuple[float, float], speed: float, most: int = 3
) -> None:
    """Let vehicles drive from ``start`` to ``end`` at ``speed`` (m/s), at most ``most`` per loop."""
    period = speed * stage.loop_s
    room = period / 13.0
    count = max(1, min(most, int(room)))
    gap = period / count
    first = float(stage.chance.uniform(0, period))
    travellers = []
    for index in range(count):
        offset = (first + index * gap + float(stage.chance.uniform(0, max(0.0, gap - 13)))) % period
        travellers.append((offset, car(stage.chance)))
    stage.tracks.append(Track(start, end, period, tuple(travellers)))


def walk(stage: Stage, start: tuple[float, float], end: tuple[float, float], *, speed: float = 1.25,
         child: bool = False, most: int = 3) -> None:  # fmt: skip
    """Let at most ``most`` people at a time walk some of the way from ``start`` to ``end``; m/s."""
    period = speed * stage.loop_s
    length = math.dist(start, end)
    share = min(1.0, period * most / length)
    begin = float(stage.chance.uniform(0, 1 - share))
    ends = [
        (start[0] + (end[0] - start[0]) * at, start[1] + (end[1] - start[1]) * at)
        for at in (begin, begin + share)
    ]
    offset = float(stage.chance.uniform(0, period))
    travellers = ((offset, walker(stage.chance, child=child)),)
    stage.tracks.append(Track(ends[0], ends[1], period, travellers))


def stand(stage: Stage, x: float, y: float) -> None:
    """Let somebody stand and wait."""
    stage.tracks.append(Track((x, y), (x, y + 0.1), math.inf, ((0.0, walker(stage.chance)),)))
