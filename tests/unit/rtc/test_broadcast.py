from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from commandwall.base.clock import NS_PER_S, monotonic_ns
from commandwall.base.errors import InvalidError, UnavailableError
from commandwall.ipc.rtc_messages import StreamAt
from commandwall.model.access_unit import StreamInfo
from commandwall.rtc.broadcast import Broadcast
from commandwall.rtc.hooks import EndOfStreamError
from commandwall.rtc.viewer import Viewer
from commandwall.rtp import onward
from tests.unit.rtc.streams import Publisher, units, until


class Time:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@asynccontextmanager
async def running(
    path: Path, *, answers_keys: bool = True, clock: Time | None = None
) -> AsyncIterator[Broadcast]:
    broadcast = Broadcast(StreamAt(str(path), "head/a", answers_keys), clock=clock or Time())
    task = asyncio.create_task(broadcast.run())
    try:
        yield broadcast
    finally:
        task.cancel()
        await asyncio.wait([task])


def viewer(broadcast: Broadcast) -> Viewer:
    return Viewer(broadcast.join, broadcast.want_key)


async def test_a_picture_is_packetised_once_for_all(short_dir: Path) -> None:
    publisher = Publisher()
    async with publisher.serve(short_dir / "bus"), running(short_dir / "bus") as broadcast:
        await until(lambda: publisher.subscribers)
        viewers = [viewer(broadcast) for _ in range(3)]
        asking = [asyncio.create_task(each.next_frame()) for each in viewers]
        await until(lambda: len(broadcast.viewers) == 3)
        publisher.push(*units(1))
        frames = [await each for each in asking]
        assert all(frame.payloads is frames[0].payloads for frame in frames)
        found = await broadcast.format(1)
        assert (found.codec, found.profile_level_id[:4]) == ("h264", "42C0")


async def test_what_is_passed_on_is_played_with_sound_that_is_mixed_later(short_dir: Path) -> None:
    publisher, path = Publisher(), short_dir / "bus"
    publisher.greeting = units(2)
    publisher.greeting[0].arrival_ns = 5_000_000_000
    broadcast = Broadcast(StreamAt(str(path), "head/a", answers_keys=False, later_ms=40))
    async with publisher.serve(path):
        task = asyncio.create_task(broadcast.run())
        await until(lambda: len(broadcast._group) == 2)
        assert [frame.arrival_ns for frame in broadcast._group] == [5_040_000_000, 0]
        task.cancel()
        await asyncio.wait([task])


async def test_wishes_for_key_frames_within_a_while_are_one(short_dir: Path) -> None:
    publisher, clock = Publisher(), Time()
    async with publisher.serve(short_dir / "bus"), running(short_dir / "bus", clock=clock) as broadcast:
        publisher.greeting = units(1)
        await broadcast.format(20)
        for _ in range(20):
            broadcast.want_key()
        await until(lambda: publisher.keys_asked)
        clock.now_s += 0.29
        broadcast.want_key()
        clock.now_s += 0.01
        broadcast.want_key()
        await until(lambda: publisher.keys_asked == 2)
        publisher.push(*units(1))
        assert publisher.keys_asked == 2


async def test_who_comes_to_a_camera_gets_the_group_under_way(short_dir: Path) -> None:
    publisher = Publisher()
    publisher.greeting = units(5)
    path = short_dir / "bus"
    async with publisher.serve(path), running(path, answers_keys=False) as broadcast:
        await broadcast.format(20)
        await until(lambda: len(broadcast._group) == 5)
        late = viewer(broadcast)
        times = [(await late.next_frame())[1] for _ in range(5)]
        assert times == [4 * 3600 - 90 * (4 - number) for number in range(5)]
        assert publisher.keys_asked == 0


async def test_who_comes_soon_after_a_key_frame_needs_no_other(short_dir: Path) -> None:
    publisher = Publisher()
    publisher.greeting = units(8)
    path = short_dir / "bus"
    async with publisher.serve(path), running(path) as broadcast:
        await until(lambda: len(broadcast._group) == 8)
        soon = viewer(broadcast)
        assert [(await soon.next_frame()).timestamp for _ in range(8)][-1] == 7 * 3600
        assert publisher.keys_asked == 0
        publisher.push(units(9)[8])
        assert (await soon.next_frame()).timestamp == 8 * 3600
        late = viewer(broadcast)
        asking = asyncio.create_task(late.next_frame())
        await until(lambda: publisher.keys_asked)
        publisher.push(*units(1))
        await asking


