from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from commandwall.base.errors import InvalidError, UnavailableError
from commandwall.control import conference_lines
from commandwall.control.audit import AuditLog
from commandwall.control.conference_changes import ChairCommand
from commandwall.control.conference_documents import ReplacedEvent
from commandwall.control.conference_lines import Part
from commandwall.control.database import Database
from commandwall.control.events import EventLog
from commandwall.control.roles import Principal, Seat
from commandwall.control.rtc import Opened
from commandwall.control.store import Store
from commandwall.ipc.rtc_messages import SessionPhase, StreamAt
from commandwall.model.conference.command import Verb
from tests.e2e.site import until
from tests.unit.control.hall import OPERATOR, Hall
from tests.unit.control.rig import make_board
from tests.unit.control.stage import Hands
from tests.unit.control.studio import returns


@pytest.fixture
def events() -> EventLog:
    return EventLog()


@pytest.fixture
async def hall(database: Database, tmp_path: Path, events: EventLog) -> AsyncIterator[Hall]:
    async with AuditLog(Store(database), events) as audit:
        hall = Hall(make_board(events), tmp_path, database, events, audit, Hands(1_000_000.0))
        hall.opens()
        yield hall


@pytest.fixture
def zhang(hall: Hall) -> Principal:
    return hall.invites("zhang", "chair")


@pytest.fixture
def li(hall: Hall) -> Principal:
    return hall.invites("li")


def commands(hall: Hall, verb: Verb, target: str = "", viewer: str = "") -> None:
    """Let an operator use a verb of the chair."""
    hall.desk.command(OPERATOR, "flood", ChairCommand(verb=verb, target=target, viewer=viewer))


def seat(who: Principal) -> Seat:
    assert who.seat is not None
    return who.seat


def people(participant: str) -> tuple[StreamAt, ...]:
    stream = f"conference/flood/{participant}/people"
    return (StreamAt("/run/rtc", stream, answers_keys=True, later_ms=45),)


async def test_watching_and_broadcasting_switch_what_is_sent(
    hall: Hall, zhang: Principal, li: Principal
) -> None:
    chair, _ = await hall.enters(zhang)
    site, _ = await hall.enters(li)
    commands(hall, Verb.WATCH, "li", viewer="zhang")
    await hall.settled()
    assert hall.peers.switched == [(chair, people("li"))]
    commands(hall, Verb.WATCH, "picture", viewer="zhang")
    await hall.settled()
    assert hall.peers.switched[1:] == [(chair, hall.room.picture.rungs)]
    commands(hall, Verb.BROADCAST, "li")
    await hall.settled()
    assert hall.peers.switched[2:] == [(site, people("zhang"))]


async def test_a_picture_that_does_not_come_is_asked_for_until_it_does_or_another_is_wanted(
    hall: Hall, zhang: Principal, li: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conference_lines, "_AGAIN_S", 0.001)
    chair, _ = await hall.enters(zhang)
    site, _ = await hall.enters(li)
    hall.peers.error = UnavailableError("there is no picture to send now; see its state and reason")
    commands(hall, Verb.BROADCAST, "li")
    await until("it was tried", returns(lambda: hall.peers.tried.count(people("zhang")) > 2))
    assert hall.peers.switched == []
    commands(hall, Verb.WATCH, "li", viewer="zhang")
    await until("it was tried", returns(lambda: people("li") in hall.peers.tried))
    hall.peers.error = None
    await hall.settled()
    assert sorted(hall.peers.switched) == sorted([(chair, people("li")), (site, people("zhang"))])
    hall.peers.error = UnavailableError("there is no picture to send now; see its state and reason")
    commands(hall, Verb.GALLERY)
    commands(hall, Verb.WATCH, "picture", viewer="zhang")
    commands(hall, Verb.WATCH, "li", viewer="zhang")
    for session in (chair, site):
        hall.peers.end(hall.peers.session(session))
    await hall.settled()  # Nobody asks for a line that is gone, nor for what is wanted no longer.
    assert len(hall.peers.switched) == 2


async def test_a_switch_that_fails_leaves_what_is_sent(
    hall: Hall, zhang: Principal, li: Principal, caplog: pytest.LogCaptureFixture
) -> None:
    await hall.enters(zhang)
    await hall.enters(li)
    hall.peers.error = InvalidError("this picture has another codec")
    commands(hall, Verb.WATCH, "li", viewer="zhang")
    await hall.settled()
    assert "zhang keeps what is sent: this picture has another codec" in caplog.text


async def test_who_has_a_line_replaced_is_told_and_nobody_watches_on_more_than_three(
    hall: Hall, li: Principal, events: EventLog
) -> None:
    def replaced() -> list[str]:
        bodies = (event.body for event in events._kept)
        return [body.session for body in bodies if isinstance(body, ReplacedEvent)]

    first, sending = await hall.enters(li)
    await hall.desk.publish(li, seat(li), Part.PEOPLE, "v=0")
    assert replaced() == [sending]
    for _ in range(2):
        await hall.desk.watch(li, seat(li), Part.PEOPLE, "v=0")
    assert first in hall.peers.sessions
    await hall.desk.watch(li, seat(li), Part.PEOPLE, "v=0")
    assert hall.peers.ended == [first] and replaced() == [sending, first]
    assert hall.room.state.is_here("li")


async def test_a_replaced_line_is_told_also_where_its_end_comes_before_the_answer(
    hall: Hall, li: Principal, events: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, sending = await hall.enters(li)
    publish = hall.peers.publish

    async def overtaken(*arguments: Any) -> Opened:
        opened = await publish(*arguments)
        hall.peers.goes(sending, SessionPhase.ENDED)
        return opened

    monkeypatch.setattr(hall.peers, "publish", overtaken)
    await hall.desk.publish(li, seat(li), Part.PEOPLE, "v=0")
    told = [event.body.session for event in events._kept if isinstance(event.body, ReplacedEvent)]
    assert told == [sending]


@pytest.mark.parametrize("answered", [True, False])
async def test_what_arrived_meanwhile_counts_when_the_line_that_replaced_it_is_gone(
    hall: Hall, li: Principal, monkeypatch: pytest.MonkeyPatch, answered: bool
) -> None:
    _, sending = await hall.enters(li)
    stream = "conference/flood/li/people"
    hall.room.drop_streams("li", Part.PEOPLE)
    publish = hall.peers.publish

    async def publishes(*offered: Any) -> Opened:
        hall.peers.goes(sending, SessionPhase.LIVE, stream)
        if not answered:
            raise InvalidError("the offer has VP8, but no H.264")
        return await publish(*offered)

    monkeypatch.setattr(hall.peers, "publish", publishes)
    if answered:
        newer = (await hall.desk.publish(li, seat(li), Part.PEOPLE, "v=0")).session
        assert ("li", "people") not in hall.room.streams
        hall.peers.end(hall.peers.session(newer))
    else:
        with pytest.raises(InvalidError):
            await hall.desk.publish(li, seat(li), Part.PEOPLE, "v=0")
    assert hall.room.streams["li", "people"] == hall.peers.published(stream, sending)
    assert hall.room.state.participant("li").has_people
