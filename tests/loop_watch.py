"""Finds out whether something blocked a running event loop, and where it stood meanwhile."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import threading
import time
import traceback
from pathlib import Path
from types import TracebackType

LIMIT_S = 0.25
_TICK_S = 0.02
_RAN, _WAITED = 0, 1
_STOLEN = 8
_CLOCK_HZ = os.sysconf("SC_CLK_TCK")
_Beat = tuple[float, float]
"""When the loop was alive (monotonic), and for how long its thread could not run up to then, in seconds."""


class LoopWatch:
    """Watches the running loop from a thread of its own; ``blocked`` tells what was seen.

    The loop beats by a timer; the thread notes the loop's stack when no beat came for ``LIMIT_S``.
    Time in which the loop's thread waited for a processor is taken off, and so is time in which this thread
    could not run either although the loop's did nothing, what the machine's host took of any processor, and
    garbage collections of a large test process: a busy machine, or one that stands still, fails no test.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.blocked: list[str] = []
        self._loop = loop
        self._loop_thread = threading.get_ident()
        self._schedule = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
        self._stood_s = 0.0
        self._beaten = time.monotonic(), self._lost_s()
        self._timer: asyncio.TimerHandle | None = None
        self._collecting = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="loop-watch", daemon=True)

    def __enter__(self) -> LoopWatch:
        self._beat()
        gc.callbacks.append(self._collected)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        gc.callbacks.remove(self._collected)
        if self._timer is not None:
            self._timer.cancel()

    def _beat(self) -> None:
        self._beaten = time.monotonic(), self._lost_s()
        self._timer = self._loop.call_later(_TICK_S, self._beat)

    def _collected(self, phase: str, info: dict[str, int]) -> None:
        if info["generation"] == 2:
            self._collecting = phase == "start"
            self._beaten = time.monotonic(), self._lost_s()

    def _watch(self) -> None:
        """Note where the loop stands when it is late, and judge when it goes on.

        The kernel counts what a thread has waited only once the thread runs again.
        """
        seen, place = self._beaten, ""
        looked_s, ran_s = time.monotonic(), self._schedule_s(_RAN)
        while not self._stop.wait(_TICK_S):
            now_s, now_ran_s = time.monotonic(), self._schedule_s(_RAN)
            stood_s = now_s - looked_s - _TICK_S - (now_ran_s - ran_s)
            looked_s, ran_s = now_s, now_ran_s
            if stood_s > _TICK_S:
                self._stood_s += stood_s
            if self._collecting or not self._loop.is_running():  # or it is between a fixture and its test
                self._beaten = now_s, self._lost_s()
            if self._beaten is not seen:
                self._judge(seen, self._beaten, place)
                seen, place = self._beaten, ""
            elif not place and now_s - seen[0] > LIMIT_S:
                place = self._place()
        self._judge(seen, (time.monotonic(), self._lost_s()), place)

    def _judge(self, seen: _Beat, beaten: _Beat, place: str) -> None:
        blocked_s = (beaten[0] - seen[0]) - (beaten[1] - seen[1])
        if place and blocked_s > LIMIT_S:
            self.blocked.append(f"the event loop stood still for {blocked_s * 1000:.0f} ms in\n{place}")

    def _lost_s(self) -> float:
        """Return for how long the loop's thread could not run, in all."""
        return self._schedule_s(_WAITED) + self._stood_s + _stolen_s()

    def _schedule_s(self, field: int) -> float:
        """Return how long the loop's thread has run, or waited for a processor, in all (proc(5))."""
        return int(self._schedule.read_text().split()[field]) / 1e9

    def _place(self) -> str:
        frame = sys._current_frames().get(self._loop_thread)
        return "".join(traceback.format_stack(frame)[-8:]) if frame else "(no stack)"


def _stolen_s() -> float:
    """Return for how long the host let this machine's processors wait, all together (proc(5))."""
    with Path("/proc/stat").open() as lines:
        return int(lines.readline().split()[_STOLEN]) / _CLOCK_HZ
