from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import time
from pathlib import Path

import pytest

from commandwall.base.errors import InvalidError
from commandwall.control.database import Database
from commandwall.control.fitting import Lost, Missing
from commandwall.control.rota import WARM_AHEAD_S
from commandwall.control.scene_changes import EntryChange, NewEntry, NewScene, NewTour, SceneChange, WallPart
from commandwall.control.timekeeper import LATEST_S, Timekeeper
from commandwall.control.users import Users
from commandwall.model.layout import Cell, Layout
from commandwall.model.schedule import Action, Entry, Outcome
from commandwall.model.tour import TourState
from commandwall.settings.schema import LayoutFile
from tests.unit.control.hall import OPERATOR
from tests.unit.control.rig import NOON_S, Rig, open_rig
from tests.unit.control.stage import Hands

_HOUR_S = 3600.0
TO_EIGHT_S = 8 * _HOUR_S
"""From noon, where the clock stands first."""


@dataclass
class Evening:
    """A rig with a scene ``night`` that shows camera c-3 alone, scheduled at 20:00 every day."""

    rig: Rig
    keeper: Timekeeper

    async def act_at(self, seconds: float) -> None:
        """Let ``seconds`` pass and do what is due, unless the daemon itself is about it; then wait."""
        self.rig.clock.now_s += seconds
        await self.keeper.act()
        async with asyncio.timeout(5):
            while any(entry.last_utc_s and entry.outcome is Outcome.NONE for entry in self.entries):
                await asyncio.sleep(0.005)

    async def until(self, outcome: Outcome) -> None:
        """Wait until the daemon has come to ``outcome`` by itself."""
        async with asyncio.timeout(5):
            while self.outcome is not outcome:
                await asyncio.sleep(0.005)

    @property
    def entries(self) -> list[Entry]:
        return [document.entry for document in self.rig.service.programme.schedule.all()]

    @property
    def outcome(self) -> Outcome:
        return self.rig.service.programme.schedule.get("entry-1").entry.outcome

    @property
    def layout(self) -> str:
        return self.rig.stage.walls["main"].arrangement.layout

    async def audit(self) -> tuple[str, str, str, str]:
        (line,) = await self.rig.audit.read(1)
        return line.who, line.via, line.action, line.outcome


Open = Callable[[], AbstractAsyncContextManager[Evening]]


@pytest.fixture
async def start(database: Database, users: Users, short_dir: Path) -> Open:
    """Return what starts a daemon on the same state, whose clock goes on where it stood."""
    clock = Hands(NOON_S)

    @asynccontextmanager
    async def start() -> AsyncIterator[Evening]:
        async with open_rig(database, users, short_dir, staged=True, clock=clock) as rig:
            yield Evening(rig, Timekeeper(rig.service.programme, clock))

    async with start() as evening:
        programme = evening.rig.service.programme
        part = WallPart(wall="main", layout="1", sources=["camera:c-3"])
        await programme.scenes.add(NewScene(id="night", name="夜间", walls=[part]))
        await programme.schedule.add(NewEntry(action=Action.TAKE, target="night", at=time(20)))
    return start


@pytest.fixture
async def evening(start: Open) -> AsyncIterator[Evening]:
    async with start() as evening:
        yield evening


async def test_a_scene_is_taken_at_its_time_and_once(evening: Evening) -> None:
    await evening.act_at(TO_EIGHT_S - 1)
    assert (evening.layout, evening.outcome) == ("2x2", Outcome.NONE)
    await evening.act_at(1.5)
    assert (evening.layout, evening.outcome) == ("1", Outcome.DONE)
    assert await evening.audit() == ("schedule", "schedule", "scene.take", "done")
    evening.rig.stage.walls["main"].set_layout("2x2", None, None)
    await evening.act_at(30)
    assert evening.layout == "2x2", "what an operator did after it stays"
    assert evening.rig.service.programme.steps.document("main").undo == 2
    await evening.act_at(24 * _HOUR_S - 30)
    assert evening.layout == "1"


async def test_what_a_scene_needs_is_opened_ahead_and_once(evening: Evening) -> None:
    keeper, warmed, clock = evening.keeper, evening.rig.stage.warmed, evening.rig.clock
    keeper.warm()
    clock.now_s += TO_EIGHT_S - WARM_AHEAD_S - 1
    keeper.warm()
    assert warmed == []
    clock.now_s += 1
    keeper.warm()
    keeper.warm()
    assert (warmed, evening.layout) == ([["c-3"]], "2x2")
    await evening.act_at(WARM_AHEAD_S)
    keeper.warm()
    assert (warmed, evening.layout) == ([["c-3"]], "1")
    await evening.act_at(24 * _HOUR_S - WARM_AHEAD_S)
    keeper.warm()
    assert warmed == [["c-3"]] * 2


