"""The rota: whose turn it is in the cells of running tours, and when."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from commandwall.base.clock import Clock
from commandwall.control.candidates import Candidates
from commandwall.control.mishaps import Mishaps
from commandwall.control.walls import WallControl
from commandwall.model.source import Source
from commandwall.model.tour import Tour, next_sources

log = logging.getLogger(__name__)

WARM_AHEAD_S = 6.0
"""How long before its turn the main stream of a camera is opened: longer than most key-frame intervals."""


@dataclass(slots=True)
class _Turn:
    """When a running tour goes on, and whether what comes then is being opened."""

    tour: Tour
    due_s: float
    warmed: bool

    @property
    def next_s(self) -> float:
        """When there is something to do for it."""
        return self.due_s if self.warmed else self.due_s - WARM_AHEAD_S


class Rota:
    """Moves running tours on. Belongs to the control plane's event loop; nothing in it waits.

    All cells of a tour change in one tick. ``turned`` is told of each turn. A turn that cannot be
    done is left out, and the log says why.
    """

    def __init__(
        self,
        walls: Mapping[str, WallControl],
        candidates: Candidates,
        clock: Clock,
        turned: Callable[[Tour], None],
    ) -> None:
        self._walls = walls
        self._candidates = candidates
        self._clock = clock
        self._turned = turned
        self._turns: dict[str, _Turn] = {}
        self._mishaps = Mishaps(log)

    def begin(self, tour: Tour, delay_s: float) -> None:
        """Let ``tour`` have its first turn in ``delay_s`` seconds."""
        self._turns[tour.id] = _Turn(tour, self._clock() + delay_s, warmed=delay_s == 0)

    def end(self, tour_id: str) -> None:
        """Leave the cells of a tour as they are."""
        self._turns.pop(tour_id, None)

    def wait_s(self) -> float | None:
        """Return for how long there is nothing to do, ``None`` when no tour runs."""
        if not self._turns:
            return None
        return max(0.0, min(turn.next_s for turn in self._turns.values()) - self._clock())

    def advance(self) -> None:
        """Do what is due."""
        now_s = self._clock()
        for turn in [turn for turn in self._turns.values() if turn.next_s <= now_s]:
            turn.warmed = turn.due_s > now_s
            if not turn.warmed:
                turn.due_s = now_s + turn.tour.dwell_s
            with self._mishaps.of(f"tour {turn.tour.id}"):
                (self._warm if turn.warmed else self._turn)(turn.tour)

    def _turn(self, tour: Tour) -> None:
        wall = self._walls[tour.wall]
        shown = _shown(wall, tour)
        coming = self._coming(tour, shown)
        if coming != shown:
            wall.rotate(dict(zip(tour.cells, coming, strict=True)))
        self._turned(tour)

    def _warm(self, tour: Tour) -> None:
        wall = self._walls[tour.wall]
        coming = dict(zip(tour.cells, self._coming(tour, _shown(wall, tour)), strict=True))
        sources = (coming.get(cell, source) for cell, source in _tiles(wall))
        wall.prepare(wall.arrangement.layout, map(str, sources), dry_run=False)

    def _coming(self, tour: Tour, shown: tuple[Source, ...]) -> tuple[Source, ...]:
        ring = self._candidates.ring(tour)
        return next_sources(ring, self._candidates.alive(ring), shown)


def _shown(wall: WallControl, tour: Tour) -> tuple[Source, ...]:
    """Return what the cells of ``tour``, which are on the wall, show now."""
    tiles = dict(_tiles(wall))
    return tuple(tiles[cell] for cell in tour.cells)


def _tiles(wall: WallControl) -> Iterable[tuple[str, Source]]:
    """Return the cells of ``wall`` with their sources."""
    return zip(wall.cells(wall.arrangement.layout), wall.arrangement.sources, strict=True)
