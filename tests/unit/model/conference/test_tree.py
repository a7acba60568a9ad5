from __future__ import annotations

from dataclasses import replace

import pytest

from commandwall.base.errors import InvalidError
from commandwall.base.sentence import Sentence
from commandwall.model.conference.chair import apply
from commandwall.model.conference.command import Actor, Command, Standing, Verb
from commandwall.model.conference.contents import take_content
from commandwall.model.conference.floor import open_voices
from commandwall.model.conference.participant import Participant, Presence
from commandwall.model.conference.state import Conference, Content, Direction, Mode
from commandwall.model.conference.tree import behind, cut, forgotten, heard_of, joined, onward, standing, told
from tests.unit.model.conference.people import NOW_S, link, room, said
from tests.unit.model.conference.people import behind as brought

BROKEN = Sentence("connection lost")


def through(*links: str, those: tuple[Participant, ...]) -> tuple[Participant, ...]:
    """Return ``those`` as the other end of a link names them."""
    (node,) = links
    return tuple(replace(one, id=f"{node}/{one.id}", path=(node, *one.path)) for one in those)


def city() -> Conference:
    """Return a city with a district and a street below that."""
    state = link(replace(room("a"), node="shenzhen"), "luohu")
    return brought(brought(state, "luohu", name="li"), "luohu", "guiyuan", name="chen")


def test_everybody_is_told_to_all_sides_but_his_own() -> None:
    state = brought(link(city(), "futian"), "futian", name="zhao")
    assert [one.id for one in told(state, "luohu")] == ["chair", "a", "futian/zhao"]
    assert [one.id for one in told(state, "futian")] == ["chair", "a", "luohu/li", "luohu/guiyuan/chen"]


def test_a_roster_over_two_links_names_everybody_once() -> None:
    street = replace(room("b"), node="guiyuan")
    district = heard_of(
        replace(room("a"), node="luohu"), "guiyuan", through("guiyuan", those=told(street, "luohu")), NOW_S
    )
    above = heard_of(
        replace(room(), node="shenzhen"), "luohu", through("luohu", those=told(district, "shenzhen")), NOW_S
    )
    names = [one.id for one in above.present]
    assert names == ["chair", "luohu/chair", "luohu/a", "luohu/guiyuan/chair", "luohu/guiyuan/b"]
    assert above.participant("luohu/guiyuan/b").path == ("luohu", "guiyuan")
    assert above.chair == "chair"


def test_who_is_no_longer_told_of_is_gone_with_what_he_held() -> None:
    state = take_content(said(city(), Verb.GRANT, "luohu/li"), "luohu/li", NOW_S)
    state = heard_of(state, "luohu", behind(state, "luohu")[1:], NOW_S)
    assert [one.id for one in behind(state, "luohu")] == ["luohu/guiyuan/chen"]
    assert (state.floor.holder, state.content.taken) == ("", False)


def test_what_arrives_here_is_known_here_and_the_rest_is_told() -> None:
    state = city().changed("luohu/li", has_people=True, watches="a")
    news = replace(state.participant("luohu/li"), has_people=False, watches="", muted_by_chair=True)
    state = heard_of(state, "luohu", [news], NOW_S)
    one = state.participant("luohu/li")
    assert (one.has_people, one.watches, one.muted_by_chair) == (True, "a", True)


def test_who_comes_by_a_muted_link_is_told_on_as_muted() -> None:
    state = link(said(city(), Verb.MUTE, "luohu"), "futian")
    assert [one.id for one in told(state, "futian") if one.muted_by_chair] == [
        "luohu/li", "luohu/guiyuan/chen"
    ]  # fmt: skip
    assert "luohu" not in open_voices(state)


@pytest.mark.parametrize("path", [(), ("luohu", "luohu"), ("luohu", "shenzhen"), ("luohu", "a", "luohu")])
def test_a_way_that_comes_back_is_refused(path: tuple[str, ...]) -> None:
    with pytest.raises(InvalidError, match="makes a loop") as refused:
        heard_of(replace(room(), node="shenzhen"), "luohu", [Participant("luohu/x", "X", path=path)], NOW_S)
    assert refused.value.field == "path"


def test_when_a_link_breaks_each_side_goes_on_with_what_it_has() -> None:
    above = Actor(Standing.ABOVE, "shenzhen/wang", "shenzhen")
    state = brought(link(said(room("a"), Verb.VOICE_SWITCHED), "shenzhen"), "shenzhen", name="wang")
    state = replace(
        said(state, Verb.ROLL_CALL, "a", by=above), content=Content("@shenzhen", "camera:1", NOW_S)
    )
    state = cut(state, "shenzhen", BROKEN, NOW_S, above=True)
    assert state.participant("shenzhen/wang").presence is Presence.LOST
    assert state.participant("shenzhen/wang").reason == BROKEN
    assert (state.direction.mode, state.content.taken) == (Mode.VOICE_SWITCHED, False)
    assert {"chair", "a"} <= open_voices(state)
    assert [one.id for one in forgotten(state, "shenzhen", NOW_S, above=True).participants] == [
        "chair", "a", "shenzhen"
    ]  # fmt: skip


