"""The recording process, under the supervised-worker machinery."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from commandwall.base.errors import CommandwallError, ProtocolError
from commandwall.base.tasks import spawn
from commandwall.ipc.channel import Channel, Received
from commandwall.ipc.recording_messages import EndRecording, RecordingEnded, StartRecording
from commandwall.recording.recorder import Recorder
from commandwall.workers.child import run_child


class RecordingProcess:
    """All recordings, each in a task of its own."""

    def __init__(self, channel: Channel, group: asyncio.TaskGroup) -> None:
        self._channel = channel
        self._group = group
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def handle(self, received: Received) -> None:
        """Act on one message; raises :class:`ProtocolError` for one that is not meant for this process."""
        match received.message:
            case StartRecording() as order if order.id not in self._tasks:
                self._tasks[order.id] = spawn(self._group, self._record(order), f"record {order.id}")
            case EndRecording(recording):
                if task := self._tasks.get(recording):
                    task.cancel()
            case message:
                raise ProtocolError(f"the recording process does not take {type(message).__name__} now")

    def close(self) -> None:
        """Finish every file."""
        for task in self._tasks.values():
            task.cancel()

    async def _record(self, order: StartRecording) -> None:
        ended = RecordingEnded(order.id)
        try:
            await Recorder(Path(order.path), order.picture, order.sound).run()
        except* CommandwallError as errors:
            error = errors.exceptions[0]
            if isinstance(error, CommandwallError):
                ended = RecordingEnded(order.id, str(error), error.zh)
        finally:
            del self._tasks[order.id]
            self._channel.post(ended)


@asynccontextmanager
async def recording_process(channel: Channel) -> AsyncIterator[RecordingProcess]:
    """Open a recording process; leaving it finishes its files."""
    async with asyncio.TaskGroup() as group:
        process = RecordingProcess(channel, group)
        try:
            yield process
        finally:
            process.close()


if __name__ == "__main__":
    run_child(recording_process)
