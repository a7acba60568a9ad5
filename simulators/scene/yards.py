"""Sceneries that are places: plazas, schools, housing estates, depots."""

from __future__ import annotations

from functools import partial
from math import cos, pi, sin

import numpy as np

from simulators.scene.ground import (
    ASPHALT,
    GRASS,
    PAVEMENT,
    YELLOW,
    bar,
    cover,
    disc,
    line_across,
    line_away,
    patch,
    zebra,
)
from simulators.scene.props import beside, block, building, lamp, parked, stand, traffic, tree, walk
from simulators.scene.scene import Stage
from simulators.scene.texture import Colour, board, facade

_RED: Colour = (40, 40, 214)
_SCHOOL_WALLS: tuple[Colour, ...] = ((170, 200, 214), (190, 206, 206), (150, 178, 214), (178, 186, 150))


def plaza(stage: Stage) -> None:
    """Draw a paved square with a fountain."""
    cover(stage, (160, 168, 176), 8.0, tiles=8)
    rim: Colour = (104, 112, 132)
    centre = (stage.between(-6, 6), 26.0)
    for radius, colour in ((8.0, rim), (7.3, (176, 182, 186)), (4.2, rim), (3.6, (190, 160, 120))):
        disc(stage, centre, radius, colour)
    for side in (-1, 1):
        patch(stage, beside(side, 14, 10), (14.0, 44.0), (58, 112, 74))
        for _ in range(5):
            tree(stage, side * stage.between(15, 23), stage.between(16, 43), stage.between(4, 7))
        for y in (20.0, 38.0):
            lamp(stage, side * 12.5, y, 7.0, -side * 1.4)
    for left in np.arange(-58.0, 58.0, 24.0).tolist():
        width, height = stage.between(18, 24), stage.between(14, 42)
        building(stage, (left, left + width), (58.0, 76.0), height, shops=stage.odds(0.5))
    for _ in range(5):
        stand(stage, stage.between(-12, 12), stage.between(12, 40))
    for _ in range(8):
        _wander(stage, (stage.between(-11, 11), stage.between(12, 46)), 16, stage.between(0.9, 1.5))


def playground(stage: Stage) -> None:
    """Draw a school's playground with its court and running track."""
    tracks: tuple[Colour, ...] = ((72, 80, 176), (150, 110, 60), (88, 140, 92))
    cover(stage, (150, 156, 158), 7.0, tiles=10)
    court = stage.one_of(tracks)
    patch(stage, (-15.0, 15.0), (11.0, 39.0), court)
    patch(stage, (-11.0, 11.0), (14.0, 36.0), (96, 130, 70) if court[2] > 150 else (84, 96, 168))
    for y in (14.0, 25.0, 36.0):
        line_across(stage, (-11.0, 11.0), y)
    for x in (-11.0, 0.0, 11.0):
        line_away(stage, x, (14.0, 36.0))
    wall = stage.one_of(_SCHOOL_WALLS)
    block(
        stage, (-34.0, 46.0), (14.0, 58.0), 17.0, wall, facade(stage.chance, wall, 5, 16, lit=stage.light.lit)
    )
    block(
        stage, (20.0, 24.0), (34.0, 50.0), 14.0, wall, facade(stage.chance, wall, 4, 8, lit=stage.light.lit)
    )
    for x in np.arange(-33.0, 18.0, stage.between(5, 8)).tolist():
        tree(stage, x, 43.0, stage.between(3.5, 6))
    _flag(stage, 16.0, 42.0)
    for _ in range(9):
        _wander(
            stage, (stage.between(-13, 13), stage.between(14, 35)), 9, stage.between(1.2, 3.0), child=True
        )
    for x in (-13.4, -12.4):
        walk(stage, (x, 10.0), (x, 40.0), speed=3.2, child=True)


def gate(stage: Stage) -> None:
    """Draw a school's gate, the road in front of it, its name over it."""
    cover(stage, PAVEMENT, 6.0, tiles=10)
    patch(stage, (-80.0, 80.0), (5.0, 14.0), ASPHALT)
    line_across(stage, (-80.0, 80.0), 9.5, YELLOW)
    zebra(stage, (-4.0, 4.0), (5.4, 13.6))
    wall = stage.one_of(_SCHOOL_WALLS)
    width = stage.between(5.0, 7.0)
    for side in (-1, 1):
        block(stage, *_ground(beside(side, width, 1.4), (22.0, 23.4)), 5.0, wall)
        block(stage, *_ground(beside(side, width + 1.4, 30), (22.6, 23.0)), 2.2, wall)
        for x in np.arange(width + 4, 32.0, stage.between(4, 7)).tolist():
            tree(stage, side * x, 25.5, stage.between(4, 7))
        traffic(
            stage, (-60.0 * side, 9.5 - 2.2 * side), (60.0 * side, 9.5 - 2.2 * side), stage.between(5, 8), 2
        )
        walk(stage, (side * 2.0, 6.0), (side * 3.0, 40.0), child=True)
        walk(stage, (-14.0 * side, 16.5 + side), (14.0 * side, 16.5 + side))
    name = board(stage.title, _RED if stage.odds(0.5) else (120, 70, 30))
    block(stage, *_ground((-width - 1.4, width + 1.4), (22.2, 23.2)), 7.0, wall, name, bottom=5.0)
    booth: Colour = (200, 170, 120)
    block(stage, *_ground((width + 2, width + 5), (19.0, 21.5)), 2.8, booth)
    building(stage, (-30.0, 26.0), (48.0, 62.0), stage.between(15, 24))
    for _ in range(6):
        stand(stage, stage.between(-9, 9), stage.between(15, 20))


