"""The data worker: paints the panels that walls show, under the supervised-worker machinery."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from commandwall.base.clock import NS_PER_S, utc_ns
from commandwall.base.errors import CommandwallError, ProtocolError
from commandwall.compose.data.board import PanelBoard
from commandwall.ipc.channel import Channel, Received
from commandwall.ipc.data_messages import (
    CheckPicture,
    ConfigureData,
    PutCameras,
    PutPanels,
    PutValues,
    RemoveCameras,
    RemovePanels,
    SnapshotPanel,
)
from commandwall.ipc.messages import Failure, ShowTiles
from commandwall.workers.child import run_child

if TYPE_CHECKING:
    from commandwall.compose.data.studio import Studio

log = logging.getLogger(__name__)

_ROUND_S = 0.25
"""How often panels are looked at that nothing was said of: ages and ends of series move."""
_REST_S = 0.1
"""The least between two rounds, so that a sensor that sends a hundred values a second costs no more."""


class DataProcess:
    """Takes the control plane's messages and keeps the tiles painted."""

    def __init__(self, channel: Channel, group: asyncio.TaskGroup) -> None:
        self._channel = channel
        self._group = group
        self._board = PanelBoard()
        self._language = ""
        self._opened: Studio | None = None
        self._wake = asyncio.Event()
        self._faults: set[str] = set()
        self._painting: asyncio.Task[None] | None = None

    async def handle(self, received: Received) -> None:
        """Act on one message; raises :class:`ProtocolError` for one that is not for this worker."""
        match received.message:
            case ConfigureData(language):
                self._language = language
            case PutPanels(panels):
                self._board.put_panels(panels)
            case RemovePanels(ids):
                self._board.remove_panels(ids)
            case PutValues(values):
                self._board.put_values(values)
            case PutCameras(cameras):
                self._board.put_cameras(cameras)
            case RemoveCameras(ids):
                self._board.remove_cameras(ids)
            case ShowTiles(wall, tiles):
                self._studio().show(wall, tiles)
            case CheckPicture() | SnapshotPanel():
                self._group.create_task(self._answer(self._studio(), received), name="answer")
            case other:
                raise ProtocolError(f"channel: a data worker does not take {type(other).__name__}")
        self._wake.set()

    def close(self) -> None:
        """Stop painting."""
        if self._painting is not None:
            self._painting.cancel()

    def _studio(self) -> Studio:
        """Return what paints; the first time it is loaded and begins."""
        if self._opened is None:
            from commandwall.compose.data.studio import Studio

            self._opened = Studio(self._board, self._language)
            self._painting = self._group.create_task(self._paint(self._opened), name="paint")
        return self._opened

    async def _paint(self, studio: Studio) -> None:
        """Publish what is due, again and again, and say once what is wrong with panels."""
        while True:
            self._wake.clear()
            second_s = utc_ns() // NS_PER_S + 1
            faults = set(await asyncio.to_thread(studio.job().run))
            for fault in faults - self._faults:
                log.warning("%s", fault)
            self._faults = faults
            await asyncio.sleep(_REST_S)
            until_s = max(0.0, second_s - utc_ns() / NS_PER_S)  # A clock changes when the second does.
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), min(_ROUND_S, until_s))

    async def _answer(self, studio: Studio, received: Received) -> None:
        try:
            message, data = await asyncio.to_thread(studio.answer, received.message)
        except CommandwallError as error:
            self._channel.answer(received.call, Failure.of(error))
        else:
            self._channel.answer(received.call, message, data)


@asynccontextmanager
async def data_process(channel: Channel) -> AsyncIterator[DataProcess]:
    """Open a data worker; leaving it ends its painting."""
    async with asyncio.TaskGroup() as group:
        process = DataProcess(channel, group)
        try:
            yield process
        finally:
            process.close()


if __name__ == "__main__":
    run_child(data_process)
