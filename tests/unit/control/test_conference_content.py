from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from commandwall.base.errors import AccessRefusedError
from commandwall.control import conferencing
from commandwall.control.conference_changes import ChairCommand, NewConference
from commandwall.control.conference_lines import Part
from commandwall.control.database import Database
from commandwall.control.events import EventLog
from commandwall.control.plant import Plant
from commandwall.control.roles import Principal, Role
from commandwall.control.state import CameraBoard
from commandwall.ipc.rtc_messages import StreamAt
from commandwall.model.camera import FeedState, StreamName
from commandwall.model.conference.command import Actor, Command, Standing, Verb
from commandwall.model.conference.contents import ContentSource
from commandwall.model.conference.state import Content
from commandwall.model.masks import Mask
from commandwall.model.overlays import Seen
from tests.unit.control.hall import OPERATOR, Hall, open_hall
from tests.unit.control.rig import make_board

COVERED = (Mask.rectangle(0.1, 0.1, 0.2, 0.2),)


@pytest.fixture
def board() -> CameraBoard:
    return make_board(EventLog())


@pytest.fixture
async def hall(board: CameraBoard, database: Database, tmp_path: Path) -> AsyncIterator[Hall]:
    async with open_hall(board, database, tmp_path) as hall:
        yield hall


def presents(hall: Hall, target: str) -> None:
    hall.desk.command(OPERATOR, "flood", ChairCommand(verb=Verb.PRESENT, target=target))


def test_a_camera_is_relayed_as_it_is(hall: Hall, board: CameraBoard, tmp_path: Path) -> None:
    board.get("c-1").codec = "h264"
    presents(hall, "camera:c-1")
    main, sub = (StreamAt(str(tmp_path / "c-1"), f"camera/c-1/{name}", codec="h264") for name in StreamName)
    assert hall.room.content.rungs == (main, sub)
    assert list(hall.hidden.walls) == ["conference:flood"]
    assert hall.book.state("flood/content")[0] is FeedState.LIVE


def test_of_a_camera_only_what_every_browser_shows_is_relayed(hall: Hall, board: CameraBoard) -> None:
    camera = board.get("c-1")
    camera.codec = camera.streams[StreamName.SUB].codec = "h264"
    camera.streams[StreamName.MAIN].codec = "hevc"
    presents(hall, "camera:c-1")
    assert [rung.stream for rung in hall.room.content.rungs] == ["camera/c-1/sub"]


def test_what_the_room_of_another_node_shows_is_not_looked_for_here(hall: Hall) -> None:
    presents(hall, "camera:c-1")
    hall.room.update(replace(hall.room.state, content=Content("@city", "camera:of-theirs", 1.0)))
    assert (hall.room.content.rungs, hall.room.content.name) == ((), "")
    assert hall.book.state("flood/content")[0] is not FeedState.LIVE


def test_what_a_level_above_names_is_content_only_if_an_operator_could_show_it(
    hall: Hall, board: CameraBoard
) -> None:
    board.set_masks("c-1", COVERED)
    for source in ("camera:c-1", "camera:of-theirs", "head:gone/all"):
        hall.conferences.command("flood", Command(Verb.PRESENT, Actor(Standing.ABOVE, node="city"), source))
        assert not hall.room.state.content.taken and hall.room.content.rungs == ()


def test_everybody_is_told_what_the_content_is_called(hall: Hall, board: CameraBoard) -> None:
    def told() -> tuple[str, str]:
        document = hall.desk.get(OPERATOR, "flood")
        return document.content_holder, document.content_name

    assert told() == ("", "")
    presents(hall, "camera:c-1")
    assert told() == ("camera:c-1", board.camera("c-1").name)
    presents(hall, "")
    assert told() == ("", "")


def test_a_camera_that_browsers_cannot_show_is_composed(hall: Hall, board: CameraBoard) -> None:
    board.get("c-1").codec = "h265"
    presents(hall, "camera:c-1")
    assert [rung.stream for rung in hall.room.content.rungs] == ["head/main", "head/low"]
    wall = hall.hidden.walls["conference:flood/content"]
    assert [str(source) for source in wall.arrangement.sources] == ["camera:c-1"]
    presents(hall, "")
    assert list(hall.hidden.walls) == ["conference:flood"] and hall.room.content.rungs == ()


