"""What is drawn over pictures: labels, alarms, banners, logos, and what a head may not show."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Switch(StrEnum):
    """Whether something is drawn; ``auto`` leaves it to the size of the tile."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Labels:
    """What tiles say of themselves while they are live.

    ``time`` is when the picture was captured, ``age`` how old it is, ``bitrate`` that of the feed. They
    are about live tiles: one that is late, frozen, lost or damaged always says so, and for how long.
    """

    name: Switch = Switch.AUTO
    area: Switch = Switch.AUTO
    time: Switch = Switch.AUTO
    state: Switch = Switch.AUTO
    age: Switch = Switch.AUTO
    bitrate: Switch = Switch.AUTO


class AlarmLevel(StrEnum):
    """How much something matters, the least first."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is the matter with a camera: every tile that shows it has a border, and the words."""

    level: AlarmLevel
    text: str = ""
    flash: bool = False


@dataclass(frozen=True, slots=True)
class Banner:
    """Words across the top of a wall. They move when ``ticker`` is set, and when they don't fit."""

    text: str
    level: AlarmLevel = AlarmLevel.INFO
    ticker: bool = False


class Corner(StrEnum):
    """A corner of a wall."""

    TOP_LEFT = "top-left"
    TOP_RIGHT = "top-right"
    BOTTOM_LEFT = "bottom-left"
    BOTTOM_RIGHT = "bottom-right"


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture in a corner of a wall: a PNG ``file``, ``height`` as a part of the canvas's."""

    file: str
    corner: Corner = Corner.BOTTOM_RIGHT
    height: float = 0.06
    opacity: float = 0.9


class WallOverlay(StrEnum):
    """What is drawn over a wall as a whole, and may be kept from a head."""

    BANNER = "banner"
    LOGO = "logo"


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a head does not show, by id: cameras, those of ``areas``, and what lies over the whole wall."""

    areas: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()
    overlays: tuple[WallOverlay, ...] = ()


NOTHING_HIDDEN = Hidden()


@dataclass(frozen=True, slots=True)
class Seen:
    """A camera that is seen in a picture, and the ``area`` where it hangs; ``""``: it may be any camera."""

    camera: str = ""
    area: str = ""