def test_a_cut_below_leaves_what_is_directed_here() -> None:
    state = cut(said(city(), Verb.LECTURE, "a"), "luohu", BROKEN, NOW_S, above=False)
    assert state.direction.mode is Mode.LECTURE


def test_the_roll_of_streets_is_called_through_the_district() -> None:
    command = Command(Verb.ROLL_CALL, target="luohu/guiyuan/chen")
    state = apply(city(), command, NOW_S)
    by = Actor(Standing.ABOVE, "chair", "shenzhen")
    assert onward(state, command, ["luohu", "futian"]) == tuple(
        (node, Command(Verb.ROLL_CALL, by, "luohu/guiyuan/chen")) for node in ("luohu", "futian")
    )


def test_below_they_are_told_who_is_next_and_when_the_roll_is_over() -> None:
    following = Command(Verb.ROLL_CALL)
    state = apply(city(), following, NOW_S)
    assert [command.target for _, command in onward(state, following, ["luohu"])] == ["a"]
    for _ in range(4):
        state = apply(state, following, NOW_S)
    assert state.direction == Direction()
    assert [command.verb for _, command in onward(state, following, ["luohu"])] == [Verb.GALLERY]


def test_what_is_about_one_goes_down_his_path_only() -> None:
    command = Command(Verb.MUTE, target="luohu/guiyuan/chen")
    state = apply(city(), command, NOW_S)
    assert [node for node, _ in onward(state, command, ["futian", "luohu"])] == ["luohu"]
    assert onward(state, Command(Verb.MUTE, target="a"), ["luohu"]) == ()


def test_what_somebody_is_to_watch_goes_to_where_he_is() -> None:
    command = Command(Verb.WATCH, target="a", viewer="luohu/li")
    state = apply(city(), command, NOW_S)
    assert state.participant("luohu/li").watches == "a"
    assert [node for node, _ in onward(state, command, ["futian", "luohu"])] == ["luohu"]
    assert onward(state, Command(Verb.WATCH, target="luohu/li"), ["luohu"]) == ()


def test_whatever_was_before_the_roll_is_so_again_below_too() -> None:
    following = Command(Verb.ROLL_CALL)
    state = apply(said(city(), Verb.LECTURE, "a"), following, NOW_S)
    for _ in range(4):
        state = apply(state, following, NOW_S)
    (told,) = (command for _, command in onward(state, following, ["luohu"]))
    assert (told.verb, told.target) == (Verb.LECTURE, "a")


@pytest.mark.parametrize("verb", [Verb.POLL, Verb.VOICE_SWITCHED])
def test_what_is_of_one_level_ends_below_what_was_of_all(verb: Verb) -> None:
    state = said(said(city(), Verb.LECTURE, "a"), verb)
    assert [command.verb for _, command in onward(state, Command(verb), ["luohu"])] == [Verb.GALLERY]
    assert standing(state, muted=False) == ()


def test_who_comes_is_told_what_directs_all_and_whether_all_are_muted() -> None:
    assert standing(city(), muted=False) == ()
    state = said(said(city(), Verb.MUTE_ALL), Verb.BROADCAST, "a")
    mode = Command(Verb.BROADCAST, target="a")
    assert standing(state, muted=False) == (Command(Verb.MUTE_ALL), mode)
    assert standing(state, muted=True) == (mode,)
    assert standing(said(state, Verb.UNMUTE_ALL), muted=True) == (Command(Verb.UNMUTE_ALL), mode)


def test_the_doors_are_of_one_level() -> None:
    for verb in (Verb.LOCK, Verb.END):
        assert onward(city(), Command(verb), ["luohu"]) == ()
    assert [command.verb for _, command in onward(city(), Command(Verb.MUTE_ALL), ["luohu"])] == [
        Verb.MUTE_ALL
    ]


def test_a_seat_that_was_muted_with_all_others_is_open_as_a_link_downwards() -> None:
    state = said(room("luohu", "above"), Verb.MUTE_ALL)
    below = joined(state, "luohu", "luohu", "罗湖", above=False).participant("luohu")
    assert (below.relays, below.name, below.muted_by_chair) == ("luohu", "Luohu", False)
    above = joined(state, "above", "shenzhen", "深圳", above=True).participant("above")
    assert (above.above, above.name, above.muted_by_chair) == (True, "深圳", True)
    shut = said(said(link(room(), "luohu"), Verb.MUTE_ALL), Verb.MUTE, "luohu")
    assert joined(shut, "luohu", "luohu", "罗湖", above=False) == shut
