"""The content token: one second picture for everybody, whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from commandwall.base.errors import HeldError, InvalidError
from commandwall.model.conference.bearing import brought
from commandwall.model.conference.state import Conference, Content


class ContentKind(StrEnum):
    """What of the room itself can be content."""

    CAMERA = "camera"
    SCREEN = "screen"
    HEAD = "head"
    """A head of a wall: ``head:WALL/HEAD``."""
    SCENE = "scene"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class ContentSource:
    """What of the room is content; ``str()`` gives its text (``camera:ID``)."""

    kind: ContentKind
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str, *, field: str = "target") -> ContentSource:
        """Return what ``text`` names; raises :class:`InvalidError` naming ``field``."""
        kind, colon, name = text.partition(":")
        wrong_head = kind == ContentKind.HEAD and not all(name.partition("/"))
        if not colon or not name or kind not in set(ContentKind) or wrong_head:
            raise InvalidError(
                "{text!r} cannot be content; write camera:ID, screen:ID, head:WALL/HEAD, scene:ID or data:ID",
                text=text,
                field=field,
            )
        return cls(ContentKind(kind), name)


def take_content(state: Conference, participant: str, now_s: float) -> Conference:
    """Return ``state`` with the token at ``participant``, who begins to send a second picture.

    He need not be connected yet: that may be all he sends. A link that brings the content of somebody
    beyond it leaves the token there. Raises :class:`HeldError` when somebody else, or the room, shows
    content.
    """
    one = state.participant(participant, field="participant")
    if not one.let_in:
        raise InvalidError("{name} is not in the conference now", name=one.name, field="participant")
    held = state.content
    if one.relays and brought(held, one):
        return state
    if held.taken and held.holder != one.id:
        holder = state.find(held.holder)
        raise HeldError(
            "{name} shows content; one at a time can: ask the chair to give it to you",
            name=holder.name if holder is not None else held.source,
        )
    return state if held.holder == one.id else replace(state, content=Content(one.id, "", now_s))


def drop_content(state: Conference, participant: str, now_s: float) -> Conference:
    """Return ``state`` without the content of ``participant``; of others nothing changes."""
    if state.content.holder != participant:
        return state
    return replace(state, content=Content("", "", now_s))


def present(state: Conference, target: str, now_s: float) -> Conference:
    """Return ``state`` with the token given by the chair to ``target``, a participant or a source.

    Who had it loses it; ``""`` gives it to nobody. Raises :class:`InvalidError` for what cannot be
    content, or is not here.
    """
    if not target:
        return replace(state, content=Content("", "", now_s))
    if ":" in target:
        return replace(state, content=Content("", str(ContentSource.parse(target)), now_s))
    return replace(state, content=Content(state.someone_here(target).id, "", now_s))
