"""A scene: its background drawn once, and what moves in front of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

import cv2
import numpy as np
from numpy.random import Generator

from simulators.scene.eye import Eye
from simulators.scene.light import Light
from simulators.scene.moverpainter import MoverPainter
from simulators.scene.movers import Person, Track, Vehicle
from simulators.scene.painter import Painter
from simulators.scene.texture import Picture

T = TypeVar("T")

SUPERSAMPLED_BELOW, SUPERSAMPLING = 800, 1.5
"""Backgrounds of pictures narrower than this are drawn larger and scaled down, so that edges are soft."""


@dataclass(slots=True)
class Stage:
    """What the builder of a scenery fills: the ground is painted at once, props are sorted first."""

    painter: Painter
    chance: Generator
    light: Light
    loop_s: float
    title: str
    tracks: list[Track] = field(default_factory=list)
    _props: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def prop(self, distance_m: float, draw: Callable[[], None]) -> None:
        """Have ``draw`` called later, after everything that is farther away."""
        self._props.append((distance_m, draw))

    def between(self, low: float, high: float) -> float:
        """Return a number between ``low`` and ``high`` by chance."""
        return float(self.chance.uniform(low, high))

    def integer(self, low: int, end: int) -> int:
        """Return an integer from ``low`` to before ``end`` by chance."""
        return int(self.chance.integers(low, end))

    def odds(self, share: float) -> bool:
        """Return true in ``share`` of all cases."""
        return bool(self.chance.random() < share)

    def one_of(self, choices: tuple[T, ...]) -> T:
        """Return one of ``choices`` by chance."""
        return choices[self.integer(0, len(choices))]

    def finish(self) -> None:
        """Draw the props, the farthest first."""
        for _, draw in sorted(self._props, key=lambda one: -one[0]):
            draw()
        self._props.clear()


class Scene:
    """A finished scene. ``render`` may be called from one thread at a time."""

    def __init__(self, eye: Eye, stage: Stage) -> None:
        self._background = _develop(stage, eye)
        light = stage.light
        tracks = [_in_light(track, light) for track in stage.tracks]
        self._movers = MoverPainter(eye, tracks, light.colour((52, 52, 54)), light.colour((74, 64, 56)))

    def render(self, phase: float) -> Picture:
        """Return a new BGR picture of the scene at ``phase`` (0 to 1) of its loop."""
        picture = self._background.copy()
        self._movers.draw(picture, phase)
        return picture


def _develop(stage: Stage, eye: Eye) -> Picture:
    """Return the stage's painting in its light, with the lens's fall-off, at the eye's size."""
    stage.finish()
    picture = stage.painter.picture
    if picture.shape[1] != eye.width:
        scaled = cv2.resize(picture, (eye.width, eye.height), interpolation=cv2.INTER_AREA)
        picture = scaled.astype(np.uint8, copy=False)
    lit = stage.light.apply(picture).astype(np.float32)
    ys = np.linspace(-1, 1, eye.height, dtype=np.float32)[:, np.newaxis] ** 2
    xs = np.linspace(-1, 1, eye.width, dtype=np.float32)[np.newaxis] ** 2
    lit *= (1 - 0.13 * (xs + ys))[:, :, np.newaxis]
    return np.clip(lit, 0, 255).astype(np.uint8)


def _in_light(track: Track, light: Light) -> Track:
    travellers: list[tuple[float, Vehicle | Person]] = []
    for offset, who in track.travellers:
        if isinstance(who, Vehicle):
            travellers.append((offset, replace(who, colour=light.colour(who.colour))))
        else:
            travellers.append((offset, replace(who, top=light.colour(who.top), legs=light.colour(who.legs))))
    return replace(track, travellers=tuple(travellers))
