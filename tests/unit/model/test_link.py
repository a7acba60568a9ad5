from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.model.link import MAX_NODES, LoopError, Surroundings, join_id, split_id, translated
from tests.unit.model.trees import Call, calls

IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True)


@given(calls())
def test_a_link_is_refused_exactly_if_its_ends_are_joined_already(
    drawn: tuple[Call, list[tuple[str, str]]],
) -> None:
    call, tries = drawn
    joined = {name: {name} for name in call.nodes}
    for lower, upper in tries:
        if upper in joined[lower]:
            with pytest.raises(LoopError):
                call.join(lower, upper)
            continue
        call.join(lower, upper)
        together = joined[lower] | joined[upper]
        for name in together:
            joined[name] = together
    assert all(node.around.side() == joined[name] for name, node in call.nodes.items())


@given(IDS, IDS, IDS)
def test_ids_are_understood_at_the_other_end(person: str, here: str, there: str) -> None:
    assert split_id(join_id(here, person)) == (here, person)
    assert translated(join_id(there, person), here, there) == person
    if person != there:
        assert translated(person, here, there) == join_id(here, person)
    assert translated(there, here, there) == translated("", here, there) == ""


def test_a_refused_link_leads_nowhere() -> None:
    around = Surroundings("luohu")
    around.learn("city", ("shenzhen", "futian"))
    with pytest.raises(LoopError, match="futian"):
        around.learn("other", ("guiyuan", "futian"))
    assert around.side() == {"luohu", "shenzhen", "futian"}
    with pytest.raises(LoopError, match="luohu"):
        around.learn("city", ("shenzhen", "luohu"))
    assert around.side() == {"luohu"}


def test_a_call_has_an_end() -> None:
    around = Surroundings("luohu")
    with pytest.raises(LoopError, match="nodes at most"):
        around.learn("city", (f"n{number}" for number in range(MAX_NODES)))
