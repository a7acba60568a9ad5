"""The data worker: paints the panels that walls show, under the supervised-worker machinery."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import cv2

from commandwall.base.clock import NS_PER_S, monotonic_ns, utc_ns
from commandwall.base.errors import CommandwallError, ProtocolError
from commandwall.compose.data.board import PanelBoard
from commandwall.compose.data.painters import paint
from commandwall.compose.data.picture import read_picture
from commandwall.compose.data.tiles import Job, PanelTile, open_tiles
from commandwall.compose.data.words import panel_words
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
from commandwall.ipc.messages import Failure, Message, Picture, Ready, ShowTiles
from commandwall.media.still import encode_still
from commandwall.workers.child import run_child

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
        self._words = panel_words("")
        self._tiles: dict[str, list[PanelTile]] = {}
        self._wake = asyncio.Event()
        self._faults: set[str] = set()
        self._painting = group.create_task(self._paint(), name="paint")

    async def handle(self, received: Received) -> None:
        """Act on one message; raises :class:`ProtocolError` for one that is not for this worker."""
        match received.message:
            case ConfigureData(language):
                self._words = panel_words(language)
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
            case ShowTiles(wall, _, tiles):
                self._tiles[wall] = open_tiles(tiles, self._tiles.get(wall, ()))
            case CheckPicture() | SnapshotPanel():
                self._group.create_task(self._answer(received), name="answer")
            case other:
                raise ProtocolError(f"channel: a data worker does not take {type(other).__name__}")
        self._wake.set()

    def close(self) -> None:
        """Stop painting."""
        self._painting.cancel()

    async def _paint(self) -> None:
        while True:
            until_second_s = 1 - utc_ns() % NS_PER_S / NS_PER_S
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), min(_ROUND_S, until_second_s))
            self._wake.clear()
            await self._round()
            await asyncio.sleep(_REST_S)

    async def _round(self) -> None:
        """Publish what is due, and say once what is wrong with panels."""
        job, now_ns, now_utc_ns = Job(self._words), monotonic_ns(), utc_ns()
        for tile in [tile for tiles in self._tiles.values() for tile in tiles]:
            if tile.spec.source.id in self._board:
                view, since_utc_ns = self._board.view(tile.spec.source.id, now_utc_ns)
                if tile.due(view, now_ns):
                    job.add(tile, view, since_utc_ns)
        faults = set(await asyncio.to_thread(job.run))
        for fault in faults - self._faults:
            log.warning("%s", fault)
        self._faults = faults

    async def _answer(self, received: Received) -> None:
        try:
            message, data = await asyncio.to_thread(self._result, received.message)
        except CommandwallError as error:
            self._channel.answer(received.call, Failure.of(error))
        else:
            self._channel.answer(received.call, message, data)

    def _result(self, request: Message) -> tuple[Message, bytes]:
        """Return the answer to a request; raises :class:`CommandwallError`."""
        match request:
            case CheckPicture(path):
                read_picture(Path(path))
                return Ready(), b""
            case SnapshotPanel(panel, width, height):
                view, _ = self._board.view(panel, utc_ns())
                still = encode_still(paint(view, width, height, self._words), "png")
                return Picture(still.content_type, 0.0), still.data
        raise ProtocolError(f"channel: a data worker does not take {type(request).__name__}")


@asynccontextmanager
async def data_process(channel: Channel) -> AsyncIterator[DataProcess]:
    """Open a data worker; leaving it ends its painting."""
    cv2.setNumThreads(1)
    async with asyncio.TaskGroup() as group:
        process = DataProcess(channel, group)
        try:
            yield process
        finally:
            process.close()


if __name__ == "__main__":
    run_child(data_process)
