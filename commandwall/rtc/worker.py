"""The rtc process: WebRTC sessions, under the supervised-worker machinery."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from commandwall.base.errors import CommandwallError, ProtocolError, UnavailableError, UnsupportedError
from commandwall.ipc.channel import Channel, Received
from commandwall.ipc.messages import Failure, Message
from commandwall.ipc.packets import PacketServer
from commandwall.ipc.rtc_messages import (
    ConfigureRtc,
    Done,
    EndSession,
    PublishScreen,
    RtcFault,
    SessionAnswer,
    TrickleSession,
    WatchStream,
)
from commandwall.rtc.screen import ScreenBus
from commandwall.rtc.version import check_version
from commandwall.workers.child import run_child

if TYPE_CHECKING:
    from commandwall.rtc.sessions import Sessions


class RtcProcess:
    """Acts on the control plane's messages; implements :class:`Handler`. Belongs to the event loop."""

    def __init__(self, channel: Channel, stack: AsyncExitStack, group: asyncio.TaskGroup) -> None:
        self._channel = channel
        self._stack = stack
        self._group = group
        self._configuration: ConfigureRtc | None = None
        self._screens = ScreenBus()
        self._sessions: Sessions | None = None
        self._loading = asyncio.Lock()

    async def handle(self, received: Received) -> None:
        """Act on one message; sessions are opened beside the others."""
        match received.message:
            case ConfigureRtc() as message:
                await self._configure(message)
            case WatchStream() as message:
                self._answer(received.call, self._watch(message))
            case PublishScreen() as message:
                self._answer(received.call, self._publish(message))
            case TrickleSession() as message:
                self._answer(received.call, self._trickle(message))
            case EndSession(session):
                if self._sessions is not None:
                    self._sessions.end(session)
            case message:
                raise ProtocolError(f"the rtc process does not take {type(message).__name__}")

    def close(self) -> None:
        """End all sessions."""
        if self._sessions is not None:
            self._sessions.close()

    async def _configure(self, message: ConfigureRtc) -> None:
        try:
            check_version()
        except UnsupportedError as error:
            self._channel.post(RtcFault(str(error), error.zh))
            return
        await self._stack.enter_async_context(PacketServer(Path(message.packet_path), self._screens))
        self._configuration = message

    async def _watch(self, message: WatchStream) -> Message:
        return SessionAnswer(await (await self._running()).watch(message))

    async def _publish(self, message: PublishScreen) -> Message:
        return SessionAnswer(await (await self._running()).publish(message))

    async def _trickle(self, message: TrickleSession) -> Message:
        await (await self._running()).trickle(message.session, message.fragment)
        return Done()

    def _answer(self, call: int, doing: Awaitable[Message]) -> None:
        self._group.create_task(self._answer_when_done(call, doing), name=f"call {call}")

    async def _answer_when_done(self, call: int, doing: Awaitable[Message]) -> None:
        try:
            self._channel.answer(call, await doing)
        except CommandwallError as error:
            self._channel.answer(call, Failure.of(error))

    async def _running(self) -> Sessions:
        """Return the sessions. The first one loads aiortc: half a second, and 45 MB that few sites need."""
        async with self._loading:
            if self._sessions is None:
                self._sessions = await self._load()
        return self._sessions

    async def _load(self) -> Sessions:
        if self._configuration is None:
            raise UnavailableError("WebRTC cannot be had; see the log of the rtc process")
        await asyncio.to_thread(_load_webrtc)
        from commandwall.rtc import hooks
        from commandwall.rtc.sessions import Sessions

        try:
            hooks.install()
        except UnsupportedError as error:
            self._channel.post(RtcFault(str(error), error.zh))
            raise UnavailableError("WebRTC cannot be had; see the log of the rtc process") from error
        return Sessions(self._group, self._screens, self._configuration.ice_servers, self._channel.post)


def _load_webrtc() -> None:
    """Import aiortc (in a thread)."""
    import commandwall.rtc.sessions  # noqa: F401


@asynccontextmanager
async def rtc_process(channel: Channel) -> AsyncIterator[RtcProcess]:
    """Open the rtc process; leaving it says goodbye to every peer."""
    logging.getLogger("aioice").setLevel(logging.WARNING)  # It tells of every candidate.
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        process = RtcProcess(channel, stack, group)
        try:
            yield process
        finally:
            process.close()


if __name__ == "__main__":
    run_child(rtc_process)
