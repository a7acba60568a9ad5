"""The sound process: mixes conferences, under the supervised-worker machinery."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

from commandwall.base.errors import NotFoundError, ProtocolError
from commandwall.base.tasks import spawn
from commandwall.conference.room import Room
from commandwall.conference.ticker import Ticker, now_samples
from commandwall.ipc.channel import Channel, Received
from commandwall.ipc.packets import PacketServer, Subscriber
from commandwall.ipc.sound_messages import ArrangeSound, ConfigureSound, EndSound
from commandwall.workers.child import run_child

_PREFIX = "mix/"
_BEFORE_OTHERS = -10
"""How much nicer others are to it: a picture may be a tick late and nobody sees it, sound may not."""


class SoundProcess:
    """Acts on the control plane's messages and serves mixes; implements ``Handler`` and ``PacketSource``.

    Belongs to the event loop.
    """

    def __init__(self, channel: Channel, stack: AsyncExitStack, group: asyncio.TaskGroup) -> None:
        self._channel = channel
        self._stack = stack
        self._group = group
        self._rooms: dict[str, Room] = {}
        self.ticker = Ticker(self._tick)

    async def handle(self, received: Received) -> None:
        """Act on one message; raises :class:`ProtocolError` for one that is not meant for this process."""
        match received.message:
            case ConfigureSound(packet_path):
                await self._stack.enter_async_context(PacketServer(Path(packet_path), self))
            case ArrangeSound(conference, inputs, listeners):
                if conference not in self._rooms:
                    self._rooms[conference] = Room(conference, self._group)
                self._rooms[conference].arrange(inputs, listeners)
            case EndSound(conference):
                if room := self._rooms.pop(conference, None):
                    room.end()
            case message:
                raise ProtocolError(f"the sound process does not take {type(message).__name__}")

    def close(self) -> None:
        """End all conferences."""
        for room in self._rooms.values():
            room.end()

    # ---- the packet bus

    def subscribe(self, stream: str, subscriber: Subscriber) -> None:
        """Send the mix ``mix/CONFERENCE/LISTENER`` from the next tick on; raises :class:`NotFoundError`."""
        room, listener = self._room(stream)
        room.listeners.add(listener, subscriber)

    def unsubscribe(self, stream: str, subscriber: Subscriber) -> None:
        """Send nothing more to ``subscriber``."""
        conference, _, listener = stream.removeprefix(_PREFIX).partition("/")
        if conference in self._rooms:
            self._rooms[conference].listeners.remove(listener, subscriber)

    def request_key(self, stream: str) -> None:
        """Do nothing: decoding can begin with every packet."""

    def _room(self, stream: str) -> tuple[Room, str]:
        conference, _, listener = stream.removeprefix(_PREFIX).partition("/")
        room = self._rooms.get(conference)
        if room is None or not stream.startswith(_PREFIX):
            raise NotFoundError(f"{stream!r} is not mixed")
        return room, listener

    def _tick(self, period: int) -> None:
        for room in self._rooms.values():
            if room.tick(period):
                self._channel.post(room.report(now_samples(), self.ticker.late))


@asynccontextmanager
async def sound_process(channel: Channel) -> AsyncIterator[SoundProcess]:
    """Open the sound process; leaving it ends all mixes."""
    with suppress(PermissionError):
        os.nice(_BEFORE_OTHERS)
    gc.freeze()  # what was imported stays: a collection need not look at it between two ticks
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        process = SoundProcess(channel, stack, group)
        ticking = spawn(group, process.ticker.run(), "tick")
        try:
            yield process
        finally:
            ticking.cancel()
            process.close()


if __name__ == "__main__":
    run_child(sound_process)
