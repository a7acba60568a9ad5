from __future__ import annotations

from commandwall.model.conference.attendance import leave
from commandwall.model.conference.command import Verb
from commandwall.model.conference.speaking import HOLD_S, LOUDER_DB, hear
from commandwall.model.conference.state import Conference, Held
from tests.unit.model.conference.people import NOW_S, behind, link, room, said


def speaker_after(state: Conference, levels: dict[str, float], later_s: float) -> str:
    return hear(state, levels, NOW_S + later_s).speaker.holder


def test_the_loudest_is_the_speaker() -> None:
    assert speaker_after(room("a", "b"), {"a": -30.0, "b": -20.0}, 0) == "b"


def test_a_speaker_stays_for_the_hold_time() -> None:
    state = hear(room("a", "b"), {"a": -20.0}, NOW_S)
    assert speaker_after(state, {"b": -20.0}, HOLD_S - 0.1) == "a"
    assert speaker_after(state, {"b": -20.0}, HOLD_S) == "b"
    assert speaker_after(state, {}, 60) == "a"


def test_who_goes_on_speaking_gives_way_only_to_who_is_much_louder() -> None:
    state = hear(room("a", "b"), {"a": -20.0}, NOW_S)
    assert speaker_after(state, {"a": -20.0, "b": -19.0}, 60) == "a"
    assert speaker_after(state, {"a": -20.0, "b": -20.0 + LOUDER_DB}, 60) == "b"


def test_never_to_who_is_muted_or_gone() -> None:
    state = said(room("a", "b"), Verb.MUTE, "b")
    assert speaker_after(state, {"b": -10.0}, 0) == ""
    assert speaker_after(leave(state, "a", NOW_S), {"a": -10.0}, 0) == ""


def test_the_place_of_a_speaker_who_leaves_is_free_at_once() -> None:
    state = leave(hear(room("a", "b"), {"a": -20.0}, NOW_S), "a", NOW_S)
    assert state.speaker == Held()
    assert speaker_after(state, {"b": -40.0}, 0.1) == "b"


def test_it_is_known_since_when_somebody_speaks_and_when_he_spoke() -> None:
    state = hear(hear(room("a"), {"a": -20.0}, NOW_S), {"a": -20.0}, NOW_S + 1)
    one = state.participant("a")
    assert (one.speaking_since_s, one.spoke_at_s) == (NOW_S, NOW_S + 1)
    one = hear(state, {}, NOW_S + 2).participant("a")
    assert (one.speaking_since_s, one.spoke_at_s) == (None, NOW_S + 1)


def test_who_speaks_beyond_a_link_is_the_speaker_by_his_own_name() -> None:
    state = behind(behind(link(room("a"), "luohu"), "luohu", name="li"), "luohu", name="zhao")
    by_link = hear(state, {"luohu": -20.0}, NOW_S)
    assert by_link.speaker == Held("luohu", NOW_S)
    named = hear(by_link, {"luohu": -20.0, "luohu/li": -24.0}, NOW_S + 0.2)
    assert named.speaker == Held("luohu/li", NOW_S), "it is the same voice, better known"
    assert named.participant("luohu/li").speaking_since_s == NOW_S + 0.2
    assert speaker_after(named, {"luohu": -20.0}, 60) == "luohu/li", "a name is not lost to the link"
    assert speaker_after(named, {"luohu": -20.0, "luohu/zhao": -20.0}, HOLD_S - 0.1) == "luohu/li"
    assert speaker_after(named, {"luohu": -20.0, "luohu/zhao": -20.0}, HOLD_S) == "luohu/zhao"
    assert speaker_after(named, {"luohu": -20.0, "luohu/li": -24.0, "a": -10.0}, 60) == "a"
