"""Tours: made, told what to do, paused by whoever touches their cells."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial

from commandwall.base.clock import Clock
from commandwall.base.errors import InvalidError, NotFoundError
from commandwall.control.candidates import Candidates
from commandwall.control.database import StoreError
from commandwall.control.documents import Cause
from commandwall.control.keeper import Keeper
from commandwall.control.naming import new_id
from commandwall.control.records import Records
from commandwall.control.rota import Rota
from commandwall.control.scene_changes import NewTour, TourChange, TourVerb
from commandwall.control.scene_documents import TourDocument, TourEvent
from commandwall.control.state import Publish
from commandwall.control.walls import Changed, WallControl
from commandwall.model.source import Source
from commandwall.model.tour import Halt, Tour, TourState

_HANDS = frozenset({Cause.OPERATOR, Cause.SCENE, Cause.UNDO})
"""Changes that a tour gives way to."""


class Tours:
    """All tours, and the task that moves them on; an async context manager.

    What an operator makes is on disk first and then in the daemon; what a tour comes to by itself is
    written behind. Changes take their turns; commands wait for nothing. Belongs to the control plane's
    event loop.
    """

    def __init__(
        self,
        walls: Mapping[str, WallControl],
        candidates: Candidates,
        records: Records[Tour],
        publish: Publish,
        clock: Clock,
    ) -> None:
        self.turns_total = dict.fromkeys(walls, 0)
        self._walls = walls
        self._candidates = candidates
        self._records = records
        self._keeper = Keeper("tours", records.save, "the states of {}")
        self._publish = publish
        self._rota = Rota(walls, candidates, clock, self._turned)
        self._tours: dict[str, Tour] = {}
        self._turn = asyncio.Lock()
        self._leaving = ""
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        for wall_id, wall in walls.items():
            wall.watch(partial(self._wall_changed, wall_id))

    async def __aenter__(self) -> Tours:
        """Take up what was kept, and let run what ran; raises :class:`StoreError`."""
        self._tours = await self._records.load()
        await self._keeper.__aenter__()
        for tour in [tour for tour in self._tours.values() if tour.state is TourState.RUNNING]:
            if self._has_cells(tour):
                self._rota.begin(tour, tour.dwell_s)
            else:
                self._halt(tour, Halt.LAYOUT)
        self._task = asyncio.create_task(self._run(), name="tours")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._keeper.__aexit__()

    def all(self) -> list[TourDocument]:
        """Return all tours, in the order of being made."""
        return [self._document(tour) for tour in self._tours.values()]

    def get(self, tour_id: str) -> TourDocument:
        """Return one tour; raises :class:`NotFoundError`."""
        return self._document(self._tour(tour_id))

    def running(self) -> Counter[str]:
        """Return how many tours run, by wall."""
        return Counter(tour.wall for tour in self._tours.values() if tour.state is TourState.RUNNING)

    def touring(self, wall_id: str) -> frozenset[str]:
        """Return the cells of a wall that running tours have now."""
        return frozenset(
            cell
            for tour in self._tours.values()
            if tour.state is TourState.RUNNING and tour.wall == wall_id
            for cell in tour.cells
        )

    async def add(self, new: NewTour) -> TourDocument:
        """Keep a new tour, which does not run yet; raises :class:`InvalidError`, :class:`StoreError`."""
        async with self._turn:
            tour_id = new_id(new.id, "tour", self._tours)
            sources = _sources(new.sources)
            return await self._put(
                Tour(tour_id, new.name, new.wall, tuple(new.cells), new.dwell_s, sources, new.area)
            )

    async def change(self, tour_id: str, change: TourChange) -> TourDocument:
        """Change what ``change`` names; a running tour goes on with it.

        Raises as :meth:`add` does, and :class:`NotFoundError`.
        """
        async with self._turn:
            return await self._put(self._changed(self._tour(tour_id), change))

    async def remove(self, tour_id: str) -> None:
        """Forget a tour; its cells stay as they are. Raises :class:`NotFoundError`, :class:`StoreError`."""
        async with self._turn:
            self._tour(tour_id)
            self._leaving = tour_id
            self._keeper.forget(tour_id)
            try:
                await self._records.remove(tour_id)
            except StoreError:
                self._keeper.keep(tour_id, self._tours[tour_id])
                raise
            finally:
                self._leaving = ""
            document = self.get(tour_id)
            self._rota.end(tour_id)
            del self._tours[tour_id]
        self._publish("tour", TourEvent(document, removed=True))

    def command(self, tour_id: str, verb: TourVerb) -> TourDocument:
        """Let a tour begin or go on, at once, or stop it or pause it, with its cells as they are.

        Raises :class:`NotFoundError`, :class:`InvalidError` when it cannot run now.
        """
        tour = self._tour(tour_id)
        match verb:
            case TourVerb.START | TourVerb.RESUME:
                self._check_startable(tour)
                self._set(replace(tour, state=TourState.RUNNING, halt=Halt.NONE))
                self._rota.begin(self._tours[tour_id], 0)
                self._wake.set()
            case TourVerb.STOP:
                self._rota.end(tour_id)
                self._set(replace(tour, state=TourState.STOPPED, halt=Halt.NONE))
            case TourVerb.PAUSE if tour.state is TourState.RUNNING:
                self._halt(tour, Halt.COMMAND)
        return self.get(tour_id)

    async def _run(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._rota.wait_s()):
                    await self._wake.wait()
            self._wake.clear()
            self._rota.advance()

    def _tour(self, tour_id: str) -> Tour:
        try:
            return self._tours[tour_id]
        except KeyError:
            raise NotFoundError("no tour is called {id!r}", id=tour_id) from None

    def _changed(self, tour: Tour, change: TourChange) -> Tour:
        wanted = change.model_dump(exclude_none=True, exclude={"cells", "sources"})
        if change.cells is not None:
            wanted["cells"] = tuple(change.cells)
        if change.sources is not None:
            wanted["sources"] = _sources(change.sources)
        changed = replace(tour, **wanted)
        if tour.state is TourState.RUNNING:
            self._check_startable(changed)
        return changed

    async def _put(self, tour: Tour) -> TourDocument:
        if tour.wall not in self._walls:
            raise InvalidError("no wall is called {id!r}", id=tour.wall, field="wall")
        self._candidates.check(tour)
        await self._records.save(tour.id, tour)
        now = self._tours.get(tour.id, tour)  # It may have been paused or started while the disk was busy.
        tour = replace(tour, state=now.state, halt=now.halt)
        if tour.state is not TourState.RUNNING:
            self._set(tour)
        elif self._is_startable(tour):
            self._rota.begin(tour, tour.dwell_s)
            self._wake.set()
            self._set(tour)
        else:
            self._halt(tour, Halt.LAYOUT)
        return self.get(tour.id)

    def _check_startable(self, tour: Tour) -> None:
        """Raise :class:`InvalidError` unless its cells are on the wall and free of other tours."""
        wall = self._walls.get(tour.wall)
        if wall is None:
            raise InvalidError("no wall is called {id!r}", id=tour.wall, field="wall")
        cells = wall.cells(wall.arrangement.layout)
        for index, cell in enumerate(tour.cells):
            if cell not in cells:
                raise InvalidError(
                    "layout {id!r} has no cell {cell_id!r}",
                    id=wall.arrangement.layout,
                    cell_id=cell,
                    field=f"cells[{index}]",
                )
            for other in self._tours.values():
                busy = other.state is TourState.RUNNING and other.wall == tour.wall and cell in other.cells
                if busy and other.id != tour.id:
                    raise InvalidError(
                        "cell {cell!r} is in the running tour {name!r}; stop that one first",
                        cell=cell,
                        name=other.name,
                        field=f"cells[{index}]",
                    )

    def _is_startable(self, tour: Tour) -> bool:
        try:
            self._check_startable(tour)
        except InvalidError:
            return False
        return True

    def _has_cells(self, tour: Tour) -> bool:
        wall = self._walls.get(tour.wall)
        return wall is not None and set(tour.cells) <= set(wall.cells(wall.arrangement.layout))

    def _wall_changed(self, wall_id: str, changed: Changed) -> None:
        """Pause the tours whose cells somebody changed."""
        if changed.cause not in _HANDS:
            return
        before, after = changed.before, changed.after
        cells = self._walls[wall_id].cells(after.layout)
        pairs = zip(cells, before.tiles, after.tiles, strict=False)
        touched = {cell for cell, old, new in pairs if old != new}
        for tour in list(self._tours.values()):
            if tour.wall != wall_id or tour.state is not TourState.RUNNING:
                continue
            if before.layout != after.layout:
                self._halt(tour, Halt.LAYOUT)
            elif not touched.isdisjoint(tour.cells):
                self._halt(tour, Halt.TOUCHED)

    def _halt(self, tour: Tour, why: Halt) -> None:
        self._rota.end(tour.id)
        self._set(replace(tour, state=TourState.PAUSED, halt=why))

    def _set(self, tour: Tour) -> None:
        self._tours[tour.id] = tour
        if tour.id != self._leaving:  # What is written after it was removed would be there again.
            self._keeper.keep(tour.id, tour)
        self._tell(tour)

    def _turned(self, tour: Tour) -> None:
        self.turns_total[tour.wall] += 1
        self._tell(tour)

    def _tell(self, tour: Tour) -> None:
        self._publish("tour", TourEvent(self._document(tour)))

    def _document(self, tour: Tour) -> TourDocument:
        ring = self._candidates.ring(tour)
        return TourDocument(
            tour.id,
            tour.name,
            tour.wall,
            tour.cells,
            tour.dwell_s,
            tuple(map(str, tour.sources)),
            tour.area,
            tour.state,
            tour.halt,
            len(self._candidates.alive(ring)),
            len(ring),
        )


def _sources(texts: Iterable[str]) -> tuple[Source, ...]:
    return tuple(Source.parse(text, field=f"sources[{index}]") for index, text in enumerate(texts))
