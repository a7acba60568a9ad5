"""What moves: vehicles and people on straight tracks.

A track repeats every ``speed * loop``: that is how the last picture of a loop leads into the first
one without a jump although every vehicle on it looks different.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulators.scene.texture import Colour

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A car, a van or a bus; sizes in metres. ``cabin`` is where along it windows begin and end (0 to 1)."""

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

    @property
    def length_m(self) -> float:
        """How long the track is."""
        return math.dist(self.start, self.end)

    @property
    def heading(self) -> tuple[float, float]:
        """The unit vector along the track."""
        length = self.length_m
        return (self.end[0] - self.start[0]) / length, (self.end[1] - self.start[1]) / length


class Fleet:
    """Everybody of one kind on all tracks of a scene: where they are at a phase, all at once."""

    def __init__(self, tracks: list[Track], kind: type[Vehicle] | type[Person]) -> None:
        self.members: list[Vehicle | Person] = []
        rows = []
        for track in tracks:
            still = math.isinf(track.period_m)
            period = 0.0 if still else track.period_m
            repeats = 1 if still else math.ceil(track.length_m / period)
            span = math.inf if still else repeats * period
            for offset, traveller in track.travellers:
                if isinstance(traveller, kind):
                    for repeat in range(repeats):
                        begin = offset + repeat * period
                        rows.append((*track.start, *track.heading, track.length_m, period, span, begin))
                        self.members.append(traveller)
        table = np.array(rows, np.float64).reshape(-1, 8)
        self._start, self.heading = table[:, 0:2], table[:, 2:4]
        self._length, self._period, self._span, self._begin = table[:, 4:8].T

    def at(self, phase: float) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Return positions (N, 2), metres along the track (N,), and who is on its track (N,) at ``phase``."""
        along = np.mod(self._begin + phase * self._period, self._span)
        return self._start + self.heading * along[:, np.newaxis], along, along <= self._length
