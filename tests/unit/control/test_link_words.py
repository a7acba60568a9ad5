from __future__ import annotations

from dataclasses import replace

from commandwall.control.link_words import participants_in, roster_for
from tests.unit.model.conference.people import room


def test_what_is_told_of_people_is_known_at_the_other_end() -> None:
    state = room("a")
    state = state.each(
        replace(one, device="Chrome 156, Windows", site="三楼", muted_by_self=True, has_content=True)
        for one in state.participants
    )
    heard = participants_in(roster_for(state, "up"), "l", "x")
    assert heard == [replace(one, id=f"l/{one.id}", path=("x",), admitted=True) for one in state.participants]
