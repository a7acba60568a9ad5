"""Conferences as they are kept over a restart: who was invited, what was arranged, who was in it."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace

from commandwall.base.sentence import Sentence
from commandwall.model.conference.participant import Participant, Presence, Role
from commandwall.model.conference.state import Call, Conference, Content, Direction, Vacancy

_RESTARTED = "the daemon was restarted; whoever was in the conference comes back"
_PRESENCE = {
    Presence.CONNECTED: Presence.LOST,
    Presence.CONNECTING: Presence.LOST,
    Presence.LOBBY: Presence.INVITED,
}
"""What somebody is after a restart who was something else before it."""

GALLERY = Direction()


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """One participant; those that links bring are not kept, nor the links that are opened from here."""

    id: str
    name: str
    role: Role
    site: str = ""
    presence: Presence = Presence.INVITED
    admitted: bool = False
    muted_by_self: bool = False
    muted_by_chair: bool = False
    watches: str = ""
    until_s: float | None = None
    account: bool = False


@dataclass(frozen=True, slots=True)
class ConferenceRecord:
    """One conference; ``opening`` tells it from an earlier one of the same id, ``opened``: it began.

    ``content`` is what the room of this node shows, since ``content_since_s`` (UTC); what others show is
    not kept.
    """

    id: str
    name: str
    opening: str
    opened: bool
    starts_at_s: float | None = None
    ends_at_s: float | None = None
    lobby: bool = False
    locked: bool = False
    muted_on_entry: bool = False
    muted_from_above: bool = False
    recording: bool = False
    wall: str = ""
    layout: str = ""
    direction: Direction = GALLERY
    content: str = ""
    content_since_s: float = 0.0
    roll: tuple[Call, ...] = ()
    members: tuple[MemberRecord, ...] = ()


def record_of(
    state: Conference, opening: str, *, opened: bool, without: Container[str] = ()
) -> ConferenceRecord:
    """Return what is kept of ``state``; ``without`` are those that stand for links opened from here."""
    direction = state.direction
    content = Content() if state.content.holder else state.content
    return ConferenceRecord(
        state.id,
        state.name,
        opening,
        opened,
        state.starts_at_s,
        state.ends_at_s,
        state.lobby,
        state.locked,
        state.muted_on_entry,
        state.muted_from_above,
        state.recording,
        state.wall,
        state.layout,
        state.before or GALLERY if direction.passing else direction,
        content.source,
        content.since_s,
        state.roll,
        tuple(_member(one) for one in state.participants if not one.path and one.id not in without),
    )


def restored(record: ConferenceRecord, node: str, now_s: float) -> Conference:
    """Return the conference of which ``record`` tells: everybody who was in it may come back.

    Nothing of it begins later than ``now_s``, wherever the clock stood before.
    """
    was_here = any(
        member.role is Role.CHAIR and _PRESENCE.get(member.presence, member.presence) is Presence.LOST
        for member in record.members
    )
    return Conference(
        record.id,
        record.name,
        node,
        starts_at_s=record.starts_at_s,
        ends_at_s=record.ends_at_s,
        lobby=record.lobby,
        locked=record.locked,
        muted_on_entry=record.muted_on_entry,
        muted_from_above=record.muted_from_above,
        recording=record.recording,
        wall=record.wall,
        layout=record.layout,
        direction=replace(record.direction, since_s=min(record.direction.since_s, now_s)),
        content=Content("", record.content, record.content_since_s),
        roll=record.roll,
        vacancy=Vacancy.LOST if was_here else Vacancy.NOT_YET,
        participants=tuple(map(_participant, record.members)),
    )


def _member(one: Participant) -> MemberRecord:
    return MemberRecord(
        one.id,
        one.name,
        one.role,
        one.site,
        one.presence,
        one.admitted,
        one.muted_by_self,
        one.muted_by_chair,
        one.watches,
        one.until_s,
        one.account,
    )


def _participant(member: MemberRecord) -> Participant:
    presence = _PRESENCE.get(member.presence, member.presence)
    return Participant(
        member.id,
        member.name,
        member.role,
        member.site,
        presence=presence,
        reason=Sentence(_RESTARTED if presence is Presence.LOST else ""),
        admitted=member.admitted,
        muted_by_self=member.muted_by_self,
        muted_by_chair=member.muted_by_chair,
        watches=member.watches,
        until_s=member.until_s,
        account=member.account,
    )
