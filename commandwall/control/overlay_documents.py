"""Alarms, banners, labels and masks as the API shows them, and as they are kept."""

from __future__ import annotations

from dataclasses import dataclass

from commandwall.model.masks import Mask
from commandwall.model.overlays import AlarmLevel, Banner, Labels


@dataclass(frozen=True, slots=True)
class AlarmDocument:
    """An alarm of a camera: since when (UTC in ns), and who raised it."""

    camera: str
    level: AlarmLevel
    text: str
    flash: bool
    since_utc_ns: int
    by: str


@dataclass(frozen=True, slots=True)
class AlarmEvent:
    """What an event ``alarm`` carries: an alarm that was raised or changed, or, ``cleared``, is over."""

    alarm: AlarmDocument
    cleared: bool


@dataclass(frozen=True, slots=True)
class OverlaysDocument:
    """What is drawn over a wall: the labels of its tiles, and the words across its top."""

    wall: str
    labels: Labels
    banner: Banner | None


@dataclass(frozen=True, slots=True)
class OverlaysEvent:
    """What an event ``overlays`` carries: those of a wall were changed."""

    overlays: OverlaysDocument


@dataclass(frozen=True, slots=True)
class MaskDocument:
    """A mask in the API: the corners of a polygon, (x, y) in parts of the picture."""

    polygon: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class MasksDocument:
    """The masks of a camera; ``configured`` says that they are those of the configuration."""

    camera: str
    configured: bool
    masks: tuple[MaskDocument, ...]


@dataclass(frozen=True, slots=True)
class MaskRecord:
    """The masks of a camera as they are kept."""

    masks: tuple[Mask, ...]
