"""What of content comes back with a conference after a restart, with cameras that may be others then."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from commandwall.control.audit import AuditLog
from commandwall.control.conference_changes import ChairCommand
from commandwall.control.database import Database
from commandwall.control.events import EventLog
from commandwall.control.state import CameraBoard
from commandwall.control.store import Store
from commandwall.model.conference.command import Verb
from commandwall.model.conference.state import Content, Direction, Mode
from commandwall.model.masks import Mask
from tests.unit.control.hall import OPERATOR, Hall
from tests.unit.control.rig import make_board
from tests.unit.control.stage import Hands

NOON_S = 1_790_000_000.0
NOTHING = Content("", "", NOON_S)

Start = Callable[[CameraBoard], AbstractAsyncContextManager[Hall]]


@pytest.fixture
async def start(database: Database, tmp_path: Path) -> AsyncIterator[Start]:
    """Return what starts conferences on the same disk, with the cameras of a board."""
    events, clock = EventLog(), Hands(NOON_S)
    async with AuditLog(Store(database), events) as audit:

        @asynccontextmanager
        async def start(board: CameraBoard) -> AsyncIterator[Hall]:
            hall = Hall(board, tmp_path, database, events, audit, clock)
            async with hall.records:
                hall.conferences.restore()
                yield hall
                hall.conferences.close()

        yield start


def cameras(count: int = 4) -> CameraBoard:
    return make_board(EventLog(), count)


def presents(hall: Hall, target: str) -> None:
    hall.desk.command(OPERATOR, "flood", ChairCommand(verb=Verb.PRESENT, target=target))


async def test_the_content_of_the_room_is_shown_since_when_it_was(start: Start) -> None:
    async with start(cameras()) as before:
        before.opens()
        before.clock.now_s += 5
        presents(before, "camera:c-3")
        before.clock.now_s += 60
    async with start(cameras()) as after:
        assert after.room.state.content == Content("", "camera:c-3", NOON_S + 5)
        assert after.room.content.rungs


async def test_a_clock_that_was_set_back_before_the_start_holds_no_poll_up(start: Start) -> None:
    async with start(cameras()) as before:
        before.opens()
        await before.enters(before.invites("li"))
        before.desk.command(OPERATOR, "flood", ChairCommand(verb=Verb.POLL, dwell_s=15))
        before.clock.now_s -= 3600
    async with start(cameras()) as after:
        assert after.room.state.direction == Direction(Mode.POLL, "li", since_s=after.clock.now_s, dwell_s=15)


async def test_a_camera_that_is_gone_is_content_no_more(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    async with start(cameras()) as before:
        before.opens()
        presents(before, "camera:c-3")
    async with start(cameras(3)) as after:
        assert (after.room.state.content, after.room.content.rungs) == (NOTHING, ())
    assert "conference flood: camera:c-3 cannot be its content" in caplog.text


async def test_a_screen_is_content_no_more(start: Start) -> None:
    async with start(cameras()) as before:
        before.opens()
        before.screens.begin("desk", "席位 3", "wang")
        presents(before, "screen:desk")
        assert before.room.state.content.source == "screen:desk"
    async with start(cameras()) as after:
        assert after.room.state.content == NOTHING


async def test_a_camera_that_has_masks_since_is_not_shown(start: Start) -> None:
    async with start(cameras()) as before:
        before.opens()
        presents(before, "camera:c-3")
    board = cameras()
    board.set_masks("c-3", (Mask.rectangle(0.1, 0.1, 0.2, 0.2),))
    async with start(board) as after:
        assert after.room.state.content == NOTHING


async def test_what_another_level_shows_is_not_looked_for_here(start: Start) -> None:
    async with start(cameras()) as before:
        before.opens()
        before.room.update(replace(before.room.state, content=Content("@city", "camera:c-1", NOON_S)))
    async with start(cameras()) as after:
        assert (after.room.state.content, after.room.content.rungs) == (Content(), ())


async def test_a_planned_conference_begins_without_a_camera_that_is_gone(start: Start) -> None:
    board = cameras()
    async with start(board) as hall:
        hall.opens(starts_at=datetime.fromtimestamp(NOON_S + 600, UTC))
        presents(hall, "camera:c-3")
        board.remove("c-3")
        hall.clock.now_s += 600
        hall.conferences.act()
        assert hall.conferences.get("flood").room is not None
        assert not hall.room.state.content.taken
