"""The messages about heads: what helps to set up their monitors, and displays of this machine."""

from __future__ import annotations

from dataclasses import dataclass

from commandwall.base.sentence import Sentence
from commandwall.model.head import Display

SHOWN, NOTICE = 0, 1
"""The tiles of a display's arena: what the head shows, and what stands there when that has stopped."""
HEARTBEAT_NS = 200_000_000
"""How often a wall writes its picture for a display at least, so that its silence is noticed."""


@dataclass(frozen=True, slots=True)
class ShowLineUp:
    """Control -> wall: what heads show to set up monitors, all of it, from now on.

    ``identify``: every head says what it is called. ``pattern``: a test pattern over the whole canvas;
    ``heads`` show one each, in its own pixels.
    """

    identify: bool
    pattern: bool
    heads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DisplayArena:
    """Where the wall process puts the pictures of a head for a display.

    ``arena`` has two tiles of the head's size, :data:`SHOWN` and :data:`NOTICE`.
    """

    head: str
    arena: str


@dataclass(frozen=True, slots=True)
class ConfigureDisplay:
    """Control -> display, first: the monitor, and the arena with the pictures of the head.

    ``title`` is that of the window; ``width`` and ``height`` are the picture's, ``fps`` the wall's.
    """

    title: str
    display: Display
    arena: str
    width: int
    height: int
    fps: int


@dataclass(frozen=True, slots=True)
class DisplayReport:
    """Display -> control, once a second and when it changes: whether pictures are on the monitor.

    ``monitor`` is its name, ``""`` while there is none; then ``fault`` and ``fault_zh`` say why.
    ``shown`` counts pictures since the process started, ``left_out`` those of them that came and went
    between two refreshes; ``waiting`` says that the wall's process sends nothing, which the monitor says.
    """

    monitor: str
    width: int
    height: int
    refresh_hz: int
    shown: int
    left_out: int
    waiting: bool
    fault: str = ""
    fault_zh: str = ""

    @classmethod
    def dark(cls, fault: Sentence, shown: int, left_out: int) -> DisplayReport:
        """Return the report of a display that is not there."""
        return cls("", 0, 0, 0, shown, left_out, False, str(fault), fault.zh)
