from __future__ import annotations

import pytest

from commandwall.base.errors import HeldError
from commandwall.model.conference.bearing import bearer
from commandwall.model.conference.contents import take_content
from commandwall.model.conference.participant import Participant, Presence, Role
from commandwall.model.conference.state import Conference, Content

CITY = Participant("above", "市中心", Role.SITE, relays="city", presence=Presence.CONNECTED)
NO_CONTENT = Content()


def state(*people: Participant, content: Content = NO_CONTENT) -> Conference:
    return Conference("duty", "值班", "luohu", participants=people, content=content)


def test_content_comes_by_its_holder_or_by_the_link_that_brings_it() -> None:
    with_content = Participant(
        "above", "市中心", Role.SITE, relays="city", presence=Presence.CONNECTED, has_content=True
    )
    assert bearer(state(CITY)) == ""
    assert bearer(state(CITY, content=Content("chen"))) == "chen"
    assert bearer(state(CITY, content=Content("above/leader"))) == "above"
    assert bearer(state(CITY, content=Content("@city"))) == ""
    assert bearer(state(with_content, content=Content("@city"))) == "above"


def test_a_link_brings_the_content_of_who_is_beyond_it_and_no_other() -> None:
    beyond = state(CITY, content=Content("above/leader", "", 3.0))
    assert take_content(beyond, "above", 5.0) is beyond
    with pytest.raises(HeldError, match="shows content"):
        take_content(state(CITY, content=Content("chen", "", 3.0)), "above", 5.0)
