from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from commandwall.base.errors import AccessRefusedError, HeldError, InvalidError, UnavailableError
from commandwall.control.audit import AuditLog
from commandwall.control.conference_changes import ChairCommand
from commandwall.control.conference_documents import ParticipantDocument, RoomState, conference_document
from commandwall.control.conference_lines import Part
from commandwall.control.database import Database
from commandwall.control.events import EventLog
from commandwall.control.roles import Principal, Seat
from commandwall.control.rtc import PublishOffer, WatchOffer
from commandwall.control.store import Store
from commandwall.control.walls import WallControl
from commandwall.ipc.messages import Message
from commandwall.ipc.overlay_messages import SourcePersons
from commandwall.ipc.rtc_messages import SessionFigures, SessionPhase, StreamAt
from commandwall.ipc.sound_messages import SoundReport, VoiceFault, VoiceFigures
from commandwall.model.camera import FeedState
from commandwall.model.conference.command import Verb
from commandwall.model.conference.participant import Participant, Presence
from commandwall.model.layout import Cell, Layout
from commandwall.model.reason import ReasonCode
from tests.unit.control.hall import CONFERENCE_LAYOUTS, OPERATOR, Hall
from tests.unit.control.rig import make_board
from tests.unit.control.stage import Hands


@pytest.fixture
async def hall(database: Database, tmp_path: Path) -> AsyncIterator[Hall]:
    events = EventLog()
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


def one(hall: Hall, participant: str) -> Participant:
    return hall.room.state.participant(participant)


def line(hall: Hall, participant: str) -> ParticipantDocument:
    """Return a participant's line of the roster."""
    document = conference_document(hall.room.state, RoomState.OPEN, hall.room.figures)
    return next(each for each in document.participants if each.id == participant)


def commands(hall: Hall, verb: Verb, target: str = "", **fields: object) -> None:
    """Let an operator use a verb of the chair."""
    hall.desk.command(
        OPERATOR, "flood", ChairCommand.model_validate({"verb": verb, "target": target, **fields})
    )


def speaks(participant: str) -> SoundReport:
    """Return the report of a moment in which somebody speaks."""
    return SoundReport("flood", (VoiceFigures(participant, -20.0, True, 26.0, 0),), 50, 0, 0.2)


def seat(who: Principal) -> Seat:
    assert who.seat is not None
    return who.seat


def people(participant: str) -> tuple[StreamAt, ...]:
    stream = f"conference/flood/{participant}/people"
    return (StreamAt("/run/rtc", stream, answers_keys=True, later_ms=45),)


async def test_the_rtc_process_is_there_before_anybody_comes(hall: Hall) -> None:
    assert hall.peers.wanted and not hall.peers.sessions


async def test_who_sends_is_seen_and_heard_by_all(hall: Hall, zhang: Principal, li: Principal) -> None:
    assert one(hall, "zhang").presence is Presence.INVITED and hall.shown() == ["none"]
    watching, sending = await hall.enters(zhang)
    assert hall.peers.offers[sending] == PublishOffer(
        "conference/flood/zhang/people", "conference/flood/zhang/voice", "v=0"
    )
    offer = hall.peers.offers[watching]
    assert isinstance(offer, WatchOffer)
    assert [rung.stream for rung in offer.video] == ["head/main", "head/low"]
    assert offer.sound == StreamAt("/run/sound", "mix/flood/zhang")
    assert one(hall, "zhang").here and one(hall, "zhang").has_people
    assert hall.room.state.chair == "zhang"
    await hall.enters(li)
    assert hall.shown() == ["zhang", "li", "none", "none"]
    assert hall.sound.open == {"zhang": True, "li": True} and hall.sound.listeners == ["li", "zhang"]
    assert hall.received[:2] == ["conference:flood/picture ", f"conference:flood/zhang {sending}"]
    assert hall.book.state("flood/zhang")[0] is FeedState.LIVE
    assert hall.book.state("flood/picture")[0] is FeedState.LIVE


