from __future__ import annotations

from dataclasses import replace

import pytest

from commandwall.base.errors import AccessRefusedError, InvalidError, NotFoundError
from commandwall.model.conference.attendance import leave
from commandwall.model.conference.command import DELEGATED, Actor, Standing, Verb
from commandwall.model.conference.directing import released
from commandwall.model.conference.floor import mute_self, open_voices
from commandwall.model.conference.participant import Participant, Role
from commandwall.model.conference.stage import view
from commandwall.model.conference.state import Direction, Mode, Vacancy
from commandwall.model.conference.timing import due_s, tick
from tests.unit.model.conference.people import NOW_S, behind, by_operator, entered, link, room, said

ABOVE = Actor(Standing.ABOVE, "shenzhen/wang", "shenzhen")
CONTRACT = (
    "roll_call grant mute unmute mute_all broadcast watch poll voice_switched lecture present transfer take"
    " lock unlock remove extend end"
)


def test_the_verbs_of_the_contract_are_there() -> None:
    assert set(CONTRACT.split()) <= set(Verb)


@pytest.mark.parametrize("verb", [verb for verb in Verb if verb is not Verb.TAKE])
def test_only_the_chair_and_operators_may(verb: Verb) -> None:
    with pytest.raises(AccessRefusedError, match="only the chair"):
        said(room("a", "b"), verb, "b", by=Actor(Standing.PARTICIPANT, "a"))


def test_the_chair_is_handed_over_and_taken_back() -> None:
    state = said(said(room("a", "b"), Verb.MUTE_ALL), Verb.TRANSFER, "a")
    assert (state.chair, state.vacancy, "a" in open_voices(state)) == ("a", Vacancy.NONE, True)
    with pytest.raises(AccessRefusedError, match="only the chair"):
        said(state, Verb.LOCK)
    assert said(state, Verb.TAKE).chair == "chair"
    with pytest.raises(AccessRefusedError, match="invited as chair"):
        said(state, Verb.TAKE, by=Actor(Standing.PARTICIPANT, "b"))


def test_an_operator_gives_the_chair_to_whom_he_names() -> None:
    state = leave(room("a"), "chair", NOW_S)
    assert by_operator(state, Verb.TAKE, "a").chair == "a"
    with pytest.raises(InvalidError, match="name a participant"):
        by_operator(state, Verb.TAKE)


def test_the_chair_stays_on_its_level() -> None:
    state = behind(link(room(), "luohu"), "luohu", name="li")
    for target in ("luohu", "luohu/li"):
        with pytest.raises(InvalidError, match="own chair"):
            said(state, Verb.TRANSFER, target)


def test_one_mode_follows_another() -> None:
    state = said(room("a", "b"), Verb.BROADCAST, "a")
    state = said(state, Verb.LECTURE, "b")
    assert (state.direction.mode, state.direction.subject, state.before) == (Mode.LECTURE, "b", None)
    assert said(state, Verb.LECTURE).direction.subject == "chair"
    assert said(state, Verb.GALLERY).direction == Direction()


def test_what_cannot_be_broadcast_is_refused() -> None:
    with pytest.raises(InvalidError, match="all but the chair"):
        said(room("a"), Verb.BROADCAST, "chair")
    with pytest.raises(InvalidError, match="A sends no picture"):
        said(room("a").changed("a", has_people=False), Verb.BROADCAST, "a")
    with pytest.raises(NotFoundError, match="'x'"):
        said(room("a"), Verb.BROADCAST, "x")


def test_who_is_seen_through_a_link_only_can_be_shown_too() -> None:
    state = behind(link(room("a"), "luohu"), "luohu", name="li")
    assert said(state, Verb.BROADCAST, "luohu/li").direction.subject == "luohu/li"
    assert view(said(state, Verb.WATCH, "luohu/li", viewer="a"), "a").people == "luohu"


def test_watching_is_for_the_chair_unless_somebody_is_named() -> None:
    state = said(room("a", "b"), Verb.WATCH, "a")
    assert state.participant("chair").watches == "a"
    state = said(state, Verb.WATCH, "a", viewer="b")
    assert state.participant("b").watches == "a"
    assert said(state, Verb.WATCH, "picture", viewer="b").participant("b").watches == ""
    with pytest.raises(InvalidError, match="to himself"):
        said(state, Verb.WATCH, "a", viewer="a")
    with pytest.raises(InvalidError, match="no picture"):
        said(state.changed("a", has_people=False), Verb.WATCH, "a")


