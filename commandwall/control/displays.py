"""The displays of this machine that show heads of a wall, as the control plane sees them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from commandwall.base.sentence import Sentence
from commandwall.ipc.arena import create_arena
from commandwall.ipc.channel import Received
from commandwall.ipc.head_messages import ConfigureDisplay, DisplayArena, DisplayReport
from commandwall.model.head import Display, Head
from commandwall.model.wall import Wall
from commandwall.workers.worker import Worker

log = logging.getLogger(__name__)

DISPLAY = "display"
"""The kind of these processes."""
_NOT_UP = Sentence("its process is not up yet; the log says more if it stays so")


@dataclass(frozen=True, slots=True)
class DisplayDocument:
    """A display in the API: the monitor that is wanted, and the one that shows the head (``""``: none).

    ``mode`` is its width, height and refresh rate in Hz. ``fault`` is why nothing is shown.
    ``shown`` counts pictures, ``left_out`` those that came and went between two refreshes.
    """

    wanted: int | str
    monitor: str
    mode: tuple[int, int, int]
    shown: int
    left_out: int
    fault: str
    fault_zh: str


class DisplayControl:
    """Keeps the process of one display. Belongs to the control plane's event loop.

    The arena that wall and display process share is made here and lives as long as the daemon, so
    that either of them may die and come back.
    """

    def __init__(self, wall: Wall, head: Head, display: Display, changed: Callable[[], None]) -> None:
        """Make the arena; ``changed`` is called when the display comes or goes."""
        self.name = f"{wall.id}/{head.id}"
        self.head = head
        self.report: DisplayReport | None = None
        self._wall = wall
        self._display = display
        self._changed = changed
        self._arena = create_arena([head.output, head.output])
        self.worker = Worker(
            DISPLAY,
            f"display-{wall.id}-{head.id}",
            "commandwall.outputs.display.worker",
            on_ready=self._ready,
            on_message=self._hear,
            on_down=self._down,
        )

    @property
    def arena(self) -> DisplayArena:
        """Where the wall process puts the head's pictures."""
        return DisplayArena(self.head.id, self._arena.path)

    def fault(self) -> Sentence | None:
        """Return why nothing is on the monitor; ``None`` while pictures are."""
        if self.report is None:
            return _NOT_UP
        return Sentence.of(self.report.fault, self.report.fault_zh) if self.report.fault else None

    def document(self) -> DisplayDocument:
        """Return the display as it is now."""
        report, fault = self.report or DisplayReport.dark(_NOT_UP, 0, 0), self.fault()
        return DisplayDocument(
            self._display.monitor,
            report.monitor,
            (report.width, report.height, report.refresh_hz),
            report.shown,
            report.left_out,
            str(fault or ""),
            fault.zh if fault else "",
        )

    def _ready(self, worker: Worker) -> None:
        title = f"{self._wall.name} / {self.head.id}"
        width, height = self.head.output
        worker.post(ConfigureDisplay(title, self._display, self._arena.path, width, height, self._wall.fps))

    def _hear(self, _: Worker, received: Received) -> None:
        if isinstance(received.message, DisplayReport):
            before, self.report = self.report, received.message
            if before is None or (before.monitor, before.fault) != (self.report.monitor, self.report.fault):
                self._tell()

    def _down(self, _: Worker) -> None:
        self.report = None
        self._changed()

    def _tell(self) -> None:
        fault, report = self.fault(), self.report
        if fault is not None:
            log.warning("display of head %s: %s", self.name, fault)
        elif report is not None:
            mode = f"{report.width} x {report.height}, {report.refresh_hz} Hz"
            log.info("head %s is shown on monitor %s (%s)", self.name, report.monitor, mode)
        self._changed()


def displays_of(wall: Wall, changed: Callable[[], None]) -> dict[str, DisplayControl]:
    """Return the displays of ``wall`` by the ids of their heads."""
    return {
        head.id: DisplayControl(wall, head, head.display, changed)
        for head in wall.heads
        if head.display is not None
    }
