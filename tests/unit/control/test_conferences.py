from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from commandwall.base.errors import AccessRefusedError, InvalidError, NotFoundError
from commandwall.control.audit import AuditLog
from commandwall.control.conference_changes import ChairCommand, NewConference, NewMember
from commandwall.control.conference_documents import ConferenceEvent, RoomState
from commandwall.control.conference_lines import Line, Part
from commandwall.control.conferences import MOST_CONFERENCES
from commandwall.control.database import Database
from commandwall.control.events import EventLog
from commandwall.control.roles import Permission, Principal, Role, Seat
from commandwall.control.store import Store
from commandwall.control.users import NotSignedInError
from commandwall.model.conference.command import Verb
from commandwall.model.conference.participant import Presence
from commandwall.model.conference.participant import Role as Standing
from commandwall.model.conference.state import Mode
from tests.unit.control.hall import OPERATOR, Hall
from tests.unit.control.rig import make_board
from tests.unit.control.stage import Hands

NOON_S = 1_790_000_000.0
VIEWER, LEADER = Principal("guest", Role.VIEWER), Principal("陈主任", Role.LEADER)


class Bench:
    """A hall, what is told of it, and a second one on the same disk."""

    def __init__(self, database: Database, directory: Path, audit: AuditLog, events: EventLog) -> None:
        self._database, self._directory = database, directory
        self.audit, self.events = audit, events
        self.clock = Hands(NOON_S)
        self.hall = self.make()

    def make(self) -> Hall:
        return Hall(
            make_board(self.events), self._directory, self._database, self.events, self.audit, self.clock
        )

    def told(self) -> list[Any]:
        """Return what was told of conferences since the beginning."""
        bodies = (event.body for event in self.events._kept)
        return [body.conference for body in bodies if isinstance(body, ConferenceEvent)]


@pytest.fixture
async def bench(database: Database, tmp_path: Path) -> AsyncIterator[Bench]:
    events = EventLog()
    async with AuditLog(Store(database), events) as audit:
        yield Bench(database, tmp_path, audit, events)


@pytest.fixture
def hall(bench: Bench) -> Hall:
    return bench.hall


def at(s: float) -> datetime:
    return datetime.fromtimestamp(NOON_S + s, UTC)


def test_an_instant_conference_is_open_at_once(hall: Hall) -> None:
    hall.opens(ends_at=at(3600))
    document = hall.desk.get(OPERATOR, "flood")
    assert (document.name, document.state, document.starts_at) == ("防汛", RoomState.OPEN, None)
    assert document.ends_at == at(3600).isoformat(timespec="milliseconds")
    assert list(hall.hidden.walls) == ["conference:flood"]


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"wall": "gone"}, "wall: no wall is called 'gone'"),
        ({"ends_at": at(-1)}, "ends_at: is over already"),
    ],
)
def test_what_cannot_be_opened_is_named(hall: Hall, fields: dict[str, Any], fault: str) -> None:
    with pytest.raises(InvalidError, match=fault):
        hall.opens(**fields)
    assert hall.desk.all(OPERATOR) == []


def test_an_id_is_taken_once_and_there_is_an_end_to_conferences(hall: Hall) -> None:
    hall.opens()
    with pytest.raises(InvalidError, match="id: there is already a conference 'flood'"):
        hall.opens()
    for number in range(MOST_CONFERENCES - 1):
        hall.desk.open(OPERATOR, NewConference(id=f"c{number}", name="会", starts_at=at(60)))
    with pytest.raises(InvalidError, match="there are 50 conferences; end some of them"):
        hall.desk.open(OPERATOR, NewConference(id="more", name="会"))


async def test_who_comes_by_a_link_that_has_expired_is_told_and_the_roster_too(hall: Hall) -> None:
    hall.opens()
    new = NewMember.model_validate({"name": "李", "role": "member", "participant": "li", "expires_s": 60})
    token = hall.desk.invite(OPERATOR, "flood", new).token
    hall.clock.now_s += 61
    with pytest.raises(NotSignedInError, match="has expired"):
        hall.desk.by_token(token)
    (li,) = hall.desk.get(OPERATOR, "flood").participants
    assert (li.state, li.reason_zh) == ("invited", "持已过期的邀请到来，请重新邀请")
    hall.desk.end(OPERATOR, "flood")
    hall.opens()
    with pytest.raises(NotSignedInError, match="has expired"):
        hall.desk.by_token(token)


