"""What of a conference's state is said over links, and what is made of what the other end says."""

from __future__ import annotations

from collections.abc import Mapping

from commandwall.base.errors import ProtocolError
from commandwall.conference.links.messages import (
    MAX_PATH_CHARS,
    MAX_PEOPLE,
    Held,
    Holders,
    Person,
    Roster,
    Speaking,
    Voice,
)
from commandwall.model.conference.participant import Participant, Presence, Role
from commandwall.model.conference.settling import Claim, Claims, claims
from commandwall.model.conference.state import Conference
from commandwall.model.conference.tree import recorded_for, told
from commandwall.model.link import MAX_NODES, join_id

_STEP_DB = 4.0


def roster_for(state: Conference, node: str) -> Roster:
    """Return who the link to ``node`` is told of; left out is whose way is longer than can be told."""
    people = tuple(map(_person, filter(_tellable, told(state, node))))[:MAX_PEOPLE]
    return Roster(people, recorded_for(state, node))


def participants_in(roster: Roster, link: str, node: str) -> list[Participant]:
    """Return whom the other end of ``link``, where ``node`` is, tells of, as they are known at this end.

    Raises :class:`CommandwallError` for what cannot be a participant.
    """
    return [_participant(person, link, node) for person in roster.people]


def speaking_in(levels_db: Mapping[str, float]) -> Speaking:
    """Return who speaks on this side; levels in steps, so that not every report is told."""
    voices = (
        Voice(one, _STEP_DB * round(max(-120.0, min(0.0, level)) / _STEP_DB))
        for one, level in sorted(levels_db.items())
    )
    return Speaking(tuple(voices)[:MAX_PEOPLE])


def levels_in(speaking: Speaking, link: str) -> dict[str, float]:
    """Return who speaks of those whom ``link`` brings, as they are known at this end."""
    return {join_id(link, voice.id): voice.level_db for voice in speaking.voices}


def holders_of(state: Conference, *, settle: bool = False) -> Holders:
    """Return who holds floor and content here."""
    held = claims(state)
    return Holders(_held(held.floor), _held(held.content), settle)


def claims_in(floor: Held, content: Held) -> Claims:
    """Return who holds what, as the other end says."""
    return Claims(_claim(floor), _claim(content))


def _held(claim: Claim) -> Held:
    return Held(claim.holder, claim.since_s, claim.source)


def _claim(held: Held) -> Claim:
    return Claim(held.holder, held.since_s, held.source)


def _tellable(one: Participant) -> bool:
    return len(one.id) <= MAX_PATH_CHARS and len(one.path) <= MAX_NODES


def _person(one: Participant) -> Person:
    return Person(
        one.id,
        one.name[:200],
        one.role,
        one.site[:200],
        one.path,
        one.muted_by_self,
        one.muted_by_chair,
        one.hand_at_s,
        one.has_people,
        one.has_content,
        one.device,
    )


def _participant(person: Person, link: str, node: str) -> Participant:
    try:
        role = Role(person.role)
    except ValueError:
        raise ProtocolError(
            "the other end of the link says what is not understood ({place})", place="people"
        ) from None
    return Participant(
        join_id(link, person.id),
        person.name,
        role,
        person.site,
        (node, *person.path),
        presence=Presence.CONNECTED,
        admitted=True,
        muted_by_self=person.muted_by_self,
        muted_by_chair=person.muted_by_chair,
        hand_at_s=person.hand_at_s,
        has_people=person.has_people,
        has_content=person.has_content,
        device=person.device,
    )
