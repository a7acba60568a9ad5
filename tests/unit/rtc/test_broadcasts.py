"""The streams that peers are sent: one broadcast each, and never one that is ending."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from commandwall.ipc.rtc_messages import StreamAt
from commandwall.rtc.broadcasts import Broadcasts
from commandwall.rtc.viewer import PacketisedFrame


class Ear:
    """Notes whether it was told that nothing more comes."""

    def __init__(self) -> None:
        self.ended = False

    def push(self, frame: PacketisedFrame) -> bool:
        return True

    def catch_up(self, group: Sequence[PacketisedFrame]) -> None:
        return

    def end(self) -> None:
        self.ended = True


@pytest.fixture
def source(tmp_path: Path) -> StreamAt:
    return StreamAt(str(tmp_path / "nobody.packets"), "mix/c/all", answers_keys=False)


async def test_a_stream_is_read_once_however_many_get_it(source: StreamAt) -> None:
    async with asyncio.TaskGroup() as group:
        broadcasts = Broadcasts(group)
        first, second = broadcasts.acquire(source, sound=True), broadcasts.acquire(source, sound=True)
        assert first is second
        broadcasts.release(source, first)
        assert broadcasts.acquire(source, sound=True) is first
        broadcasts.release(source, first)
        broadcasts.release(source, first)


async def test_who_comes_as_the_last_one_goes_is_not_given_what_is_ending(source: StreamAt) -> None:
    async with asyncio.TaskGroup() as group:
        broadcasts = Broadcasts(group)
        old = broadcasts.acquire(source, sound=True)
        ear = Ear()
        await asyncio.sleep(0)
        broadcasts.release(source, old)
        new = broadcasts.acquire(source, sound=True)
        new.join(ear)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert new is not old and not ear.ended
        assert broadcasts.acquire(source, sound=True) is new
        broadcasts.release(source, new)
        broadcasts.release(source, new)
    assert ear.ended
