"""The wall process: one wall's composer, heads and stills, under the supervised-worker machinery."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import cv2

from commandwall.base.errors import CommandwallError, InvalidError, ProtocolError
from commandwall.compose.composer import Composer, TickReport
from commandwall.compose.faces import Faces
from commandwall.compose.heads import Heads
from commandwall.compose.patches import PatchBook
from commandwall.compose.report import wall_report
from commandwall.compose.snapshot import snapshot
from commandwall.compose.words import words_of
from commandwall.ipc.channel import Channel, Received
from commandwall.ipc.messages import Arrange, ConfigureWall, Failure, SnapshotWall, SourceStates, SwitchDone
from commandwall.ipc.overlay_messages import DressWall, SourceAlarms, SourceRates, Watermark
from commandwall.ipc.packets import PacketServer
from commandwall.model.overlays import Banner
from commandwall.workers.child import run_child

log = logging.getLogger(__name__)


class WallProcess:
    """Takes the control plane's messages; everything else is the composer's and the heads'."""

    def __init__(self, channel: Channel, stack: AsyncExitStack, group: asyncio.TaskGroup) -> None:
        self._channel = channel
        self._stack = stack
        self._group = group
        self._loop = asyncio.get_running_loop()
        self._composer: Composer | None = None
        self._heads: Heads | None = None
        self._banner: Banner | None = None

    async def handle(self, received: Received) -> None:
        """Act on one message; raises :class:`ProtocolError` for one that is not a wall's."""
        match received.message:
            case ConfigureWall() as configure:
                await self._configure(configure)
            case Arrange() as arrange:
                await self._arrange(arrange)
            case SourceStates(states):
                self._running().learn(states)
            case SourceAlarms(alarms):
                self._running().dress(alarms={told.source: told.alarm for told in alarms})
            case SourceRates(rates):
                self._running().dress(rates_bps={told.source: told.rate_bps for told in rates})
            case DressWall() as dress:
                await self._dress(dress)
            case Watermark(head, text) if self._heads is not None:
                await asyncio.to_thread(self._heads.mark, head, text)
            case SnapshotWall() as request if self._heads is not None:
                answering = self._snapshot(self._running(), self._heads, request, received.call)
                self._group.create_task(answering, name="snapshot")
            case other:
                raise ProtocolError(f"a wall process does not take {type(other).__name__}")

    def reported(self, report: TickReport) -> None:
        """Send the truth to the control plane; called in the tick's thread."""
        self._loop.call_soon_threadsafe(self._post_report, report)

    def switched(self, done: SwitchDone) -> None:
        """Send the times of a switch to the control plane; called in the tick's thread."""
        self._loop.call_soon_threadsafe(self._channel.post, done)

    async def _configure(self, configure: ConfigureWall) -> None:
        if self._composer is not None:
            raise ProtocolError("a wall process is configured once; restart it for another wall")
        words = words_of(configure.language)
        faces = Faces(words, PatchBook())
        heads = self._heads = Heads(configure.wall, faces)
        self._stack.push_async_callback(heads.close)
        await self._stack.enter_async_context(PacketServer(Path(configure.packet_path), heads))
        composer = self._composer = Composer(configure.wall, words, faces, [heads], self)
        self._group.create_task(asyncio.to_thread(composer.run), name="tick")

    def stop(self) -> None:
        """End the tick."""
        if self._composer is not None:
            self._composer.stop()

    async def _arrange(self, arrange: Arrange) -> None:
        composer = self._running()
        try:
            stage = await asyncio.to_thread(composer.prepare, arrange)
        except InvalidError as error:
            log.error("revision %d is not shown: %s", arrange.revision, error)
        else:
            composer.show(stage)

    async def _dress(self, dress: DressWall) -> None:
        composer = self._running()
        composer.dress(labels=dress.labels, areas={area.id: area.name for area in dress.areas})
        if dress.banner != self._banner:
            self._banner = dress.banner
            composer.show_banner(await asyncio.to_thread(composer.draw_banner, dress.banner))

    async def _snapshot(self, composer: Composer, heads: Heads, request: SnapshotWall, call: int) -> None:
        try:
            picture, data = await snapshot(composer, heads, request)
        except CommandwallError as error:
            self._channel.answer(call, Failure.of(error))
        else:
            self._channel.answer(call, picture, data)

    def _post_report(self, report: TickReport) -> None:
        if self._heads is not None:
            self._channel.post(wall_report(report, self._heads.figures()))

    def _running(self) -> Composer:
        if self._composer is None:
            raise ProtocolError("a wall process is configured before anything else")
        return self._composer


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