async def test_a_group_that_misses_something_is_sent_to_nobody(short_dir: Path) -> None:
    publisher = Publisher()
    publisher.greeting = units(3)
    path = short_dir / "bus"
    async with publisher.serve(path), running(path, answers_keys=False) as broadcast:
        await until(lambda: len(broadcast._group) == 3)
        broken = units(5)[3]
        broken.damaged = True
        publisher.push(broken, units(5)[4])
        await until(lambda: not broadcast._group)
        publisher.push(*units(1))
        await until(lambda: len(broadcast._group) == 1)


async def test_times_go_on_when_the_publisher_begins_anew(short_dir: Path) -> None:
    path = short_dir / "bus"
    publisher = Publisher()
    publisher.greeting = units(3)
    async with running(path) as broadcast:
        watching = viewer(broadcast)
        async with publisher.serve(path):
            first = asyncio.create_task(watching.next_frame())
            await broadcast.format(20)
            await until(lambda: broadcast.viewers)
            publisher.push(*units(2))
            before = (await first)[1]
        again = Publisher()
        async with again.serve(path):
            await until(lambda: again.subscribers)
            again.push(*units(1))
            await watching.next_frame()
            after = (await watching.next_frame())[1]
    assert after > before + 3600


async def test_times_go_on_when_the_camera_comes_back_to_its_publisher(short_dir: Path) -> None:
    path, begun_ns = short_dir / "bus", monotonic_ns()
    publisher = Publisher()
    sent = units(2)
    publisher.greeting = [
        replace(unit, pts_90k=90_000 * 3600 + 3600 * number, arrival_ns=begun_ns)
        for number, unit in enumerate(sent)
    ]
    async with publisher.serve(path), running(path, answers_keys=False) as broadcast:
        watching = viewer(broadcast)
        before = [(await watching.next_frame()).timestamp for _ in range(2)][-1]
        publisher.push(replace(sent[1], pts_90k=0, arrival_ns=begun_ns + 60 * NS_PER_S))
        assert (await watching.next_frame()).timestamp == before + 60 * 90_000
        assert broadcast._group == []  # Nothing that comes now is decoded upon what came before.


async def test_while_a_camera_is_lost_nobody_is_shown_what_it_sent(
    short_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, now_ns = short_dir / "bus", monotonic_ns()
    monkeypatch.setattr(onward, "monotonic_ns", lambda: now_ns)
    publisher = Publisher()
    publisher.greeting = [replace(unit, arrival_ns=now_ns) for unit in units(3)]
    async with (
        publisher.serve(path),
        running(path, answers_keys=False) as camera,
        running(path) as head,
    ):
        for broadcast in (camera, head):
            await until(lambda broadcast=broadcast: len(broadcast._group) == 3)
            broadcast.check_live()
        now_ns += 4 * NS_PER_S
        with pytest.raises(UnavailableError, match="no picture to send now"):
            camera.check_live()
        asking = [asyncio.create_task(viewer(each).next_frame()) for each in (camera, head)]
        await until(lambda: camera.viewers and head.viewers)
        head.check_live()  # It is asked for a picture of now.
        await until(lambda: publisher.keys_asked == 1)
        assert not any(task.done() for task in asking)
        publisher.push(replace(units(1)[0], arrival_ns=now_ns))
        for task in asking:
            assert (await task).arrival_ns == now_ns
        camera.check_live()


@pytest.mark.parametrize("codec", ["mjpeg", "vp9"])
async def test_what_no_browser_plays_is_said(short_dir: Path, codec: str) -> None:
    publisher = Publisher(StreamInfo(codec, 64, 64))
    async with publisher.serve(short_dir / "bus"), running(short_dir / "bus") as broadcast:
        with pytest.raises(InvalidError, match=f"{codec} is not sent to browsers"):
            await broadcast.format(20)


async def test_a_stream_that_becomes_another_ends_for_its_viewers(short_dir: Path) -> None:
    publisher = Publisher()
    publisher.greeting = units(10)
    async with publisher.serve(short_dir / "bus"), running(short_dir / "bus") as broadcast:
        await broadcast.format(20)
        watching = viewer(broadcast)
        asking = asyncio.create_task(watching.next_frame())
        await until(lambda: broadcast.viewers)
        for subscriber in publisher.subscribers:
            subscriber.describe(StreamInfo("hevc", 64, 64))
        with pytest.raises(EndOfStreamError):
            await asking


async def test_without_a_picture_it_says_so(short_dir: Path) -> None:
    async with running(short_dir / "nobody") as broadcast:
        with pytest.raises(UnavailableError, match="no picture to send now"):
            await broadcast.format(0.01)
