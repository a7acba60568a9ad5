"""What goes on from link to link in a call of three levels."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from commandwall.base.errors import AccessRefusedError
from commandwall.conference.links.line import LinkRefusedError
from commandwall.conference.links.messages import Bye, Held, Hello, Holders, encode
from commandwall.control.conference_changes import ChairCommand
from commandwall.control.conference_documents import LinkDocument
from commandwall.control.conference_marks import persons_of
from commandwall.control.database import Database
from commandwall.control.roles import Principal, Role, Seat
from commandwall.control.rtc import OnChange, Opened, PublishOffer
from commandwall.ipc.rtc_messages import SessionPhase
from commandwall.ipc.sound_messages import SoundReport, VoiceFigures
from commandwall.model.conference.attendance import leave
from commandwall.model.conference.command import Verb
from commandwall.model.conference.feeds import LINGER_S
from commandwall.model.conference.participant import Presence
from commandwall.model.conference.state import Content, Mode
from commandwall.model.source import Source, SourceKind
from tests.unit.conference.links.wires import wire
from tests.unit.control.call import Call, call
from tests.unit.control.hall import OPERATOR

pytestmark = pytest.mark.blocks_loop  # Three halls are made at once, each with a key on the disk.
PEOPLE = ["city-chair", "guiyuan-chair", "luohu-chair"]
STREET = "luohu/guiyuan/guiyuan-chair"


@pytest.fixture
async def levels(database: Database, tmp_path: Path) -> AsyncIterator[Call]:
    async with call(database, tmp_path) as made:
        await made.until(lambda: made.names("city") == made.names("luohu") == made.names("guiyuan") == PEOPLE)
        yield made


def commands(levels: Call, node: str, verb: Verb, target: str = "") -> None:
    levels.halls[node].desk.command(OPERATOR, "flood", ChairCommand(verb=verb, target=target))


async def test_everybody_is_in_every_roster_with_the_way_to_them(levels: Call) -> None:
    state = levels.halls["city"].room.state
    assert state.participant(STREET).path == ("luohu", "guiyuan")
    assert levels.halls["guiyuan"].room.state.participant("above/above/city-chair").path == ("luohu", "city")


async def test_the_roll_of_streets_is_called_from_the_city(levels: Call) -> None:
    commands(levels, "city", Verb.ROLL_CALL, STREET)
    await levels.until(lambda: levels.halls["guiyuan"].room.state.direction.mode is Mode.ROLL_CALL)
    await levels.settle()
    assert levels.heard("city") == {"city-chair", STREET, "luohu"}
    assert levels.heard("luohu") == {"above/city-chair", "above", "guiyuan/guiyuan-chair", "guiyuan"}
    assert levels.heard("guiyuan") == {"above/above/city-chair", "above", "guiyuan-chair"}


async def test_who_mutes_below_is_noted_in_the_audit_log(levels: Call) -> None:
    commands(levels, "city", Verb.MUTE, STREET)
    guiyuan = levels.halls["guiyuan"].room
    await levels.until(lambda: guiyuan.state.participant("guiyuan-chair").muted_by_chair)
    await levels.until(lambda: levels.halls["city"].room.state.participant(STREET).muted_by_chair)
    street, district = [line for line in await levels.audit.read(100) if line.via == "link"]
    assert (district.who, district.action, district.target, district.detail) == (
        "city: above/city-chair", "conference.mute", "flood", "guiyuan/guiyuan-chair",
    )  # fmt: skip
    assert street.who.startswith("luohu: ")
    assert (street.action, street.target, street.detail) == ("conference.mute", "flood", "guiyuan-chair")


async def test_a_cut_link_takes_its_side_away_and_brings_it_back(levels: Call) -> None:
    commands(levels, "city", Verb.LECTURE, "city-chair")
    await levels.until(lambda: levels.halls["guiyuan"].room.state.direction.mode is Mode.LECTURE)
    await levels.cables["luohu"].cut()
    await levels.until(lambda: levels.names("city") == ["city-chair"])
    assert [(link.id, link.state) for link in levels.halls["city"].room.links] == [("luohu", "lost")]
    await levels.until(lambda: levels.names("guiyuan") == ["guiyuan-chair", "luohu-chair"])
    luohu = levels.halls["luohu"].room
    assert luohu.state.participant("above/city-chair").presence is Presence.LOST
    assert luohu.state.direction.mode is Mode.GALLERY
    await levels.until(lambda: directed(levels, "guiyuan") == (Mode.GALLERY, ""))
    await levels.link("luohu", "city")
    await levels.until(lambda: levels.names("city") == levels.names("guiyuan") == PEOPLE)


def directed(levels: Call, node: str) -> tuple[Mode, str]:
    """Return how the conference there is directed, and by whom of the level above."""
    direction = levels.halls[node].room.state.direction
    return direction.mode, direction.leader


async def test_who_comes_back_in_the_middle_of_the_roll_is_told_of_it_and_by_whom(levels: Call) -> None:
    commands(levels, "city", Verb.ROLL_CALL, STREET)
    await levels.until(lambda: directed(levels, "guiyuan")[0] is Mode.ROLL_CALL)
    await levels.cables["luohu"].cut()
    await levels.until(lambda: directed(levels, "guiyuan") == (Mode.GALLERY, ""))
    await levels.link("luohu", "city")
    await levels.until(lambda: directed(levels, "luohu")[1] == "above/city-chair")
    await levels.until(lambda: directed(levels, "guiyuan")[1] == "above/above/city-chair")
    assert {directed(levels, node)[0] for node in ("luohu", "guiyuan")} == {Mode.ROLL_CALL}
    await levels.settle()
    assert levels.heard("luohu") == {"above/city-chair", "above", "guiyuan/guiyuan-chair", "guiyuan"}


async def test_who_comes_back_is_muted_with_all_others_one_by_one_or_no_longer(levels: Call) -> None:
    await levels.cables["luohu"].cut()
    commands(levels, "city", Verb.MUTE_ALL)
    await levels.link("luohu", "city")
    await levels.until(lambda: levels.heard("guiyuan") == {"above/above/city-chair", "above"})
    await levels.until(lambda: levels.heard("city") == {"city-chair", "luohu"})
    assert not levels.halls["city"].room.state.participant("luohu").muted_by_chair
    commands(levels, "city", Verb.UNMUTE, STREET)
    await levels.until(lambda: "guiyuan-chair" in levels.heard("guiyuan"))
    await levels.until(lambda: levels.heard("city") == {"city-chair", STREET, "luohu"})

    await levels.cables["luohu"].cut()
    await levels.link("luohu", "city")
    await levels.until(lambda: levels.names("city") == PEOPLE)
    await levels.settle()
    assert levels.heard("city") == {"city-chair", STREET, "luohu"}, "who was unmuted stays so"

    await levels.cables["luohu"].cut()
    commands(levels, "city", Verb.UNMUTE_ALL)
    await levels.link("luohu", "city")
    await levels.until(lambda: levels.halls["guiyuan"].room.state.muted_on_entry is False)
    await levels.until(lambda: "luohu/luohu-chair" in levels.heard("city"))


async def test_who_is_muted_below_stays_so_whatever_is_told_from_above(levels: Call) -> None:
    luohu, city = levels.halls["luohu"].room, levels.halls["city"].room
    commands(levels, "luohu", Verb.MUTE_ALL)
    assert levels.heard("luohu") == {"luohu-chair", "guiyuan"}
    await levels.until(lambda: "above/above/city-chair" not in levels.heard("guiyuan"))
    city.update(city.state.changed("city-chair", hand_at_s=5.0))
    await levels.until(lambda: luohu.state.participant("above/city-chair").hand_at_s == 5.0)
    assert levels.heard("luohu") == {"luohu-chair", "guiyuan"}

    await levels.cables["luohu"].cut()
    levels.halls["city"].invites("deputy")
    levels.arrives("city", "deputy")
    await levels.link("luohu", "city")
    await levels.until(lambda: luohu.state.is_here("above/deputy"))
    await levels.settle()
    assert levels.heard("luohu") == {"luohu-chair", "guiyuan"}
    commands(levels, "luohu", Verb.UNMUTE_ALL)
    await levels.until(lambda: len(levels.heard("guiyuan")) == 5)


def told_of_a_recording(levels: Call) -> list[bool]:
    """Return whether those of each level are told that they are recorded on another one."""
    documents = [hall.desk.get(OPERATOR, "flood") for hall in levels.halls.values()]
    for hall in levels.halls.values():
        marks = persons_of(hall.room.state, hall.room.figures).values()
        assert {person.marks.recording for person in marks} == {hall.room.state.recorded}
    return [document.recorded_elsewhere for document in documents]


async def test_everybody_is_told_on_every_level_that_one_of_them_records(levels: Call) -> None:
    commands(levels, "luohu", Verb.RECORD)
    await levels.until(lambda: told_of_a_recording(levels) == [True, False, True])
    commands(levels, "guiyuan", Verb.RECORD)
    await levels.until(lambda: told_of_a_recording(levels) == [True, True, True])
    commands(levels, "luohu", Verb.RECORD_END)
    await levels.until(lambda: told_of_a_recording(levels) == [True, True, False])
    await levels.cables["luohu"].cut()
    await levels.until(lambda: told_of_a_recording(levels) == [False, True, False])


async def test_a_link_that_is_taken_down_below_takes_everybody_with_it(levels: Call) -> None:
    await levels.cables["luohu"].socket.send_str(encode(Bye()))
    city = levels.halls["city"].room
    await levels.until(lambda: [one.id for one in city.state.participants] == ["city-chair", "luohu"])
    assert city.state.participant("luohu").reason == "the link was taken down at the other end"
    assert city.links == ()


async def test_a_site_that_is_removed_is_told_nothing_more_and_brings_nobody_back(
    levels: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    city, served = levels.halls["city"].room, levels.cables["luohu"].tasks[0]
    told: list[LinkDocument] = []
    monkeypatch.setattr(city, "tell_link", told.append)
    commands(levels, "city", Verb.REMOVE, "luohu")
    levels.halls["luohu"].invites("deputy")
    levels.arrives("luohu", "deputy")
    await levels.until(served.done)
    await levels.settle()
    assert [one.id for one in city.state.participants] == ["city-chair", "luohu"]
    assert city.state.participant("luohu").presence is Presence.REMOVED
    assert (city.links, told) == ((), []), "what was taken down is not told as broken"


async def test_a_site_that_is_removed_while_it_greets_is_no_link(levels: Call) -> None:
    city = levels.halls["city"]
    seat, ends = city.invites("nanhu", "site").seat, wire()
    assert seat is not None
    serving = asyncio.create_task(city.links.serve(seat, ends[1]))
    await levels.settle()
    commands(levels, "city", Verb.REMOVE, "nanhu")
    await ends[0].send_str(encode(Hello("nanhu", "南湖", "district", "above", ("nanhu",))))
    await levels.until(serving.done)
    assert not city.room.state.participant("nanhu").relays


async def test_a_broken_link_is_told_of_until_its_site_is_removed_or_forgotten(levels: Call) -> None:
    city, luohu = levels.halls["city"], levels.halls["luohu"]
    for node in ("luohu", "guiyuan"):
        await levels.cables[node].cut()
    await levels.settle()
    assert [hall.room.links[-1].state for hall in (city, luohu)] == ["lost", "lost"]
    commands(levels, "city", Verb.REMOVE, "luohu")
    luohu.clock.now_s += 3 * 24 * 3600.0
    await levels.settle()
    assert [one.id for one in luohu.room.state.participants if "guiyuan" in one.id] == []
    assert (city.room.links, luohu.room.links) == ((), ())


async def test_the_streets_are_free_when_the_district_puts_the_city_out(levels: Call) -> None:
    commands(levels, "city", Verb.LECTURE, "city-chair")
    await levels.until(lambda: directed(levels, "guiyuan")[0] is Mode.LECTURE)
    commands(levels, "luohu", Verb.REMOVE, "above")
    await levels.cables["luohu"].cut()
    await levels.until(lambda: directed(levels, "guiyuan") == (Mode.GALLERY, ""))


async def test_what_is_over_has_no_pictures_whatever_its_links_tell_at_their_end(levels: Call) -> None:
    luohu = levels.halls["luohu"]
    luohu.desk.end(OPERATOR, "flood")
    await luohu.settled()
    assert [*luohu.book.ids()] == []


async def test_a_loop_is_refused(levels: Call) -> None:
    with pytest.raises(LinkRefusedError, match="can be reached on both sides") as refused:
        await levels.link("city", "guiyuan")
    assert not refused.value.again
    assert [link.state for link in levels.halls["guiyuan"].room.links if link.id == "city"] == ["refused"]
    assert levels.names("city") == PEOPLE


async def test_the_floor_is_one_for_all(levels: Call) -> None:
    commands(levels, "luohu", Verb.GRANT, "guiyuan/guiyuan-chair")
    await levels.until(lambda: levels.halls["city"].room.state.floor.holder == STREET)
    await levels.until(lambda: levels.halls["guiyuan"].room.state.floor.holder == "guiyuan-chair")
    commands(levels, "city", Verb.REVOKE)
    await levels.until(lambda: levels.halls["guiyuan"].room.state.floor.holder == "")


async def test_content_is_one_for_all_and_who_has_it_above_keeps_it(levels: Call) -> None:
    commands(levels, "guiyuan", Verb.PRESENT, "guiyuan-chair")
    await levels.until(lambda: levels.halls["city"].room.state.content.holder == STREET)
    assert levels.halls["luohu"].room.state.content.holder == "guiyuan/guiyuan-chair"
    commands(levels, "luohu", Verb.PRESENT, "luohu-chair")
    await levels.until(lambda: levels.halls["city"].room.state.content.holder == "luohu/luohu-chair")
    commands(levels, "city", Verb.PRESENT, "city-chair")
    await levels.until(lambda: levels.halls["guiyuan"].room.state.content.holder == "above/above/city-chair")
    commands(levels, "guiyuan", Verb.PRESENT, "guiyuan-chair")
    await levels.until(lambda: levels.halls["guiyuan"].room.state.content.holder == "above/above/city-chair")
    assert levels.halls["city"].room.state.content.holder == "city-chair"


async def test_who_is_below_does_not_choose_what_the_room_above_shows(levels: Call) -> None:
    foisted = replace(levels.halls["luohu"].room.state, content=Content("@city", "camera:c-1", 1.0))
    await levels.cables["luohu"].joint.claim(foisted)
    assert levels.halls["city"].room.state.content == Content()


async def test_halves_settle_only_when_they_meet(levels: Call) -> None:
    commands(levels, "city", Verb.GRANT, "city-chair")
    await levels.until(lambda: levels.halls["luohu"].room.state.floor.holder == "above/city-chair")
    older = Holders(Held("luohu-chair@luohu", 0.0), Held(), settle=True)
    await levels.cables["luohu"].socket.send_str(encode(older))
    await levels.until(lambda: levels.names("city") == ["city-chair"])
    assert levels.halls["city"].room.state.floor.holder == "city-chair"


async def test_two_halves_that_both_show_content_agree_on_the_older_when_they_meet_again(
    levels: Call,
) -> None:
    await levels.cables["luohu"].cut()
    levels.halls["luohu"].clock.now_s = 1_000_010.0
    commands(levels, "luohu", Verb.PRESENT, "luohu-chair")
    levels.halls["city"].clock.now_s = 1_000_020.0
    commands(levels, "city", Verb.PRESENT, "city-chair")
    await levels.settle()
    await levels.link("luohu", "city")
    await levels.until(lambda: levels.halls["city"].room.state.content.holder == "luohu/luohu-chair")
    await levels.until(lambda: levels.halls["guiyuan"].room.state.content.holder == "above/luohu-chair")
    assert levels.halls["luohu"].room.state.content.holder == "luohu-chair"


def selected(levels: Call, node: str) -> set[str]:
    """Return whose own pictures the level above ``node`` wants, as that knows them."""
    return set(levels.cables[node].joint.selected)


async def test_whom_the_city_calls_in_a_street_comes_up_by_himself_through_the_district(
    levels: Call,
) -> None:
    city, luohu = levels.halls["city"], levels.halls["luohu"]
    seat = Seat("flood", "luohu")
    who = Principal("luohu", Role.VIEWER, "invitation", seat)
    with pytest.raises(AccessRefusedError, match="not asked for"):
        await city.desk.links.publish_feed(who, seat, "guiyuan/guiyuan-chair", "v=0")
    commands(levels, "city", Verb.ROLL_CALL, STREET)
    await levels.until(lambda: selected(levels, "luohu") == {"guiyuan/guiyuan-chair"})
    await levels.until(lambda: selected(levels, "guiyuan") == {"guiyuan-chair"})
    with pytest.raises(AccessRefusedError, match="somebody else's"):
        await city.desk.links.publish_feed(OPERATOR, seat, "guiyuan/guiyuan-chair", "v=0")
    for hall, below, person in ((luohu, "guiyuan", "guiyuan-chair"), (city, "luohu", STREET[6:])):
        place = Seat("flood", below)
        by = Principal(below, Role.VIEWER, "invitation", place)
        opened = await hall.desk.links.publish_feed(by, place, person, "v=0")
        stream = f"conference/flood/{below}/{person}/people"
        hall.peers.goes(opened.session, SessionPhase.CONNECTED)
        hall.peers.goes(opened.session, SessionPhase.LIVE, stream)
        assert hall.room.own_picture(f"{below}/{person}")[0].stream == stream
    city.room.state = city.room.state.changed("city-chair", has_people=True)
    city.room.update(city.room.state.changed("luohu", has_people=True))
    assert city.shown()[0] == STREET

    commands(levels, "city", Verb.GALLERY)
    await levels.settle()
    assert selected(levels, "luohu") == {STREET[6:]}, "it lingers"
    city.clock.now_s += LINGER_S
    await levels.until(lambda: not selected(levels, "luohu"))
    luohu.clock.now_s += LINGER_S
    await levels.until(lambda: not selected(levels, "guiyuan"))
    assert not city.room.own_picture(STREET)
    assert STREET not in city.shown()


async def test_no_picture_comes_any_more_of_whom_a_removed_site_brought(levels: Call) -> None:
    city, seat = levels.halls["city"], Seat("flood", "luohu")
    commands(levels, "city", Verb.ROLL_CALL, STREET)
    await levels.until(lambda: selected(levels, "luohu") == {STREET[6:]})
    by = Principal("luohu", Role.VIEWER, "invitation", seat)
    opened = await city.desk.links.publish_feed(by, seat, STREET[6:], "v=0")
    city.peers.goes(opened.session, SessionPhase.CONNECTED)
    commands(levels, "city", Verb.REMOVE, "luohu")
    assert city.peers.ended == [opened.session]


async def test_a_picture_that_is_being_connected_when_its_site_is_removed_is_let_go(
    levels: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    city, seat = levels.halls["city"], Seat("flood", "luohu")
    commands(levels, "city", Verb.ROLL_CALL, STREET)
    await levels.until(lambda: selected(levels, "luohu") == {STREET[6:]})
    by, publish = Principal("luohu", Role.VIEWER, "invitation", seat), city.peers.publish

    async def slow(by: Principal, offer: PublishOffer, on_change: OnChange | None = None) -> Opened:
        commands(levels, "city", Verb.REMOVE, "luohu")
        return await publish(by, offer, on_change)

    monkeypatch.setattr(city.peers, "publish", slow)
    opened = await city.desk.links.publish_feed(by, seat, STREET[6:], "v=0")
    city.peers.goes(opened.session, SessionPhase.CONNECTED)
    assert city.peers.ended == [opened.session]


async def test_who_is_on_a_wall_is_wanted_and_who_has_no_place_is_told(levels: Call) -> None:
    city = levels.halls["city"]
    people = ["luohu/luohu-chair", STREET, "luohu"]
    city.on_walls += [Source(SourceKind.CONFERENCE, f"flood/{one}") for one in people]
    city.on_walls += [Source(SourceKind.CAMERA, "cam-1"), Source(SourceKind.CONFERENCE, "other/x")]
    city.room.update(city.room.state.changed("city-chair", hand_at_s=1.0))
    await levels.until(lambda: selected(levels, "luohu") == {"luohu-chair"})
    one = next(one for one in city.desk.get(OPERATOR, "flood").participants if one.id == STREET)
    assert "carries 1 single pictures at most" in one.reason
    assert "最多同时传送 1 路" in one.reason_zh
    city.on_walls.clear()
    city.room.update(city.room.state.changed("city-chair", hand_at_s=None))
    await levels.until(lambda: not any(each.reason for each in city.desk.get(OPERATOR, "flood").participants))


def report(participant: str, level_db: float, speaking: bool) -> SoundReport:
    return SoundReport("flood", (VoiceFigures(participant, level_db, speaking, 0.0, 0),), 0, 0, 0.0)


async def test_who_speaks_in_a_street_is_seen_speaking_in_the_city_and_the_other_way_round(
    levels: Call,
) -> None:
    city, luohu, guiyuan = (levels.halls[name] for name in ("city", "luohu", "guiyuan"))
    guiyuan.room.heard(report("guiyuan-chair", -21.0, True))
    await levels.until(lambda: city.room.state.speaker.holder == STREET)
    assert luohu.room.state.speaker.holder == "guiyuan/guiyuan-chair"
    document = next(one for one in city.desk.get(OPERATOR, "flood").participants if one.id == STREET)
    assert (document.speaking, document.level_db) == (True, -20.0)
    marks = persons_of(city.room.state, city.room.figures)[f"conference:flood/{STREET}"].marks
    assert (marks.speaking, marks.level) == (True, 4)
    assert city.room.tally().speaking == 1

    guiyuan.room.heard(report("guiyuan-chair", -90.0, False))
    await levels.until(lambda: city.room.state.participant(STREET).speaking_since_s is None)
    city.room.heard(report("city-chair", -20.0, True))
    above = "above/above/city-chair"
    await levels.until(lambda: guiyuan.room.state.participant(above).speaking_since_s is not None)
    await levels.cables["luohu"].cut()
    await levels.until(lambda: above not in guiyuan.room.figures)
    guiyuan.room.told_speaking("above", {"above/nobody": -10.0})
    assert "above/nobody" not in guiyuan.room.figures


async def test_what_is_held_when_the_link_breaks_in_the_middle_of_the_question_is_held_after_it(
    levels: Call,
) -> None:
    commands(levels, "luohu", Verb.GRANT, "guiyuan/guiyuan-chair")
    await levels.cables["luohu"].cut()
    await levels.settle()
    assert levels.halls["luohu"].room.state.floor.holder == "guiyuan/guiyuan-chair"
    assert levels.halls["city"].room.state.floor.holder == ""
    await levels.link("luohu", "city")
    await levels.until(lambda: levels.halls["city"].room.state.floor.holder == STREET)
    assert levels.halls["guiyuan"].room.state.floor.holder == "guiyuan-chair"


async def test_an_office_that_comes_by_itself_while_its_link_is_down_is_like_any_other(levels: Call) -> None:
    luohu = levels.halls["luohu"]
    await levels.cables["guiyuan"].cut()
    office = Principal("guiyuan", Role.VIEWER, "invitation", Seat("flood", "guiyuan"))
    sessions = await luohu.enters(office)
    await levels.until(lambda: "guiyuan" in levels.names("city"))
    commands(levels, "luohu", Verb.MUTE_ALL)
    assert levels.heard("luohu") == {"luohu-chair"}
    for session in sessions:
        luohu.peers.end(luohu.peers.session(session))
    assert luohu.room.state.participant("guiyuan").presence is Presence.LEFT

    await levels.link("guiyuan", "luohu")
    await levels.until(lambda: luohu.room.state.is_here("guiyuan/guiyuan-chair"))
    assert "guiyuan" not in levels.names("luohu"), "it stands for the link again"
    await levels.until(lambda: levels.heard("luohu") == {"luohu-chair", "guiyuan"})


async def test_a_link_that_dies_while_it_is_greeted_leaves_no_way_behind(levels: Call) -> None:
    await levels.cables["luohu"].cut()
    city, below = levels.halls["city"], levels.halls["luohu"]
    lower, upper = wire()
    await lower.send_str(encode(below.links.tree(below.room).hello("above")))
    upper.closed = True
    await city.links.serve(Seat("flood", "luohu"), upper)
    tree = city.links.tree(city.room)
    assert (tree.joints, tree.nodes_for("")) == ({}, ("city",))
    assert [link.state for link in city.room.links] == ["lost"]


async def test_those_below_are_told_who_directs_when_the_chair_is_handed_over(levels: Call) -> None:
    city = levels.halls["city"].room
    levels.halls["city"].invites("deputy", "chair")
    levels.arrives("city", "deputy")
    commands(levels, "city", Verb.LECTURE, STREET)
    await levels.until(lambda: directed(levels, "guiyuan") == (Mode.LECTURE, "above/above/city-chair"))
    commands(levels, "city", Verb.TRANSFER, "deputy")
    await levels.until(lambda: directed(levels, "guiyuan") == (Mode.LECTURE, "above/above/deputy"))
    city.update(leave(city.state, "deputy", 1_000_000.0))
    await levels.until(lambda: directed(levels, "guiyuan") == (Mode.LECTURE, "above/above/city-chair"))
    await levels.until(lambda: {"above", "above/above/city-chair"} <= levels.heard("guiyuan"))
    city.update(leave(city.state, "city-chair", 1_000_000.0))
    await levels.until(lambda: directed(levels, "guiyuan") == (Mode.LECTURE, "above"))
    assert "above" in levels.heard("guiyuan")
