"""Commands: what may be told to a conference, and as what somebody tells it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from commandwall.model.conference.polling import DWELL_S

EXTENSION_MIN = 30.0


class Verb(StrEnum):
    """What a chair does; those that need a target say so when it is missing."""

    ROLL_CALL = "roll_call"
    ANSWERED = "answered"
    GRANT = "grant"
    REVOKE = "revoke"
    DECLINE = "decline"
    MUTE = "mute"
    UNMUTE = "unmute"
    MUTE_ALL = "mute_all"
    UNMUTE_ALL = "unmute_all"
    BROADCAST = "broadcast"
    WATCH = "watch"
    POLL = "poll"
    GALLERY = "gallery"
    VOICE_SWITCHED = "voice_switched"
    LECTURE = "lecture"
    LAYOUT = "layout"
    PRESENT = "present"
    TRANSFER = "transfer"
    TAKE = "take"
    LOCK = "lock"
    UNLOCK = "unlock"
    ADMIT = "admit"
    REMOVE = "remove"
    RECORD = "record"
    RECORD_END = "record_end"
    EXTEND = "extend"
    END = "end"


DIRECTIONS = frozenset(
    (Verb.ROLL_CALL, Verb.BROADCAST, Verb.POLL, Verb.GALLERY, Verb.VOICE_SWITCHED, Verb.LECTURE)
)
"""The verbs that direct the whole conference; one level at a time does."""
DELEGATED = (DIRECTIONS - {Verb.POLL, Verb.VOICE_SWITCHED}) | {
    Verb.GRANT, Verb.REVOKE, Verb.DECLINE, Verb.MUTE, Verb.UNMUTE, Verb.MUTE_ALL,
    Verb.UNMUTE_ALL, Verb.WATCH, Verb.PRESENT,
}  # fmt: skip
"""What the chair of the level above may do here; the rest stays with each level's own chair."""


class Standing(StrEnum):
    """As what somebody gives a command."""

    PARTICIPANT = "participant"
    OPERATOR = "operator"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gives a command: a participant, an operator of this node, or the chair of the level above.

    ``participant`` is its id here, ``""`` for an operator. ``node`` is the one above, whose link is up.
    """

    standing: Standing
    participant: str = ""
    node: str = ""


OPERATOR = Actor(Standing.OPERATOR)


@dataclass(frozen=True, slots=True)
class Command:
    """A verb and what goes with it; ``target`` is a participant's id unless the verb says otherwise.

    ``viewer`` goes with ``watch`` (whose picture changes, ``""``: the chair's), ``dwell_s`` with
    ``poll``, ``minutes`` with ``extend``.
    """

    verb: Verb
    by: Actor = OPERATOR
    target: str = ""
    viewer: str = ""
    dwell_s: float = DWELL_S
    minutes: float = EXTENSION_MIN
