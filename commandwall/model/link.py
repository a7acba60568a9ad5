"""Links between the conferences of daemons: which nodes and people are on which side of each.

A node is a daemon's part of the conference, named after its site. The nodes of one call form a tree:
a second way to any node would bring every voice back as an echo that grows, so it is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from commandwall.base.errors import CommandwallError

MAX_NODES = 100
"""So many nodes one call has at most: a city, its districts and their streets, several times over."""
_MAX_SHOWN = 5


class LinkState(StrEnum):
    """How a link or a bridge is. One that is ``lost`` is tried again; one that is ``refused`` too, slowly."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    LOST = "lost"
    REFUSED = "refused"


class LoopError(CommandwallError):
    """Raised when a link would join nodes that are joined already."""


class Surroundings:
    """The nodes around ``node``: those that are reached through each of its links."""

    def __init__(self, node: str) -> None:
        self.node = node
        self._beyond: dict[str, frozenset[str]] = {}

    def side(self, without: str = "") -> frozenset[str]:
        """Return the nodes on this side of the link ``without``: what its other end is told."""
        others = (nodes for link, nodes in self._beyond.items() if link != without)
        return frozenset((self.node,)).union(*others)

    def beyond(self, link: str) -> frozenset[str]:
        """Return the nodes beyond ``link``."""
        return self._beyond.get(link, frozenset())

    def learn(self, link: str, nodes: Iterable[str]) -> None:
        """Note which ``nodes`` are beyond ``link``.

        Raises :class:`LoopError`, and then ``link`` leads nowhere: one of them is on this side too, or
        they are more than a call has.
        """
        self.forget(link)
        beyond = frozenset(nodes)
        here = self.side()
        if both := here & beyond:
            raise LoopError(
                "a loop: {nodes} can be reached on both sides of this link; remove one of the links",
                nodes=", ".join(sorted(both)[:_MAX_SHOWN]),
            )
        if len(here) + len(beyond) > MAX_NODES:
            raise LoopError("a call has {most} nodes at most; end links that nobody needs", most=MAX_NODES)
        self._beyond[link] = beyond

    def forget(self, link: str) -> None:
        """Note that ``link`` leads nowhere any more."""
        self._beyond.pop(link, None)


def join_id(link: str, participant: str) -> str:
    """Return the id of who is ``participant`` at the other end of ``link``."""
    return f"{link}/{participant}"


def split_id(participant: str) -> tuple[str, str]:
    """Return the link that leads to ``participant`` (``""``: they are here) and their id beyond it."""
    link, slash, beyond = participant.partition("/")
    return (link, beyond) if slash else ("", participant)


def translated(participant: str, link: str, theirs: str) -> str:
    """Return who the other end of ``link`` means by ``participant``, in the ids of this end.

    ``theirs`` is what the other end calls the same link. ``""`` is this end as a whole, or nobody.
    """
    if participant in ("", theirs):
        return ""
    through, beyond = split_id(participant)
    return beyond if through == theirs else join_id(link, participant)