async def test_who_only_listens_takes_part_all_the_same(hall: Hall, li: Principal) -> None:
    await hall.enters(li, sends=False)
    assert one(hall, "li").here and not one(hall, "li").has_people
    assert hall.sound.listeners == ["li"] and hall.sound.open == {}
    assert hall.book.state("flood/li")[1].code is ReasonCode.NO_CAMERA


async def test_who_is_cut_off_keeps_the_place_and_comes_back(hall: Hall, zhang: Principal) -> None:
    watching, sending = await hall.enters(zhang)
    hall.peers.goes(sending, SessionPhase.ENDED)
    assert one(hall, "zhang").here and not one(hall, "zhang").has_people
    assert hall.sound.open == {} and hall.shown() == ["none"]
    hall.peers.goes(watching, SessionPhase.ENDED)
    lost = one(hall, "zhang")
    assert (lost.presence, lost.reason) == (Presence.LOST, "connection lost")
    assert hall.book.state("flood/zhang")[1].code is ReasonCode.AWAY
    await hall.enters(zhang)
    assert one(hall, "zhang").here and hall.shown() == ["zhang"] and one(hall, "zhang").reason == ""


async def test_whoever_hangs_up_has_left(hall: Hall, li: Principal) -> None:
    watching, sending = await hall.enters(li)
    for session in (sending, watching):
        hall.peers.end(hall.peers.session(session))
    assert one(hall, "li").presence is Presence.LEFT
    assert hall.book.state("flood/li")[1].code is ReasonCode.LEFT


async def test_a_second_camera_takes_the_place_of_the_first(hall: Hall, zhang: Principal) -> None:
    _, first = await hall.enters(zhang)
    second = (await hall.desk.publish(zhang, seat(zhang), Part.PEOPLE, "v=0")).session
    hall.peers.goes(first, SessionPhase.LIVE, "conference/flood/zhang/people")
    assert hall.received[-1] == f"conference:flood/zhang {first}"
    hall.peers.goes(first, SessionPhase.ENDED)
    hall.peers.goes(second, SessionPhase.LIVE, "conference/flood/zhang/people")
    assert hall.received[-1] == f"conference:flood/zhang {second}" and one(hall, "zhang").has_people


async def test_who_comes_back_with_less_is_taken_for_what_he_sends_now(hall: Hall, zhang: Principal) -> None:
    await hall.enters(zhang)
    hall.peers.carries = (False, True)
    second = (await hall.desk.publish(zhang, seat(zhang), Part.PEOPLE, "v=0")).session
    assert not one(hall, "zhang").has_people and hall.shown() == ["none"]
    assert hall.book.state("flood/zhang")[1].code is ReasonCode.NO_CAMERA
    assert hall.sound.open == {"zhang": True}
    hall.peers.goes(second, SessionPhase.LIVE, "conference/flood/zhang/voice")
    hall.peers.carries = (True, False)
    third = (await hall.desk.publish(zhang, seat(zhang), Part.PEOPLE, "v=0")).session
    assert hall.sound.open == {} and not line(hall, "zhang").voice
    hall.peers.goes(third, SessionPhase.LIVE, "conference/flood/zhang/people")
    assert one(hall, "zhang").has_people and hall.shown() == ["zhang"]


async def test_who_offers_what_nobody_can_take_reads_it_in_the_roster(hall: Hall, li: Principal) -> None:
    hall.peers.error = InvalidError("the offer has no codec that is taken here; offer H.264")
    with pytest.raises(InvalidError):
        await hall.desk.publish(li, seat(li), Part.PEOPLE, "v=0")
    assert one(hall, "li").presence is Presence.LOST and "H.264" in one(hall, "li").reason


async def test_who_can_watch_nothing_reads_why_in_the_roster(hall: Hall, li: Principal) -> None:
    hall.peers.error = InvalidError("the offer has no codec that is taken here; offer H.264")
    with pytest.raises(InvalidError):
        await hall.desk.watch(li, seat(li), Part.PEOPLE, "v=0")
    assert one(hall, "li").presence is Presence.LOST and "H.264" in one(hall, "li").reason
    with pytest.raises(UnavailableError):
        await hall.desk.watch(li, seat(li), Part.CONTENT, "v=0")
    assert one(hall, "li").presence is Presence.LOST and "no content" in one(hall, "li").reason


