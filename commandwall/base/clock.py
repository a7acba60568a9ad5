"""Clocks: monotonic time for intervals, UTC for what people and other machines read.

``monotonic_ns`` is CLOCK_MONOTONIC, one for all processes of the machine, so a time that was
taken in an ingest worker can be compared in a wall process.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], float]
"""A function that tells seconds; tests pass one that they advance by hand."""

NS_PER_S = 1_000_000_000
RTP_CLOCK_HZ = 90_000

monotonic_s: Clock = time.monotonic
monotonic_ns: Callable[[], int] = time.monotonic_ns
utc_ns: Callable[[], int] = time.time_ns
_SLOWEST = 0.9


class SteadyUtc:
    """UTC in seconds that never goes back, for times that people are told and intervals are made of.

    Where ``utc_s`` is set back this goes on, a tenth slower, until that has come as far. For one thread.
    """

    def __init__(self, utc_s: Clock = time.time, elapsed_s: Clock = monotonic_s) -> None:
        self._utc_s, self._elapsed_s = utc_s, elapsed_s
        self._now_s, self._at_s = utc_s(), elapsed_s()

    def __call__(self) -> float:
        """Return the time now."""
        at_s = self._elapsed_s()
        least_s = self._now_s + _SLOWEST * (at_s - self._at_s)
        self._now_s, self._at_s = max(self._utc_s(), least_s), at_s
        return self._now_s


def utc_iso(at_ns: int | None = None) -> str:
    """Return ``at_ns`` (UTC nanoseconds, default now) as RFC 3339 text with milliseconds."""
    seconds = (utc_ns() if at_ns is None else at_ns) / NS_PER_S
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
