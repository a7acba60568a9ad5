from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from commandwall.model.conference.command import Verb
from commandwall.model.conference.contents import take_content
from commandwall.model.conference.settling import Claim, Claims, believed, claims, settle, settled
from commandwall.model.conference.state import Conference, Content, Held
from tests.unit.model.conference.people import behind, by_operator, link, room, said

HELD = st.builds(
    Claim,
    st.sampled_from(["a@luohu", "b@luohu", "c@shenzhen", "@guiyuan"]),
    st.floats(0, 10),
    st.sampled_from(["", "camera:1", "camera:2"]),
)
CLAIM = st.just(Claim()) | HELD
CLAIMS = st.builds(Claims, CLAIM, CLAIM)


@given(CLAIMS, CLAIMS, CLAIMS)
def test_both_sides_come_to_the_same_however_they_ask(one: Claims, other: Claims, third: Claims) -> None:
    assert settle(one, other) == settle(other, one)
    assert settle(one, settle(one, other)) == settle(one, other)
    assert settle(settle(one, other), third) == settle(one, settle(other, third))
    assert settle(one, one) == settle(one, Claims()) == one


def district() -> Conference:
    return behind(link(room("a"), "shenzhen"), "shenzhen", name="wang")


def city() -> Conference:
    return behind(link(Conference("x", "X", "shenzhen"), "luohu"), "luohu", name="a")


def test_two_halves_agree_on_who_was_first() -> None:
    below = take_content(said(district(), Verb.GRANT, "a", at_s=5.0), "a", 8.0)
    above = by_operator(city(), Verb.PRESENT, "camera:1")
    agreed = settle(claims(below), claims(above))
    below, above = settled(below, agreed), settled(above, agreed)
    assert claims(below) == claims(above) == agreed
    assert (below.floor, above.floor) == (Held("a", 5.0), Held("luohu/a", 5.0))
    assert (below.content, above.content) == (Content("a", "", 8.0), Content("luohu/a", "", 8.0))


def test_the_room_of_another_node_holds_the_token_under_its_name() -> None:
    above = by_operator(city(), Verb.PRESENT, "camera:1")
    below = settled(district(), settle(claims(district()), claims(above)))
    assert below.content == Content("@shenzhen", "camera:1", above.content.since_s)
    assert claims(below) == claims(above)
    assert settled(above, claims(above)) == above


def test_who_is_in_no_roster_yet_is_known_by_name() -> None:
    agreed = Claims(Claim("chen@guiyuan", 3.0))
    assert claims(settled(district(), agreed)) == agreed
    assert settled(settled(district(), agreed), Claims()).floor == Held()


def test_what_this_room_shows_is_for_nobody_else_to_say() -> None:
    foisted = Claims(content=Claim("@luohu", 0.0, "camera:secret"))
    empty, showing = district(), by_operator(district(), Verb.PRESENT, "camera:1")
    assert believed(empty, foisted) == Claims()
    assert believed(showing, foisted) == claims(showing)
    assert believed(showing, claims(showing)) == claims(showing)
    assert believed(empty, Claims(content=Claim("", 0.0, "camera:secret"))) == Claims()
    of_others = Claims(Claim("a@luohu", 1.0), Claim("@shenzhen", 0.0, "camera:secret"))
    assert believed(showing, of_others) == of_others
