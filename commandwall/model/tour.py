"""Tours (轮巡): sources that rotate through cells of a wall, each for its dwell time."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from enum import StrEnum

from commandwall.base.errors import InvalidError
from commandwall.model.source import EMPTY, Source

LEAST_DWELL_S = 2.0
MOST_DWELL_S = 3600.0


class TourState(StrEnum):
    """What a tour does."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class Halt(StrEnum):
    """Why a tour is paused."""

    NONE = ""
    COMMAND = "command"
    TOUCHED = "touched"
    LAYOUT = "layout"


@dataclass(frozen=True, slots=True)
class Tour:
    """Sources that take turns in ``cells`` of ``wall``, each for ``dwell_s`` seconds.

    They are ``sources``, or the cameras of ``area`` and the areas below it as they are at the moment.
    Raises :class:`InvalidError` naming the field that is wrong.
    """

    id: str
    name: str
    wall: str
    cells: tuple[str, ...]
    dwell_s: float
    sources: tuple[Source, ...] = ()
    area: str = ""
    state: TourState = TourState.STOPPED
    halt: Halt = Halt.NONE

    def __post_init__(self) -> None:
        if not LEAST_DWELL_S <= self.dwell_s <= MOST_DWELL_S:
            raise InvalidError(
                "must be {least:g} to {most:g}", least=LEAST_DWELL_S, most=MOST_DWELL_S, field="dwell_s"
            )
        if not self.cells:
            raise InvalidError("must not be empty; leave it out or add an entry", field="cells")
        if bool(self.sources) == bool(self.area):
            raise InvalidError("needs either sources or an area", field="sources")
        _check_once(self.cells, "cells")
        _check_once(self.sources, "sources")
        if EMPTY in self.sources:
            raise InvalidError("a tour shows no empty cells", field=f"sources[{self.sources.index(EMPTY)}]")


def _check_once(entries: Sequence[object], field: str) -> None:
    for index, entry in enumerate(entries):
        if entry in entries[:index]:
            raise InvalidError(
                "{id!r} is there twice; ids are unique", id=str(entry), field=f"{field}[{index}]"
            )


def next_sources(
    ring: Sequence[Source], alive: Container[Source], shown: Sequence[Source]
) -> tuple[Source, ...]:
    """Return what the cells that show ``shown`` show next: those that follow in ``ring``, as far as alive.

    Where no more are alive than there are cells, each that is shown stays in its cell. A cell that
    nothing is left for keeps what it shows: its tile says what has become of that.
    """
    living = [source for source in ring if source in alive]
    if len(living) <= len(shown):
        return _all_at_once(living, shown)
    last = next((ring.index(source) for source in reversed(shown) if source in ring), -1)
    after = [*ring[last + 1 :], *ring[: last + 1]]
    return tuple([source for source in after if source in alive][: len(shown)])


def _all_at_once(living: Sequence[Source], shown: Sequence[Source]) -> tuple[Source, ...]:
    kept: list[Source] = []
    for source in shown:
        kept.append(source if source in living and source not in kept else EMPTY)
    waiting = iter([source for source in living if source not in kept])
    return tuple(
        source if source != EMPTY else next(waiting, before)
        for source, before in zip(kept, shown, strict=True)
    )
