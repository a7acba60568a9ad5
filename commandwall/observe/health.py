"""Whether the daemon does its work: workers are up and walls tick; and whether it can help itself."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass

from commandwall.base.clock import Clock, monotonic_s
from commandwall.control.displays import DISPLAY
from commandwall.control.hidden_walls import CONFERENCE
from commandwall.control.walls import WallControl
from commandwall.workers.worker import WorkerState, WorkerStatus

_STUCK_S = 3.0
_HOPELESS_S = 60.0
"""Longer than a worker is given to start after the longest wait for its next try."""
_WELL = (WorkerState.READY, WorkerState.IDLE)
_ASIDE = frozenset((DISPLAY, CONFERENCE))
"""Kinds of processes whose absence keeps the walls from nothing."""
_NEEDED = frozenset(("ingest", "wall"))
"""Kinds without which a wall shows no cameras."""


@dataclass(slots=True)
class _Seen:
    tick: int
    at_s: float


class Health:
    """Judges by what walls and workers last said. Belongs to the control plane's event loop.

    ``elsewhere`` says what is not well beside walls and workers. A configuration that cannot be loaded
    starts no daemon, so whoever can ask has one.
    """

    def __init__(
        self,
        walls: Callable[[], Iterable[WallControl]],
        workers: Callable[[], Iterable[WorkerStatus]],
        elsewhere: Callable[[], Iterable[str]],
        clock: Clock = monotonic_s,
    ) -> None:
        self._walls = walls
        self._workers = workers
        self._elsewhere = elsewhere
        self._clock = clock
        self._seen: dict[str, _Seen] = {}

    def faults(self) -> list[str]:
        """Return what keeps the daemon from doing all its work, in words; nothing when it does."""
        kinds = {worker.kind for worker in self._workers()} - _ASIDE
        return [*self._not_up(kinds), *self._not_ticking()]

    def serves(self) -> bool:
        """Return whether every wall ticks and all cameras are received, whatever else is not well."""
        return not (self._not_up(_NEEDED) or self._not_ticking())

    def stuck(self) -> bool:
        """Return whether only another start of the whole daemon can help.

        A worker that died or does not answer is replaced without that, which would take down what is well.
        So a wall counts that stands still although its process is up; and all walls, when none of them has
        come back for longer than replacing a worker ever takes.
        """
        quiet_s = {wall: self._quiet_s(wall) for wall in self._walls()}
        if any(wall.worker.ready and still_s > _STUCK_S for wall, still_s in quiet_s.items()):
            return True
        return min(quiet_s.values(), default=0.0) > _HOPELESS_S

    def warnings(self) -> list[str]:
        """Return what is not well but keeps no wall from its work: dark displays, and what is elsewhere."""
        displays = (display for wall in self._walls() for display in wall.displays.values())
        dark = [f"head {display.name}: {fault}" for display in displays if (fault := display.fault())]
        return [*dark, *self._elsewhere()]

    def _not_up(self, kinds: Container[str]) -> list[str]:
        return [
            f"worker {worker.name} is {worker.state}"
            for worker in self._workers()
            if worker.state not in _WELL and worker.kind in kinds
        ]

    def _not_ticking(self) -> list[str]:
        faults = []
        for wall in self._walls():
            still_s = self._quiet_s(wall)
            if wall.report is None:
                faults.append(f"wall {wall.wall.id} has not ticked yet")
            elif still_s > _STUCK_S:
                faults.append(f"wall {wall.wall.id} has not ticked for {still_s:.0f} s")
        return faults

    def _quiet_s(self, wall: WallControl) -> float:
        """Return how long ago ``wall`` was first seen at the tick at which it is."""
        tick = wall.report.tick if wall.report else -1
        now_s = self._clock()
        seen = self._seen.get(wall.wall.id)
        if seen is None or seen.tick != tick:
            seen = self._seen[wall.wall.id] = _Seen(tick, now_s)
        return now_s - seen.at_s