async def test_who_comes_while_it_is_locked_is_in_the_roster_and_in_the_audit_log_once(bench: Bench) -> None:
    hall = bench.hall
    hall.opens()
    li = hall.invites("li")
    assert li.seat is not None
    hall.desk.command(OPERATOR, "flood", ChairCommand(verb=Verb.LOCK))
    for _ in range(3):
        with pytest.raises(AccessRefusedError, match="is locked"):
            await hall.desk.watch(li, li.seat, Part.PEOPLE, "v=0")
    (listed,) = hall.desk.get(OPERATOR, "flood").participants
    assert (listed.state, listed.reason_zh) == ("invited", "锁定期间到来，可准许入会或解除锁定")
    refused = [line for line in await bench.audit.read(20) if "is locked" in line.outcome]
    assert [(line.action, line.detail) for line in refused] == [("conference.join", "li")]
    hall.desk.command(OPERATOR, "flood", ChairCommand(verb=Verb.ADMIT, target="li"))
    await hall.enters(li)
    (listed,) = hall.desk.get(OPERATOR, "flood").participants
    assert (listed.state, listed.reason) == ("connected", "")


async def test_a_planned_conference_opens_by_itself(bench: Bench) -> None:
    hall = bench.hall
    hall.opens(starts_at=at(600))
    assert hall.desk.get(OPERATOR, "flood").state is RoomState.SCHEDULED and hall.hidden.walls == {}
    li = hall.invites("li")
    assert li.seat is not None
    with pytest.raises(AccessRefusedError, match="has not begun"):
        await hall.desk.watch(li, li.seat, Part.PEOPLE, "v=0")
    hall.conferences.act()
    assert hall.hidden.walls == {}
    bench.clock.now_s += 600
    hall.conferences.act()
    assert hall.desk.get(OPERATOR, "flood").state is RoomState.OPEN
    await hall.enters(li)
    assert bench.told()[-1].state is RoomState.OPEN


async def test_a_clock_that_is_set_back_puts_off_what_is_planned(hall: Hall) -> None:
    hall.opens(starts_at=at(600), ends_at=at(1200))
    hall.clock.now_s -= 3600
    for passed_s, state in ((4199, RoomState.SCHEDULED), (1, RoomState.OPEN), (599, RoomState.OPEN)):
        hall.passes(passed_s)
        hall.conferences.act()
        assert hall.desk.get(OPERATOR, "flood").state is state
    hall.passes(1)
    hall.conferences.act()
    assert hall.desk.all(OPERATOR) == []


async def test_its_chair_opens_a_planned_conference_by_coming(hall: Hall) -> None:
    hall.opens(starts_at=at(600))
    await hall.enters(hall.invites("zhang", "chair"))
    assert hall.desk.get(OPERATOR, "flood").chair == "zhang"


async def test_what_its_chair_opened_early_lets_everybody_in(hall: Hall) -> None:
    hall.opens(starts_at=at(600))
    li = hall.invites("li")
    await hall.enters(hall.invites("zhang", "chair"))
    hall.clock.now_s -= 60
    await hall.enters(li)
    document = hall.desk.get(OPERATOR, "flood")
    assert [one.state for one in document.participants] == [Presence.CONNECTED, Presence.CONNECTED]
    assert document.starts_at == at(0).isoformat(timespec="milliseconds")


def test_a_conference_ends_when_its_time_is_up_unless_it_is_extended(bench: Bench) -> None:
    hall = bench.hall
    hall.opens(ends_at=at(60))
    hall.desk.command(OPERATOR, "flood", ChairCommand(verb=Verb.EXTEND, minutes=1))
    bench.clock.now_s += 61
    hall.conferences.act()
    assert hall.desk.get(OPERATOR, "flood").state is RoomState.OPEN
    bench.clock.now_s += 60
    hall.conferences.act()
    with pytest.raises(NotFoundError, match="or it is over"):
        hall.desk.get(OPERATOR, "flood")
    assert bench.told()[-1].state is RoomState.ENDED


def test_what_changes_is_told_once_for_all_that_changed(bench: Bench) -> None:
    bench.hall.opens()
    bench.hall.invites("li")
    bench.hall.invites("zhang")
    assert bench.told() == []
    bench.hall.conferences.act()
    (document,) = bench.told()
    assert [one.id for one in document.participants] == ["li", "zhang"]
    bench.hall.conferences.act()
    assert len(bench.told()) == 1


