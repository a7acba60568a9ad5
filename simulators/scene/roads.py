"""Sceneries with a way through them: streets, crossings, checkpoints, shopping streets."""

from __future__ import annotations

from functools import partial

import numpy as np

from simulators.scene.ground import (
    ASPHALT,
    PAVEMENT,
    WHITE,
    YELLOW,
    bar,
    cover,
    dashes,
    line_across,
    line_away,
    patch,
    zebra,
)
from simulators.scene.props import beside, building, lamp, rail, stand, traffic, tree, walk
from simulators.scene.scene import Stage
from simulators.scene.texture import Colour

_LANE_M = 3.4


def street(stage: Stage) -> None:
    """Draw a dual carriageway between buildings, seen along it."""
    lanes = int(stage.integer(2, 4))
    half = lanes * _LANE_M
    cover(stage, PAVEMENT, 6.0, tiles=12)
    patch(stage, (-half, half), (0.0, 200.0), ASPHALT)
    for x, colour in ((-half + 0.2, WHITE), (half - 0.2, WHITE), (-0.15, YELLOW), (0.15, YELLOW)):
        line_away(stage, x, colour=colour)
    for lane in range(lanes):
        x = lane * _LANE_M
        if lane:
            dashes(stage, x)
            dashes(stage, -x)
        traffic(stage, (x + 1.7, 2.0), (x + 1.7, 95.0), stage.between(8, 13), 2)
        traffic(stage, (-x - 1.7, 95.0), (-x - 1.7, 2.0), stage.between(8, 13), 2)
    _kerbs(stage, half)
    if stage.odds(0.5):
        rail(stage, 0.0, (3.0, 90.0))
    _rows_of_buildings(stage, half + 6, shops=stage.odds(0.4), heights=(12, 34))


def _kerbs(stage: Stage, half: float) -> None:
    for side in (-1, 1):
        for y in np.arange(12.0, 90.0, stage.between(9, 14)).tolist():
            tree(stage, side * (half + 1.4), y, stage.between(4.5, 7.5))
        for x in (2.6, 4.0):
            walk(stage, (side * (half + x), 5.0), (side * (half + x), 60.0))
    for y in (18.0, 46.0, 74.0):
        lamp(stage, half + 0.8, y, 9.0, -2.2)


def shops(stage: Stage) -> None:
    """Draw a pedestrian shopping street."""
    half = stage.between(5.5, 8)
    colours: tuple[Colour, ...] = ((140, 152, 170), (156, 158, 160), (128, 146, 176), (165, 170, 168))
    cover(stage, stage.one_of(colours), 5.0, tiles=8)
    for x in (-half * 0.45, half * 0.45):
        bar(stage, (x - 0.3, x + 0.3), (0.0, 110.0), (96, 108, 140))
    _rows_of_buildings(stage, half, shops=True, heights=(8, 20), start=4.0)
    for y in (14.0, 30.0, 50.0):
        tree(stage, stage.one_of((-1.0, 1.0)) * half * 0.45, y, 4.2)
        lamp(stage, -half * 0.8, y + 6, 5.0, 0.6)
    for _ in range(8):
        x, drift = stage.between(-half * 0.85, half * 0.85), stage.between(-3, 3)
        ends = [(x, 6.0), (x + drift, stage.between(34, 52))]
        if stage.odds(0.5):
            ends.reverse()
        walk(stage, ends[0], ends[1], speed=stage.between(0.9, 1.6), most=2)
    for _ in range(5):
        stand(stage, stage.one_of((-1.0, 1.0)) * half * stage.between(0.6, 0.9), stage.between(9, 36))


