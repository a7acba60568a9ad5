"""What the other end of a link says, one message a line, up to the conference that comes of it.

The first byte says whether the other end is above or below.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite

from aiohttp import WSMessage, WSMsgType

from commandwall.base.errors import CommandwallError
from commandwall.conference.links.line import Line
from commandwall.conference.links.messages import Hello, decode, encode
from commandwall.control.link_joint import Joint
from commandwall.control.link_words import roster_for
from commandwall.model.conference.attendance import invite
from commandwall.model.conference.command import Command
from commandwall.model.conference.feeds import MOST_FEEDS
from commandwall.model.conference.participant import Participant, Role
from commandwall.model.conference.speaking import hear
from commandwall.model.conference.state import Conference
from commandwall.model.link import Surroundings

WORDS = (
    b'{"type": "roster", "people": [{"id": "chen", "name": "a", "role": "member"}]}\n',
    b'{"type": "holders", "floor": {"holder": "chen@luohu"}, "content": {}, "settle": true}\n',
    b'{"type": "claim", "call": 1, "floor": {}, "content": {"holder": "@city", "source": "camera:1"}}\n',
    b'{"type": "command", "call": 1, "verb": "mute", "by": "", "target": "luohu/chen", "viewer": ""}\n',
    b'{"type": "speaking", "voices": [{"id": "chen", "level_db": -20}]}\n',
    b'{"type": "select", "people": ["luohu/chen"]}\n',
    b'{"type": "nodes", "nodes": ["luohu"]}\n',
    b'{"type": "refused", "en": "no", "zh": "x"}\n',
    b'{"type": "answer", "call": 1}\n',
    b'{"type": "bye"}\n',
    b'"path": ["guiyuan"]',
    b'"since_s": ',
    b"NaN",
    b"\\u202e",
    b"\\ud800",
)
_HELLO = Hello("luohu", "罗湖", "district", "above", ("luohu",))


def check(data: bytes) -> Conference:
    around = _Around()
    line = Line(_Socket(data[1:].split(b"\n")))
    joint = Joint(around, "luohu", _HELLO, line, lambda: 1000.0, above=data[:1] == b"^")
    try:
        joint._hear().send(None)  # It never waits, and tasks would make it ten times slower.
    except CommandwallError as error:
        assert str(error).isprintable() and error.zh.isprintable() and len(str(error)) <= 400
    return _checked(around.state)


def _checked(state: Conference) -> Conference:
    """Return ``state`` if it is one that can be told to others, and that nobody foisted a source on."""
    ids = [one.id for one in state.participants]
    assert len(set(ids)) == len(ids)
    assert not (state.content.source and not state.content.holder)
    assert isfinite(state.floor.since_s) and isfinite(state.content.since_s)
    roster = roster_for(state, "elsewhere")
    assert decode(encode(roster)) == roster
    return state


class _Around:
    """A conference of one, with a link to the node ``luohu``."""

    def __init__(self) -> None:
        self.state = invite(
            Conference("flood", "防汛", "city"), Participant("luohu", "罗湖", Role.SITE, relays="luohu")
        )
        self._around = Surroundings("city")

    def update(self, state: Conference) -> None:
        self.state = state

    def nodes_for(self, link: str) -> tuple[str, ...]:
        return tuple(sorted(self._around.side(link)))

    def learn(self, link: str, nodes: tuple[str, ...]) -> None:
        self._around.learn(link, nodes)

    def bring_up(self, joint: Joint) -> None:
        raise AssertionError("nothing is run, so nothing is told")

    def beyond(self, link: str) -> frozenset[str]:
        return self._around.beyond(link)

    def obey(self, command: Command) -> None:
        assert command.by.node == "luohu"

    def wanted_feeds(self) -> tuple[str, ...]:
        return ()

    def ask_feeds(self, people: tuple[str, ...]) -> None:
        assert len(people) <= MOST_FEEDS and all(people)

    def feeds_chosen(self) -> None:
        raise AssertionError("nothing is told, so nothing is chosen")

    def voices_for(self, link: str) -> Mapping[str, float]:
        return {}

    def hear_voices(self, link: str, levels_db: Mapping[str, float]) -> None:
        assert all(one.startswith(f"{link}/") and isfinite(level) for one, level in levels_db.items())
        self.state = hear(self.state, levels_db, 1000.0)

    async def claim_above(self, state: Conference) -> None:
        _checked(state)


class _Socket:
    """Says the lines, and then no more."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)

    async def send_str(self, data: str) -> None:
        decode(data)

    async def receive(self, timeout: float | None = None) -> WSMessage:
        line = next(self._lines, None)
        if line is None:
            return WSMessage(WSMsgType.CLOSED, None, None)
        return WSMessage(WSMsgType.TEXT, line.decode(errors="replace"), None)
