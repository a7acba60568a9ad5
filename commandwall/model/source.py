"""Sources: what can fill a cell, as the text that people and programs write (``camera:ID``)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from commandwall.base.errors import InvalidError


class SourceKind(StrEnum):
    """The kinds of source that a cell takes."""

    NONE = "none"
    CAMERA = "camera"
    DATA = "data"
    SCREEN = "screen"
    CONFERENCE = "conference"
    """A conference's participant, ``CONFERENCE/PARTICIPANT``, or its :data:`PICTURE` or :data:`CONTENT`."""


@dataclass(frozen=True, slots=True)
class Source:
    """One thing that fills a cell; ``str(source)`` is its text form."""

    kind: SourceKind
    id: str = ""

    def __str__(self) -> str:
        return self.kind if self.kind is SourceKind.NONE else f"{self.kind}:{self.id}"

    @property
    def owner(self) -> str:
        """What its feeds are named after: a camera's id, and the text of any other source."""
        return self.id if self.kind is SourceKind.CAMERA else str(self)

    @classmethod
    def parse(cls, text: str, *, field: str = "source") -> Source:
        """Return the source that ``text`` names; raises :class:`InvalidError` naming ``field``."""
        if text == SourceKind.NONE:
            return EMPTY
        kind, colon, name = text.partition(":")
        if colon and name and kind in _NAMED:
            return cls(SourceKind(kind), name)
        raise InvalidError(
            "{text!r} is not a source;"
            " write camera:ID, data:ID, screen:ID, conference:ID/PARTICIPANT or none",
            text=text,
            field=field,
        )


PICTURE = "picture"
"""Where a conference's participant is named: the picture of the whole conference."""
CONTENT = "content"
"""Where a conference's participant is named: its content."""

_NAMED = frozenset(SourceKind) - {SourceKind.NONE}
DECODED = frozenset((SourceKind.CAMERA, SourceKind.SCREEN, SourceKind.CONFERENCE))
"""The kinds that come as encoded video; decoding them is what costs."""

EMPTY = Source(SourceKind.NONE)
