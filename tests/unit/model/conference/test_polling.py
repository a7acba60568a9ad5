from __future__ import annotations

import pytest

from commandwall.base.errors import InvalidError
from commandwall.model.conference.attendance import leave
from commandwall.model.conference.command import Verb
from commandwall.model.conference.polling import LEAST_DWELL_S, MOST_DWELL_S, poll_due_s, polled
from commandwall.model.conference.state import Conference, Mode
from commandwall.model.conference.timing import tick
from tests.unit.model.conference.people import NOW_S, room, said


def seen(state: Conference) -> str:
    return state.direction.subject


def test_each_has_his_dwell_time() -> None:
    state = said(room("a", "b"), Verb.POLL, dwell_s=20)
    assert (state.direction.mode, seen(state), poll_due_s(state)) == (Mode.POLL, "a", NOW_S + 20)
    assert polled(state, NOW_S + 19.9) == state
    state = polled(state, NOW_S + 20)
    assert (seen(state), poll_due_s(state)) == ("b", NOW_S + 40)
    assert seen(polled(state, NOW_S + 40)) == "a"


def test_who_goes_is_passed_over_at_once() -> None:
    state = said(room("a", "b", "c"), Verb.POLL)
    state = leave(state, "a", NOW_S + 1)
    assert poll_due_s(state) == NOW_S
    assert seen(polled(state, NOW_S + 1)) == "b"


def test_who_sends_no_picture_is_left_out() -> None:
    state = said(room("a", "b", "c").changed("b", has_people=False), Verb.POLL)
    assert seen(polled(state, NOW_S + 15)) == "c"


def test_a_poll_of_nobody_left_waits_without_hurry() -> None:
    state = leave(said(room("a"), Verb.POLL), "a", NOW_S + 1)
    assert poll_due_s(state) == NOW_S + 15
    assert poll_due_s(polled(state, NOW_S + 15)) == NOW_S + 30


def test_it_begins_with_whom_the_chair_names() -> None:
    assert seen(said(room("a", "b"), Verb.POLL, "b")) == "b"


@pytest.mark.parametrize("dwell_s", [LEAST_DWELL_S - 0.1, MOST_DWELL_S + 0.1, float("nan")])
def test_a_dwell_time_out_of_range_is_refused(dwell_s: float) -> None:
    with pytest.raises(InvalidError, match="10 to 120") as refused:
        said(room("a"), Verb.POLL, dwell_s=dwell_s)
    assert refused.value.field == "dwell_s"


def test_there_must_be_somebody_to_see() -> None:
    with pytest.raises(InvalidError, match="has a picture"):
        said(room(), Verb.POLL)


def test_a_conference_ends_when_its_time_is_up() -> None:
    state = tick(room("a"), NOW_S)
    assert state.ended_at_s is None