async def test_a_camera_with_masks_is_never_relayed(hall: Hall, board: CameraBoard) -> None:
    board.get("c-1").codec = "h264"
    presents(hall, "camera:c-1")
    zhang = hall.invites("zhang")
    await hall.enters(zhang)
    assert zhang.seat is not None
    watching = (await hall.desk.watch(zhang, zhang.seat, Part.CONTENT, "v=0")).session
    board.set_masks("c-1", COVERED)
    hall.conferences.withdrawn(ContentSource.parse("camera:c-2"))
    assert hall.room.content.rungs
    hall.conferences.withdrawn(ContentSource.parse("camera:c-1"))
    assert not hall.room.state.content.taken and hall.room.content.rungs == ()
    assert hall.peers.ended == [watching]
    with pytest.raises(AccessRefusedError, match="privacy masks"):
        presents(hall, "camera:c-1")


def test_content_ends_with_the_screen_or_the_camera_that_it_comes_from(hall: Hall) -> None:
    withdrawals: list[Callable[[str], None]] = []
    plant = SimpleNamespace(screens=hall.screens, withdrawal_watchers=withdrawals)
    conferencing._withdraw_with(cast("Plant", plant), hall.conferences)
    presents(hall, "screen:wang")
    hall.screens.live("wang")
    assert hall.room.content.rungs
    hall.screens.end("wang")
    assert not hall.room.state.content.taken and hall.room.content.rungs == ()
    presents(hall, "camera:c-1")
    for withdrawn in withdrawals:
        withdrawn("c-1")
    assert not hall.room.state.content.taken


def test_walls_are_told_which_cameras_the_content_shows(hall: Hall, board: CameraBoard) -> None:
    def seen(part: str) -> tuple[Seen, ...]:
        return hall.book.facts(f"flood/{part}").seen

    of_c1 = Seen("c-1", board.camera("c-1").area)
    presents(hall, "camera:c-1")
    assert (seen("content"), seen("picture")) == ((of_c1,), ())
    hall.desk.command(OPERATOR, "flood", ChairCommand(verb=Verb.LAYOUT, target="content"))
    assert seen("picture") == (of_c1,)
    presents(hall, "data:rain")
    assert (seen("content"), seen("picture")) == ((), (of_c1,)), "older pictures are on their way"
    hall.passes(3.0)
    hall.conferences.act()
    assert seen("picture") == ()
    hall.content.walls["main"] = hall.hidden.walls["conference:flood"]  # type: ignore[index]
    presents(hall, "head:main/main")
    assert seen("content") == seen("picture") == (Seen(),), "any camera may be on a head"


def test_a_tile_keeps_no_picture_of_content_that_is_over(hall: Hall, board: CameraBoard) -> None:
    def edition() -> int:
        return hall.book.facts("flood/content").edition

    editions = []
    for target in ("camera:c-1", "camera:c-1", "camera:c-2", "", "camera:c-2"):
        presents(hall, target)
        editions.append(edition())
    assert editions == [1, 1, 2, 3, 4]
    board.set_masks("c-2", COVERED)
    hall.conferences.withdrawn(ContentSource.parse("camera:c-2"))
    assert edition() == 5 and hall.book.state("flood/content")[0] is FeedState.LOST


def test_heads_and_screens_are_relayed_too(hall: Hall) -> None:
    assert hall.content.relayed(ContentSource.parse("screen:desk")) == (
        StreamAt("/run/rtc", "screen/desk", answers_keys=True),
    )
    wall = hall.hidden.walls["conference:flood"]
    desk = replace(hall.content, walls={"main": wall})
    desk.check(ContentSource.parse("head:main/low"))
    assert desk.relayed(ContentSource.parse("head:main/low")) == (
        StreamAt(str(wall.packet_path), "head/low", answers_keys=True),
    )


async def test_who_directs_may_choose_of_all_that_can_be_content(hall: Hall, board: CameraBoard) -> None:
    board.set_masks("c-2", COVERED)
    zhang, li = hall.invites("zhang", "chair"), hall.invites("li")
    await hall.enters(zhang)
    choices = hall.desk.content_choices(zhang, "flood")
    assert choices == hall.desk.content_choices(OPERATOR, "flood")
    assert [choice.source for choice in choices] == [
        "screen:wang", "data:rain", "camera:c-0", "camera:c-1", "camera:c-3"
    ]  # fmt: skip
    assert (choices[0].name, choices[2].name, choices[2].area) == ("王的屏幕", "摄像机 0", "东门步行街")
    for choice in choices[2:]:
        presents(hall, choice.source)
    for other in (li, Principal("viewer", Role.VIEWER)):
        with pytest.raises(AccessRefusedError):
            hall.desk.content_choices(other, "flood")
    hall.desk.open(OPERATOR, NewConference(id="other", name="会"))
    with pytest.raises(AccessRefusedError, match="only the chair"):
        hall.desk.content_choices(zhang, "other")