def crossing(stage: Stage) -> None:
    """Draw two roads that cross, from a pole at the corner."""
    near, far, half = 15.0, 31.0, 8.0
    cover(stage, PAVEMENT, 6.0, tiles=12)
    patch(stage, (-110.0, 110.0), (near, far), ASPHALT)
    patch(stage, (-half, half), (0.0, 130.0), ASPHALT)
    for x in ((-100.0, -half - 5), (half + 5, 100.0)):
        line_across(stage, x, (near + far) / 2, YELLOW)
    zebra(stage, (-half, half), (near - 4.5, near - 1.2))
    zebra(stage, (-half, half), (far + 1.2, far + 4.5))
    bar(stage, (-half, half), (near - 5.4, near - 5.0))
    for offset, way in ((2.0, 1), (5.4, 1), (10.0, -1), (13.6, -1)):
        traffic(stage, (-52.0 * way, near + offset), (52.0 * way, near + offset), stage.between(7, 11), 2)
    for y in (near - 2.0, near - 3.5, far + 2.2, far + 3.8):
        begin = stage.one_of((-1.0, 1.0)) * (half + 8)
        walk(stage, (begin, y), (-begin, y))
    for side in (-1, 1):
        lamp(stage, side * (half + 1.5), near - 1, 7.5, -side * 3.0)
        lamp(stage, side * (half + 1.5), far + 1, 7.5, -side * 3.0)
        for aside in (14.0, 22.0, 31.0, 41.0):
            tree(stage, side * aside, far + 3.5, stage.between(4.5, 6.5))
        traffic(stage, (side * 3.5, 100.0), (side * 3.5, far + 9), 2.2, 1)
        for step in range(3):
            front = beside(side, half + 7 + step * 22, 18)
            building(stage, front, (far + 9, far + 28), stage.between(14, 40), shops=step == 0)
    building(stage, (-24.0, 24.0), (125.0, 140.0), 46.0)


def checkpoint(stage: Stage) -> None:
    """Draw the lanes of a checkpoint, its booths and the roof over them."""
    lanes, lane_m = 6, 4.2
    half = lanes * lane_m / 2
    gate = stage.between(27, 34)
    cover(stage, (128, 130, 130), 8.0)
    patch(stage, (-half - 2, half + 2), (0.0, 160.0), ASPHALT)
    island: Colour = (170, 176, 178)
    booth: Colour = (190, 150, 60)
    for lane in range(lanes + 1):
        x = -half + lane * lane_m
        dashes(stage, x, gate - 8)
        low, high = (x - 0.5, gate - 5, 0.0), (x + 0.5, gate + 6, 0.25)
        stage.prop(gate - 6, partial(stage.painter.box, low, high, island))
        low, high = (x - 0.5, gate - 1, 0.25), (x + 0.5, gate + 2, 2.6)
        stage.prop(gate - 1, partial(stage.painter.box, low, high, booth))
    colours: tuple[Colour, ...] = ((200, 120, 50), (190, 196, 200), (60, 70, 190))
    low, high = (-half - 3, gate - 3, 5.6), (half + 3, gate + 4, 7.0)
    stage.prop(gate - 3, partial(stage.painter.box, low, high, stage.one_of(colours)))
    for lane in range(lanes):
        x = -half + (lane + 0.5) * lane_m
        ends = [(x, 4.0), (x, gate - 4)] if lane >= lanes // 2 else [(x, gate - 4), (x, 4.0)]
        traffic(stage, ends[0], ends[1], stage.between(3.5, 6), 2)
    for side in (-1, 1):
        for y in np.arange(10.0, 80.0, 11.0).tolist():
            tree(stage, side * (half + 7), y, stage.between(5, 8))
        for y in (18.0, 48.0, 78.0):
            building(stage, beside(side, half + 12, 18), (y, y + 22), stage.between(8, 30))


def _rows_of_buildings(stage: Stage, inner: float, *, shops: bool, heights: tuple[float, float],
                       start: float = 8.0) -> None:  # fmt: skip
    """Line both sides of a way with buildings, and end it with one."""
    for side in (-1, 1):
        y = start + stage.between(0, 8)
        while y < 105:
            depth = stage.between(13, 24)
            building(stage, beside(side, inner, 16), (y, y + depth), stage.between(*heights), shops=shops)
            y += depth + (0.2 if shops else stage.between(1, 7))
    building(stage, (-30.0, 30.0), (108.0, 130.0), stage.between(20, 44))