def campus(stage: Stage) -> None:
    """Draw the path between a school's buildings."""
    cover(stage, GRASS)
    patch(stage, (-4.5, 4.5), (0.0, 60.0), (150, 162, 172))
    patch(stage, (-40.0, 40.0), (38.0, 46.0), (150, 162, 172))
    wall = stage.one_of(_SCHOOL_WALLS)
    for side in (-1, 1):
        side_wall = facade(stage.chance, wall, 5, 9, lit=stage.light.lit)
        block(stage, *_ground(beside(side, 11, 14), (12.0, 36.0)), stage.between(14, 19), wall, side_wall)
        for y in np.arange(10.0, 37.0, stage.between(5, 7)).tolist():
            tree(stage, side * 7.0, y, stage.between(3.5, 5.5))
        bar(stage, (side * 4.6 - 0.15, side * 4.6 + 0.15), (0.0, 60.0), (190, 196, 198))
        for x in (1.2, 2.8):
            walk(stage, (side * x, 46.0), (side * x, 6.0), speed=stage.between(1.0, 1.8), child=True)
    block(
        stage, (-30.0, 48.0), (30.0, 62.0), 19.0, wall, facade(stage.chance, wall, 5, 22, lit=stage.light.lit)
    )
    _flag(stage, 0.0, 44.0)
    for _ in range(4):
        _wander(stage, (stage.between(-3, 3), stage.between(14, 40)), 6, stage.between(1, 2.6), child=True)


def estate(stage: Stage) -> None:
    """Draw the road through a housing estate, with parked cars and gardens."""
    road = stage.between(-4, 4)
    cover(stage, GRASS)
    patch(stage, (road - 3.2, road + 3.2), (0.0, 70.0), (112, 112, 110))
    patch(stage, (-60.0, 60.0), (44.0, 50.0), (112, 112, 110))
    for side in (-1, 1):
        path = road + side * 4.6
        patch(stage, (path - 1.2, path + 1.2), (0.0, 44.0), (158, 164, 172))
        walk(stage, (path, 6.0), (path, 43.0))
        for y in np.arange(14.0, 42.0, stage.between(5.4, 7)).tolist():
            if stage.odds(0.6):
                parked(stage, road + side * 2.2, y, (0.0, stage.one_of((-1.0, 1.0))))
            tree(stage, road + side * stage.between(7.5, 13), y, stage.between(3.5, 7.5))
        for y in (16.0, 54.0, 84.0):
            x = beside(side, 15, 16)
            building(stage, (road + x[0], road + x[1]), (y, y + 24), stage.between(18, 30))
    for y, way in ((45.6, 1), (48.4, -1)):
        traffic(stage, (-12.0 * way + road, y), (12.0 * way + road, y), stage.between(5, 6), 1)
    building(stage, (-16.0, 16.0), (62.0, 76.0), stage.between(20, 34))
    walk(stage, (road - 12, 46.0), (road + 12, 43.0))


def depot(stage: Stage) -> None:
    """Draw a goods yard: containers on both sides, a shed at the end."""
    colours: tuple[Colour, ...] = (
        (60, 70, 170), (150, 100, 40), (70, 130, 80), (60, 140, 200), (120, 124, 130),
    )  # fmt: skip
    cover(stage, (132, 140, 146), 8.0)
    for side in (-1, 1):
        for y in np.arange(12.0, 52.0, 7.5).tolist():
            for level in range(stage.integer(1, 4)):
                x = beside(side, stage.between(9.4, 10.2), 2.6)
                low, high = (x[0], y, level * 2.6), (x[1], y + 6.2, level * 2.6 + 2.6)
                stage.prop(y - 0.01 * level, partial(stage.painter.box, low, high, stage.one_of(colours)))
        lamp(stage, side * 8.0, 30.0, 11.0, -side * 2.5)
        tree(stage, side * 18, 56.0, 7.0)
        walk(stage, (side * 7.5, 8.0), (side * 7.5, 50.0))
        line_away(stage, side * 6.2, (0.0, 58.0), YELLOW)
    shed = facade(stage.chance, (168, 150, 128), 2, 10)
    block(stage, (-40.0, 60.0), (40.0, 90.0), 11.0, (180, 160, 140), shed)
    traffic(stage, (3.0, 3.0), (3.0, 57.0), 6.0, 1)
    traffic(stage, (-3.0, 57.0), (-3.0, 3.0), 5.0, 1)


def _wander(
    stage: Stage, centre: tuple[float, float], reach: float, speed: float, *, child: bool = False
) -> None:
    """Let people walk through ``centre`` in some direction, not too near to the eye."""
    angle = stage.between(0, 2 * pi)
    dx, dy = reach * cos(angle), reach * sin(angle)
    start, end = (centre[0] - dx, max(8.0, centre[1] - dy)), (centre[0] + dx, max(8.5, centre[1] + dy))
    walk(stage, start, end, speed=speed, child=child, most=2)


def _flag(stage: Stage, x: float, y: float) -> None:
    stage.prop(y, partial(stage.painter.line, (x, y, 0.0), (x, y, 13.0), 0.14, (210, 212, 214)))
    cloth = np.array([(x, y, 12.8), (x + 2.6, y, 12.6), (x + 2.6, y, 10.9), (x, y, 11.1)])
    stage.prop(y - 0.1, partial(stage.painter.polygon, cloth, _RED))


def _ground(
    x: tuple[float, float], y: tuple[float, float]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the near left and the far right corner of a rectangle."""
    return (x[0], y[0]), (x[1], y[1])
