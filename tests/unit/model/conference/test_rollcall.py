from __future__ import annotations

import pytest

from commandwall.base.errors import InvalidError
from commandwall.model.conference.attendance import invite, leave
from commandwall.model.conference.command import Verb
from commandwall.model.conference.floor import mute_self, open_voices
from commandwall.model.conference.participant import Participant
from commandwall.model.conference.speaking import ANSWER_S, hear
from commandwall.model.conference.state import Call, Direction, Mode
from tests.unit.model.conference.people import NOW_S, behind, link, room, said


def test_only_the_chair_and_the_one_called_are_heard() -> None:
    state = said(room("a", "b"), Verb.ROLL_CALL)
    assert (state.direction.mode, state.direction.subject) == (Mode.ROLL_CALL, "a")
    assert open_voices(state) == {"chair", "a"}
    assert open_voices(said(state, Verb.ROLL_CALL)) == {"chair", "b"}


def test_after_the_last_everything_is_as_before() -> None:
    before = said(said(mute_self(room("a", "b"), "a", True), Verb.MUTE, "b"), Verb.VOICE_SWITCHED)
    state = before
    for _ in range(3):
        state = said(state, Verb.ROLL_CALL)
    assert (state.direction, state.before) == (before.direction, None)
    assert state.participants == before.participants
    assert open_voices(state) == {"chair"}


def test_the_roll_says_who_was_called_answered_and_absent() -> None:
    state = leave(invite(room("a", "b", "c"), Participant("d", "D")), "c", NOW_S)
    state = said(state, Verb.ROLL_CALL, at_s=1.0)
    state = said(state, Verb.ANSWERED, "a", at_s=2.0)
    state = said(state, Verb.ANSWERED, "a", at_s=2.5)
    state = said(said(state, Verb.ROLL_CALL, at_s=3.0), Verb.ROLL_CALL, at_s=4.0)
    assert state.roll == (Call("a", "A", 1.0, 2.0), Call("b", "B", 3.0), Call("c", "C"), Call("d", "D"))
    assert said(state, Verb.ROLL_CALL, at_s=5.0).roll == (Call("a", "A", 5.0),)


def test_it_is_an_answer_to_speak_for_a_moment() -> None:
    state = hear(room("a", "b"), {"a": -20.0}, NOW_S - 10)
    state = hear(said(state, Verb.ROLL_CALL), {"a": -20.0}, NOW_S + ANSWER_S / 2)
    assert state.roll[0].answered_at_s is None
    state = hear(state, {"a": -20.0}, NOW_S + ANSWER_S)
    state = hear(state, {"a": -20.0}, NOW_S + 2 * ANSWER_S)
    assert state.roll[0].answered_at_s == NOW_S + ANSWER_S


def test_a_street_answers_through_the_link_that_brings_it() -> None:
    state = behind(link(room(), "luohu"), "luohu", "guiyuan", name="chen")
    state = said(state, Verb.ROLL_CALL, "luohu/guiyuan/chen")
    state = hear(hear(state, {"luohu": -20.0}, NOW_S), {"luohu": -20.0}, NOW_S + ANSWER_S)
    assert state.roll[0].answered_at_s == NOW_S + ANSWER_S


def test_calling_opens_who_had_muted_himself_until_he_does_so_again() -> None:
    state = said(mute_self(room("a"), "a", True), Verb.ROLL_CALL)
    assert open_voices(state) == {"chair", "a"}
    state = mute_self(state, "a", True)
    assert open_voices(state) == {"chair"}
    assert open_voices(mute_self(state, "a", False)) == {"chair", "a"}


def test_the_chair_may_cut_off_the_one_called() -> None:
    state = said(said(room("a"), Verb.ROLL_CALL), Verb.MUTE, "a")
    assert open_voices(state) == {"chair"}
    assert open_voices(said(state, Verb.UNMUTE, "a")) == {"chair", "a"}


def test_one_may_be_called_out_of_turn_and_the_others_follow() -> None:
    state = said(said(room("a", "b", "c"), Verb.ROLL_CALL, "b"), Verb.ROLL_CALL)
    assert [line.participant for line in state.roll] == ["b", "a"]
    assert said(state, Verb.ROLL_CALL).direction.subject == "c"


def test_the_roll_ends_when_the_chair_says_so() -> None:
    state = said(said(room("a", "b"), Verb.ROLL_CALL), Verb.GALLERY)
    assert (state.direction, [line.participant for line in state.roll]) == (Direction(), ["a"])


def test_nobody_wrong_is_called() -> None:
    with pytest.raises(InvalidError, match="nobody else"):
        said(room(), Verb.ROLL_CALL)
    with pytest.raises(InvalidError, match="not called himself"):
        said(room("a"), Verb.ROLL_CALL, "chair")
    with pytest.raises(InvalidError, match="A was not called"):
        said(room("a"), Verb.ANSWERED, "a")
