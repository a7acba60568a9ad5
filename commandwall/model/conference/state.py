"""The state of a conference, immutable; the modules beside this one say how it changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypedDict, Unpack

from commandwall.base.errors import InvalidError, NotFoundError
from commandwall.base.sentence import Sentence
from commandwall.model.conference.participant import Participant, Presence


class Mode(StrEnum):
    """How a conference is directed."""

    GALLERY = "gallery"
    """Free: all are seen."""
    VOICE_SWITCHED = "voice_switched"
    """Who speaks is seen large."""
    LECTURE = "lecture"
    """One speaks, seen large; others are muted unless they are granted the floor."""
    ROLL_CALL = "roll_call"
    """One after another is called; only that one and the chair are heard and seen."""
    BROADCAST = "broadcast"
    """All but the chair must see one site, which sees the chair."""
    POLL = "poll"
    """One site after another is seen, each for a dwell time."""


class Vacancy(StrEnum):
    """Why nobody holds the chair."""

    NONE = ""
    NOT_YET = "not_yet"
    LEFT = "left"
    LOST = "lost"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Direction:
    """What the chair has arranged since ``since_s``: a mode, and whom it is about.

    ``leader`` is who directs, ``""`` for whoever holds the chair of this conference; ``above``: it comes
    through a link from the level above. ``dwell_s`` is that of a poll. ``silenced``: the one called in
    a roll-call has been muted since.
    """

    mode: Mode = Mode.GALLERY
    subject: str = ""
    leader: str = ""
    above: bool = False
    since_s: float = 0.0
    dwell_s: float = 0.0
    silenced: bool = False

    @property
    def passing(self) -> bool:
        """Whether what was before it comes back when it ends."""
        return self.above or self.mode is Mode.ROLL_CALL


@dataclass(frozen=True, slots=True)
class Held:
    """Who has something that one at a time has, and since when; ``""``: nobody."""

    holder: str = ""
    since_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Content:
    """The content token: whose second picture is content, or which ``source`` the room itself shows."""

    holder: str = ""
    source: str = ""
    since_s: float = 0.0

    @property
    def taken(self) -> bool:
        """Whether there is content."""
        return bool(self.holder or self.source)


@dataclass(frozen=True, slots=True)
class Call:
    """A line of the roll: who was called when, and answered when.

    ``called_at_s`` is ``None`` for who was not there to be called, ``answered_at_s`` for who did not answer.
    """

    participant: str
    name: str
    called_at_s: float | None = None
    answered_at_s: float | None = None


@dataclass(frozen=True, slots=True)
class Conference:
    """A conference on the node ``node`` (a site's id).

    One participant holds the ``chair``, or ``vacancy`` says why none does. ``before`` is what comes back
    when a passing direction ends. ``roll`` is the last roll-call, or the one that goes on. ``layout``:
    the one that was chosen for its picture, ``""`` for what the mode has. ``wall``: the wall that reacts
    to it, ``""`` for none. ``muted_on_entry``: all were muted, so that who comes is muted too;
    ``muted_from_above``: by the level above. ``recording``: it is recorded here; ``recorded_beyond`` are the
    nodes at the other ends of links from beyond which it is.
    Participants are in the order of their coming into the list.
    """

    id: str
    name: str
    node: str
    starts_at_s: float | None = None
    ends_at_s: float | None = None
    ended_at_s: float | None = None
    lobby: bool = False
    locked: bool = False
    recording: bool = False
    recorded_beyond: frozenset[str] = frozenset()
    muted_on_entry: bool = False
    muted_from_above: bool = False
    wall: str = ""
    layout: str = ""
    participants: tuple[Participant, ...] = ()
    chair: str = ""
    vacancy: Vacancy = Vacancy.NOT_YET
    direction: Direction = Direction()
    before: Direction | None = None
    floor: Held = Held()
    speaker: Held = Held()
    content: Content = Content()
    roll: tuple[Call, ...] = ()

    @property
    def recorded(self) -> bool:
        """Whether it is recorded on any level."""
        return self.recording or bool(self.recorded_beyond)

    @property
    def leader(self) -> str:
        """Who directs now: the chair, or who does so from the level above."""
        return self.direction.leader or self.chair

    @property
    def present(self) -> tuple[Participant, ...]:
        """Those who take part now."""
        return tuple(one for one in self.participants if one.here)

    def find(self, participant: str) -> Participant | None:
        """Return who has this id, ``None`` for nobody."""
        return next((one for one in self.participants if one.id == participant), None)

    def participant(self, participant: str, *, field: str = "target") -> Participant:
        """Return who has this id; raises :class:`NotFoundError`, and :class:`InvalidError` for ``""``."""
        if not participant:
            raise InvalidError("name a participant", field=field)
        one = self.find(participant)
        if one is None:
            raise NotFoundError("nobody in this conference is called {id!r}", id=participant)
        return one

    def someone_here(self, participant: str, *, field: str = "target") -> Participant:
        """Return who has this id and takes part now; raises as :meth:`participant` does."""
        one = self.participant(participant, field=field)
        if not one.here:
            raise InvalidError("{name} is not in the conference now", name=one.name, field=field)
        return one

    def expects(self, participant: str) -> bool:
        """Return whether who has this id is on the list, and was not removed."""
        one = self.find(participant)
        return one is not None and one.presence is not Presence.REMOVED

    def is_here(self, participant: str) -> bool:
        """Return whether who has this id takes part now."""
        one = self.find(participant)
        return one is not None and one.here

    def changed(self, participant: str, **fields: Unpack[Fields]) -> Conference:
        """Return it with ``fields`` of one participant changed."""
        return self.each(
            replace(one, **fields) if one.id == participant else one for one in self.participants
        )

    def each(self, participants: Iterable[Participant]) -> Conference:
        """Return it with these participants."""
        return replace(self, participants=tuple(participants))


class Fields(TypedDict, total=False):
    """What of a participant changes; see :class:`~commandwall.model.conference.participant.Participant`."""

    relays: str
    device: str
    until_s: float | None
    account: bool
    above: bool
    reason: Sentence
    muted_by_self: bool
    muted_by_chair: bool
    hand_at_s: float | None
    has_people: bool
    has_content: bool
    watches: str
    speaking_since_s: float | None
    spoke_at_s: float | None
