from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from commandwall.control.database import Database, StoreError
from commandwall.control.records import Records
from commandwall.control.scene_changes import NewTour, TourChange, TourVerb
from commandwall.control.users import Users
from commandwall.model.camera import FeedState
from commandwall.model.reason import Reason
from commandwall.model.tour import Halt, TourState
from tests.unit.control.rig import Rig, open_rig

NEW = NewTour(name="东门", wall="main", cells=["4"], sources=["camera:c-4", "camera:c-5"])


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


def all_live(rig: Rig) -> None:
    for camera in rig.board.cameras():
        rig.board.feed_changed(f"{camera.id}/sub", FeedState.LIVE, Reason())


async def running(rig: Rig) -> None:
    """Make a tour in cell 4 and let it have its first turn."""
    all_live(rig)
    tours = rig.service.programme.tours
    await tours.add(NEW)
    tours.command("tour-1", TourVerb.START)
    await until(lambda: rig.stage.shows()[3] == "c-4")


async def test_a_started_tour_has_its_turn(database: Database, users: Users, short_dir: Path) -> None:
    async with open_rig(database, users, short_dir, 6, staged=True) as rig:
        await running(rig)
        figures = rig.service.programme.figures()
    assert (figures.tours_running, figures.tour_turns) == ({"main": 1, "side": 0}, {"main": 1, "side": 0})


async def test_what_ran_runs_after_a_restart(database: Database, users: Users, short_dir: Path) -> None:
    async with open_rig(database, users, short_dir, 6, staged=True) as rig:
        await running(rig)
        await rig.service.programme.tours.add(NEW.model_copy(update={"cells": ["3"]}))
        rig.service.programme.tours.command("tour-2", TourVerb.START)
        rig.service.programme.tours.command("tour-2", TourVerb.PAUSE)
    async with open_rig(database, users, short_dir, 6, staged=True) as rig:
        one, two = rig.service.programme.tours.all()
        assert (one.state, two.state, two.halt) == (TourState.RUNNING, TourState.PAUSED, Halt.COMMAND)
        assert rig.stage.shows()[3] == "c-3", "it has no turn before its dwell is over"


async def test_a_tour_whose_cells_are_gone_is_paused_by_a_restart(
    database: Database, users: Users, short_dir: Path
) -> None:
    async with open_rig(database, users, short_dir, 6, staged=True) as rig:
        rig.stage.walls["main"].set_layout("20x20", None, None)
        await rig.service.programme.tours.add(NEW.model_copy(update={"cells": ["399"]}))
        rig.service.programme.tours.command("tour-1", TourVerb.START)
    async with open_rig(database, users, short_dir, 6, staged=True) as rig:
        (tour,) = rig.service.programme.tours.all()
        assert (tour.state, tour.halt) == (TourState.PAUSED, Halt.LAYOUT)


async def test_taking_back_a_step_leaves_running_tours_alone(
    database: Database, users: Users, short_dir: Path
) -> None:
    async with open_rig(database, users, short_dir, 6, staged=True) as rig:
        rig.stage.walls["main"].set_cell("1", "camera:c-2", None)
        await running(rig)
        rig.service.programme.steps.undo("main", None)
        assert rig.stage.shows() == ["c-0", "c-1", "c-2", "c-4"]
        (tour,) = rig.service.programme.tours.all()
        assert tour.state is TourState.RUNNING
        assert rig.service.programme.steps.document("main").undo == 0, "a turn is no step"


async def test_a_removed_camera_pauses_nothing(database: Database, users: Users, short_dir: Path) -> None:
    async with open_rig(database, users, short_dir, 6, staged=True) as rig:
        await running(rig)
        gone = next(source for source in rig.stage.walls["main"].arrangement.sources if source.id == "c-4")
        rig.stage.walls["main"].source_removed(gone)
        rig.plant.uninstall("c-4")
        (tour,) = rig.service.programme.tours.all()
        assert (tour.state, tour.live, tour.total) == (TourState.RUNNING, 1, 2)


async def test_two_that_are_made_at_once_have_ids_of_their_own(
    database: Database, users: Users, short_dir: Path
) -> None:
    async with open_rig(database, users, short_dir, 6, staged=True) as rig:
        made = await asyncio.gather(*(rig.service.programme.tours.add(NEW) for _ in range(3)))
    assert [tour.id for tour in made] == ["tour-1", "tour-2", "tour-3"]


async def test_a_change_does_not_let_a_paused_tour_go_on(
    database: Database, users: Users, short_dir: Path
) -> None:
    async with open_rig(database, users, short_dir, 6, staged=True) as rig:
        await running(rig)
        changing = asyncio.create_task(rig.service.programme.tours.change("tour-1", TourChange(dwell_s=60)))
        await asyncio.sleep(0)
        rig.stage.walls["main"].set_cell("4", "camera:c-0", None)
        assert (await changing).state is TourState.PAUSED
    async with open_rig(database, users, short_dir, 6, staged=True) as rig:
        (tour,) = rig.service.programme.tours.all()
        assert (tour.state, tour.halt, tour.dwell_s) == (TourState.PAUSED, Halt.TOUCHED, 60)


async def test_a_change_that_a_start_overtakes_moves_no_tour_to_cells_that_are_not_there(
    database: Database, users: Users, short_dir: Path
) -> None:
    async with open_rig(database, users, short_dir, 6, staged=True) as rig:
        await running(rig)
        tours = rig.service.programme.tours
        await tours.add(NEW.model_copy(update={"cells": ["3"]}))
        tours.command("tour-1", TourVerb.STOP)
        changing = asyncio.create_task(tours.change("tour-1", TourChange(cells=["399"])))
        await asyncio.sleep(0)
        tours.command("tour-1", TourVerb.START)
        changed = await changing
        assert (changed.state, changed.halt, changed.cells) == (TourState.PAUSED, Halt.LAYOUT, ("399",))
        all_live(rig)
        tours.command("tour-2", TourVerb.START)
        await until(lambda: rig.stage.shows()[2] in ("c-4", "c-5"))


async def test_a_tour_that_cannot_be_removed_goes_on(
    database: Database, users: Users, short_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> None:
        raise StoreError("the disk is full")

    async with open_rig(database, users, short_dir, 6, staged=True) as rig:
        await running(rig)
        tours = rig.service.programme.tours
        with monkeypatch.context() as patch:
            patch.setattr(Records, "remove", full)
            with pytest.raises(StoreError):
                await tours.remove("tour-1")
        assert tours.get("tour-1").state is TourState.RUNNING
        rig.clock.now_s += NEW.dwell_s
        tours._rota.advance()
        assert rig.stage.shows()[3] == "c-5"


async def test_a_tour_that_is_started_while_it_is_removed_has_no_turn_and_is_gone_for_good(
    database: Database, users: Users, short_dir: Path
) -> None:
    async with open_rig(database, users, short_dir, 6, staged=True) as rig:
        await running(rig)
        tours = rig.service.programme.tours
        removing = asyncio.create_task(tours.remove("tour-1"))
        await asyncio.sleep(0)
        tours.command("tour-1", TourVerb.START)
        await removing
        assert tours.all() == []
        assert tours._rota.wait_s() is None
    async with open_rig(database, users, short_dir, 6, staged=True) as rig:
        assert rig.service.programme.tours.all() == []
