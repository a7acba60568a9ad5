from __future__ import annotations

import asyncio

import pytest

from commandwall.rtc.hooks import EndOfStreamError
from commandwall.rtc.sound_queue import SoundQueue
from tests.unit.rtc.clients import frame, opus


def packet(number: int, level_dbov: int = -30) -> object:
    unit = opus(number, level_dbov)
    return frame(unit, [unit.data])


async def test_it_begins_when_the_connection_stands_and_tells_times_in_48_khz() -> None:
    joined: list[SoundQueue] = []
    queue = SoundQueue(joined.append)
    asking = asyncio.create_task(queue.next_frame())
    await asyncio.sleep(0)
    assert joined == [queue]
    assert queue.push(packet(3))  # type: ignore[arg-type]
    got = await asking
    assert (got.payloads, got.timestamp, got.level_dbov) == ([opus(3).data], 3 * 960, -30)


async def test_who_does_not_keep_up_loses_the_oldest_and_is_never_late() -> None:
    queue = SoundQueue(lambda _: None)
    queue.catch_up([packet(0)])  # type: ignore[list-item]
    for number in range(100):
        queue.push(packet(number))  # type: ignore[arg-type]
    got = [(await queue.next_frame()).timestamp // 960 for _ in range(11)]
    assert got == list(range(89, 100))


async def test_times_that_stand_still_fill_nothing() -> None:
    queue = SoundQueue(lambda _: None)
    for _ in range(200):
        queue.push(packet(7))  # type: ignore[arg-type]
    queue.end()
    for _ in range(80):
        await queue.next_frame()
    with pytest.raises(EndOfStreamError):
        await queue.next_frame()


async def test_it_ends_behind_what_waits() -> None:
    queue = SoundQueue(lambda _: None)
    queue.push(packet(0))  # type: ignore[arg-type]
    queue.end()
    await queue.next_frame()
    with pytest.raises(EndOfStreamError):
        await queue.next_frame()