async def test_a_restart_brings_back_the_conference_and_whoever_was_in_it(bench: Bench) -> None:
    async with bench.hall.records:
        before = bench.hall
        before.opens(ends_at=at(3600))
        token = before.desk.invite(OPERATOR, "flood", NewMember(name="李", participant="li")).token
        await before.enters(before.invites("zhang", "chair"))
        before.desk.command(OPERATOR, "flood", ChairCommand(verb=Verb.VOICE_SWITCHED))
        before.desk.command(OPERATOR, "flood", ChairCommand(verb=Verb.LOCK))
        before.invites("wu")
        before.desk.join(LEADER, "flood")
        before.desk.command(OPERATOR, "flood", ChairCommand(verb=Verb.REMOVE, target="wu"))
        before.desk.open(OPERATOR, NewConference(id="later", name="周会", starts_at=at(900)))
        before.conferences.close()
        assert {"flood/zhang", "flood/picture"} <= {*before.book.ids()}, "no wall lets go of them"
    after = bench.make()
    async with after.records:
        after.conferences.restore()
        document = after.desk.get(OPERATOR, "flood")
        *invited, leader = after.conferences.get("flood").state.participants
        assert {one.until_s for one in invited} == {NOON_S + 24 * 3600} and leader.account
        states = {one.id: one.state for one in document.participants[:3]}
        assert states == {"li": Presence.INVITED, "zhang": Presence.LOST, "wu": Presence.REMOVED}
        assert document.participants[1].reason_zh == "服务已重启，原与会者会自动回来"
        assert (document.mode, document.locked, document.ends_at is None) == (
            Mode.VOICE_SWITCHED,
            True,
            False,
        )
        assert after.desk.by_token(token).seat == Seat("flood", "li")
        assert after.desk.get(OPERATOR, "later").state is RoomState.SCHEDULED
        await after.enters(Principal("zhang", Role.VIEWER, seat=Seat("flood", "zhang")))
        assert after.desk.get(OPERATOR, "flood").chair == "zhang"


def test_an_invitation_names_the_participant_and_holds_for_this_conference_only(bench: Bench) -> None:
    hall = bench.hall
    hall.opens()
    member = hall.desk.invite(OPERATOR, "flood", NewMember(name="东门街道", role=Standing.SITE))
    assert member.participant == "site-1" and member.join_url == f"/join/{member.token}"
    who = hall.desk.by_token(member.token)
    assert (who.name, who.via, who.seat) == ("flood/site-1", "invitation", Seat("flood", "site-1"))
    told = hall.desk.invitation(who, member.token)
    assert (told.conference_name, told.name, told.role) == ("防汛", "东门街道", Standing.SITE)
    assert told.expires_at == member.expires_at == at(24 * 3600).isoformat(timespec="milliseconds")
    hall.desk.end(OPERATOR, "flood")
    hall.opens()
    with pytest.raises(NotSignedInError, match="the conference of this invitation is over"):
        hall.desk.by_token(member.token)


def test_who_was_removed_does_not_get_in_again(hall: Hall) -> None:
    hall.opens()
    token = hall.desk.invite(OPERATOR, "flood", NewMember(name="李", participant="li")).token
    hall.desk.command(OPERATOR, "flood", ChairCommand(verb=Verb.REMOVE, target="li"))
    with pytest.raises(NotSignedInError, match="you were removed"):
        hall.desk.by_token(token)


def test_an_id_that_is_wished_for_twice_is_refused(hall: Hall) -> None:
    hall.opens()
    hall.invites("li")
    with pytest.raises(InvalidError, match="'li' is there twice"):
        hall.invites("li")


async def test_an_account_has_one_place_and_leaders_may_hold_the_chair(hall: Hall) -> None:
    hall.opens(lobby=True)
    first, again = hall.desk.join(LEADER, "flood"), hall.desk.join(LEADER, "flood")
    assert first.participant == again.participant == "account-5d140c62f74d"
    (one,) = hall.desk.get(OPERATOR, "flood").participants
    assert (one.name, one.role) == ("陈主任", Standing.CHAIR)
    assert hall.desk.join(OPERATOR, "flood").participant == "wang"
    await hall.enters(hall.desk.by_token(first.token))