async def test_what_is_refused_of_one_who_stays_is_said_until_it_is_taken(hall: Hall, li: Principal) -> None:
    watching = (await hall.desk.watch(li, seat(li), Part.PEOPLE, "v=0")).session
    hall.peers.error = InvalidError("the offer has no codec that is taken here; offer H.264")
    with pytest.raises(InvalidError):
        await hall.desk.publish(li, seat(li), Part.PEOPLE, "v=0")
    hall.peers.goes(watching, SessionPhase.CONNECTED)
    assert one(hall, "li").here and "H.264" in one(hall, "li").reason
    hall.peers.error = None
    await hall.desk.watch(li, seat(li), Part.PEOPLE, "v=0")
    assert "H.264" in one(hall, "li").reason
    await hall.desk.publish(li, seat(li), Part.PEOPLE, "v=0")
    assert one(hall, "li").reason == ""


async def test_nothing_is_known_of_the_offers_of_who_is_forgotten(hall: Hall, li: Principal) -> None:
    watching = (await hall.desk.watch(li, seat(li), Part.PEOPLE, "v=0")).session
    hall.peers.goes(watching, SessionPhase.CONNECTED)
    hall.peers.error = InvalidError("the offer has no codec that is taken here; offer H.264")
    with pytest.raises(InvalidError):
        await hall.desk.publish(li, seat(li), Part.PEOPLE, "v=0")
    door = hall.room.door
    assert set(door._refused) == {"li"} and not door._offers
    hall.peers.end(hall.peers.session(watching))
    hall.clock.now_s += 48 * 3600.0 + 1.0
    hall.conferences.act()
    assert hall.room.state.find("li") is None and not door._refused


async def test_who_is_let_in_and_does_not_come_is_not_waited_for(
    hall: Hall, zhang: Principal, li: Principal
) -> None:
    watching = (await hall.desk.watch(zhang, seat(zhang), Part.PEOPLE, "v=0")).session
    hall.room.door.let_in("li")
    for passed_s in (0.0, 14.0):
        hall.clock.now_s += passed_s
        hall.conferences.act()
        assert one(hall, "li").presence is Presence.CONNECTING
    hall.clock.now_s += 1.0
    hall.conferences.act()
    assert (one(hall, "li").presence, one(hall, "li").reason.zh[:6]) == (Presence.LOST, "已获准入会但")
    assert one(hall, "zhang").presence is Presence.CONNECTING and watching not in hall.peers.ended


async def test_a_clock_that_is_set_back_holds_up_nothing_in_a_room(
    hall: Hall, zhang: Principal, li: Principal
) -> None:
    await hall.enters(zhang)
    watching, _ = await hall.enters(li)
    await hall.enters(hall.invites("he"))
    hall.invites("wu")
    hall.room.door.let_in("wu")
    commands(hall, Verb.POLL, dwell_s=15)
    hall.conferences.heard(speaks("zhang"))
    hall.conferences.act()
    before = hall.room.state
    hall.clock.now_s -= 3600
    hall.passes(20)
    hall.peers.measures(watching, SessionFigures(watching, rtt_ms=8.0))
    hall.conferences.heard(speaks("li"))
    hall.conferences.act()
    after = hall.room.state
    assert (before.speaker.holder, after.speaker.holder) == ("zhang", "li")
    assert (before.direction.subject, after.direction.subject) == ("li", "he")
    assert one(hall, "wu").presence is Presence.LOST
    assert line(hall, "li").rtt_ms == 8.0


async def test_the_lobby_holds_people_until_they_are_let_in(hall: Hall) -> None:
    hall.desk.end(OPERATOR, "flood")
    hall.opens(lobby=True)
    li = hall.invites("li")
    with pytest.raises(AccessRefusedError, match="wait in the lobby"):
        await hall.desk.publish(li, seat(li), Part.PEOPLE, "v=0")
    assert one(hall, "li").presence is Presence.LOBBY
    commands(hall, Verb.ADMIT, "li")
    await hall.enters(li)
    assert one(hall, "li").here


