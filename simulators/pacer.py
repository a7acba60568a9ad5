"""The pacer: one timer for all streams. It wakes 200 times a second and sends what is due."""

from __future__ import annotations

import asyncio
from typing import Protocol

from commandwall.base.clock import Clock, monotonic_s

TICK_S = 0.005
_SLOTS = 512
"""How many ticks ahead can be planned (2.5 s)."""


class Paced(Protocol):
    """Something that sends at times it says itself; implemented by ``LoopPlayer``."""

    active: bool

    def send(self, now_s: float) -> float:
        """Send what is due at ``now_s``, if anything, and return when the next is due."""


class Pacer:
    """A wheel of ticks. ``run`` is one task; ``add`` is called in the same loop."""

    def __init__(self, clock: Clock = monotonic_s) -> None:
        self._clock = clock
        self._slots: list[list[Paced]] = [[] for _ in range(_SLOTS)]
        self._tick = int(clock() / TICK_S)

    def add(self, paced: Paced, due_s: float) -> None:
        """Ask ``paced`` at ``due_s``, or in 2.5 s if that is later; it is dropped by making it inactive."""
        tick = max(self._tick + 1, min(int(due_s / TICK_S) + 1, self._tick + _SLOTS - 1))
        self._slots[tick % _SLOTS].append(paced)

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            self.turn(self._clock())
            await asyncio.sleep((self._tick + 1) * TICK_S - self._clock())

    def turn(self, now_s: float) -> None:
        """Send everything that is due up to ``now_s``."""
        slots, add = self._slots, self.add
        last = int(now_s / TICK_S)
        self._tick = max(self._tick, last - _SLOTS)
        while self._tick < last:
            self._tick += 1
            slot = self._tick % _SLOTS
            if due := slots[slot]:
                slots[slot] = []
                for paced in due:
                    if paced.active:
                        add(paced, paced.send(now_s))
