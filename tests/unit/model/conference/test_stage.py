from __future__ import annotations

from dataclasses import replace

import pytest

from commandwall.model.conference.attendance import leave
from commandwall.model.conference.command import Actor, Standing, Verb
from commandwall.model.conference.contents import take_content
from commandwall.model.conference.speaking import hear
from commandwall.model.conference.stage import LAYOUTS as OF_MODES
from commandwall.model.conference.stage import MOST_SHOWN, View, stage, view
from commandwall.model.conference.state import Conference, Content
from commandwall.model.layout import AUTO, Cell, Layout
from tests.unit.model.conference.people import LAYOUTS, NOW_S, behind, by_operator, link, room, said


def shown(state: Conference) -> tuple[str, ...]:
    """Return the layout, and who is in its cells."""
    picture = stage(state, LAYOUTS)
    assert len(picture.sources) <= len(LAYOUTS[picture.layout].cells)
    return picture.layout, *(source.id.partition("/")[2] for source in picture.sources)


def test_a_gallery_grows_with_those_who_are_in_it() -> None:
    assert shown(room()) == ("1", "chair")
    assert shown(room("a")) == ("2x1", "chair", "a")
    assert shown(room("a", "b", "c")) == ("2x2", "chair", "a", "b", "c")
    assert [shown(room(*"abcdefghijklmnopqrs"[:count]))[0] for count in (4, 6, 9, 13, 19)] == [
        "3x2", "3x3", "4x3", "4x4", "5x4"
    ]  # fmt: skip
    assert shown(leave(room(), "chair", NOW_S)) == ("1",)
    assert shown(room("a", "b").changed("a", has_people=False)) == ("2x1", "chair", "b")


def test_of_too_many_those_who_spoke_last_are_seen() -> None:
    state = room(*(f"s{number:02}" for number in range(40)))
    state = hear(state, {"s39": -20.0}, NOW_S)
    layout, *people = shown(state)
    assert (layout, len(people), people[-1]) == ("5x5", MOST_SHOWN, "s39")


def test_who_speaks_is_large() -> None:
    state = said(room("a", "b", "c"), Verb.VOICE_SWITCHED)
    assert shown(state) == ("speaker", "chair", "a", "b", "c")
    assert shown(hear(state, {"b": -20.0}, NOW_S)) == ("speaker", "b", "chair", "a", "c")


def test_the_strip_keeps_its_order_when_not_all_fit() -> None:
    state = said(room("a", "b", "c", "d", "e", "f", "g"), Verb.VOICE_SWITCHED)
    state = hear(hear(state, {"g": -20.0}, NOW_S), {"b": -20.0}, NOW_S + 10)
    assert shown(state) == ("speaker", "b", "chair", "a", "c", "d", "g")


def test_a_lecture_shows_the_lecturer_large() -> None:
    state = said(room("a", "b", "c"), Verb.LECTURE, "b")
    assert shown(state) == ("lecture", "b", "chair", "a", "c")
    state = said(state, Verb.GRANT, "c")
    assert shown(state) == ("lecture", "b", "c", "chair", "a")
    assert [view(state, one).people for one in ("chair", "a", "b")] == ["picture", "picture", "c"]


def test_a_roll_call_shows_the_one_called_large_and_the_chair() -> None:
    state = said(room("a", "b"), Verb.ROLL_CALL, "b")
    assert shown(state) == ("pip", "b", "chair")
    assert shown(state.changed("b", has_people=False)) == ("pip", "chair", "a")


def test_a_broadcast_is_seen_by_all_but_the_chair_and_sees_the_chair() -> None:
    state = said(room("a", "b", "c"), Verb.BROADCAST, "a")
    assert shown(state) == ("1", "a")
    assert [view(state, one).people for one in ("chair", "a", "b", "c")] == ["picture", "chair", "a", "a"]
    state = said(state, Verb.WATCH, "c")
    assert view(state, "chair").people == "c"
    state = leave(state, "a", NOW_S)
    assert [view(state, one).people for one in ("b", "c")] == ["picture", "picture"]


