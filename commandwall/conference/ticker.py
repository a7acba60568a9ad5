"""The beat of the mix: every 20 ms of the monotonic clock, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from commandwall.base.clock import NS_PER_S, monotonic_ns
from commandwall.media.opus import FRAME_SAMPLES, SAMPLE_RATE

PERIOD_NS = NS_PER_S * FRAME_SAMPLES // SAMPLE_RATE
_LATE_NS = PERIOD_NS // 2
_MOST_BEHIND = 25


def now_samples() -> float:
    """Return the monotonic time in samples of 48 kHz: the mixer's clock."""
    return monotonic_ns() * SAMPLE_RATE / NS_PER_S


class Ticker:
    """Calls ``work`` with 1, 2, 3...: the whole periods of 20 ms since the monotonic clock began.

    Listeners count on 50 packets a second: ticks that the machine was too busy for are made up for, half a
    second of them at most. ``late`` counts those that began 10 ms after their time or more.
    """

    def __init__(self, work: Callable[[int], None]) -> None:
        self._work = work
        self.late = 0

    async def run(self) -> None:
        """Tick until cancelled. One task runs this; the others have their turn between any two ticks."""
        period = monotonic_ns() // PERIOD_NS + 1
        while True:
            behind_ns = monotonic_ns() - period * PERIOD_NS
            await asyncio.sleep(max(-behind_ns / NS_PER_S, 0))
            behind_ns = monotonic_ns() - period * PERIOD_NS
            if behind_ns < 0:  # timers are rounded
                continue
            self.late += behind_ns > _LATE_NS
            left_out = behind_ns // PERIOD_NS - _MOST_BEHIND
            if left_out > 0:
                self.late += left_out
                period += left_out
            self._work(period)
            period += 1
