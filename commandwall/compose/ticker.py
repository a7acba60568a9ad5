"""The tick: a fixed rate kept by deadlines on the monotonic clock, and its counters."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable
from itertools import accumulate

from commandwall.base.clock import NS_PER_S, monotonic_ns
from commandwall.ipc.messages import TICK_BUCKETS_S

_BUCKETS_NS = tuple(round(bound_s * NS_PER_S) for bound_s in TICK_BUCKETS_S)


class Ticker:
    """Calls ``work`` with 0, 1, 2... at ``fps`` a second, without drift. One thread runs it.

    Deadlines are whole periods of the monotonic clock: all walls of one rate tick together, and
    whoever brings their pictures knows when they are wanted.

    A tick is late when its work starts more than half a period after its deadline or ends after
    the next one; ticks whose time has wholly passed are left out, and count as late.
    """

    def __init__(self, fps: int, work: Callable[[int], None]) -> None:
        self._fps = fps
        self._work = work
        self._stop = threading.Event()
        self._counts = [0] * (len(_BUCKETS_NS) + 1)
        self.tick = 0
        self.late_ticks = 0
        self.sum_ns = 0

    @property
    def buckets(self) -> tuple[int, ...]:
        """Cumulative counts of ticks whose work took at most ``TICK_BUCKETS_S``."""
        return tuple(accumulate(self._counts[:-1]))

    def run(self) -> None:
        """Tick until :meth:`stop`."""
        first = -(-monotonic_ns() * self._fps // NS_PER_S)
        while not self._stop.is_set():
            deadline_ns = (first + self.tick) * NS_PER_S // self._fps
            wait_ns = deadline_ns - monotonic_ns()
            if wait_ns > 0 and self._stop.wait(wait_ns / NS_PER_S):
                return
            self._once(deadline_ns)
            self.tick += 1
            due = monotonic_ns() * self._fps // NS_PER_S - first
            if due > self.tick:
                self.late_ticks += due - self.tick
                self.tick = due

    def stop(self) -> None:
        """End :meth:`run` soon; from any thread."""
        self._stop.set()

    def _once(self, deadline_ns: int) -> None:
        began_ns = monotonic_ns()
        self._work(self.tick)
        ended_ns = monotonic_ns()
        period_ns = NS_PER_S // self._fps
        self.late_ticks += began_ns - deadline_ns > period_ns // 2 or ended_ns - deadline_ns > period_ns
        self.sum_ns += ended_ns - began_ns
        self._counts[bisect_left(_BUCKETS_NS, ended_ns - began_ns)] += 1
