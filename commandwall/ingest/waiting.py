"""Where lost feeds wait for their next try, and how a network that returns is noticed.

Feeds whose last frames came at the same time were lost together: a switch, a line, a power cut. It
is no use that each of them waits out its back-off alone. One of them is tried early, every second
at first, and when one is live again the others go too, spread over ``SPREAD_S``. Nobody goes before
he has waited for ``REST_S``, so that a camera is not asked more often than that, whoever returns.

A camera that answers, and has no stream or no session to give, is no sign of a network: who was told
so waits out his time, whatever the others do.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from commandwall.base.clock import NS_PER_S, monotonic_ns
from commandwall.model.reason import ReasonCode

TOGETHER_S = 5.0
"""Feeds were lost together if the last frames of both came within this time."""
TOGETHER_LEAST = 3
"""So many feeds lost together are a network; fewer are cameras."""
REST_S = 3.0
SPREAD_S = 2.0
RECENT_S = 10.0
"""Who comes to wait so soon after others have returned has only just missed it."""
FRESH_S = 300.0
"""So long after a loss one of those lost together is tried every second, and later every ``PAUSE_S``."""
PAUSE_S = 5.0
SILENT = frozenset(
    (
        ReasonCode.NO_ROUTE,
        ReasonCode.TIMEOUT,
        ReasonCode.REFUSED_CONNECTION,
        ReasonCode.CLOSED,
        ReasonCode.NO_FRAMES,
    )
)
"""Why feeds are lost whose network may be down, or whose cameras have no power."""
_TOGETHER_NS = round(TOGETHER_S * NS_PER_S)


@dataclass(slots=True, eq=False)
class _Waiter:
    """A feed that waits: when its last frame came (monotonic), since when it waits (loop time), till when.

    ``scouted_s`` is when one of those that it was lost with was sent ahead (loop time).
    """

    last_ns: int
    began_s: float
    end: asyncio.Timeout
    called: bool = False
    scouted_s: float = -math.inf

    def hurry(self, at_s: float) -> None:
        """Wait no longer than until ``at_s``, nor less than ``REST_S`` in all."""
        at_s = max(at_s, self.began_s + REST_S)
        when_s = self.end.when()
        if when_s is not None and at_s < when_s:
            self.end.reschedule(at_s)


class WaitingRoom:
    """The lost feeds of one worker. Belongs to its event loop."""

    def __init__(self) -> None:
        self._waiters: set[_Waiter] = set()
        self._returns: list[tuple[float, int]] = []

    async def wait(self, last_ns: int, delay_s: float, why: ReasonCode) -> None:
        """Wait for ``delay_s`` seconds, or for less if there is reason to hope.

        ``last_ns`` is when the feed's last frame came, or when it was first tried if none ever did
        (monotonic), ``why`` what its newest try ended with.
        """
        if why not in SILENT:
            await asyncio.sleep(delay_s)
            return
        loop = asyncio.get_running_loop()
        now_s = loop.time()
        if any(now_s - at_s < RECENT_S and _together(last_ns, theirs) for at_s, theirs in self._returns):
            delay_s = min(delay_s, REST_S + random.uniform(0, SPREAD_S))
        try:
            async with asyncio.timeout_at(now_s + delay_s) as end:
                waiter = _Waiter(last_ns, now_s, end)
                self._waiters.add(waiter)
                try:
                    await loop.create_future()
                finally:
                    self._waiters.discard(waiter)
        except TimeoutError:
            return

    def returned(self, last_ns: int) -> None:
        """Let those go who were lost together with a feed that is live again."""
        now_s = asyncio.get_running_loop().time()
        self._returns = [
            (at_s, theirs)
            for at_s, theirs in self._returns
            if now_s - at_s < RECENT_S and not _together(last_ns, theirs)
        ]
        self._returns.append((now_s, last_ns))
        for waiter in self._waiters:
            if not waiter.called and _together(last_ns, waiter.last_ns):
                waiter.called = True
                waiter.hurry(now_s + random.uniform(0, SPREAD_S))

    def scout(self) -> None:
        """Send the one ahead that has waited longest, of each group lost together. Called every second."""
        now_s = asyncio.get_running_loop().time()
        fresh_from_ns = monotonic_ns() - round(FRESH_S * NS_PER_S)
        for group in self._groups():
            if len(group) < TOGETHER_LEAST:
                continue
            eldest = min(group, key=lambda waiter: waiter.began_s)
            pausing = now_s - max(waiter.scouted_s for waiter in group) < PAUSE_S
            if now_s - eldest.began_s < REST_S or (pausing and group[0].last_ns < fresh_from_ns):
                continue
            eldest.hurry(now_s)
            for waiter in group:
                waiter.scouted_s = now_s

    def _groups(self) -> Iterator[list[_Waiter]]:
        """Yield those who were lost together, a list for each time."""
        group: list[_Waiter] = []
        for waiter in sorted(self._waiters, key=lambda waiter: waiter.last_ns):
            if group and not _together(group[0].last_ns, waiter.last_ns):
                yield group
                group = []
            group.append(waiter)
        if group:
            yield group


def _together(first_ns: int, second_ns: int) -> bool:
    """Return whether feeds whose last frames came at these times were lost together."""
    return abs(first_ns - second_ns) <= _TOGETHER_NS
