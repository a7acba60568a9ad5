"""What lies on the ground of scenes: surfaces and markings."""

from __future__ import annotations

import numpy as np

from simulators.scene.scene import Stage
from simulators.scene.texture import Colour, noisy, paving

ASPHALT: Colour = (92, 90, 88)
PAVEMENT: Colour = (150, 158, 164)
GRASS: Colour = (70, 122, 88)
WHITE: Colour = (222, 224, 224)
YELLOW: Colour = (60, 190, 225)

Span = tuple[float, float]
"""From and to, in metres."""

_GROUND_M = 220.0


def cover(stage: Stage, colour: Colour, tile_m: float = 9.0, tiles: int = 0) -> None:
    """Cover all the ground; ``tiles`` a side in every ``tile_m`` metres, or plain."""
    texture = paving(stage.chance, colour, tiles) if tiles else noisy(stage.chance, colour)
    half = _GROUND_M / 2
    stage.painter.textured((-half, 0.0, 0.0), (_GROUND_M, 0.0, 0.0), (0.0, _GROUND_M, 0.0), texture, tile_m)


def patch(stage: Stage, x: Span, y: Span, colour: Colour) -> None:
    """Lay a rectangle of one material."""
    texture = noisy(stage.chance, colour, grain=6)
    along, away = (x[1] - x[0], 0.0, 0.0), (0.0, y[1] - y[0], 0.0)
    stage.painter.textured((x[0], y[0], 0.0), along, away, texture, 8.0)


def bar(stage: Stage, x: Span, y: Span, colour: Colour = WHITE) -> None:
    """Paint a rectangle."""
    stage.painter.flat([(x[0], y[0]), (x[1], y[0]), (x[1], y[1]), (x[0], y[1])], colour)


def dashes(stage: Stage, x: float, until: float = 90.0) -> None:
    """Paint a broken line between lanes, away from the eye."""
    for y in np.arange(0.0, until, 6.0).tolist():
        bar(stage, (x - 0.08, x + 0.08), (y, y + 3))


def line_away(stage: Stage, x: float, y: Span = (0.0, 110.0), colour: Colour = WHITE) -> None:
    """Paint a line away from the eye."""
    bar(stage, (x - 0.08, x + 0.08), y, colour)


def line_across(stage: Stage, x: Span, y: float, colour: Colour = WHITE) -> None:
    """Paint a line across the picture."""
    bar(stage, x, (y - 0.1, y + 0.1), colour)


def zebra(stage: Stage, x: Span, y: Span) -> None:
    """Paint a pedestrian crossing."""
    for left in np.arange(x[0], x[1] - 0.4, 1.0).tolist():
        bar(stage, (left, left + 0.5), y)


def disc(stage: Stage, centre: tuple[float, float], radius: float, colour: Colour) -> None:
    """Paint a disc."""
    angles = np.linspace(0, 2 * np.pi, 40).tolist()
    ring = [(centre[0] + radius * float(np.cos(a)), centre[1] + radius * float(np.sin(a))) for a in angles]
    stage.painter.flat(ring, colour)
