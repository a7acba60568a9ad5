"""The messages to a wall process about what is drawn over its pictures."""

from __future__ import annotations

from dataclasses import dataclass

from commandwall.model.camera import Area
from commandwall.model.conference.marks import PersonMarks
from commandwall.model.overlays import Alarm, Banner, Labels


@dataclass(frozen=True, slots=True)
class DressWall:
    """Control -> wall: the labels of its tiles and the words across its top, from now on.

    ``areas`` are those that cameras hang in.
    """

    labels: Labels
    banner: Banner | None
    areas: tuple[Area, ...]


@dataclass(frozen=True, slots=True)
class SourceAlarm:
    """What is the matter with a source."""

    source: str
    alarm: Alarm


@dataclass(frozen=True, slots=True)
class SourceAlarms:
    """Control -> wall: all alarms that there are, from now on."""

    alarms: tuple[SourceAlarm, ...]


@dataclass(frozen=True, slots=True)
class SourceRate:
    """The bit rate of a source, in bits a second."""

    source: str
    rate_bps: float


@dataclass(frozen=True, slots=True)
class SourceRates:
    """Control -> wall, once a second where a tile says so: the bit rates of the sources it shows."""

    rates: tuple[SourceRate, ...]


@dataclass(frozen=True, slots=True)
class SourcePerson:
    """What is known of the participant of a conference that a source is.

    Pictures of it are to be shown ``held_ms`` after they were captured, which is when the voice is heard.
    """

    source: str
    marks: PersonMarks
    held_ms: int = 0


@dataclass(frozen=True, slots=True)
class SourcePersons:
    """Control -> wall, on change, at most five times a second: all participants among its sources."""

    persons: tuple[SourcePerson, ...]


@dataclass(frozen=True, slots=True)
class Watermark:
    """Control -> wall: what the watermark of ``head`` says from now on."""

    head: str
    text: str


OverlayMessage = DressWall | SourceAlarms | SourceRates | SourcePersons | Watermark
