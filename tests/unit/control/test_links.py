"""Links and bridges of a conference: opened, told of, tried again, closed; over peers that never run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from commandwall.base.errors import AccessRefusedError, InvalidError, NotFoundError
from commandwall.conference.links.messages import Bye, encode
from commandwall.control.conference_changes import ChairCommand, NewConference
from commandwall.control.conference_documents import LinkDocument
from commandwall.control.conference_room import Room
from commandwall.control.conferences import MOST_CONFERENCES
from commandwall.control.database import Database
from commandwall.control.link_changes import NewLink
from commandwall.control.roles import Principal, Role
from commandwall.ipc.rtc_messages import SessionPhase
from commandwall.ipc.sound_messages import SoundReport, VoiceFigures
from commandwall.model.conference.attendance import MOST_PARTICIPANTS
from commandwall.model.conference.command import Verb
from commandwall.model.conference.participant import Participant, Presence
from commandwall.model.link import LinkState
from commandwall.settings.site import BridgeSettings, ConferenceSettings, WhipSettings
from tests.e2e.site import until
from tests.unit.control.hall import OPERATOR, Hall
from tests.unit.control.studio import TOKEN, bridge, daemon, returns, studio

VIEWER = Principal("guest", Role.VIEWER)


@pytest.fixture
async def hall(database: Database, tmp_path: Path) -> AsyncIterator[Hall]:
    async with daemon(database, tmp_path) as hall:
        hall.opens()
        yield hall


async def test_a_bridge_is_a_participant_whose_people_come_by_it(hall: Hall) -> None:
    async with studio() as url:
        document = await hall.desk.links.open_bridge(OPERATOR, "flood", bridge(url))
        assert (document.id, document.name, document.state, document.above) == (
            "studio",
            "演播室",
            "connected",
            False,
        )
        (session,) = hall.peers.sessions
        assert hall.peers.accepted == {session: "v=0"}
        hall.peers.goes(session, SessionPhase.CONNECTED)
        hall.peers.goes(session, SessionPhase.LIVE, "conference/flood/studio/people")
        hall.peers.goes(session, SessionPhase.LIVE, "conference/flood/studio/voice")
        one = hall.room.state.participant("studio")
        assert (one.presence, one.has_people, one.role) == (Presence.CONNECTED, True, "site")
        assert one.device == "WHIP/WHEP"
        assert hall.sound.open == {"studio": True}

        hall.peers.goes(session, SessionPhase.ENDED)
        await until("it is tried again", returns(lambda: len(hall.peers.offers) > 1))
        await hall.desk.links.close(OPERATOR, "flood", "studio")
        assert (hall.room.links, hall.room.state.find("studio")) == ((), None)
        with pytest.raises(NotFoundError):
            await hall.desk.links.close(OPERATOR, "flood", "studio")


async def test_a_bridge_goes_on_without_the_sign_in_of_who_opened_it(hall: Hall) -> None:
    async with studio() as url:
        await hall.desk.links.open_bridge(replace(OPERATOR, key=b"sign-in"), "flood", bridge(url))
        (session,) = hall.peers.sessions.values()
        assert (session.by, session.by.key) == (OPERATOR, b"")


async def test_what_cannot_be_reached_is_told_and_tried_again(hall: Hall) -> None:
    document = await hall.desk.links.open_bridge(OPERATOR, "flood", bridge("http://127.0.0.1:1"))
    assert document.state == "lost"
    assert "127.0.0.1:1" in document.reason
    one = hall.room.state.participant("studio")
    assert (one.presence, one.reason) == (Presence.LOST, document.reason)
    async with studio():
        await until("it was tried again", returns(lambda: len(hall.peers.offers) > 1))


async def test_a_fault_that_nobody_foresaw_is_told_and_ends_no_link(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries = 0

    async def fail(*_: object) -> None:
        nonlocal tries
        tries += 1
        raise KeyError("ice-ufrag")

    monkeypatch.setattr(hall.peers, "offer_intake", fail)
    document = await hall.desk.links.open_bridge(OPERATOR, "flood", bridge("http://127.0.0.1:1"))
    assert (document.state, document.reason) == ("lost", "unforeseen KeyError; the log has more")
    await until("it was tried again", returns(lambda: tries > 2))
    assert caplog.text.count("KeyError: 'ice-ufrag'") == 1


async def test_a_room_that_cannot_follow_the_loss_of_a_link_does_not_end_it(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with studio() as url:
        await hall.desk.links.open_bridge(OPERATOR, "flood", bridge(url))
        (session,) = hall.peers.sessions

        def refuse(*_: object) -> None:
            raise InvalidError("this cannot be mixed")

        with monkeypatch.context() as patch:
            patch.setattr(hall.sound, "arrange", refuse)
            with pytest.raises(InvalidError):
                hall.peers.goes(session, SessionPhase.ENDED)
            await until("that is said", returns(lambda: "studio: this cannot be mixed" in caplog.text))
        await until("it is back", returns(lambda: hall.room.links[0].state == "connected"))


@pytest.mark.parametrize(("status", "field"), [(401, "token"), (404, "conference")])
async def test_what_is_refused_is_no_link(hall: Hall, status: int, field: str) -> None:
    async with studio(status) as url:
        with pytest.raises(InvalidError) as refused:
            await hall.desk.links.open_bridge(OPERATOR, "flood", bridge(url))
    assert refused.value.field == field
    assert TOKEN not in str(refused.value)
    assert (hall.room.links, hall.room.state.find("studio")) == ((), None)


async def test_only_operators_link_and_only_once_upwards(hall: Hall) -> None:
    new = NewLink(url="http://127.0.0.1:1", conference="duty", token=TOKEN)
    with pytest.raises(AccessRefusedError):
        await hall.desk.links.open_link(VIEWER, "flood", new)
    assert (await hall.desk.links.open_link(OPERATOR, "flood", new)).state == "lost"
    with pytest.raises(InvalidError, match="already"):
        await hall.desk.links.open_link(OPERATOR, "flood", new.model_copy(update={"id": "other"}))
    with pytest.raises(InvalidError, match="twice"):
        await hall.desk.links.open_bridge(OPERATOR, "flood", bridge("http://127.0.0.1:1", id="above"))


async def test_whom_a_link_brought_is_gone_with_it(hall: Hall) -> None:
    async with studio() as url:
        new = NewLink(url=url, conference="duty", token=TOKEN)
        await hall.desk.links.open_link(OPERATOR, "flood", new)
        await until("it is joined", returns(lambda: hall.room.links[0].state == "connected"))
        await until("the city is there", returns(lambda: hall.room.state.is_here("above/wang")))
        await hall.desk.links.close(OPERATOR, "flood", "above")
        assert (hall.room.links, hall.room.state.participants) == ((), ())


async def test_what_a_bridge_held_falls_free_when_it_is_taken_down(hall: Hall) -> None:
    async with studio() as url:
        await hall.desk.links.open_bridge(OPERATOR, "flood", bridge(url))
        (session,) = hall.peers.sessions
        hall.peers.goes(session, SessionPhase.CONNECTED)
        for verb in (Verb.GRANT, Verb.PRESENT):
            hall.desk.command(OPERATOR, "flood", ChairCommand(verb=verb, target="studio"))
        hall.room.heard(SoundReport("flood", (VoiceFigures("studio", -20.0, True, 0.0, 0),), 0, 0, 0.0))
        assert held(hall) == {"studio"}
        await hall.desk.links.close(OPERATOR, "flood", "studio")
        assert held(hall) == {""}


def held(hall: Hall) -> set[str]:
    """Return who has what one at a time can have."""
    state = hall.room.state
    return {state.floor.holder, state.content.holder, state.speaker.holder}


async def test_a_link_that_is_removed_is_taken_down_for_good(database: Database, tmp_path: Path) -> None:
    async with studio() as url:
        new = NewLink(url=url, conference="duty", token=TOKEN)
        async with daemon(database, tmp_path) as before:
            before.opens()
            await before.desk.links.open_link(OPERATOR, "flood", new)
            await before.desk.links.open_bridge(OPERATOR, "flood", bridge("http://127.0.0.1:1"))
            await until("the city is there", returns(lambda: before.room.state.is_here("above/wang")))
            for link in ("above", "studio"):
                before.desk.command(OPERATOR, "flood", ChairCommand(verb=Verb.REMOVE, target=link))
            before.conferences.act()
            await before.settled()
            assert (before.room.links, before.room.state.participants) == ((), ())
        async with daemon(database, tmp_path) as after:
            after.links.restore(ConferenceSettings())
            assert (after.room.links, after.room.state.participants) == ((), ())


async def test_what_is_removed_while_it_is_tried_is_no_link(hall: Hall) -> None:
    held_up = asyncio.Event()

    async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held_up.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(wait, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, asyncio.timeout(5):
        opening = asyncio.create_task(hall.desk.links.open_bridge(OPERATOR, "flood", bridge(url)))
        await held_up.wait()
        hall.desk.command(OPERATOR, "flood", ChairCommand(verb=Verb.REMOVE, target="studio"))
        hall.conferences.act()
        await hall.settled()
        with pytest.raises(NotFoundError):
            await opening
    assert not hall.linked.all()


@pytest.mark.parametrize("how", ["it is taken down", "its conference ends", "the daemon stops"])
async def test_goodbye_is_said_by_a_link_that_is_taken_down_and_not_by_a_daemon_that_stops(
    database: Database, tmp_path: Path, how: str
) -> None:
    heard: list[str] = []
    async with studio(hear=heard.append) as url:
        async with daemon(database, tmp_path) as hall:
            hall.opens()
            new = NewLink(url=url, conference="duty", token=TOKEN)
            await hall.desk.links.open_link(OPERATOR, "flood", new)
            await until("the city is there", returns(lambda: hall.room.state.is_here("above/wang")))
            if how == "it is taken down":
                await hall.desk.links.close(OPERATOR, "flood", "above")
            elif how == "its conference ends":
                hall.desk.end(OPERATOR, "flood")
                await hall.settled()
        assert (encode(Bye()) in heard) is (how != "the daemon stops")


async def test_a_link_that_cannot_be_had_stays_lost_while_it_is_tried_again(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, Presence]] = []

    def tell(room: Room, link: LinkDocument) -> None:
        room.links = (link,)
        told.append((link.state, room.state.participant(link.id).presence))

    monkeypatch.setattr(Room, "tell_link", tell)
    new = NewLink(url="http://127.0.0.1:1", conference="duty", token=TOKEN)
    await hall.desk.links.open_link(OPERATOR, "flood", new)
    await until("it was tried again", returns(lambda: len(told) > 3))
    assert told[0] == (LinkState.CONNECTING, Presence.CONNECTING)
    assert set(told[1:]) == {(LinkState.LOST, Presence.LOST)}


async def test_a_link_ends_with_its_conference(hall: Hall) -> None:
    await hall.desk.links.open_bridge(OPERATOR, "flood", bridge("http://127.0.0.1:1"))
    hall.desk.end(OPERATOR, "flood")
    await hall.settled()
    with pytest.raises(NotFoundError):
        await hall.desk.links.close(OPERATOR, "flood", "studio")


@pytest.mark.parametrize("how", ["it is taken down", "its conference ends"])
@pytest.mark.parametrize("when", ["at once", "while it is tried", "as it is joined"])
async def test_who_opens_a_link_that_ends_meanwhile_is_told_and_it_stays_away(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, how: str, when: str
) -> None:
    async def wait(*_: object) -> None:
        await asyncio.Event().wait()

    async def end() -> None:
        if when != "at once":
            await until("it is tried", returns(lambda: bool(hall.room.links)))
        if when == "as it is joined":
            hall.links._outsides["flood", "studio"].tried.set()
        if how == "it is taken down":
            await hall.desk.links.close(OPERATOR, "flood", "studio")
        else:
            hall.desk.end(OPERATOR, "flood")

    monkeypatch.setattr(hall.peers, "offer_intake", wait)
    opening = hall.desk.links.open_bridge(OPERATOR, "flood", bridge("http://127.0.0.1:1"))
    async with asyncio.timeout(10):
        opened, _ = await asyncio.gather(opening, end(), return_exceptions=True)
    assert isinstance(opened, NotFoundError)
    assert not hall.linked.all()
    await hall.settled()


async def test_what_was_linked_before_a_restart_is_linked_again(database: Database, tmp_path: Path) -> None:
    new = NewLink(url="http://127.0.0.1:1", conference="duty", token=TOKEN, feeds=3)
    async with daemon(database, tmp_path) as before:
        before.opens()
        await before.desk.links.open_link(OPERATOR, "flood", new)
        await before.desk.links.open_bridge(OPERATOR, "flood", bridge("http://127.0.0.1:1"))
        await before.desk.links.open_bridge(OPERATOR, "flood", bridge("http://127.0.0.1:1", id="gone"))
        await before.desk.links.close(OPERATOR, "flood", "gone")
        street = before.invites("guiyuan", "site")
        before.room.state = before.room.state.each(
            replace(one, relays="guiyuan") if one.id == "guiyuan" else one
            for one in before.room.state.participants
        )
    async with daemon(database, tmp_path) as after:
        assert [one.id for one in after.room.state.participants] == ["guiyuan"]
        assert street.seat is not None
        after.desk.links.seat(street, "flood")
        settings = [record.settings for record in after.linked.all().values()]
        assert settings == [new.settings("flood"), bridge("http://127.0.0.1:1").root.settings("flood")]
        after.links.restore(ConferenceSettings())
        await until("both are tried", returns(lambda: {one.state for one in after.room.links} == {"lost"}))
        assert [one.id for one in after.room.links if one.ours] == ["above", "studio"]
        with pytest.raises(InvalidError, match="already"):
            await after.desk.links.open_link(OPERATOR, "flood", new.model_copy(update={"id": "other"}))
        after.desk.end(OPERATOR, "flood")
        assert not after.linked.all()
        await after.settled()


async def test_what_the_configuration_names_is_joined_from_the_start_however_many_are_invited(
    hall: Hall,
) -> None:
    hall.opens(id="duty")
    many = tuple(Participant(f"p{number}", "P") for number in range(MOST_PARTICIPANTS))
    hall.conferences.change("duty", lambda state, _: state.each(many))
    target = WhipSettings("", "http://127.0.0.1:1/whep", TOKEN)
    configured = BridgeSettings("studio", "duty", "演播室", target)
    hall.links.restore(ConferenceSettings(bridges=(configured,)))
    room = hall.conferences.room("duty")
    await until("it is told", returns(lambda: [link.state for link in room.links] == ["lost"]))


async def test_what_there_is_no_place_for_is_left_out_and_the_log_says_so(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(MOST_CONFERENCES - 1):
        later = NewConference(id=f"c{number}", name="会", starts_at=datetime(2100, 1, 1, tzinfo=UTC))
        hall.desk.open(OPERATOR, later)
    target = WhipSettings("", "http://127.0.0.1:1/whep", TOKEN)
    hall.links.restore(ConferenceSettings(bridges=(BridgeSettings("studio", "duty", "演播室", target),)))
    assert hall.conferences.find("duty") is None
    assert "conference duty: studio is not opened: there are 50 conferences" in caplog.text


async def test_a_link_needs_the_seat_of_a_site(hall: Hall) -> None:
    li, site = hall.invites("li"), hall.invites("guiyuan", "site")
    for who in (OPERATOR, li):
        with pytest.raises(AccessRefusedError, match="token of a site"):
            hall.desk.links.seat(who, "flood")
    with pytest.raises(AccessRefusedError, match="token of a site"):
        hall.desk.links.seat(site, "other")
    assert hall.desk.links.seat(site, "flood") == site.seat


def test_secrets_are_not_shown() -> None:
    assert TOKEN not in repr(bridge("http://h"))
    assert TOKEN not in repr(NewLink(url="http://h", conference="duty", token=TOKEN))
