"""The wall process: one wall's composer, heads and stills, under the supervised-worker machinery."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import cv2

from commandwall.base.errors import CommandwallError, InvalidError, ProtocolError
from commandwall.compose.composer import Composer, TickReport
from commandwall.compose.displays import open_displays
from commandwall.compose.faces import Faces
from commandwall.compose.heads import Heads
from commandwall.compose.lineup import LineUp
from commandwall.compose.patches import PatchBook
from commandwall.compose.report import wall_report
from commandwall.compose.snapshot import snapshot
from commandwall.compose.words import words_of
from commandwall.ipc.channel import Channel, Received
from commandwall.ipc.head_messages import ShowLineUp
from commandwall.ipc.messages import (
    Arrange,
    ConfigureWall,
    Failure,
    Picture,
    SnapshotWall,
    SourceStates,
    SwitchDone,
)
from commandwall.ipc.overlay_messages import DressWall, SourceAlarms, SourcePersons, SourceRates, Watermark
from commandwall.ipc.packets import PacketServer
from commandwall.model.overlays import Banner
from commandwall.workers.child import run_child

log = logging.getLogger(__name__)


class _Parts(NamedTuple):
    """What a wall process has once it is configured."""

    composer: Composer
    heads: Heads
    lineup: LineUp


class WallProcess:
    """Takes the control plane's messages; everything else is the composer's and the heads'."""

    def __init__(self, channel: Channel, stack: AsyncExitStack, group: asyncio.TaskGroup) -> None:
        self._channel = channel
        self._stack = stack
        self._group = group
        self._loop = asyncio.get_running_loop()
        self._parts: _Parts | None = None
        self._banner: Banner | None = None

    async def handle(self, received: Received) -> None:
        """Act on one message; raises :class:`ProtocolError` for one that is not a wall's."""
        match received.message:
            case ConfigureWall() as configure:
                await self._configure(configure)
            case Arrange() as arrange:
                await self._arrange(arrange)
            case SourceStates(states):
                self._running().composer.learn(states)
            case SourceAlarms(alarms):
                self._running().composer.dress(alarms={told.source: told.alarm for told in alarms})
            case SourceRates(rates):
                self._running().composer.dress(rates_bps={told.source: told.rate_bps for told in rates})
            case SourcePersons(persons):
                marks = {told.source: told.marks for told in persons}
                held_ms = {told.source: told.held_ms for told in persons}
                self._running().composer.dress(persons=marks, held_ms=held_ms)
            case DressWall() as dress:
                await self._dress(dress)
            case Watermark(head, text):
                await asyncio.to_thread(self._running().heads.mark, head, text)
            case ShowLineUp() as order:
                await self._running().lineup.show(order)
            case SnapshotWall() as request:
                parts = self._running()
                still = snapshot(parts.composer, parts.heads.pictures, request)
                self._group.create_task(self._answer(still, received.call), name="snapshot")
            case other:
                raise ProtocolError(f"a wall process does not take {type(other).__name__}")

    def reported(self, report: TickReport) -> None:
        """Send the truth to the control plane; called in the tick's thread."""
        self._loop.call_soon_threadsafe(self._post_report, report)

    def switched(self, done: SwitchDone) -> None:
        """Send the times of a switch to the control plane; called in the tick's thread."""
        self._loop.call_soon_threadsafe(self._channel.post, done)

    async def _configure(self, configure: ConfigureWall) -> None:
        if self._parts is not None:
            raise ProtocolError("a wall process is configured once; restart it for another wall")
        wall = configure.wall
        words = words_of(configure.language)
        faces = Faces(words, PatchBook(), numbered=wall.numbered)
        heads = Heads(wall, faces)
        self._stack.push_async_callback(heads.close)
        await self._stack.enter_async_context(PacketServer(Path(configure.packet_path), heads))
        displays = open_displays(wall, heads.pictures, configure.displays)
        composer = Composer(wall, words, faces, [heads, *displays], self)
        self._parts = _Parts(composer, heads, LineUp(wall, heads.pictures, composer))
        self._group.create_task(asyncio.to_thread(composer.run), name="tick")

    def stop(self) -> None:
        """End the tick."""
        if self._parts is not None:
            self._parts.composer.stop()

    async def _arrange(self, arrange: Arrange) -> None:
        composer = self._running().composer
        try:
            stage = await asyncio.to_thread(composer.prepare, arrange)
        except InvalidError as error:
            log.error("revision %d is not shown: %s", arrange.revision, error)
        else:
            composer.show(stage)

    async def _dress(self, dress: DressWall) -> None:
        composer = self._running().composer
        composer.dress(labels=dress.labels, areas={area.id: area.name for area in dress.areas})
        if dress.banner != self._banner:
            self._banner = dress.banner
            composer.show_banner(await asyncio.to_thread(composer.draw_banner, dress.banner))

    async def _answer(self, still: Coroutine[Any, Any, tuple[Picture, bytes]], call: int) -> None:
        try:
            picture, data = await still
        except CommandwallError as error:
            self._channel.answer(call, Failure.of(error))
        else:
            self._channel.answer(call, picture, data)

    def _post_report(self, report: TickReport) -> None:
        self._channel.post(wall_report(report, self._running().heads.figures()))

    def _running(self) -> _Parts:
        if self._parts is None:
            raise ProtocolError("a wall process is configured before anything else")
        return self._parts


@asynccontextmanager
async def wall_process(channel: Channel) -> AsyncIterator[WallProcess]:
    """Open a wall process; leaving it ends its tick, its heads and its packet server.

    A fault in the tick's thread ends the process: the supervisor starts another.
    """
    cv2.setNumThreads(1)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        process = WallProcess(channel, stack, group)
        try:
            yield process
        finally:
            process.stop()


if __name__ == "__main__":
    run_child(wall_process)