async def test_the_daemon_opens_ahead_by_itself(evening: Evening) -> None:
    evening.rig.clock.now_s += TO_EIGHT_S - 3
    evening.rig.service.programme.schedule.changed.set()
    async with asyncio.timeout(5):
        while not evening.rig.stage.warmed:
            await asyncio.sleep(0.005)
    assert (evening.rig.stage.warmed, evening.layout) == ([["c-3"]], "2x2")


async def test_an_empty_schedule_is_waited_with_until_it_has_an_entry(evening: Evening) -> None:
    schedule = evening.rig.service.programme.schedule
    await schedule.remove("entry-1")
    schedule.changed.set()
    async with asyncio.timeout(5):
        while schedule.changed.is_set():
            await asyncio.sleep(0.005)
    evening.rig.clock.now_s += TO_EIGHT_S - 1
    await schedule.add(NewEntry(action=Action.TAKE, target="night", at=time(20)))
    evening.rig.clock.now_s += 1
    await evening.until(Outcome.DONE)


async def test_a_restart_takes_nothing_again(start: Open) -> None:
    async with start() as evening:
        await evening.act_at(TO_EIGHT_S)
    async with start() as again:
        await again.act_at(20)
        assert (again.layout, again.outcome) == ("2x2", Outcome.DONE)


async def test_what_was_due_while_the_daemon_was_down_is_missed_and_said(
    start: Open, caplog: pytest.LogCaptureFixture
) -> None:
    async with start() as evening:
        clock = evening.rig.clock
    clock.now_s += TO_EIGHT_S + LATEST_S + 1
    async with start() as again:
        await again.until(Outcome.MISSED)
        assert again.layout == "2x2"
        assert await again.audit() == ("schedule", "schedule", "schedule.take", "missed")
        assert again.rig.service.programme.figures().schedule_missed == 1
    assert "was missed" in caplog.text


async def test_a_restart_of_some_seconds_misses_nothing(start: Open) -> None:
    async with start() as evening:
        clock = evening.rig.clock
    clock.now_s += TO_EIGHT_S + 20
    async with start() as again:
        await again.until(Outcome.DONE)
        assert again.layout == "1"


async def test_a_clock_put_forward_takes_nothing_late(evening: Evening) -> None:
    await evening.act_at(TO_EIGHT_S + 2 * _HOUR_S)
    assert (evening.layout, evening.outcome) == ("2x2", Outcome.MISSED)


async def test_a_clock_put_back_a_little_repeats_nothing(evening: Evening) -> None:
    await evening.act_at(TO_EIGHT_S)
    evening.rig.stage.walls["main"].set_layout("2x2", None, None)
    await evening.act_at(-1800)
    await evening.act_at(1801)
    assert evening.layout == "2x2"


async def test_a_clock_that_was_years_ahead_does_not_stop_the_schedule(evening: Evening) -> None:
    year_s = 365 * 24 * _HOUR_S
    await evening.act_at(year_s + TO_EIGHT_S)
    evening.rig.stage.walls["main"].set_layout("2x2", None, None)
    await evening.act_at(-year_s - _HOUR_S)
    await evening.act_at(_HOUR_S)
    assert evening.layout == "1"


async def test_a_clock_that_was_hours_ahead_takes_what_comes_within_the_hour(evening: Evening) -> None:
    await evening.act_at(TO_EIGHT_S)
    await evening.act_at(1.5 * _HOUR_S)
    evening.rig.stage.walls["main"].set_layout("2x2", None, None)
    await evening.act_at(-2 * _HOUR_S)
    assert evening.layout == "2x2"
    await evening.act_at(_HOUR_S / 2)
    assert evening.layout == "1", "it was 21:30 by that clock, and 19:30 by this one"