async def test_a_removed_participant_is_cut_off_and_forgotten_as_a_source(
    hall: Hall, zhang: Principal, li: Principal
) -> None:
    await hall.enters(zhang)
    sessions = await hall.enters(li)
    commands(hall, Verb.REMOVE, "li")
    assert set(hall.peers.ended) == set(sessions) and hall.shown() == ["zhang"]
    assert "flood/li" not in hall.book.ids() and hall.sound.listeners == ["zhang"]
    assert one(hall, "li").presence is Presence.REMOVED


async def test_mutes_reach_the_mixer(hall: Hall, zhang: Principal, li: Principal) -> None:
    await hall.enters(zhang)
    await hall.enters(li)
    commands(hall, Verb.MUTE_ALL)
    assert hall.sound.open == {"zhang": True, "li": False}
    hall.desk.mute(zhang, "flood", muted=True)
    assert hall.sound.open == {"zhang": False, "li": False}


async def test_content_is_one_at_a_time(hall: Hall, zhang: Principal, li: Principal) -> None:
    await hall.enters(zhang)
    await hall.enters(li)
    with pytest.raises(UnavailableError, match="no content is shown now"):
        await hall.desk.watch(li, seat(li), Part.CONTENT, "v=0")
    sharing = (await hall.desk.publish(zhang, seat(zhang), Part.CONTENT, "v=0")).session
    assert hall.peers.offers[sharing] == PublishOffer("conference/flood/zhang/content", "", "v=0")
    hall.peers.goes(sharing, SessionPhase.LIVE, "conference/flood/zhang/content")
    assert hall.room.state.content.holder == "zhang"
    assert hall.book.state("flood/content")[0] is FeedState.LIVE
    watching = (await hall.desk.watch(li, seat(li), Part.CONTENT, "v=0")).session
    assert hall.peers.offers[watching] == WatchOffer(
        (StreamAt("/run/rtc", "conference/flood/zhang/content", answers_keys=True),), None, "v=0"
    )
    with pytest.raises(HeldError, match="zhang shows content"):
        await hall.desk.publish(li, seat(li), Part.CONTENT, "v=0")
    commands(hall, Verb.PRESENT, "li")
    assert hall.peers.ended == [sharing] and hall.room.state.content.holder == "li"
    assert hall.book.state("flood/content")[1].code is ReasonCode.NO_CONTENT


async def test_content_that_does_not_come_about_frees_the_token(hall: Hall, zhang: Principal) -> None:
    await hall.enters(zhang)
    hall.peers.error = InvalidError("no codec")
    with pytest.raises(InvalidError):
        await hall.desk.publish(zhang, seat(zhang), Part.CONTENT, "v=0")
    assert not hall.room.state.content.taken and one(hall, "zhang").here


async def test_content_that_goes_on_is_not_ended_by_an_offer_that_fails(hall: Hall, zhang: Principal) -> None:
    await hall.enters(zhang)
    sharing = (await hall.desk.publish(zhang, seat(zhang), Part.CONTENT, "v=0")).session
    hall.peers.goes(sharing, SessionPhase.LIVE, "conference/flood/zhang/content")
    hall.peers.error = InvalidError("no codec")
    with pytest.raises(InvalidError):
        await hall.desk.publish(zhang, seat(zhang), Part.CONTENT, "v=0")
    assert hall.room.state.content.holder == "zhang" and sharing not in hall.peers.ended


async def test_a_seat_may_send_content_and_nothing_else(hall: Hall, zhang: Principal, li: Principal) -> None:
    sharing = (await hall.desk.publish(li, seat(li), Part.CONTENT, "v=0")).session
    assert one(hall, "li").presence is Presence.CONNECTING and hall.room.state.content.holder == "li"
    with pytest.raises(HeldError, match="li shows content"):
        await hall.desk.publish(zhang, seat(zhang), Part.CONTENT, "v=0")
    assert one(hall, "zhang").presence is Presence.LOST and "li shows content" in one(hall, "zhang").reason
    hall.peers.goes(sharing, SessionPhase.CONNECTED)
    hall.peers.goes(sharing, SessionPhase.LIVE, "conference/flood/li/content")
    assert one(hall, "li").here and hall.book.state("flood/content")[0] is FeedState.LIVE
    hall.peers.goes(sharing, SessionPhase.ENDED)
    assert one(hall, "li").presence is Presence.LOST and not hall.room.state.content.taken