def test_an_end_is_put_off() -> None:
    state = replace(room(), ends_at_s=NOW_S + 60)
    assert said(state, Verb.EXTEND, minutes=15).ends_at_s == NOW_S + 60 + 900
    for minutes in (0.0, -1.0, 1e6, float("nan")):
        with pytest.raises(InvalidError, match="1 to 1440"):
            said(state, Verb.EXTEND, minutes=minutes)
    with pytest.raises(InvalidError, match="no end"):
        said(room(), Verb.EXTEND)


def test_what_has_ended_stays_so() -> None:
    state = replace(room("a"), ends_at_s=NOW_S + 60, recording=True)
    assert due_s(state) == NOW_S + 60
    over = tick(state, NOW_S + 61)
    assert (over.ended_at_s, over.recording, due_s(over), tick(over, NOW_S + 62)) == (
        NOW_S + 60, False, None, over
    )  # fmt: skip
    assert said(state, Verb.END, at_s=5.0).ended_at_s == 5.0
    with pytest.raises(AccessRefusedError, match="has ended"):
        said(over, Verb.LOCK)


def test_recording_and_layout_are_the_chairs_too() -> None:
    state = said(said(room(), Verb.RECORD), Verb.LAYOUT, "3x3")
    assert (state.recording, state.layout) == (True, "3x3")
    assert not said(state, Verb.RECORD_END).recording


def test_the_level_above_calls_the_roll_of_a_street() -> None:
    before = said(behind(link(room("a"), "shenzhen"), "shenzhen", name="wang"), Verb.VOICE_SWITCHED)
    state = said(before, Verb.ROLL_CALL, "a", by=ABOVE)
    assert open_voices(state) == {"shenzhen", "shenzhen/wang", "a"}
    with pytest.raises(AccessRefusedError, match="level above directs"):
        said(state, Verb.LECTURE)
    assert said(state, Verb.MUTE, "a").participant("a").muted_by_chair
    for ended in (said(state, Verb.GALLERY, by=ABOVE), released(state)):
        assert (ended.direction, ended.before, ended.roll) == (before.direction, None, ())


def test_what_the_level_above_directs_may_be_about_somebody_who_is_in_no_roster_yet() -> None:
    state = link(room("a"), "shenzhen")
    for verb in (Verb.ROLL_CALL, Verb.LECTURE, Verb.BROADCAST):
        directed = said(state, verb, "shenzhen/buji/chen", by=ABOVE)
        assert (directed.direction.leader, directed.direction.above) == ("shenzhen", True)
    assert said(state, Verb.GALLERY, by=ABOVE) == state == released(state)


def test_a_chair_handed_over_above_changes_who_directs_and_nothing_else() -> None:
    state = behind(link(room("a"), "shenzhen"), "shenzhen", name="wang")
    state = behind(state, "shenzhen", name="zhou")
    called = mute_self(said(state, Verb.ROLL_CALL, "a", by=ABOVE), "a", True)
    zhou = replace(ABOVE, participant="shenzhen/zhou")
    after = said(called, Verb.ROLL_CALL, "a", by=zhou, at_s=NOW_S + 5)
    assert after == replace(called, direction=replace(called.direction, leader="shenzhen/zhou"))
    assert open_voices(after) == {"shenzhen", "shenzhen/zhou"}
    assert "a" in open_voices(said(after, Verb.ROLL_CALL, "a", by=zhou)), "called anew"


def test_with_who_came_on_the_seat_of_a_link_go_those_whom_that_had_brought() -> None:
    state = behind(link(room(), "luohu"), "luohu", name="li").changed("luohu", relays="")
    assert [one.id for one in said(state, Verb.REMOVE, "luohu").participants] == ["chair", "luohu"]


@pytest.mark.parametrize("verb", sorted(set(Verb) - DELEGATED))
def test_doors_and_ends_stay_with_each_level(verb: Verb) -> None:
    with pytest.raises(AccessRefusedError, match="level above may not"):
        said(room("a"), verb, "a", by=ABOVE)


def test_a_second_chair_waits_for_the_first() -> None:
    state = entered(room(), Participant("b", "B", Role.CHAIR))
    assert state.chair == "chair"
    assert said(state, Verb.TAKE, by=Actor(Standing.PARTICIPANT, "b")).chair == "b"