async def test_what_nobody_thought_of_fails_one_entry_and_is_said(
    evening: Evening, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    programme = evening.rig.service.programme
    await programme.tours.add(NewTour(name="夜", wall="main", cells=["1"], area="luohu"))
    await programme.schedule.add(NewEntry(action=Action.START, target="tour-1", at=time(20)))

    def fail(*_: object) -> None:
        raise KeyError("399")

    monkeypatch.setattr(programme.scenes, "take", fail)
    await evening.act_at(TO_EIGHT_S)
    entry = programme.schedule.get("entry-1").entry
    assert (entry.outcome, entry.detail) == (Outcome.FAILED, "unforeseen KeyError; the log has more")
    assert "Traceback" in caplog.text and entry.detail_zh.startswith("未预料的错误")
    assert programme.schedule.get("entry-2").entry.outcome is Outcome.DONE


async def test_what_nobody_thought_of_does_not_end_the_schedule(
    evening: Evening, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    schedule = evening.rig.service.programme.schedule

    async def fail() -> None:
        raise KeyError("day")

    with monkeypatch.context() as patch:
        patch.setattr(schedule, "take_due", fail)
        schedule.changed.set()
        async with asyncio.timeout(5):
            while "KeyError: 'day'" not in caplog.text:
                await asyncio.sleep(0.005)
    evening.rig.clock.now_s += TO_EIGHT_S
    schedule.changed.set()
    await evening.until(Outcome.DONE)


async def test_an_entry_that_was_just_made_or_changed_waits_for_its_next_time(evening: Evening) -> None:
    schedule = evening.rig.service.programme.schedule
    await schedule.change("entry-1", EntryChange(at=time(11, 59)))
    await evening.act_at(1)
    assert (evening.layout, evening.outcome) == ("2x2", Outcome.NONE)
    await schedule.change("entry-1", EntryChange(at=time(20), enabled=False))
    await evening.act_at(TO_EIGHT_S)
    assert evening.layout == "2x2"


async def test_what_cannot_be_done_says_why(evening: Evening) -> None:
    programme = evening.rig.service.programme
    await programme.tours.add(NewTour(name="远", wall="main", cells=["9"], area="luohu"))
    await programme.schedule.add(NewEntry(action=Action.START, target="tour-1", at=time(13)))
    await evening.act_at(_HOUR_S)
    entry = programme.schedule.get("entry-2").entry
    assert entry.outcome is Outcome.FAILED
    assert "no cell '9'" in entry.detail and "没有格子" in entry.detail_zh
    assert (await evening.audit())[2] == "tour.start"


async def test_a_tour_is_started_by_the_scene_of_the_same_minute_and_stopped(evening: Evening) -> None:
    programme = evening.rig.service.programme
    await programme.tours.add(NewTour(name="夜", wall="main", cells=["1"], area="luohu"))
    await programme.schedule.add(NewEntry(action=Action.START, target="tour-1", at=time(20)))
    await programme.schedule.add(NewEntry(action=Action.STOP, target="tour-1", at=time(6)))
    await evening.act_at(TO_EIGHT_S)
    assert (evening.layout, programme.tours.get("tour-1").state) == ("1", TourState.RUNNING)
    await evening.act_at(10 * _HOUR_S)
    assert programme.tours.get("tour-1").state is TourState.STOPPED


async def test_a_scene_whose_layout_was_drawn_too_fine_since_is_shown_in_the_walls_own(
    start: Open,
) -> None:
    fine = Layout("fine", "", 1, 2000, tuple(Cell(str(row), 0, row) for row in range(3)))
    async with start() as evening:
        rig = evening.rig
        await rig.service.layouts.put(OPERATOR, "own", LayoutFile(name="x", cells=["1 2"]))
        part = WallPart(wall="main", layout="own", sources=["camera:c-3"])
        await rig.service.programme.scenes.change("night", SceneChange(walls=[part]))
        rig.service.layouts._book.put(replace(fine, id="own"))
        rig.clock.now_s += TO_EIGHT_S - 3
        evening.keeper.warm()
        assert rig.stage.warmed
        await evening.act_at(4)
        assert (evening.layout, evening.outcome) == ("2x2", Outcome.DONE)
        (missing,) = rig.service.programme.scenes.get("night").missing
        assert missing == Missing("main", Lost.LAYOUT, "own")


async def test_what_cannot_be_opened_ahead_does_not_end_the_schedule(
    evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def refuse(scene: str) -> None:
        tried.append(scene)
        raise InvalidError("a canvas is too small")

    monkeypatch.setattr(evening.rig.service.programme.scenes, "prepare", refuse)
    evening.rig.clock.now_s += TO_EIGHT_S - 3
    evening.keeper.warm()
    assert tried == ["night"]
    await evening.act_at(4)
    assert (evening.layout, evening.outcome) == ("1", Outcome.DONE)
