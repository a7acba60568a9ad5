"""Calls: who can be called by whom, what rings where, and what the roster says of it afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from commandwall.base.errors import AccessRefusedError, InvalidError, NotFoundError
from commandwall.control.audit import AuditLog
from commandwall.control.call_desk import CallEvent
from commandwall.control.conference_changes import ChairCommand, NewCall
from commandwall.control.conference_documents import ParticipantDocument
from commandwall.control.database import Database
from commandwall.control.events import EventLog
from commandwall.control.roles import Principal, Role
from commandwall.control.store import Store
from commandwall.model.conference.command import Verb
from commandwall.model.conference.participant import Role as Standing
from tests.unit.control.hall import OPERATOR, Hall
from tests.unit.control.rig import make_board
from tests.unit.control.stage import Hands

ZHANG = Principal("zhang", Role.LEADER)
VIEWER = Principal("li", Role.VIEWER)


@pytest.fixture
async def hall(database: Database, tmp_path: Path) -> AsyncIterator[Hall]:
    events = EventLog()
    async with AuditLog(Store(database), events) as audit:
        hall = Hall(make_board(events), tmp_path, database, events, audit, Hands(1_000_000.0))
        hall.opens()
        yield hall
        await hall.settled()


@pytest.fixture
def told(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what the pages of zhang are told of calls."""
    told: list[str] = []

    def note(kind: str, body: object) -> None:
        if isinstance(body, CallEvent) and hall.calls.concerns(ZHANG, body):
            told.append(f"{body.call.by} {body.call.role} {body.call.state}")

    monkeypatch.setattr(hall.calls, "_publish", note)
    return told


def line(hall: Hall, participant: str) -> ParticipantDocument:
    participants = hall.desk.get(OPERATOR, "flood").participants
    return next(each for each in participants if each.id == participant)


def calls(hall: Hall, user: str, role: Standing = Standing.MEMBER, by: Principal = OPERATOR) -> None:
    hall.calls.call(by, "flood", NewCall(user=user, role=role))


async def test_who_accepts_gets_the_seat_that_was_meant(hall: Hall, told: list[str]) -> None:
    with hall.calls.page(ZHANG):
        assert [each.user for each in hall.calls.reachable(OPERATOR, "flood")] == ["zhang"]
        calls(hall, "zhang", Standing.CHAIR)
        assert (line(hall, "zhang").state, line(hall, "zhang").reason_zh) == ("invited", "正在呼叫")
        assert [call.by for call in hall.calls.mine(ZHANG)] == ["wang"]
        member = hall.calls.accept(ZHANG, "flood")
        await hall.enters(hall.desk.by_token(member.token))
        assert (line(hall, "zhang").role, line(hall, "zhang").reason) == ("chair", "")
        assert hall.room.state.participant("zhang").account
        assert hall.calls.reachable(OPERATOR, "flood") == []
        with pytest.raises(InvalidError, match="is in the conference already"):
            calls(hall, "zhang")
    assert told == ["wang chair ringing", "wang chair accepted"]


async def test_the_seat_of_who_accepts_depends_on_that_sign_in(hall: Hall) -> None:
    zhang = replace(ZHANG, key=bytes(range(32)))
    with hall.calls.page(zhang):
        calls(hall, "zhang")
        member = hall.calls.accept(zhang, "flood")
    assert hall.desk.by_token(member.token).key == zhang.key


async def test_a_call_that_is_declined_or_not_answered_is_noted_with_the_time(
    hall: Hall, told: list[str]
) -> None:
    with hall.calls.page(ZHANG):
        calls(hall, "zhang")
        hall.calls.decline(ZHANG, "flood")
        assert line(hall, "zhang").reason.startswith("declined the call at ")
        calls(hall, "zhang")
        await hall.settled()
        assert line(hall, "zhang").reason.startswith("did not answer the call at ")
        assert "未接听呼叫" in line(hall, "zhang").reason_zh
        with pytest.raises(NotFoundError, match="nobody calls you"):
            hall.calls.accept(ZHANG, "flood")
    assert [each.rpartition(" ")[2] for each in told] == ["ringing", "declined", "ringing", "unanswered"]


async def test_who_has_no_page_open_cannot_be_called_and_programs_have_none(hall: Hall) -> None:
    with hall.calls.page(Principal("token:panel", Role.OPERATOR)), hall.calls.page(VIEWER):
        assert [each.user for each in hall.calls.reachable(OPERATOR, "flood")] == ["li"]
        for user in ("zhang", "token:panel"):
            with pytest.raises(InvalidError, match="has no page open here") as refused:
                calls(hall, user)
            assert refused.value.field == "user"
    assert hall.desk.get(OPERATOR, "flood").participants == ()


async def test_the_chair_may_call_and_others_may_not(hall: Hall, told: list[str]) -> None:
    chair, member = hall.invites("chair-1", "chair"), hall.invites("member-1")
    await hall.enters(chair)
    with hall.calls.page(ZHANG):
        for nobody in (member, VIEWER, ZHANG):
            with pytest.raises(AccessRefusedError):
                calls(hall, "zhang", by=nobody)
        calls(hall, "zhang", by=chair)
        hall.calls.decline(ZHANG, "flood")
        with pytest.raises(NotFoundError):
            hall.calls.decline(chair, "flood")
    assert told[0] == "chair-1 member ringing"
    hall.opens(id="later", starts_at="2026-11-23T09:00:00+08:00")
    with pytest.raises(AccessRefusedError, match="has not begun"):
        hall.calls.reachable(OPERATOR, "later")


async def test_a_call_is_over_when_the_conference_is_or_he_was_removed(hall: Hall, told: list[str]) -> None:
    with hall.calls.page(ZHANG):
        calls(hall, "zhang")
        hall.desk.command(OPERATOR, "flood", ChairCommand(verb=Verb.REMOVE, target="zhang"))
        hall.conferences.act()
        with pytest.raises(InvalidError, match="was removed"):
            calls(hall, "zhang")
        with hall.calls.page(VIEWER):
            calls(hall, "li")
            hall.desk.end(OPERATOR, "flood")
            assert hall.calls.mine(VIEWER) == []
    assert told == ["wang member ringing", "wang member over"]
