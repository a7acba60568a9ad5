"""On any tree everybody is in every roster once, and is heard everywhere once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from commandwall.model.conference.chair import apply
from commandwall.model.conference.command import Command, Verb
from commandwall.model.conference.tree import onward
from commandwall.model.link import split_id, translated
from tests.unit.model.trees import Call, Node, trees


def everybody(call: Call) -> Counter[str]:
    return Counter(f"{one}@{node.name}" for node in call.nodes.values() for one in node.people)


@given(trees())
def test_everybody_hears_everybody_else_once_and_never_themselves(call: Call) -> None:
    call.talk()
    for node in call.nodes.values():
        assert node.mix("") == everybody(call)
        for one in node.people:
            assert node.mix(one) == everybody(call) - Counter([f"{one}@{node.name}"])


@given(trees(), st.data())
def test_when_the_roll_is_called_from_the_top_only_the_called_one_and_the_caller_are_heard(
    call: Call, data: st.DataObject
) -> None:
    top = call.nodes["n0"]
    people = [one for one in top.state.participants if not one.relays]
    if len(people) < 2 or not any(not one.path for one in people):
        return
    chair = next(one for one in people if not one.path)
    called = data.draw(st.sampled_from([one for one in people if one.id != chair.id]))
    top.state = replace(top.state, chair=chair.id)
    pass_down(call, top, Command(Verb.ROLL_CALL, target=called.id))
    call.talk()
    home = called.path[-1] if called.path else "n0"
    heard = Counter([f"{chair.id}@n0", f"{called.id.rpartition('/')[2]}@{home}"])
    assert all(node.mix("") == heard for node in call.nodes.values())


@given(trees(), st.data())
def test_when_all_are_muted_from_the_top_only_the_chair_is_heard(call: Call, data: st.DataObject) -> None:
    top = call.nodes["n0"]
    chair = next((one for one in top.state.participants if not one.path and not one.relays), None)
    if chair is None:
        return
    for node in call.nodes.values():  # each level has a chair of its own
        own = next((one.id for one in node.state.participants if not one.path and not one.relays), "")
        node.state = replace(node.state, chair=own)
    pass_down(call, top, Command(Verb.MUTE_ALL))
    call.meet()
    call.talk()
    assert all(node.mix("") == Counter([f"{chair.id}@n0"]) for node in call.nodes.values())
    pass_down(call, top, Command(Verb.UNMUTE_ALL))
    call.meet()
    call.talk()
    assert all(node.mix("") == everybody(call) for node in call.nodes.values())


def pass_down(call: Call, node: Node, command: Command, came_from: str = "") -> None:
    """Tell everybody below what was done, in their own ids."""
    node.state = apply(node.state, command, 5.0)
    below = [link for link in node.links if link != came_from]
    for link, told in onward(node.state, command, below):
        leader, target = (translated(one, node.name, link) for one in (told.by.participant, told.target))
        actor = replace(told.by, participant=leader)
        pass_down(call, call.nodes[link], replace(told, by=actor, target=target), node.name)


@given(trees())
def test_everybody_is_in_every_roster_once_with_the_way_to_them(call: Call) -> None:
    for node in call.nodes.values():
        ids = [one.id for one in node.state.participants]
        assert len(ids) == len(set(ids))
        people = [one for one in node.state.participants if not one.relays]
        assert Counter(f"{one.name}@{(node.name, *one.path)[-1]}" for one in people) == everybody(call)
        for one in people:
            at, target = node, one.id
            for name in one.path:
                link, target = split_id(target)
                assert link == name in at.links
                at = call.nodes[name]
            assert target in at.people