def test_a_poll_shows_one_after_another() -> None:
    assert shown(said(room("a", "b"), Verb.POLL)) == ("pip", "a", "chair")


def test_a_site_sees_what_was_chosen_for_it_while_that_is_there() -> None:
    state = said(room("a", "b"), Verb.WATCH, "a", viewer="b")
    assert (view(state, "b").people, view(state, "a").people) == ("a", "picture")
    assert view(said(state, Verb.ROLL_CALL, "a"), "b").people == "picture"
    assert view(leave(state, "a", NOW_S), "b").people == "picture"


def test_content_is_a_second_picture_for_all_but_who_shows_it() -> None:
    state = take_content(room("a", "b"), "a", NOW_S)
    assert view(state, "b") == View("picture", content=False)
    state = state.changed("a", has_content=True)
    assert [view(state, one).content for one in ("chair", "a", "b")] == [True, False, True]
    assert view(by_operator(state, Verb.PRESENT, "camera:x"), "a").content


def test_content_with_the_speaker_is_a_layout_that_can_be_chosen() -> None:
    state = said(take_content(room("a", "b"), "a", NOW_S), Verb.LAYOUT, "content")
    assert shown(state) == ("content", "chair", "a", "b")
    state = hear(state.changed("a", has_content=True), {"b": -20.0}, NOW_S)
    assert shown(state) == ("content", "content", "b", "chair", "a")


def test_any_layout_can_be_chosen_and_one_that_is_gone_is_passed_over() -> None:
    state = room("a", "b")
    assert shown(said(state, Verb.LAYOUT, "3x3")) == ("3x3", "chair", "a", "b")
    assert shown(said(state, Verb.LAYOUT, AUTO)) == ("2x2", "chair", "a", "b")
    assert shown(said(state, Verb.LAYOUT, "not-there")) == ("2x2", "chair", "a", "b")
    assert shown(said(state, Verb.LAYOUT, "2x1")) == ("2x1", "chair", "a")


def test_a_layout_too_fine_for_the_picture_is_passed_over() -> None:
    fine = Layout("fine", "", 1, 400, tuple(Cell(str(row), 0, row) for row in range(3)))
    for chosen in ("fine", AUTO, ""):
        picture = stage(said(room("a", "b"), Verb.LAYOUT, chosen), LAYOUTS | {"fine": fine})
        assert (picture.layout, len(picture.sources)) == ("2x2", 3)


def test_the_link_stands_in_for_who_is_seen_through_it_only() -> None:
    state = behind(link(room("a"), "luohu"), "luohu", name="li")
    state = said(state, Verb.ROLL_CALL, "luohu/li")
    assert shown(state) == ("pip", "luohu", "chair")
    assert shown(state.changed("luohu/li", has_people=True)) == ("pip", "luohu/li", "chair")


def test_below_all_see_whom_the_level_above_broadcasts() -> None:
    state = link(room("a"), "shenzhen")
    above = Actor(Standing.ABOVE, "", "shenzhen")
    directed = said(behind(state, "shenzhen", name="wang"), Verb.BROADCAST, "shenzhen/wang", by=above)
    assert [view(directed, one).people for one in ("chair", "a")] == ["shenzhen", "shenzhen"]
    directed = said(state, Verb.BROADCAST, "a", by=above)
    assert [view(directed, one).people for one in ("chair", "a")] == ["a", "shenzhen"]


def test_content_of_another_levels_room_comes_through_the_link() -> None:
    state = link(room("a"), "shenzhen").changed("shenzhen", has_content=True)
    state = replace(state, content=Content("@shenzhen", "camera:x", NOW_S))
    assert view(state, "a").content
    assert not view(state.changed("shenzhen", has_content=False), "a").content


@pytest.mark.parametrize("layout", [name for name in OF_MODES.values() if name != AUTO] + ["content"])
def test_the_layouts_of_all_modes_are_shipped(layout: str) -> None:
    assert layout in LAYOUTS
