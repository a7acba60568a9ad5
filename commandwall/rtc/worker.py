"""The rtc process: WebRTC sessions, under the supervised-worker machinery."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from commandwall.base.errors import CommandwallError, ProtocolError, UnavailableError, UnsupportedError
from commandwall.ipc.channel import Channel, Received
from commandwall.ipc.messages import Failure, Message
from commandwall.ipc.packets import PacketServer
from commandwall.ipc.rtc_messages import (
    AcceptAnswer,
    ConfigureRtc,
    Done,
    EndSession,
    OfferIntake,
    OfferStream,
    PublishStream,
    RtcFault,
    SessionOffer,
    SwitchStream,
    TrickleSession,
    WatchStream,
)
from commandwall.rtc import hooks
from commandwall.rtc.published import PublishedBus
from commandwall.rtc.sessions import Sessions
from commandwall.workers.child import run_child

_REQUESTS = (
    WatchStream,
    PublishStream,
    OfferStream,
    OfferIntake,
    AcceptAnswer,
    SwitchStream,
    TrickleSession,
)


class RtcProcess:
    """Acts on the control plane's messages; implements :class:`Handler`. Belongs to the event loop."""

    def __init__(self, channel: Channel, stack: AsyncExitStack, group: asyncio.TaskGroup) -> None:
        self._channel = channel
        self._stack = stack
        self._group = group
        self._sessions: Sessions | None = None
        self._calls: set[asyncio.Task[None]] = set()

    async def handle(self, received: Received) -> None:
        """Act on one message; sessions are opened beside the others."""
        match received.message:
            case ConfigureRtc() as message:
                await self._configure(message)
            case EndSession(session):
                self._running().end(session)
            case message if isinstance(message, _REQUESTS):
                self._answer(received.call, message)
            case message:
                raise ProtocolError(f"the rtc process does not take {type(message).__name__}")

    def close(self) -> None:
        """End all sessions, and what is asked for still, which may wait for pictures much longer."""
        if self._sessions is not None:
            self._sessions.close()
        for call in self._calls:
            call.cancel()

    async def _configure(self, message: ConfigureRtc) -> None:
        try:
            hooks.install()
        except UnsupportedError as error:
            self._channel.post(RtcFault(str(error), error.zh))
            return
        published = PublishedBus()
        await self._stack.enter_async_context(PacketServer(Path(message.packet_path), published))
        self._sessions = Sessions(self._group, published, message.ice_servers, self._channel.post)

    async def _do(self, request: Message) -> Message:
        """Do what is asked for and return the answer; raises :class:`CommandwallError`."""
        sessions = self._running()
        match request:
            case WatchStream():
                return await sessions.watch(request)
            case PublishStream():
                return await sessions.publish(request)
            case OfferStream():
                return SessionOffer(await sessions.offer_stream(request))
            case OfferIntake():
                return SessionOffer(await sessions.offer_intake(request))
            case AcceptAnswer(session, sdp):
                await sessions.accept(session, sdp)
            case SwitchStream(session, video):
                await sessions.switch(session, video)
            case TrickleSession(session, fragment):
                await sessions.trickle(session, fragment)
        return Done()

    def _answer(self, call: int, request: Message) -> None:
        task = self._group.create_task(self._answer_when_done(call, request), name=f"call {call}")
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def _answer_when_done(self, call: int, request: Message) -> None:
        try:
            self._channel.answer(call, await self._do(request))
        except CommandwallError as error:
            self._channel.answer(call, Failure.of(error))

    def _running(self) -> Sessions:
        if self._sessions is None:
            raise UnavailableError("WebRTC cannot be had; see the log of the rtc process")
        return self._sessions


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
