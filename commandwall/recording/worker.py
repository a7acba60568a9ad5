"""The recording process, under the supervised-worker machinery."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from commandwall.base.errors import CommandwallError, ProtocolError
from commandwall.ipc.channel import Channel, Received
from commandwall.ipc.recording_messages import EndRecording, RecordingEnded, StartRecording
from commandwall.recording.recorder import Recorder
from commandwall.workers.child import run_child


class RecordingProcess:
    """All recordings, each in a task of its own."""

    def __init__(self, channel: Channel, group: asyncio.TaskGroup) -> None:
        self._channel = channel
        self._group = group
        self._tasks: dict[str, asyncio.Task[RecordingEnded]] = {}

    async def handle(self, received: Received) -> None:
        """Act on one message; raises :class:`ProtocolError` for one that is not meant for this process."""
        match received.message:
            case StartRecording() as order if order.id not in self._tasks:
                writing = self._group.create_task(_recorded(order), name=f"record {order.id}")
                writing.add_done_callback(partial(self._over, order.id))
                self._tasks[order.id] = writing
            case EndRecording(recording):
                if task := self._tasks.get(recording):
                    task.cancel()
            case message:
                raise ProtocolError(f"the recording process does not take {type(message).__name__} now")

    def close(self) -> None:
        """Finish every file."""
        for task in self._tasks.values():
            task.cancel()

    def _over(self, recording: str, task: asyncio.Task[RecordingEnded]) -> None:
        """Tell that a file is finished, also of one that was to end before it began."""
        del self._tasks[recording]
        if task.cancelled():
            self._channel.post(RecordingEnded(recording))
        elif task.exception() is None:
            self._channel.post(task.result())


async def _recorded(order: StartRecording) -> RecordingEnded:
    """Write a recording until cancelled; return why it ended before."""
    ended = RecordingEnded(order.id)
    try:
        await Recorder(Path(order.path), order.picture, order.sound).run()
    except* CommandwallError as errors:
        error = errors.exceptions[0]
        if isinstance(error, CommandwallError):
            ended = RecordingEnded(order.id, str(error), error.zh)
    return ended


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
