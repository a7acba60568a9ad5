"""Feeds: the own pictures of people beyond links, of which a link carries a few beside the composed one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from commandwall.model.conference.participant import Participant
from commandwall.model.conference.state import Conference, Mode

USUAL_FEEDS = 2
MOST_FEEDS = 8
LINGER_S = 10.0
"""How long a feed goes on that nobody needs any more, if no other one needs its place."""


@dataclass(frozen=True, slots=True)
class Feeds:
    """What one link is to carry: when each was ``wanted`` last (seconds UTC), and who is ``left_out``."""

    wanted: Mapping[str, float] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


def wanted_feeds(state: Conference, others: Iterable[str] = ()) -> tuple[str, ...]:
    """Return who beyond links is to be seen on his own here, the most important first.

    That is whom the mode is about, then whom somebody here was given to see, then ``others``: whom a level
    above wants, or a wall shows.
    """
    direction = state.direction
    led = [direction.subject] if direction.mode is not Mode.GALLERY else []
    led += [state.floor.holder] if direction.mode is Mode.LECTURE else []
    watched = [one.watches for one in state.present if not one.path]
    beyond = {one.id for one in state.present if one.path}
    return tuple(name for name in dict.fromkeys((*led, *watched, *others)) if name in beyond)


def chosen(before: Feeds, wanted: Sequence[str], most: int, now_s: float) -> Feeds:
    """Return what a link carries that may carry ``most``, of those ``wanted`` whom it brings.

    Who comes first gets a place; what is left goes to those that were wanted until a moment ago.
    """
    taken = dict.fromkeys(wanted[:most], now_s)
    lingering = sorted(
        (
            (last_s, name)
            for name, last_s in before.wanted.items()
            if name not in wanted and now_s - last_s < LINGER_S
        ),
        reverse=True,
    )
    kept = {name: last_s for last_s, name in lingering[: most - len(taken)]}
    return Feeds(taken | kept, tuple(wanted[most:]))


def apart(state: Conference) -> list[Participant]:
    """Return those who are seen, each face once: whom a link's picture shows is not seen apart from it."""
    links = {one.relays for one in state.present if one.relays and one.seen}
    return [one for one in state.present if one.seen and not (one.path and one.path[0] in links)]
