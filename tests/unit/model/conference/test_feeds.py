from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from commandwall.model.conference.command import Verb
from commandwall.model.conference.feeds import LINGER_S, Feeds, apart, chosen, wanted_feeds
from commandwall.model.conference.stage import stage, view
from commandwall.model.conference.state import Conference
from tests.unit.model.conference.people import LAYOUTS, behind, link, room, said

LI, CHEN = "luohu/li", "luohu/guiyuan/chen"


def city(*seen: str) -> Conference:
    """Return a city with a district and a street below that; ``seen`` come by themselves."""
    state = link(replace(room("a"), node="shenzhen"), "luohu")
    state = behind(state, "luohu", name="li", seen=LI in seen)
    return behind(state, "luohu", "guiyuan", name="chen", seen=CHEN in seen)


def shown(state: Conference) -> list[str]:
    return [source.id.removeprefix("c1/") for source in stage(state, LAYOUTS).sources]


def test_nobody_is_wanted_while_all_are_equal() -> None:
    assert wanted_feeds(city()) == ()


def test_whom_the_chair_calls_or_broadcasts_is_wanted() -> None:
    assert wanted_feeds(said(city(), Verb.ROLL_CALL, CHEN)) == (CHEN,)
    assert wanted_feeds(said(city(), Verb.BROADCAST, LI)) == (LI,)
    assert wanted_feeds(said(city(), Verb.LECTURE, "a")) == ()
    assert wanted_feeds(said(said(city(), Verb.LECTURE, "a"), Verb.GRANT, LI)) == (LI,)


def test_whom_somebody_here_was_given_to_see_is_wanted_and_what_others_want() -> None:
    state = said(city(), Verb.WATCH, LI, viewer="a")
    assert wanted_feeds(state) == (LI,)
    assert wanted_feeds(state, [CHEN, LI, "a", "nobody"]) == (LI, CHEN)
    assert wanted_feeds(said(city(), Verb.WATCH, "a", viewer=LI)) == ()


def test_who_comes_first_has_a_place_and_the_others_are_left_out() -> None:
    feeds = chosen(Feeds(), ["x", "y", "z"], 2, 0.0)
    assert (set(feeds.wanted), feeds.left_out) == ({"x", "y"}, ("z",))
    assert chosen(Feeds(), ["x"], 0, 0.0) == Feeds({}, ("x",))


def test_what_nobody_needs_any_more_goes_on_for_a_moment_unless_its_place_is_needed() -> None:
    feeds = chosen(Feeds(), ["x"], 2, 0.0)
    feeds = chosen(feeds, ["y"], 2, 1.0)
    assert set(feeds.wanted) == {"x", "y"}
    assert set(chosen(feeds, ["y"], 2, LINGER_S - 0.1).wanted) == {"x", "y"}
    assert set(chosen(feeds, ["y"], 2, LINGER_S).wanted) == {"y"}
    assert set(chosen(feeds, ["y", "z"], 2, 1.1).wanted) == {"y", "z"}


@given(st.lists(st.lists(st.sampled_from("abcdef"), unique=True), max_size=20), st.integers(0, 4))
def test_a_link_never_carries_more_than_it_may(wishes: list[list[str]], most: int) -> None:
    feeds = Feeds()
    for now_s, wanted in enumerate(wishes):
        feeds = chosen(feeds, wanted, most, float(now_s))
        assert len(feeds.wanted) <= most
        assert [*feeds.left_out] == wanted[most:]


def test_who_comes_by_himself_is_seen_in_place_of_his_whole_site() -> None:
    called = said(city(CHEN), Verb.ROLL_CALL, CHEN)
    assert shown(called) == [CHEN, "chair"]
    assert shown(said(city(), Verb.ROLL_CALL, CHEN)) == ["luohu", "chair"]
    assert view(said(city(LI), Verb.BROADCAST, LI), "a").people == LI
    assert view(said(city(LI), Verb.WATCH, LI, viewer="a"), "a").people == LI


def test_nobody_is_in_the_gallery_twice() -> None:
    assert shown(city(LI, CHEN)) == ["chair", "a", "luohu"]
    assert [one.id for one in apart(city(LI, CHEN))] == ["chair", "a", "luohu"]
    without = city(LI).changed("luohu", has_people=False)
    assert [one.id for one in apart(without)] == ["chair", "a", LI]
