from __future__ import annotations

import pytest

from commandwall.base.errors import AccessRefusedError, InvalidError
from commandwall.model.conference.attendance import leave
from commandwall.model.conference.command import Actor, Standing, Verb
from commandwall.model.conference.floor import hands, mute_self, open_voices, raise_hand
from commandwall.model.conference.state import Conference
from tests.unit.model.conference.people import NOW_S, behind, by_operator, link, room, said


def test_all_are_heard_that_nobody_muted() -> None:
    state = mute_self(room("a", "b", "c"), "a", True)
    assert open_voices(leave(state, "c", NOW_S)) == {"chair", "b"}
    assert open_voices(mute_self(state, "a", False)) == {"chair", "a", "b", "c"}


def test_who_the_chair_muted_cannot_undo_it() -> None:
    state = said(room("a"), Verb.MUTE, "a")
    with pytest.raises(AccessRefusedError, match="raise your hand"):
        mute_self(state, "a", False)
    assert open_voices(said(state, Verb.UNMUTE, "a")) == {"chair", "a"}


def test_the_chair_does_not_open_the_microphone_of_who_muted_himself() -> None:
    state = said(mute_self(room("a"), "a", True), Verb.UNMUTE, "a")
    assert open_voices(state) == {"chair"}


def test_mute_all_leaves_the_chair_and_ends_the_floor() -> None:
    state = said(said(room("a", "b"), Verb.GRANT, "a"), Verb.MUTE_ALL)
    assert open_voices(state) == {"chair"}
    assert state.floor.holder == ""
    assert open_voices(said(state, Verb.UNMUTE_ALL)) == {"chair", "a", "b"}


def test_a_grant_opens_one_at_a_time_and_takes_the_hand_down() -> None:
    state = raise_hand(said(room("a", "b"), Verb.MUTE_ALL), "a", True, NOW_S)
    state = said(state, Verb.GRANT, "a")
    assert open_voices(state) == {"chair", "a"}
    assert (state.floor.holder, hands(state)) == ("a", ())
    state = said(state, Verb.GRANT, "b")
    assert open_voices(state) == {"chair", "b"}
    assert open_voices(said(state, Verb.REVOKE)) == open_voices(said(state, Verb.MUTE, "b")) == {"chair"}


def test_hands_are_in_the_order_in_which_they_were_raised() -> None:
    state = raise_hand(raise_hand(room("a", "b"), "b", True, NOW_S), "a", True, NOW_S + 1)
    state = raise_hand(state, "b", True, NOW_S + 2)
    assert hands(state) == ("b", "a")
    assert hands(raise_hand(state, "b", False, NOW_S)) == hands(said(state, Verb.DECLINE, "b")) == ("a",)


def test_in_a_lecture_the_lecturer_the_chair_and_the_floor_are_heard() -> None:
    state = said(room("a", "b", "c"), Verb.LECTURE, "a")
    assert open_voices(state) == {"chair", "a"}
    assert open_voices(said(state, Verb.GRANT, "b")) == {"chair", "a", "b"}
    with pytest.raises(AccessRefusedError, match="raise your hand"):
        mute_self(state, "c", False)


def test_an_operator_may_mute_the_chair() -> None:
    assert open_voices(by_operator(room("a"), Verb.MUTE, "chair")) == {"a"}


def test_a_link_is_open_while_somebody_behind_it_is_heard() -> None:
    state = behind(behind(link(room(), "luohu"), "luohu", name="li"), "luohu", "guiyuan", name="chen")
    everybody = {"chair", "luohu", "luohu/li", "luohu/guiyuan/chen"}
    assert open_voices(state) == everybody
    assert open_voices(said(state, Verb.MUTE, "luohu/li")) == everybody - {"luohu/li"}
    assert open_voices(said(state, Verb.MUTE, "luohu")) == {"chair"}
    called = said(state, Verb.ROLL_CALL, "luohu/guiyuan/chen")
    assert open_voices(called) == {"chair", "luohu", "luohu/guiyuan/chen"}
    assert open_voices(said(state, Verb.ROLL_CALL, "luohu")) == everybody
    assert open_voices(said(said(state, Verb.MUTE_ALL), Verb.GRANT, "luohu/li")) == {
        "chair", "luohu", "luohu/li"
    }  # fmt: skip


def district() -> Conference:
    """Return a district whose city has a chair and somebody else."""
    state = link(room("a"), "city", above=True)
    return behind(behind(state, "city", name="wang"), "city", name="zhou")


def test_the_level_above_is_muted_as_one_and_its_own_mutes_are_its_own() -> None:
    state = said(district().changed("city/zhou", muted_by_chair=True), Verb.MUTE_ALL)
    assert open_voices(state) == {"chair"}
    assert not state.participant("city/wang").muted_by_chair
    assert open_voices(said(state, Verb.GRANT, "city/zhou")) == {"chair", "city", "city/zhou"}
    assert open_voices(said(state, Verb.UNMUTE, "city")) == {"chair", "city", "city/wang"}
    assert open_voices(said(state, Verb.UNMUTE_ALL)) == {"chair", "a", "city", "city/wang"}
    for verb in (Verb.MUTE, Verb.UNMUTE):
        with pytest.raises(InvalidError, match="as one sound") as refused:
            said(state, verb, "city/wang")
        assert refused.value.field == "target"


def test_when_the_level_above_mutes_all_it_is_heard() -> None:
    by = Actor(Standing.ABOVE, "city/wang", "city")
    state = said(district(), Verb.MUTE_ALL, by=by)
    assert open_voices(state) == {"city", "city/wang", "city/zhou"}
    assert not link(state, "other", above=True).participant("other").muted_by_chair
    assert link(said(room(), Verb.MUTE_ALL), "city", above=True).participant("city").muted_by_chair


@pytest.mark.parametrize("leader", ["city/wang", ""])
@pytest.mark.parametrize("verb", [Verb.LECTURE, Verb.BROADCAST, Verb.ROLL_CALL])
def test_who_directs_from_above_is_heard_although_the_level_above_is_muted(verb: Verb, leader: str) -> None:
    by = Actor(Standing.ABOVE, leader, "city")
    state = said(said(district(), Verb.MUTE, "city"), verb, "city/zhou", by=by)
    assert {leader, "city/zhou", "city"} - {""} <= open_voices(state)
    assert open_voices(said(state, Verb.GALLERY, by=by)) == {"chair", "a"}


def test_no_floor_is_given_to_who_is_gone_or_during_a_roll_call() -> None:
    state = room("a", "b")
    with pytest.raises(InvalidError, match="A is not in the conference now"):
        said(leave(state, "a", NOW_S), Verb.GRANT, "a")
    with pytest.raises(InvalidError, match="name a participant"):
        said(state, Verb.GRANT)
    with pytest.raises(InvalidError, match="roll is being called"):
        said(said(state, Verb.ROLL_CALL, "a"), Verb.GRANT, "b")