async def test_who_came_by_invitation_may_do_what_belongs_to_the_seat(bench: Bench) -> None:
    hall = bench.hall
    hall.opens()
    zhang, li = hall.invites("zhang", "chair"), hall.invites("li")
    await hall.enters(zhang)
    await hall.enters(li)
    assert hall.desk.get(li, "flood").id == "flood"
    assert hall.desk.raise_hand(li, "flood", raised=True).participants[1].hand
    assert hall.desk.mute(li, "flood", muted=True).participants[1].muted_by_self
    hall.desk.command(zhang, "flood", ChairCommand(verb=Verb.GRANT, target="li"))
    assert hall.desk.get(zhang, "flood").floor == "li"
    with pytest.raises(AccessRefusedError, match="only the chair may do this"):
        hall.desk.command(li, "flood", ChairCommand(verb=Verb.MUTE_ALL))
    with pytest.raises(AccessRefusedError, match="somebody else's"):
        await hall.desk.publish(li, Seat("flood", "zhang"), Part.PEOPLE, "v=0")
    hall.desk.leave(li, "flood")
    lines = await bench.audit.read(20)
    assert ("flood/li", "conference.hand", "flood") in {(one.who, one.action, one.target) for one in lines}
    refused = next(one for one in lines if one.action == "conference.mute_all")
    assert (refused.via, refused.outcome) == ("invitation", "only the chair may do this")


def test_an_invitation_opens_nothing_else(hall: Hall) -> None:
    hall.opens()
    hall.desk.open(OPERATOR, NewConference(id="other", name="会"))
    li = hall.invites("li")
    for refused in (
        lambda: hall.desk.all(li),
        lambda: hall.desk.get(li, "other"),
        lambda: hall.desk.end(li, "flood"),
        lambda: hall.desk.invite(li, "flood", NewMember(name="x")),
        lambda: hall.desk.raise_hand(li, "other", raised=True),
        lambda: hall.desk.command(li, "other", ChairCommand(verb=Verb.LOCK)),
        lambda: hall.desk.command(VIEWER, "flood", ChairCommand(verb=Verb.LOCK)),
        lambda: hall.desk.join(VIEWER, "flood"),
        lambda: hall.desk.mute(OPERATOR, "flood", muted=True),
    ):
        with pytest.raises(AccessRefusedError):
            refused()
    assert not any(li.may(permission) for permission in Permission)


@pytest.mark.parametrize(
    ("target", "fault"),
    [
        ("camera:gone", "no camera is called 'gone'"),
        ("head:main", "cannot be content"),
        ("head:gone/all", "no wall is called 'gone'"),
        ("scene:gone", "no scene is called 'gone'"),
    ],
)
def test_content_that_there_is_not_is_named(hall: Hall, target: str, fault: str) -> None:
    hall.opens()
    with pytest.raises(InvalidError, match=f"target: .*{fault}"):
        hall.desk.command(OPERATOR, "flood", ChairCommand(verb=Verb.PRESENT, target=target))
    with pytest.raises(InvalidError, match="layout: no layout is called 'gone'"):
        hall.desk.command(OPERATOR, "flood", ChairCommand(verb=Verb.LAYOUT, target="gone"))


async def test_who_is_awaited_when_the_time_is_up_is_no_trouble(bench: Bench) -> None:
    hall = bench.hall
    hall.opens(ends_at=at(60))
    hall.desk.open(OPERATOR, NewConference(id="other", name="会"))
    hall.invites("li")
    hall.room.door.let_in("li")
    hall.conferences.act()
    bench.clock.now_s += 61
    hall.conferences.act()
    assert [meeting.state.id for meeting in hall.conferences.all()] == ["other"]
    assert not [source for source in hall.book.ids() if source.startswith("flood/")]


async def test_what_is_refused_after_the_end_says_what_was_wrong_with_it(hall: Hall) -> None:
    hall.opens()
    hall.invites("li")
    room = hall.room
    with (
        pytest.raises(InvalidError, match=r"offer H\.264"),
        room.door.entering("li", Part.PEOPLE, "Chrome 156", sends=True),
    ):
        hall.desk.end(OPERATOR, "flood")
        raise InvalidError("the offer has no codec that is taken here; offer H.264")
    assert not list(hall.book.ids())


async def test_who_connects_after_the_end_is_let_go(hall: Hall) -> None:
    hall.opens()
    li = hall.invites("li")
    assert li.seat is not None
    room = hall.room
    watching = await hall.desk.watch(li, li.seat, Part.PEOPLE, "v=0")
    session = hall.peers.sessions[watching.session]
    hall.desk.end(OPERATOR, "flood")
    hall.peers.sessions[watching.session] = session  # As if its answer had come after the end.
    room.lines._lines.append(Line("li", Part.PEOPLE, sends=False, session=watching.session))
    room.line_connected(room.lines._lines[0])
    assert hall.peers.ended[-1] == watching.session and not hall.peers.sessions
    with pytest.raises(AccessRefusedError, match="has ended"):
        await room.prospect("li")
    assert not list(hall.book.ids())


