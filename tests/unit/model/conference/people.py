"""A conference with people in it, for the tests beside this file."""

from __future__ import annotations

from commandwall.model.conference.attendance import arrive, connected, invite
from commandwall.model.conference.chair import apply
from commandwall.model.conference.command import OPERATOR, Actor, Command, Standing, Verb
from commandwall.model.conference.participant import Participant, Role
from commandwall.model.conference.state import Conference
from commandwall.settings.layouts import load_layouts, shipped_layouts

LAYOUTS = load_layouts(shipped_layouts())
NOW_S = 1000.0
CHAIR = Actor(Standing.PARTICIPANT, "chair")


def room(*sites: str, now_s: float = NOW_S) -> Conference:
    """Return a conference with a chair, ``chair``, and ``sites``, all connected with pictures."""
    state = Conference("c1", "Flood", "luohu")
    state = entered(state, Participant("chair", "Wang", Role.CHAIR), now_s)
    for site in sites:
        state = entered(state, Participant(site, site.title(), Role.SITE), now_s)
    return state


def entered(state: Conference, one: Participant, now_s: float = NOW_S) -> Conference:
    """Return ``state`` with ``one`` connected and sending a picture."""
    state = connected(arrive(invite(state, one), one.id), one.id, now_s)
    return state.changed(one.id, has_people=True)


def behind(state: Conference, *path: str, name: str, seen: bool = False) -> Conference:
    """Return ``state`` with somebody whom the link to ``path[0]`` brings."""
    state = entered(state, Participant("/".join((*path, name)), name.title(), path=path))
    return state.changed("/".join((*path, name)), has_people=seen)


def link(state: Conference, node: str, *, above: bool = False) -> Conference:
    """Return ``state`` with the participant that stands for the link to ``node``."""
    return entered(state, Participant(node, node.title(), Role.SITE, relays=node, above=above))


def said(
    state: Conference,
    verb: Verb,
    target: str = "",
    *,
    by: Actor = CHAIR,
    viewer: str = "",
    at_s: float = NOW_S,
    dwell_s: float = 15.0,
    minutes: float = 30.0,
) -> Conference:
    """Return ``state`` after the chair, unless it is another one, said ``verb``."""
    return apply(state, Command(verb, by, target, viewer, dwell_s, minutes), at_s)


def by_operator(state: Conference, verb: Verb, target: str = "") -> Conference:
    """Return ``state`` after an operator said ``verb``."""
    return said(state, verb, target, by=OPERATOR)
