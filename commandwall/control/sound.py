"""The sound process as the control plane sees it: what is mixed in each conference, and what it reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from commandwall.ipc.channel import Received
from commandwall.ipc.packets import BusAddress
from commandwall.ipc.sound_messages import (
    ArrangeSound,
    ConfigureSound,
    EndSound,
    SoundInput,
    SoundReport,
)
from commandwall.workers.worker import Worker


class SoundControl:
    """Keeps the sound process, which the first conference starts, and tells a new one all that it is to mix.

    Belongs to the control plane's event loop.
    """

    def __init__(self, packet_path: Path) -> None:
        self._packet_path = packet_path
        self._watchers: list[Callable[[SoundReport], None]] = []
        self._arranged: dict[str, ArrangeSound] = {}
        self.worker = Worker(
            "sound",
            "sound",
            "commandwall.conference.worker",
            on_ready=self._ready,
            on_message=self._hear,
            on_down=_down,
            on_demand=True,
        )

    def watch(self, watcher: Callable[[SoundReport], None]) -> None:
        """Call ``watcher`` with the report of each conference that is still arranged."""
        self._watchers.append(watcher)

    def arrange(self, conference: str, inputs: Iterable[SoundInput], listeners: Iterable[str]) -> None:
        """Mix ``inputs`` for each of ``listeners`` from now on: the whole state, in place of the one before.

        An arrangement that is in force already costs nothing.
        """
        arranged = ArrangeSound(conference, tuple(inputs), tuple(listeners))
        if self._arranged.get(conference) != arranged:
            self._arranged[conference] = arranged
            self.worker.want()
            self.worker.post(arranged)

    def end(self, conference: str) -> None:
        """Mix nothing more for ``conference``; one that is over already is."""
        if self._arranged.pop(conference, None) is not None:
            self.worker.post(EndSound(conference))

    def address(self, conference: str, listener: str) -> BusAddress:
        """Return where the mix for ``listener`` is; ``EVERYBODY`` is who hears all."""
        return BusAddress(str(self._packet_path), f"mix/{conference}/{listener}", "")

    def _ready(self, worker: Worker) -> None:
        worker.post(ConfigureSound(str(self._packet_path)))
        for arranged in self._arranged.values():
            worker.post(arranged)

    def _hear(self, _: Worker, received: Received) -> None:
        match received.message:
            case SoundReport() as report if report.conference in self._arranged:
                for watcher in self._watchers:
                    watcher(report)


def _down(_: Worker) -> None:
    """Do nothing: the next life is told everything, and who listens subscribes anew."""
