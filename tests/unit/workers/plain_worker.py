"""A worker for tests: echoes snapshots, and misbehaves on request."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from commandwall.base.errors import CommandwallError
from commandwall.ipc.channel import Channel, Received
from commandwall.ipc.messages import Picture, SnapshotCamera
from commandwall.workers.child import run_child


class Plain:
    """Answers every snapshot request with the camera's name."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.stays = False

    async def handle(self, received: Received) -> None:
        """Do what the name of the camera says."""
        match received.message:
            case SnapshotCamera("hang"):
                time.sleep(600)  # noqa: ASYNC251 - a worker that hangs is what is tested
            case SnapshotCamera("die"):
                os.kill(os.getpid(), signal.SIGKILL)
            case SnapshotCamera("refuse"):
                raise CommandwallError("camera refuse: no picture")
            case SnapshotCamera(camera):
                self.stays = camera == "stay"
                self._channel.answer(received.call, Picture(camera, 0.0), str(os.getpid()).encode())


@asynccontextmanager
async def body(channel: Channel) -> AsyncIterator[Plain]:
    """Open nothing, and end unless it was told to stay."""
    plain = Plain(channel)
    yield plain
    if plain.stays:
        await asyncio.Event().wait()


if __name__ == "__main__":
    run_child(body)
