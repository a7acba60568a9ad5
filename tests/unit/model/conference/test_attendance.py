from __future__ import annotations

from dataclasses import replace

import pytest

from commandwall.base.errors import AccessRefusedError, InvalidError, NotFoundError
from commandwall.base.sentence import Sentence
from commandwall.model.conference.attendance import (
    KEPT_S,
    MOST_PARTICIPANTS,
    admit,
    arrive,
    call_in,
    connected,
    enlist,
    invite,
    join,
    leave,
    lost,
    remove,
    require_begun,
    turn_away,
)
from commandwall.model.conference.command import Verb
from commandwall.model.conference.contents import take_content
from commandwall.model.conference.participant import Participant, Presence, Role
from commandwall.model.conference.state import Conference, Vacancy
from commandwall.model.conference.timing import due_s, tick
from tests.unit.model.conference.people import NOW_S, behind, entered, link, room, said


def presence(state: Conference, participant: str) -> Presence:
    return state.participant(participant).presence


def test_who_is_invited_connects_and_takes_part() -> None:
    state = invite(Conference("c", "C", "luohu"), Participant("a", "A"))
    assert presence(state, "a") is Presence.INVITED
    state = arrive(state, "a")
    assert presence(state, "a") is Presence.CONNECTING
    assert [one.id for one in connected(state, "a", NOW_S).present] == ["a"]


def test_the_first_chair_to_come_holds_the_chair() -> None:
    state = entered(Conference("c", "C", "luohu"), Participant("a", "A"))
    assert (state.chair, state.vacancy) == ("", Vacancy.NOT_YET)
    state = entered(state, Participant("b", "B", Role.CHAIR))
    state = entered(state, Participant("c", "C", Role.CHAIR))
    assert (state.chair, state.vacancy) == ("b", Vacancy.NONE)
    assert leave(state, "b", NOW_S).chair == "c"


def test_a_chair_that_is_cut_off_leaves_it_empty_and_comes_back_to_it() -> None:
    state = lost(room("a"), "chair", Sentence("does not answer in time"), NOW_S)
    assert (state.chair, state.vacancy) == ("", Vacancy.LOST)
    assert state.participant("chair").reason == "does not answer in time"
    state = connected(arrive(state, "chair"), "chair", NOW_S)
    assert (state.chair, state.participant("chair").reason) == ("chair", "")


def test_the_roster_says_why_somebody_could_not_come_in_and_of_who_is_in_nothing() -> None:
    state, why = room("a"), Sentence("came too late")
    assert turn_away(state, "a", why) == turn_away(state, "nobody", why) == state
    away = turn_away(leave(state, "a", NOW_S), "a", why).participant("a")
    assert (away.presence, away.reason) == (Presence.LEFT, "came too late")
    removed = remove(state, "a", NOW_S)
    assert turn_away(removed, "a", why) == removed


def test_the_lobby_holds_back_all_but_chairs_until_they_are_admitted() -> None:
    state = replace(room(), lobby=True)
    state = arrive(invite(state, Participant("a", "A")), "a")
    assert presence(state, "a") is Presence.LOBBY
    with pytest.raises(AccessRefusedError, match="has not been let in"):
        connected(state, "a", NOW_S)
    state = connected(said(state, Verb.ADMIT, "a"), "a", NOW_S)
    state = arrive(leave(state, "a", NOW_S), "a")
    assert presence(state, "a") is Presence.CONNECTING
    assert presence(entered(state, Participant("b", "B", Role.CHAIR)), "b") is Presence.CONNECTED


def test_a_lock_stops_who_was_not_in_yet() -> None:
    state = said(invite(room("a"), Participant("b", "B")), Verb.LOCK)
    state = lost(state, "a", Sentence(""), NOW_S)
    assert presence(arrive(state, "a"), "a") is Presence.CONNECTING
    with pytest.raises(AccessRefusedError, match="locked"):
        arrive(state, "b")
    assert presence(arrive(admit(state, "b"), "b"), "b") is Presence.CONNECTING
    assert presence(arrive(said(state, Verb.UNLOCK), "b"), "b") is Presence.CONNECTING


def test_who_was_removed_does_not_come_back() -> None:
    state = said(room("a"), Verb.REMOVE, "a")
    assert presence(state, "a") is Presence.REMOVED
    with pytest.raises(AccessRefusedError, match="removed"):
        arrive(state, "a")
    with pytest.raises(InvalidError, match="invite him anew"):
        said(state, Verb.ADMIT, "a")
    assert leave(state, "a", NOW_S) == lost(state, "a", Sentence(""), NOW_S) == state


def test_who_is_of_another_level_is_removed_there() -> None:
    state = behind(link(room(), "guiyuan"), "guiyuan", name="chen")
    with pytest.raises(InvalidError, match="of another level") as refused:
        said(state, Verb.REMOVE, "guiyuan/chen")
    assert refused.value.field == "target"
    state = said(state, Verb.REMOVE, "guiyuan")
    assert presence(state, "guiyuan") is Presence.REMOVED
    assert state.find("guiyuan/chen") is None


