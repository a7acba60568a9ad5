"""Puts the programme of the walls together, and runs what of it runs by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import tzinfo

from commandwall.base.clock import Clock
from commandwall.control.audit import AuditLog
from commandwall.control.candidates import Candidates
from commandwall.control.database import Database
from commandwall.control.keeper import Keeper
from commandwall.control.programme import Programme
from commandwall.control.records import Records
from commandwall.control.scenes import Scenes
from commandwall.control.schedule import Schedule
from commandwall.control.sources import Sources
from commandwall.control.state import CameraBoard, Publish
from commandwall.control.steps import Steps
from commandwall.control.timekeeper import Timekeeper
from commandwall.control.tours import Tours
from commandwall.control.walls import WallControl
from commandwall.model.camera import Area
from commandwall.model.history import History
from commandwall.model.scene import Scene
from commandwall.model.schedule import Action, Entry
from commandwall.model.tour import Tour


@dataclass(frozen=True, slots=True)
class Clocks:
    """What tells the time: for intervals, in seconds UTC, and the site's zone.

    ``zone`` is ``None`` for the one that this machine is set to.
    """

    monotonic_s: Clock
    utc_s: Callable[[], float]
    zone: tzinfo | None


@dataclass(frozen=True, slots=True)
class ProgrammeNeeds:
    """What the programme needs of the daemon; its ``scenes`` are loaded."""

    walls: Mapping[str, WallControl]
    board: CameraBoard
    sources: Sources
    areas: Iterable[Area]
    database: Database
    publish: Publish
    audit: AuditLog
    scenes: Scenes


async def load_scenes(walls: Mapping[str, WallControl], database: Database, publish: Publish) -> Scenes:
    """Return the scenes that were kept; raises :class:`StoreError`.

    They are there before the rest of the programme: conferences that come back show some as content.
    """
    scenes = Scenes(walls, Records(database, "scene", Scene), publish)
    await scenes.load()
    return scenes


@asynccontextmanager
async def open_programme(needs: ProgrammeNeeds, clocks: Clocks) -> AsyncIterator[Programme]:
    """Yield the programme with all that was kept of it, its tours and its schedule running.

    Raises :class:`StoreError` when that cannot be read.
    """
    walls, database, publish = needs.walls, needs.database, needs.publish
    candidates = Candidates(needs.board, needs.sources, needs.areas)
    tours = Tours(walls, candidates, Records(database, "tour", Tour), publish, clocks.monotonic_s)
    histories = Records(database, "history", History)

    def check(action: Action, target: str) -> None:
        if action is Action.TAKE:
            needs.scenes.get(target)
        else:
            tours.get(target)

    schedule = Schedule(Records(database, "entry", Entry), publish, check, clocks.utc_s, clocks.zone)
    async with AsyncExitStack() as stack:
        keeper = await stack.enter_async_context(Keeper("history", histories.save, "the steps of {}"))
        steps = Steps(walls, keeper, publish, tours.touring)
        programme = Programme(walls, needs.scenes, steps, tours, schedule, needs.audit)
        await steps.load(histories)
        await schedule.load()
        await stack.enter_async_context(tours)
        await stack.enter_async_context(Timekeeper(programme, clocks.utc_s))
        yield programme
