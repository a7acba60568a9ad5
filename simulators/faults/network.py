"""Faults of the way between camera and daemon: loss, order, pieces, resets."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace

from simulators.faults.fault import Fault
from simulators.faults.packet import Packet

_SEED = 4711
"""Every connection is treated alike, so that a run can be repeated."""


@dataclass
class Loss(Fault):
    """Loses ``ratio`` of all packets (0.02 is 2 %), ``burst`` in a row at a time."""

    kind = "loss"
    ratio: float
    burst: int = 1

    def __post_init__(self) -> None:
        self._random = random.Random(_SEED)
        self._left = 0

    def carry(self, packets: list[Packet]) -> list[Packet]:
        """Leave out what is lost."""
        return [packet for packet in packets if not (self.due and self._loses())]

    def _loses(self) -> bool:
        if not self._left and self._random.random() < self.ratio / self.burst:
            self._left = self.burst
        lost = self._left > 0
        self._left -= lost
        return lost


@dataclass
class Duplicates(Fault):
    """Delivers ``ratio`` of all packets twice."""

    kind = "duplicates"
    ratio: float

    def __post_init__(self) -> None:
        self._random = random.Random(_SEED)

    def carry(self, packets: list[Packet]) -> list[Packet]:
        """Repeat what is doubled, right behind itself."""
        out = []
        for packet in packets:
            out.append(packet)
            if self.due and self._random.random() < self.ratio:
                out.append(replace(packet))
        return out


@dataclass
class Reorder(Fault):
    """Delivers ``ratio`` of all packets ``by`` packets later, but no later than the end of their picture."""

    kind = "reorder"
    ratio: float
    by: int = 3

    def __post_init__(self) -> None:
        self._random = random.Random(_SEED)
        self._waiting: list[tuple[int, Packet]] = []
        self._count = 0

    def carry(self, packets: list[Packet]) -> list[Packet]:
        """Put packets off, and deliver those whose time has come."""
        out = []
        for packet in packets:
            self._count += 1
            if self.due and self._random.random() < self.ratio:
                self._waiting.append((self._count + self.by, packet))
            else:
                out.append(packet)
            until = math.inf if packet.marker else self._count
            out += [late for at, late in self._waiting if at <= until]
            self._waiting = [(at, late) for at, late in self._waiting if at > until]
        return out


@dataclass
class Reset(Fault):
    """Breaks the connection in the middle of a frame."""

    kind = "reset"

    def __post_init__(self) -> None:
        self._done = False

    def cut(self, pieces: list[bytes]) -> list[bytes]:
        """Let half a frame through, then nothing more."""
        if self._done:
            return []
        if not self.due or not self.line.playing_s or not pieces[0].startswith(b"$"):
            return pieces
        self._done = True
        self.line.reset()
        return [pieces[0][: len(pieces[0]) // 2]]


@dataclass
class Pieces(Fault):
    """Has the client read the first ``head`` bytes of everything in pieces of ``size`` bytes."""

    kind = "pieces"
    size: int = 1
    head: int = 64

    def cut(self, pieces: list[bytes]) -> list[bytes]:
        """Cut it up."""
        return [part for piece in pieces for part in self._cut(piece)]

    def _cut(self, piece: bytes) -> list[bytes]:
        head = range(0, min(self.head, len(piece)), self.size)
        rest = piece[head.stop :]
        return [piece[at : min(at + self.size, head.stop)] for at in head] + ([rest] if rest else [])


KINDS: tuple[type[Fault], ...] = (Loss, Duplicates, Reorder, Reset, Pieces)
