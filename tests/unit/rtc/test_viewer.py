from __future__ import annotations

import asyncio

import pytest

from commandwall.rtc.hooks import EndOfStreamError
from commandwall.rtc.viewer import PacketisedFrame, Viewer


def frame(number: int, *, key: bool = False, size: int = 100) -> PacketisedFrame:
    return PacketisedFrame([b"x" * size], size, number * 3600, key)


def viewer() -> Viewer:
    return Viewer(lambda _: None, lambda: None)


async def test_it_begins_when_the_first_picture_is_asked_for_and_at_a_key_frame() -> None:
    joined: list[Viewer] = []
    it = Viewer(joined.append, lambda: None)
    asking = asyncio.create_task(it.next_frame())
    await asyncio.sleep(0)
    assert joined == [it]
    assert not it.push(frame(0))
    assert it.push(frame(1, key=True)) and it.push(frame(2))
    assert (await asking)[1] == 3600
    assert (await it.next_frame())[1] == 7200
    assert joined == [it]


async def test_one_that_is_too_slow_goes_on_at_the_next_key_frame() -> None:
    it = viewer()
    it.push(frame(0, key=True))
    followed = [it.push(frame(number)) for number in range(1, 60)]
    assert followed == [True] * 49 + [False] * 10
    assert it.push(frame(60, key=True))
    assert (await it.next_frame())[1] == 60 * 3600


async def test_large_pictures_have_a_limit_too() -> None:
    it = viewer()
    assert it.push(frame(0, key=True, size=5 << 20))
    assert not it.push(frame(1, size=5 << 20))


async def test_a_group_is_shown_as_one_moment() -> None:
    it = viewer()
    it.catch_up([frame(number, key=number == 0) for number in range(60)])
    assert it.push(frame(60))
    times = [(await it.next_frame())[1] for _ in range(61)]
    assert times[:60] == [59 * 3600 - (59 - number) * 90 for number in range(60)]
    assert times[60] == 60 * 3600


async def test_without_a_group_it_waits_for_a_key_frame() -> None:
    it = viewer()
    it.catch_up([])
    assert not it.push(frame(1))


async def test_it_ends_behind_what_waits() -> None:
    it = viewer()
    it.push(frame(0, key=True))
    it.end()
    await it.next_frame()
    with pytest.raises(EndOfStreamError):
        await it.next_frame()