def test_what_somebody_had_falls_free_when_he_goes() -> None:
    state = take_content(said(room("a"), Verb.GRANT, "a"), "a", NOW_S).changed("a", has_content=True)
    for after in (leave(state, "a", NOW_S), remove(state, "a", NOW_S), lost(state, "a", Sentence(""), NOW_S)):
        gone = after.participant("a")
        assert (after.floor.holder, after.content.taken) == ("", False)
        assert (gone.has_people, gone.has_content, gone.hand_at_s) == (False, False, None)
    assert remove(state, "chair", NOW_S).vacancy is Vacancy.REMOVED


def test_coming_twice_changes_nothing() -> None:
    state = room("a")
    assert arrive(state, "a") == connected(state, "a", NOW_S) == state


def test_who_comes_after_all_were_muted_is_muted() -> None:
    state = said(room("a"), Verb.MUTE_ALL)
    assert entered(state, Participant("b", "B")).participant("b").muted_by_chair
    assert not link(state, "guiyuan").participant("guiyuan").muted_by_chair
    state = said(state, Verb.UNMUTE_ALL)
    assert not entered(state, Participant("b", "B")).participant("b").muted_by_chair


def test_before_its_time_only_chairs_open_it() -> None:
    state = Conference("c", "C", "luohu", starts_at_s=NOW_S + 60)
    state = invite(invite(state, Participant("a", "A")), Participant("b", "B", Role.CHAIR))
    with pytest.raises(AccessRefusedError, match="has not begun"):
        require_begun(state, "a", NOW_S)
    require_begun(state, "b", NOW_S)
    require_begun(state, "a", NOW_S + 60)


def test_wrong_participants_are_refused_by_name() -> None:
    state = room("a")
    with pytest.raises(InvalidError, match="'a' is there twice") as refused:
        invite(state, Participant("a", "A"))
    assert refused.value.field == "participant"
    with pytest.raises(NotFoundError, match="'x'"):
        arrive(state, "x")
    for wrong in ("", "a b", "picture", "content", "a/", "/a", "a@b", "x" * 65):
        with pytest.raises(InvalidError, match="cannot be the id"):
            Participant(wrong, "A")
    with pytest.raises(InvalidError, match="needs a name"):
        Participant("a", " ")


def test_who_is_gone_or_comes_by_a_link_takes_no_place() -> None:
    many = tuple(Participant(f"p{number}", "P") for number in range(MOST_PARTICIPANTS))
    full = Conference("c", "C", "luohu", participants=many)
    with pytest.raises(InvalidError, match="at most 200 participants; remove some"):
        invite(full, Participant("a", "A"))
    assert enlist(full, Participant("a", "A")).find("a")
    for gone in (
        replace(many[0], presence=Presence.LEFT),
        replace(many[0], presence=Presence.REMOVED),
        replace(many[0], relays="guiyuan"),
        replace(many[0], path=("guiyuan",)),
    ):
        assert invite(full.each((gone, *many[1:])), Participant("a", "A")).find("a")


def test_who_is_not_in_is_forgotten_a_day_after_his_invitation_has_expired() -> None:
    state = room("b")
    state = state.each(replace(one, until_s=NOW_S) for one in state.participants)
    state = invite(state, Participant("a", "A", until_s=NOW_S))
    state = invite(state, Participant("account", "A", account=True))
    assert due_s(state) == NOW_S + KEPT_S
    assert tick(state, NOW_S + KEPT_S - 1) == state
    state = tick(state, NOW_S + KEPT_S)
    assert [one.id for one in state.participants] == ["chair", "b", "account"]
    assert due_s(state) is None
    assert tick(leave(state, "b", NOW_S), NOW_S + KEPT_S).find("b") is None


def test_accounts_pass_the_lobby_and_not_the_lock() -> None:
    state = invite(replace(room(), lobby=True), Participant("a", "A", account=True))
    assert presence(arrive(state, "a"), "a") is Presence.CONNECTING
    with pytest.raises(AccessRefusedError, match="locked"):
        arrive(said(state, Verb.LOCK), "a")


def test_who_was_invited_and_comes_by_account_stays_and_passes_the_lobby() -> None:
    state = replace(room(), lobby=True)
    state = invite(state, Participant("a", "A", Role.SITE, until_s=NOW_S))
    state = invite(state, Participant("b", "B", until_s=NOW_S))
    state = join(state, Participant("a", "A", account=True))
    state = call_in(state, Participant("b", "B", account=True), Sentence("is being called"))
    assert join(state, Participant("a", "A", account=True)) == state
    assert state.participant("a").role is Role.SITE
    state = tick(arrive(state, "a"), NOW_S + KEPT_S)
    assert presence(state, "a") is Presence.CONNECTING
    state = tick(lost(state, "a", Sentence("gone"), NOW_S), NOW_S + 10 * KEPT_S)
    assert [one.id for one in state.participants] == ["chair", "a", "b"]
