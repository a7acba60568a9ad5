"""Participants of a conference: people, sites, and what links bring from other levels."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from commandwall.base.errors import InvalidError
from commandwall.base.sentence import Sentence
from commandwall.model.source import CONTENT, PICTURE

_ID = re.compile(r"([A-Za-z0-9._-]{1,64}/)*[A-Za-z0-9._-]{1,64}")
_MAX_ID_SHOWN = 80
NOTHING_SAID = Sentence("")


class Role(StrEnum):
    """What somebody was invited as."""

    CHAIR = "chair"
    """May hold the chair: the first to come does, another one takes it."""
    MEMBER = "member"
    SITE = "site"
    """A room with its people: a street office, a branch, another level's conference."""


class Presence(StrEnum):
    """Where somebody is on the way into the conference or out of it."""

    INVITED = "invited"
    LOBBY = "lobby"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    LOST = "lost"
    LEFT = "left"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Participant:
    """One participant; ``id`` is unique in the conference, ``name`` is what people read.

    ``path`` are the nodes through which it is reached, the nearest first, ``()`` for those that are
    here; its id then begins with the link. A participant that ``relays`` a node stands for a link: its
    picture is the one composed there, its voice the mix of all there; ``above``: it leads to the level above.

    ``device``: what it joins with, as that says of itself. ``until_s``: until when its invitation holds,
    ``None`` for who needs none; with an ``account`` it is known here, and no lobby holds it. ``admitted``:
    has been let in once, so that neither lobby nor lock stops it when it returns.
    ``hand_at_s``: since when its hand is raised. ``watches``: whose picture it was given to see, ``""``
    for the conference's. ``speaking_since_s``: since when it has been heard without a pause, ``None``
    while it is silent; ``spoke_at_s``: when it was heard last. ``reason``: what is wrong, for the roster.

    Raises :class:`InvalidError` for an id that cannot be one, and for an empty name.
    """

    id: str
    name: str
    role: Role = Role.MEMBER
    site: str = ""
    path: tuple[str, ...] = ()
    relays: str = ""
    device: str = ""
    until_s: float | None = None
    account: bool = False
    above: bool = False
    presence: Presence = Presence.INVITED
    reason: Sentence = NOTHING_SAID
    admitted: bool = False
    muted_by_self: bool = False
    muted_by_chair: bool = False
    hand_at_s: float | None = None
    has_people: bool = False
    has_content: bool = False
    watches: str = ""
    speaking_since_s: float | None = None
    spoke_at_s: float | None = None

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id) or self.id in (PICTURE, CONTENT):
            raise InvalidError(
                "{id!r} cannot be the id of a participant", id=self.id[:_MAX_ID_SHOWN], field="participant"
            )
        if not self.name.strip():
            raise InvalidError("a participant needs a name", field="name")

    @property
    def let_in(self) -> bool:
        """Whether it is past the door: it takes part, or its connections are being made."""
        return self.presence in (Presence.CONNECTING, Presence.CONNECTED)

    @property
    def here(self) -> bool:
        """Whether it takes part now."""
        return self.presence is Presence.CONNECTED

    @property
    def seen(self) -> bool:
        """Whether it takes part with a picture of itself."""
        return self.here and self.has_people

    @property
    def coming(self) -> bool:
        """Whether it is on its way in, or in: what it sends is expected or there."""
        return self.presence in (Presence.LOBBY, Presence.CONNECTING, Presence.CONNECTED)