async def test_what_is_wrong_with_one_conference_is_said_once_and_ends_no_other(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    hall = bench.hall
    for name in ("flood", "other"):
        hall.desk.open(OPERATOR, NewConference(id=name, name="会", starts_at=at(60)))
    arrange = hall.sound.arrange
    refused = 0

    def refuse(conference: str, *rest: Any) -> None:
        nonlocal refused
        if conference == "flood":
            refused += 1
            raise InvalidError("this cannot be mixed")
        arrange(conference, *rest)

    monkeypatch.setattr(hall.sound, "arrange", refuse)
    bench.clock.now_s += 61
    for _ in range(3):
        hall.conferences.act()
        bench.clock.now_s += 0.1
    assert refused == 1, "it is not tried at every turn"
    for _ in range(3):
        bench.clock.now_s += 60
        hall.conferences.act()
    assert refused == 4
    assert caplog.text.count("conference flood cannot be opened: this cannot be mixed") == 1
    document = hall.desk.get(OPERATOR, "flood")
    assert (document.state, document.reason) == (RoomState.SCHEDULED, "this cannot be mixed")
    assert [told.reason for told in bench.told() if told.id == "flood"] == ["this cannot be mixed"]
    assert [room.state.id for room in hall.conferences.rooms()] == ["other"]
    assert list(hall.hidden.walls) == ["conference:other"], "what was begun is let go"
    monkeypatch.undo()
    bench.clock.now_s += 60
    hall.conferences.act()
    assert {room.state.id for room in hall.conferences.rooms()} == {"flood", "other"}
    assert hall.desk.get(OPERATOR, "flood").reason == ""


def test_a_conference_that_cannot_be_opened_at_once_is_none(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise InvalidError("this cannot be mixed")

    monkeypatch.setattr(hall.sound, "arrange", refuse)
    with pytest.raises(InvalidError, match="this cannot be mixed"):
        hall.opens()
    assert hall.desk.all(OPERATOR) == []


def test_a_clock_that_is_set_back_puts_off_no_second_try(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise InvalidError("this cannot be mixed")

    hall.opens(starts_at=at(-60 + 3600))
    hall.clock.now_s += 3600
    with monkeypatch.context() as broken:
        broken.setattr(hall.sound, "arrange", refuse)
        hall.conferences.act()
    hall.clock.now_s -= 30
    hall.passes(20)
    hall.conferences.act()
    assert hall.desk.get(OPERATOR, "flood").state is RoomState.OPEN


def test_a_conference_that_cannot_be_opened_ends_when_its_time_is_over(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise InvalidError("this cannot be mixed")

    bench.hall.opens(starts_at=at(60), ends_at=at(120))
    monkeypatch.setattr(bench.hall.sound, "arrange", refuse)
    bench.clock.now_s += 61
    bench.hall.conferences.act()
    bench.clock.now_s += 60
    bench.hall.conferences.act()
    assert bench.hall.desk.all(OPERATOR) == []


async def test_a_conference_that_cannot_be_opened_again_keeps_no_other_out(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with bench.hall.records:
        for name in ("flood", "other"):
            bench.hall.desk.open(OPERATOR, NewConference(id=name, name="会"))
        bench.hall.conferences.close()
    after = bench.make()

    def refuse(conference: str, *_: Any) -> None:
        if conference == "flood":
            raise InvalidError("this cannot be mixed")

    monkeypatch.setattr(after.sound, "arrange", refuse)
    async with after.records:
        after.conferences.restore()
        assert "conference flood cannot be opened: this cannot be mixed" in caplog.text
        assert [room.state.id for room in after.conferences.rooms()] == ["other"]


async def test_who_was_invited_and_joins_by_account_is_known_by_that(hall: Hall) -> None:
    hall.opens(lobby=True)
    hall.invites("wang")
    member = hall.desk.join(OPERATOR, "flood")
    (one,) = hall.room.state.participants
    assert (one.id, one.until_s, one.account) == ("wang", None, True)
    await hall.enters(hall.desk.by_token(member.token))
