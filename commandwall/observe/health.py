"""Whether the daemon does its work: workers are up and walls tick."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from commandwall.base.clock import Clock, monotonic_s
from commandwall.control.displays import DISPLAY
from commandwall.control.hidden_walls import CONFERENCE
from commandwall.control.walls import WallControl
from commandwall.workers.worker import WorkerState, WorkerStatus

_STUCK_S = 3.0
_WELL = (WorkerState.READY, WorkerState.IDLE)
_ASIDE = (DISPLAY, CONFERENCE)
"""Kinds of processes whose absence keeps the walls from nothing."""


@dataclass(slots=True)
class _Seen:
    tick: int
    at_s: float


class Health:
    """Judges by what walls and workers last said. Belongs to the control plane's event loop.

    A configuration that cannot be loaded starts no daemon, so whoever can ask has one.
    """

    def __init__(
        self,
        walls: Callable[[], Iterable[WallControl]],
        workers: Callable[[], Iterable[WorkerStatus]],
        clock: Clock = monotonic_s,
    ) -> None:
        self._walls = walls
        self._workers = workers
        self._clock = clock
        self._seen: dict[str, _Seen] = {}

    def faults(self) -> list[str]:
        """Return what keeps the daemon from doing all its work, in words; nothing when it does."""
        faults = [
            f"worker {worker.name} is {worker.state}"
            for worker in self._workers()
            if worker.state not in _WELL and worker.kind not in _ASIDE
        ]
        now_s = self._clock()
        return [*faults, *filter(None, (self._wall_fault(wall, now_s) for wall in self._walls()))]

    def warnings(self) -> list[str]:
        """Return what is not well but keeps no wall from its work: displays that show nothing."""
        displays = (display for wall in self._walls() for display in wall.displays.values())
        return [f"head {display.name}: {fault}" for display in displays if (fault := display.fault())]

    def _wall_fault(self, wall: WallControl, now_s: float) -> str:
        name = wall.wall.id
        if wall.report is None:
            return f"wall {name} has not ticked yet"
        seen = self._seen.get(name)
        if seen is None or seen.tick != wall.report.tick:
            self._seen[name] = _Seen(wall.report.tick, now_s)
            return ""
        quiet_s = now_s - seen.at_s
        return f"wall {name} has not ticked for {quiet_s:.0f} s" if quiet_s > _STUCK_S else ""