async def test_whoever_speaks_is_told_of_and_seen(hall: Hall, zhang: Principal, li: Principal) -> None:
    await hall.enters(zhang)
    await hall.enters(li)
    commands(hall, Verb.VOICE_SWITCHED)
    voices = (
        VoiceFigures("zhang", -62.4, False, 40.0, 0),
        VoiceFigures("li", -20.6, True, 60.0, 40),
    )
    hall.conferences.heard(SoundReport("flood", voices, 50, 0, 0.2))
    assert hall.shown()[:2] == ["li", "zhang"] and hall.room.state.speaker.holder == "li"
    figures = hall.room.figures["li"]
    assert (figures.level_db, figures.speaking, figures.delay_ms) == (-21.0, True, 60.0)
    tally = hall.room.tally()
    assert (tally.present, tally.speaking, tally.concealed_s) == (2, 1, 0.04)
    hall.conferences.heard(SoundReport("elsewhere", voices, 50, 0, 0.2))


async def test_what_somebody_joins_with_is_in_the_roster(hall: Hall, li: Principal) -> None:
    await hall.desk.publish(li, seat(li), Part.CONTENT, "v=0", "GStreamer 1.26")
    assert line(hall, "li").device == "GStreamer 1.26"
    await hall.desk.watch(li, seat(li), Part.PEOPLE, "v=0", "Chrome 156, Windows")
    await hall.desk.publish(li, seat(li), Part.CONTENT, "v=0", "GStreamer 1.26")
    await hall.desk.watch(li, seat(li), Part.PEOPLE, "v=0")
    assert line(hall, "li").device == "Chrome 156, Windows"


async def test_the_quality_of_lines_is_in_the_roster(hall: Hall, li: Principal) -> None:
    watching, sending = await hall.enters(li)
    hall.peers.measures(watching, SessionFigures(watching, rtt_ms=12.0))
    hall.peers.measures(sending, SessionFigures(sending, loss_ratio=0.05, jitter_ms=7.5))
    hall.room.measured()
    figures = hall.room.figures["li"]
    assert (figures.rtt_ms, figures.loss_ratio, figures.jitter_ms) == (12.0, 0.05, 7.5)


async def test_who_sends_garbage_is_told_of_in_the_roster(hall: Hall, li: Principal) -> None:
    _, sending = await hall.enters(li)
    figures = hall.room.figures["li"]
    assert figures.trouble(one(hall, "li")) == ""
    hall.peers.measures(sending, SessionFigures(sending, malformed=7))
    hall.room.measured()
    trouble = figures.trouble(one(hall, "li"))
    assert "picture cannot be read" in trouble and "画面无法解析" in trouble.zh
    broken = VoiceFigures("li", -127.0, False, 0.0, 0, VoiceFault.UNREADABLE)
    hall.conferences.heard(SoundReport("flood", (broken,), 50, 0, 0.2))
    assert "sound cannot be read" in line(hall, "li").reason
    assert "声音无法解析" in line(hall, "li").reason_zh


async def test_a_voice_that_does_not_come_for_seconds_is_told_of_unless_he_muted_himself(
    hall: Hall, li: Principal
) -> None:
    await hall.enters(li)
    told = []
    for fault, passed_s in (
        ("silent", 0),
        ("silent", 2),
        ("silent", 1),
        ("", 1),
        ("absent", 1),
        ("absent", 3),
    ):
        hall.clock.now_s += passed_s
        silent = VoiceFigures("li", -127.0, False, 0.0, 0, VoiceFault(fault))
        hall.conferences.heard(SoundReport("flood", (silent,), 50, 0, 0.2))
        told.append(str(line(hall, "li").voice_fault))
    assert told == ["", "", "silent", "", "", "absent"]
    assert line(hall, "li").reason_zh == "声音已中断，请让对方重新加入"
    hall.desk.mute(li, "flood", muted=True)
    assert (line(hall, "li").voice_fault, line(hall, "li").reason) == ("", "")


