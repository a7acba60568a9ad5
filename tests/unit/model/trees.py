"""Nodes that are linked by the rules of the model, without any network."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from commandwall.model.conference.floor import open_voices
from commandwall.model.conference.participant import Participant, Presence, Role
from commandwall.model.conference.state import Conference
from commandwall.model.conference.tree import heard_of, told
from commandwall.model.link import LoopError, Surroundings, join_id

Voices = Counter[str]


@dataclass
class Node:
    """A daemon's part of a call. Its links are named after the node at their other end."""

    name: str
    people: Iterable[str]
    links: list[str] = field(default_factory=list)
    hears: dict[str, Voices] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.around = Surroundings(self.name)
        people = (Participant(one, one, presence=Presence.CONNECTED) for one in self.people)
        self.state = Conference("duty", "值班会商", self.name, participants=tuple(people))

    def link(self, other: str, *, above: bool) -> None:
        """Take the other end of a link in as a participant."""
        one = Participant(other, other, Role.SITE, relays=other, above=above, presence=Presence.CONNECTED)
        self.state = self.state.each((*self.state.participants, one))
        self.links.append(other)

    def mix(self, without: str) -> Voices:
        """Return how often each voice is in the mix without ``without``: what that one hears."""
        heard = open_voices(self.state) - {without}
        voices = Counter(f"{one}@{self.name}" for one in self.people if one in heard)
        for link, arriving in self.hears.items():
            if link in heard:
                voices += arriving
        return voices


@dataclass
class Call:
    """Nodes, and the messages between them, which take their time."""

    nodes: dict[str, Node]

    def join(self, lower: str, upper: str) -> None:
        """Link two nodes and tell everybody; raises :class:`LoopError`."""
        below, above = self.nodes[lower], self.nodes[upper]
        if upper in below.links:
            raise LoopError("linked already")
        sides = below.around.side(), above.around.side()
        below.around.learn(upper, sides[1])
        above.around.learn(lower, sides[0])
        below.link(upper, above=True)
        above.link(lower, above=False)
        self._spread(lower, upper)

    def meet(self) -> None:
        """Pass rosters on until everybody knows everybody."""
        for _ in self.nodes:
            for node in self.nodes.values():
                for link in node.links:
                    other = self.nodes[link]
                    those = [
                        replace(one, id=join_id(node.name, one.id), path=(node.name, *one.path))
                        for one in told(node.state, link)
                    ]
                    other.state = heard_of(other.state, node.name, those, 0.0)

    def talk(self) -> None:
        """Pass mixes on until everybody hears whom he is to hear; begun anew."""
        for node in self.nodes.values():
            node.hears.clear()
        for _ in self.nodes:
            mixes = {(name, link): node.mix(link) for name, node in self.nodes.items() for link in node.links}
            for (name, link), mix in mixes.items():
                self.nodes[link].hears[name] = mix

    def _spread(self, *changed: str) -> None:
        """Tell the neighbours of whoever learnt of nodes which those are."""
        pending = deque(changed)
        while pending:
            node = self.nodes[pending.popleft()]
            for link in node.links:
                other, nodes = self.nodes[link], node.around.side(link)
                before = other.around.side()
                other.around.learn(node.name, nodes)
                if other.around.side() != before:
                    pending.append(other.name)


@st.composite
def calls(draw: st.DrawFn) -> tuple[Call, list[tuple[str, str]]]:
    """Draw nodes with people, and links to try between any two of them."""
    names = [f"n{number}" for number in range(draw(st.integers(2, 7)))]
    counts = {name: draw(st.integers(0, 3)) for name in names}
    nodes = {name: Node(name, [f"p{number}" for number in range(count)]) for name, count in counts.items()}
    tries = draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=20))
    return Call(nodes), tries


@st.composite
def trees(draw: st.DrawFn) -> Call:
    """Draw a call of which every node is joined to every other by one way, and knows everybody in it."""
    call, _ = draw(calls())
    names = list(call.nodes)
    for number, name in enumerate(names[1:], 1):
        call.join(name, names[draw(st.integers(0, number - 1))])
    call.meet()
    return call
