"""What moves: vehicles and people on straight tracks, drawn anew in every picture.

A track repeats every ``speed * loop``: that is how the last picture of a loop leads into the first
one without a jump although every vehicle on it looks different.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from simulators.scene.eye import Eye, Points
from simulators.scene.painter import SHIFT, dim, fixed
from simulators.scene.texture import Colour, Picture

_BOX_FACES = ((0, 1, 5, 4), (2, 3, 7, 6), (1, 2, 6, 5), (3, 0, 4, 7), (4, 5, 6, 7))
_FACE_SHADES = (0.72, 0.86, 0.6, 0.8, 1.0)
"""Front, back, right, left, top; corners 0-3 are the bottom, 4-7 the top."""
_NEAR_M = 1.0


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A car, a van or a bus. ``length``, ``width`` and ``height`` in metres; ``cabin`` is the share with windows."""

    colour: Colour
    length: float
    width: float
    height: float
    cabin: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on foot; ``height`` in metres."""

    top: Colour
    legs: Colour
    height: float


@dataclass(frozen=True, slots=True)
class Track:
    """A straight way over the ground from ``start`` to ``end``, both (x, y) in metres.

    ``travellers`` stand on it at the given offsets (metres) of every ``period_m``; all of them
    move one period per loop. An infinite period is for what stands still.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    period_m: float
    travellers: tuple[tuple[float, Vehicle | Person], ...]

    def poses(self, phase: float) -> list[tuple[float, float, float, Vehicle | Person]]:
        """Return (x, y, metres along the track, who) of everybody on the track at ``phase`` (0 to 1)."""
        dx, dy = self.end[0] - self.start[0], self.end[1] - self.start[1]
        length = math.hypot(dx, dy)
        found = []
        for offset, traveller in self.travellers:
            along = (offset + phase * self.period_m) % self.period_m if self.period_m < math.inf else offset
            while along <= length:
                share = along / length
                found.append((self.start[0] + dx * share, self.start[1] + dy * share, along, traveller))
                along += self.period_m
        return found

    @property
    def heading(self) -> tuple[float, float]:
        """The unit vector along the track."""
        dx, dy = self.end[0] - self.start[0], self.end[1] - self.start[1]
        length = math.hypot(dx, dy)
        return dx / length, dy / length


class MoverPainter:
    """Draws tracks into pictures. Colours must already be in the scene's light."""

    def __init__(self, eye: Eye, shadow: Colour, glass: Colour) -> None:
        self._eye = eye
        self._shadow = shadow
        self._glass = glass

    def draw(self, picture: Picture, tracks: list[Track], phase: float) -> None:
        """Draw everybody on ``tracks`` at ``phase`` into ``picture``, the farthest first."""
        seen = []
        for track in tracks:
            for x, y, along, traveller in track.poses(phase):
                depth = float(self._eye.homogeneous(np.array([[x, y, 0.0]]))[0, 2])
                if depth > _NEAR_M:
                    seen.append((depth, x, y, along, track.heading, traveller))
        seen.sort(key=lambda one: -one[0])
        for depth, x, y, along, heading, traveller in seen:
            if isinstance(traveller, Vehicle):
                self._vehicle(picture, x, y, heading, traveller)
            else:
                self._person(picture, x, y, along, depth, traveller)

    def _vehicle(self, picture: Picture, x: float, y: float, heading: tuple[float, float], car: Vehicle) -> None:
        waist = car.height * (0.55 if car.height < 2 else 0.4)
        body = _block(x, y, heading, (-car.length / 2, car.length / 2), car.width, 0.25, waist)
        cabin_ends = (car.length * (car.cabin[0] - 0.5), car.length * (car.cabin[1] - 0.5))
        cabin = _block(x, y, heading, cabin_ends, car.width * 0.88, waist, car.height)
        shadow = _block(x, y, heading, (-car.length / 2, car.length / 2), car.width * 1.12, 0.0, 0.0)[:4]
        corners = self._eye.homogeneous(np.concatenate([shadow, body, cabin]))
        if corners[:, 2].min() < _NEAR_M:
            return
        pixels = fixed(corners[:, :2] / corners[:, 2:])
        cv2.fillConvexPoly(picture, pixels[:4], self._shadow, cv2.LINE_AA, SHIFT)
        _draw_block(picture, pixels[4:12], car.colour, car.colour)
        _draw_block(picture, pixels[12:20], self._glass, car.colour)

    def _person(self, picture: Picture, x: float, y: float, along: float, depth: float, who: Person) -> None:
        foot, crown = self._eye.homogeneous(np.array([[x, y, 0.0], [x, y, who.height]]))
        foot_x, foot_y = foot[0] / foot[2], foot[1] / foot[2]
        top_y = crown[1] / crown[2]
        tall = foot_y - top_y
        if not 2 < tall < picture.shape[0]:
            return
        swing = math.sin(along * 4.2) * tall * 0.11
        hip_y, neck_y = foot_y - tall * 0.48, top_y + tall * 0.2
        thick = max(1, round(tall * 0.09))
        one = 1 << SHIFT
        hip = (round(foot_x * one), round(hip_y * one))
        centre = (round((foot_x + tall * 0.12) * one), round(foot_y * one))
        cv2.ellipse(picture, centre, (round(tall * 0.2 * one), round(tall * 0.06 * one)), 0, 0, 360,
                    self._shadow, -1, cv2.LINE_AA, SHIFT)  # fmt: skip
        for side in (swing, -swing):
            cv2.line(picture, hip, (round((foot_x + side) * one), round(foot_y * one)), who.legs, thick,
                     cv2.LINE_AA, SHIFT)  # fmt: skip
        torso = (hip[0], round((hip_y + neck_y) / 2 * one))
        cv2.ellipse(picture, torso, (round(tall * 0.13 * one), round(tall * 0.19 * one)), 0, 0, 360, who.top, -1,
                    cv2.LINE_AA, SHIFT)  # fmt: skip
        head = (hip[0], round((top_y + tall * 0.1) * one))
        cv2.circle(picture, head, round(tall * 0.085 * one), dim(self._glass, 0.7), -1, cv2.LINE_AA, SHIFT)


def _block(x: float, y: float, heading: tuple[float, float], ends: tuple[float, float], width: float,
           low: float, high: float) -> Points:  # fmt: skip
    """Return the eight corners of a block on the ground that points along ``heading``."""
    ux, uy = heading
    half = width / 2
    ring = [(ends[1], -half), (ends[1], half), (ends[0], half), (ends[0], -half)]
    base = [(x + ux * along - uy * aside, y + uy * along + ux * aside) for along, aside in ring]
    return np.array([(px, py, z) for z in (low, high) for px, py in base])


def _draw_block(picture: Picture, corners: NDArray[np.int32], sides: Colour, top: Colour) -> None:
    for face, shade in zip(_BOX_FACES, _FACE_SHADES, strict=True):
        outline = corners[list(face)]
        (ax, ay), (bx, by), (cx, cy) = outline[0].tolist(), outline[1].tolist(), outline[2].tolist()
        if (bx - ax) * (cy - ay) - (by - ay) * (cx - ax) < 0:
            colour = top if face is _BOX_FACES[4] else sides
            cv2.fillConvexPoly(picture, outline, dim(colour, shade), cv2.LINE_AA, SHIFT)
