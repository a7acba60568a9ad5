"""What the two ends of a link say to each other: JSON objects on a WebSocket, each with its ``type``.

The lower end comes with a :class:`Hello`, the upper one answers with its own or with :class:`Refused`. Ids of
participants are those of who speaks; who hears translates them (:func:`commandwall.model.link.translated`).
Fields that are not known are passed over, so that ends of different releases understand each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from commandwall.base.errors import ProtocolError
from commandwall.base.readable import readable
from commandwall.base.sentence import Sentence
from commandwall.model.conference.feeds import MOST_FEEDS
from commandwall.model.link import MAX_NODES

VERSION = 1
MAX_MESSAGE_BYTES = 256 << 10
MAX_PEOPLE = 150

MAX_PATH_CHARS = 600
_MAX_NAME_CHARS = 200

Name = Annotated[
    str, Field(max_length=_MAX_NAME_CHARS), AfterValidator(lambda text: readable(text, _MAX_NAME_CHARS))
]
"""What people read, in the log too: it comes without what cannot be shown."""
Path = Annotated[str, Field(max_length=MAX_PATH_CHARS, pattern="^[A-Za-z0-9._/-]*$")]
"""Who or what is meant: an id, link by link."""
TreeName = Annotated[str, Field(pattern="^([A-Za-z0-9._-]{0,64}@[A-Za-z0-9._-]{1,64})?$")]
"""A name in the whole tree (:mod:`commandwall.model.conference.identity`), ``""`` for nobody."""
Node = Annotated[str, Field(pattern="^[A-Za-z0-9._-]{1,64}$")]
Nodes = Annotated[tuple[Node, ...], Field(max_length=MAX_NODES)]
Seconds = Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False)]
CallNumber = Annotated[int, Field(ge=0, lt=1 << 53)]


@dataclass(frozen=True, slots=True)
class Hello:
    """Both, first: who this end is. ``link`` is its id of this link, ``nodes`` are those on its side.

    ``feeds``: how many single pictures it sends up at once beside the composed one. ``muted``: all are muted
    here, as the level above said last.
    """

    node: Node
    name: Name
    level: Name
    link: Path
    nodes: Nodes
    version: int = VERSION
    feeds: Annotated[int, Field(ge=0, le=MOST_FEEDS)] = 0
    muted: bool = False
    type: Literal["hello"] = "hello"


@dataclass(frozen=True, slots=True)
class Refused:
    """Either, then the end: why there is no link; ``again``: it is worth trying once more."""

    en: Name
    zh: Name
    again: bool = True
    type: Literal["refused"] = "refused"


@dataclass(frozen=True, slots=True)
class NodesChanged:
    """Either: the nodes on this side are others now."""

    nodes: Nodes
    type: Literal["nodes"] = "nodes"


@dataclass(frozen=True, slots=True)
class Person:
    """One who takes part; fields as :mod:`commandwall.model.conference.participant` has them."""

    id: Path
    name: Name
    role: Name
    site: Name = ""
    path: Nodes = ()
    muted_by_self: bool = False
    muted_by_chair: bool = False
    hand_at_s: Seconds | None = None
    has_people: bool = False
    has_content: bool = False
    device: Name = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """Either, on change: everybody on this side of the link, and whether they are ``recorded`` there."""

    people: Annotated[tuple[Person, ...], Field(max_length=MAX_PEOPLE)]
    recorded: bool = False
    type: Literal["roster"] = "roster"


@dataclass(frozen=True, slots=True)
class Voice:
    """One who is heard speaking at home, how loud: dBFS."""

    id: Path
    level_db: Annotated[float, Field(ge=-127, le=0)]


@dataclass(frozen=True, slots=True)
class Speaking:
    """Either, on change, at most some five times a second: who on this side speaks now."""

    voices: Annotated[tuple[Voice, ...], Field(max_length=MAX_PEOPLE)]
    type: Literal["speaking"] = "speaking"


@dataclass(frozen=True, slots=True)
class Select:
    """Downwards, on change: whose own pictures are to come up beside the composed one."""

    people: Annotated[tuple[Path, ...], Field(max_length=MOST_FEEDS)]
    type: Literal["select"] = "select"


@dataclass(frozen=True, slots=True)
class Held:
    """Who holds something since when (seconds UTC), by his name in the whole tree; ``""``: nobody."""

    holder: TreeName = ""
    since_s: Seconds = 0.0
    source: Name = ""


@dataclass(frozen=True, slots=True)
class Holders:
    """Who holds floor and content token: downwards what holds; ``settle``: what held in this half."""

    floor: Held
    content: Held
    settle: bool = False
    type: Literal["holders"] = "holders"


@dataclass(frozen=True, slots=True)
class Command:
    """Downwards: the chair above, ``by``, says ``verb``; answered with :class:`Answer`."""

    call: CallNumber
    verb: Name
    by: Path = ""
    target: Path = ""
    viewer: Path = ""
    type: Literal["command"] = "command"


@dataclass(frozen=True, slots=True)
class Claim:
    """Upwards: who holds floor and content token here now; may it be so? As :class:`Command`."""

    call: CallNumber
    floor: Held
    content: Held
    type: Literal["claim"] = "claim"


@dataclass(frozen=True, slots=True)
class Answer:
    """To a call: it is done, or why not."""

    call: CallNumber
    en: Name = ""
    zh: Name = ""
    type: Literal["answer"] = "answer"

    @classmethod
    def refusing(cls, call: int, why: Sentence) -> Answer:
        """Return the answer that says ``why`` not."""
        return cls(call, why[:_MAX_NAME_CHARS], why.zh[:_MAX_NAME_CHARS])


@dataclass(frozen=True, slots=True)
class Bye:
    """The lower one, then the end: the link was taken down there, on purpose."""

    type: Literal["bye"] = "bye"


Message: TypeAlias = (
    Hello | Refused | NodesChanged | Roster | Speaking | Select | Holders | Command | Claim | Answer | Bye
)
_ADAPTER: TypeAdapter[Message] = TypeAdapter(Annotated[Message, Field(discriminator="type")])


def encode(message: Message) -> str:
    """Return ``message`` as JSON."""
    return _ADAPTER.dump_json(message).decode()


def decode(text: str) -> Message:
    """Return the message in ``text``; raises :class:`ProtocolError` when it is none of these."""
    try:
        return _ADAPTER.validate_json(text)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in fault["loc"][:4])
        raise ProtocolError(
            "the other end of the link says what is not understood ({place})", place=place or "JSON"
        ) from None
