"""Settling: the one rule by which two halves of a conference agree again after a link was broken.

Each half names who holds the floor and the content token in it. Of two holders the one keeps it that has
had it longer; who has it equally long is told apart by name. That is the least of a total order, so that
it does not matter who asks whom, how often, or in which order three levels find each other again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from commandwall.model.conference.identity import AT, holder_of, name_of
from commandwall.model.conference.state import Conference, Content, Held


@dataclass(frozen=True, slots=True)
class Claim:
    """Who holds something since when (seconds UTC), by his name in the whole tree; ``""``: nobody.

    ``source``: what the holder, a node's room then, shows as content.
    """

    holder: str = ""
    since_s: float = 0.0
    source: str = ""


@dataclass(frozen=True, slots=True)
class Claims:
    """What one half of a conference says of what one at a time can have."""

    floor: Claim = Claim()
    content: Claim = Claim()


def claims(state: Conference) -> Claims:
    """Return what is held in this half, in the words of the whole tree."""
    floor, content = state.floor, state.content
    return Claims(
        Claim(name_of(state, floor.holder), floor.since_s) if floor.holder else Claim(),
        Claim(name_of(state, content.holder), content.since_s, content.source) if content.taken else Claim(),
    )


def believed(state: Conference, theirs: Claims) -> Claims:
    """Return what of ``theirs`` the other half can know: what the room here shows, only this node says.

    Else whoever is at the other end could have it show a camera that is not theirs to see.
    """
    mine, content = claims(state).content, theirs.content
    if not content.holder:
        return replace(theirs, content=Claim())
    if content.holder != f"{AT}{state.node}" or replace(content, since_s=mine.since_s) == mine:
        return theirs
    return replace(theirs, content=mine if mine.holder == content.holder else Claim())


def settle(mine: Claims, theirs: Claims) -> Claims:
    """Return what holds in both halves from now on; both come to the same."""
    return Claims(_older(mine.floor, theirs.floor), _older(mine.content, theirs.content))


def settled(state: Conference, agreed: Claims) -> Conference:
    """Return this half as ``agreed``."""
    if agreed == claims(state):
        return state
    floor, content = agreed.floor, agreed.content
    return replace(
        state,
        floor=Held(_holder(state, floor), floor.since_s),
        content=Content(_holder(state, content), content.source, content.since_s),
    )


def _holder(state: Conference, claim: Claim) -> str:
    return holder_of(state, claim.holder) if claim.holder else ""


def _older(one: Claim, other: Claim) -> Claim:
    held = [claim for claim in (one, other) if claim.holder]
    return min(held, key=lambda claim: (claim.since_s, claim.holder, claim.source), default=Claim())
