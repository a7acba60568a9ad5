"""The display process: one head on one monitor, under the supervised-worker machinery."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from commandwall.base.errors import ProtocolError
from commandwall.ipc.channel import Channel, Received
from commandwall.ipc.head_messages import ConfigureDisplay, DisplayReport
from commandwall.outputs.display.player import Player
from commandwall.workers.child import run_child


class DisplayProcess:
    """Takes the configuration; all else is the player's, in a thread of its own."""

    def __init__(self, channel: Channel, group: asyncio.TaskGroup) -> None:
        self._channel = channel
        self._group = group
        self._loop = asyncio.get_running_loop()
        self._player: Player | None = None

    async def handle(self, received: Received) -> None:
        """Begin to show; raises :class:`ProtocolError` for a message that is not a display's."""
        match received.message:
            case ConfigureDisplay() as order if self._player is None:
                self._player = Player(order, self._report)
                self._group.create_task(asyncio.to_thread(self._player.run), name="display")
            case other:
                raise ProtocolError(f"a display process does not take {type(other).__name__} now")

    def stop(self) -> None:
        """Take the picture off the monitor."""
        if self._player is not None:
            self._player.stop()

    def _report(self, report: DisplayReport) -> None:
        """Tell the control plane; called in the player's thread."""
        self._loop.call_soon_threadsafe(self._channel.post, report)


@asynccontextmanager
async def display_process(channel: Channel) -> AsyncIterator[DisplayProcess]:
    """Open a display process; leaving it gives the monitor back."""
    async with asyncio.TaskGroup() as group:
        process = DisplayProcess(channel, group)
        try:
            yield process
        finally:
            process.stop()


if __name__ == "__main__":
    run_child(display_process)
