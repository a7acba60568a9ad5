"""Drawing what moves into a picture: all points of all movers are projected at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from simulators.scene.eye import Eye
from simulators.scene.movers import Fleet, Floats, Person, Track, Vehicle
from simulators.scene.painter import SHIFT, dim, fixed
from simulators.scene.texture import Colour, Picture

_FACES = np.array([(0, 1, 5, 4), (2, 3, 7, 6), (1, 2, 6, 5), (3, 0, 4, 7), (4, 5, 6, 7)])
_SHADES = (0.72, 0.86, 0.6, 0.8, 1.0)
"""Front, back, left, right and top of a block whose corners 0 to 3 are the bottom, 4 to 7 the top."""
_OUTLINES = np.concatenate([[[0, 1, 2, 3]], _FACES + 4, _FACES + 12])
"""Shadow, body and cabin of a vehicle, as indices of its 20 corners."""
_NEAR_M = 1.0
_ONE = 1 << SHIFT

Drawn = tuple[float, Callable[[], None]]
"""How far away something is, and what draws it."""


class MoverPainter:
    """Draws the movers of one scene. Colours of ``tracks`` must already be in the scene's light."""

    def __init__(self, eye: Eye, tracks: list[Track], shadow: Colour, glass: Colour) -> None:
        self._eye = eye
        self._shadow = shadow
        self._hair = dim(glass, 0.7)
        self._vehicles = Fleet(tracks, Vehicle)
        self._people = Fleet(tracks, Person)
        pairs = list(zip(self._vehicles.members, self._vehicles.heading, strict=True))
        self._shapes = np.array(
            [_corners(car, heading) for car, heading in pairs if isinstance(car, Vehicle)]
        )
        self._paints = [
            _paints(car, shadow, glass) for car in self._vehicles.members if isinstance(car, Vehicle)
        ]
        self._heights = np.array([who.height for who in self._people.members if isinstance(who, Person)])

    def draw(self, picture: Picture, phase: float) -> None:
        """Draw everybody at ``phase`` into ``picture``, the farthest first."""
        drawn: list[Drawn] = []
        if self._vehicles.members:
            drawn += self._place_vehicles(picture, phase)
        if self._people.members:
            drawn += self._place_people(picture, phase)
        drawn.sort(key=lambda one: -one[0])
        for _, draw in drawn:
            draw()

    def _place_vehicles(self, picture: Picture, phase: float) -> list[Drawn]:
        ground, _, present = self._vehicles.at(phase)
        corners = self._shapes.copy()
        corners[:, :, :2] += ground[:, np.newaxis]
        seen = self._eye.homogeneous(corners.reshape(-1, 3)).reshape(corners.shape)
        depths = seen[:, :, 2]
        present &= depths.min(axis=1) > _NEAR_M
        pixels = fixed(seen[:, :, :2] / np.maximum(depths, _NEAR_M)[:, :, np.newaxis])
        outlines = np.ascontiguousarray(pixels[:, _OUTLINES])
        first, second = np.diff(outlines[:, :, :3], axis=2).transpose(2, 0, 1, 3).astype(np.int64)
        facing = first[:, :, 0] * second[:, :, 1] - first[:, :, 1] * second[:, :, 0] < 0
        facing[:, 0] = True
        return [
            (
                float(depths[index].mean()),
                partial(_fill, picture, outlines[index], facing[index], self._paints[index]),
            )
            for index in np.flatnonzero(present).tolist()
        ]

    def _place_people(self, picture: Picture, phase: float) -> list[Drawn]:
        ground, along, present = self._people.at(phase)
        feet = np.column_stack([ground, np.zeros(len(ground))])
        crowns = np.column_stack([ground, self._heights])
        foot, crown = self._eye.homogeneous(feet), self._eye.homogeneous(crowns)
        depth = np.maximum(foot[:, 2], _NEAR_M)
        x, y = foot[:, 0] / depth, foot[:, 1] / depth
        tall = y - crown[:, 1] / np.maximum(crown[:, 2], _NEAR_M)
        present &= (foot[:, 2] > _NEAR_M) & (tall > 3) & (tall < self._eye.height)
        swing = np.sin(along * 4.2) * tall * 0.11
        numbers = np.rint(np.column_stack([x, y, tall, swing]) * _ONE).astype(np.int64).tolist()
        drawn: list[Drawn] = []
        for index in np.flatnonzero(present).tolist():
            who = self._people.members[index]
            assert isinstance(who, Person)
            drawn.append((float(depth[index]), partial(self._person, picture, numbers[index], who)))
        return drawn

    def _person(self, picture: Picture, numbers: list[int], who: Person) -> None:
        """Draw one person; ``numbers`` are x and y of the feet, height and step in 1/16 pixels."""
        x, y, tall, swing = numbers
        hip = (x, y - tall * 48 // 100)
        thick = max(1, tall * 9 // 100 // _ONE)
        shadow = (x + tall * 12 // 100, y)
        cv2.ellipse(
            picture, shadow, (tall // 5, tall * 6 // 100), 0, 0, 360, self._shadow, -1, cv2.LINE_AA, SHIFT
        )
        cv2.line(picture, hip, (x + swing, y), who.legs, thick, cv2.LINE_AA, SHIFT)
        cv2.line(picture, hip, (x - swing, y), who.legs, thick, cv2.LINE_AA, SHIFT)
        torso = (x, y - tall * 64 // 100)
        cv2.ellipse(
            picture, torso, (tall * 13 // 100, tall * 19 // 100), 0, 0, 360, who.top, -1, cv2.LINE_AA, SHIFT
        )
        cv2.circle(picture, (x, y - tall * 90 // 100), tall * 85 // 1000, self._hair, -1, cv2.LINE_AA, SHIFT)


def _fill(
    picture: Picture, outlines: NDArray[np.int32], facing: NDArray[np.bool_], paints: list[Colour]
) -> None:
    for outline, faces, colour in zip(outlines, facing.tolist(), paints, strict=True):
        if faces:
            cv2.fillConvexPoly(picture, outline, colour, cv2.LINE_AA, SHIFT)


def _paints(car: Vehicle, shadow: Colour, glass: Colour) -> list[Colour]:
    """Return the colours of the shadow, the five faces of the body and those of the cabin."""
    body = [dim(car.colour, shade) for shade in _SHADES]
    cabin = [dim(glass, shade) for shade in _SHADES[:4]]
    return [shadow, *body, *cabin, car.colour]


def _corners(car: Vehicle, heading: Floats) -> Floats:
    """Return the 20 corners of a vehicle at the origin: 4 of its shadow, 8 of its body, 8 of its cabin."""
    waist = car.height * (0.55 if car.height < 2 else 0.4)
    half = car.length / 2
    shadow = _block(heading, (-half, half), car.width * 1.12, 0.0, 0.0)[:4]
    body = _block(heading, (-half, half), car.width, 0.25, waist)
    ends = (car.length * (car.cabin[0] - 0.5), car.length * (car.cabin[1] - 0.5))
    return np.concatenate([shadow, body, _block(heading, ends, car.width * 0.88, waist, car.height)])


def _block(heading: Floats, ends: tuple[float, float], width: float, low: float, high: float) -> Floats:
    """Return the eight corners of a block at the origin that points along ``heading``."""
    ux, uy = heading.tolist()
    half = width / 2
    ring = ((ends[1], -half), (ends[1], half), (ends[0], half), (ends[0], -half))
    base = [(ux * along - uy * aside, uy * along + ux * aside) for along, aside in ring]
    return np.array([(x, y, z) for z in (low, high) for x, y in base])
