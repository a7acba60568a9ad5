"""The kinds of places a camera looks at, and how cameras are hung there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from simulators.scene import roads, yards
from simulators.scene.eye import Eye
from simulators.scene.light import pick
from simulators.scene.painter import Painter
from simulators.scene.scene import SUPERSAMPLED_BELOW, SUPERSAMPLING, Scene, Stage


@dataclass(frozen=True, slots=True)
class Aim:
    """Ranges out of which a camera's pose is drawn: metres, degrees to either side, degrees down, zoom."""

    height_m: tuple[float, float]
    yaw_deg: tuple[float, float]
    pitch_deg: tuple[float, float]
    zoom: tuple[float, float]


_ALONG = Aim((5.5, 8.5), (6, 22), (14, 21), (0.72, 0.95))
_ABOVE = Aim((9, 13), (0, 14), (24, 32), (0.72, 0.9))
_OVER = Aim((8.5, 11), (0, 13), (13, 18), (0.7, 0.85))
_YARD = Aim((6, 9), (0, 16), (15, 23), (0.68, 0.85))
_GATE = Aim((5, 7.5), (4, 18), (9, 14), (0.72, 0.85))

_SCENERIES: dict[str, tuple[Aim, Callable[[Stage], None]]] = {
    "street": (_ALONG, roads.street),
    "shops": (_ALONG, roads.shops),
    "crossing": (_ABOVE, roads.crossing),
    "checkpoint": (_OVER, roads.checkpoint),
    "plaza": (_YARD, yards.plaza),
    "playground": (_YARD, yards.playground),
    "gate": (_GATE, yards.gate),
    "campus": (_YARD, yards.campus),
    "estate": (_YARD, yards.estate),
    "depot": (_YARD, yards.depot),
}

SCENERIES = tuple(_SCENERIES)


def build(scenery: str, seed: int, title: str, width: int, height: int, loop_s: float) -> Scene:
    """Return the scene of camera ``seed`` looking at ``scenery``, for pictures of ``width`` x ``height``.

    The same seed gives the same scene at any size. ``title`` is the area's name, for boards.
    Raises KeyError for an unknown scenery.
    """
    chance = np.random.default_rng(seed)
    aim, draw = _SCENERIES[scenery]
    height_m, yaw, pitch, zoom = (
        float(chance.uniform(*limits)) for limits in (aim.height_m, aim.yaw_deg, aim.pitch_deg, aim.zoom)
    )
    yaw *= float(chance.choice((-1, 1)))
    light = pick(chance)
    scale = SUPERSAMPLING if width < SUPERSAMPLED_BELOW else 1.0
    sizes = ((width, height), (round(width * scale), round(height * scale)))
    eye, painting_eye = (
        Eye(w, h, height_m=height_m, yaw_deg=yaw, pitch_deg=pitch, zoom=zoom) for w, h in sizes
    )
    painter = Painter(painting_eye, light.haze)
    painter.sky(*light.sky)
    stage = Stage(painter, chance, light, loop_s, title)
    draw(stage)
    return Scene(eye, stage)