async def test_the_end_ends_everything(hall: Hall, zhang: Principal) -> None:
    sessions = await hall.enters(zhang)
    room = hall.room
    commands(hall, Verb.END)
    assert set(hall.peers.ended) == set(sessions) and hall.sound.over == ["flood"]
    assert hall.hidden.walls == {} and list(hall.book.ids()) == [] and hall.conferences.all() == []
    assert room.state.ended_at_s == 1_000_000.0


async def test_tiles_say_who_speaks_is_muted_and_has_a_hand_up(
    hall: Hall, zhang: Principal, li: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Message] = []
    monkeypatch.setattr(WallControl, "tell", lambda wall, message: told.append(message))
    await hall.enters(zhang)
    await hall.enters(li)
    hall.desk.raise_hand(li, "flood", raised=True)
    hall.conferences.act()
    hall.conferences.act()
    (persons,) = told
    assert isinstance(persons, SourcePersons)
    assert {each.source: each.marks.hand for each in persons.persons} == {
        "conference:flood/zhang": False,
        "conference:flood/li": True,
    }
    commands(hall, Verb.MUTE_ALL)
    hall.conferences.act()
    assert isinstance(told[-1], SourcePersons)
    assert [each.marks.muted for each in told[-1].persons] == [False, True]


async def test_who_speaks_is_more_important_on_the_walls_that_show_him(
    hall: Hall, zhang: Principal, li: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[set[str]] = []
    monkeypatch.setattr(WallControl, "hear", lambda wall, speaking: heard.append(set(map(str, speaking))))
    await hall.enters(zhang)
    await hall.enters(li)
    for speaks in (True, False):
        voices = tuple(VoiceFigures(one, -20.0, speaks and one == "li", 26.0, 0) for one in ("li", "zhang"))
        hall.conferences.heard(SoundReport("flood", voices, 50, 0, 0.2))
        hall.conferences.act()
        hall.conferences.act()
    assert {"conference:flood/li"} in heard and heard[-1] == set()
    assert all(speaking <= {"conference:flood/li"} for speaking in heard)


async def test_pictures_wait_for_their_voices_and_do_not_stutter(
    hall: Hall, li: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Message] = []
    monkeypatch.setattr(WallControl, "tell", lambda wall, message: told.append(message))
    await hall.enters(li)
    held_ms = []
    for delay_ms in (26.0, 33.0, 34.0, 60.0, 57.0, 900.0):
        voice = VoiceFigures("li", -60.0, False, delay_ms, 0)
        hall.conferences.heard(SoundReport("flood", (voice,), 50, 0, 0.2))
        hall.conferences.act()
        assert isinstance(told[-1], SourcePersons)
        held_ms.append(told[-1].persons[0].held_ms)
    assert held_ms == [46, 46, 54, 80, 80, 200]


def test_a_layout_too_fine_for_the_picture_is_refused_by_name(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    fine = Layout("fine", "", 1, 400, tuple(Cell(str(row), 0, row) for row in range(3)))
    monkeypatch.setitem(CONFERENCE_LAYOUTS, "fine", fine)
    with pytest.raises(InvalidError, match="a canvas of 1280 x 720 is too small") as caught:
        hall.desk.command(OPERATOR, "flood", ChairCommand(verb=Verb.LAYOUT, target="fine"))
    assert caught.value.field == "layout" and hall.room.state.layout == ""


async def test_a_layout_that_was_chosen_and_drawn_too_fine_is_passed_over(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    fine = Layout("2x2", "", 1, 400, tuple(Cell(str(row), 0, row) for row in range(3)))
    hall.desk.command(OPERATOR, "flood", ChairCommand(verb=Verb.LAYOUT, target="2x2"))
    monkeypatch.setitem(CONFERENCE_LAYOUTS, "2x2", fine)
    for name in ("zhang", "li"):
        await hall.enters(hall.invites(name))
    assert hall.hidden.walls["conference:flood"].arrangement.layout == "20x20"
