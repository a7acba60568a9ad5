from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from commandwall.ipc.channel import Channel, Received
from commandwall.ipc.messages import Message
from commandwall.ipc.packets import BusAddress
from commandwall.ipc.recording_messages import EndRecording, RecordingEnded, StartRecording
from commandwall.recording.worker import RecordingProcess, recording_process


@asynccontextmanager
async def process() -> AsyncIterator[tuple[RecordingProcess, AsyncIterator[Received]]]:
    """Run a recording process; yields what it says."""
    ours, theirs = (await asyncio.gather(*map(Channel.from_socket, socket.socketpair())))[:2]
    try:
        async with recording_process(theirs) as running:
            yield running, ours.received()
    finally:
        await theirs.close()
        await ours.close()


def order(folder: Path, name: str) -> StartRecording:
    nobody = BusAddress(str(folder / "nobody"), "head/main", "")
    return StartRecording(name, str(folder / f"{name}.mkv"), nobody, nobody)


async def tell(running: RecordingProcess, *messages: Message) -> None:
    """Tell the process ``messages`` in one go."""
    for message in messages:
        await running.handle(Received(message, b"", 0))


async def said(told: AsyncIterator[Received]) -> Message:
    return (await asyncio.wait_for(anext(told), 10)).message


async def test_the_end_of_each_is_told_also_of_one_that_ends_before_it_began(short_dir: Path) -> None:
    async with process() as (running, told):
        await tell(running, order(short_dir, "flood"), EndRecording("flood"))
        assert await said(told) == RecordingEnded("flood")
        await tell(running, order(short_dir, "fire"))
        await asyncio.sleep(0)  # It begins.
        await tell(running, EndRecording("flood"), EndRecording("fire"))
        assert await said(told) == RecordingEnded("fire")


async def test_why_one_ended_by_itself_is_told(short_dir: Path) -> None:
    async with process() as (running, told):
        await tell(running, order(short_dir / "gone", "flood"))
        ended = await said(told)
        assert isinstance(ended, RecordingEnded)
        assert ended.fault.startswith("flood.mkv: ") and ended.fault_zh
