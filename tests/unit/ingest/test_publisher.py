from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from commandwall.base.clock import monotonic_ns
from commandwall.base.errors import NotFoundError
from commandwall.ingest.audio import NO_SOUND
from commandwall.ingest.feed_set import FeedSet
from commandwall.ingest.lots import Pace
from commandwall.ingest.publisher import FeedPublisher
from commandwall.ipc.packets import PacketServer, Subscriber, Subscription
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.model.camera import StreamName
from tests.unit.ingest.cameras import FakeCameras, spec, until

KEY, DELTA = AccessUnit(b"key", 0, True), AccessUnit(b"delta", 6000, False)
SOUND = AccessUnit(b"\xd5" * 160, 1800, True)


@pytest.fixture
def cameras() -> FakeCameras:
    return FakeCameras()


@pytest.fixture
async def feeds(cameras: FakeCameras) -> AsyncIterator[FeedSet]:
    async with asyncio.TaskGroup() as group, FeedSet(cameras.open, group, lambda _: None) as feeds:
        feeds.add(spec())
        feeds.add(spec(stream=StreamName.MAIN, on_demand=True))
        await until(lambda: "cam/sub" in cameras.sessions)
        await asyncio.sleep(0)
        yield feeds


async def read(subscription: Subscription, count: int) -> list[StreamInfo | AccessUnit]:
    records = []
    async with asyncio.timeout(20):
        async for record in subscription.records():
            records.append(record)
            if len(records) == count:
                break
    return records


async def test_a_subscriber_gets_description_group_and_then_live_frames(
    cameras: FakeCameras, feeds: FeedSet, short_dir: Path
) -> None:
    session = cameras.sessions["cam/sub"]
    session.on_unit(KEY)
    session.on_unit(DELTA)
    async with PacketServer(short_dir / "bus", FeedPublisher(feeds)):
        subscription = await Subscription.open(short_dir / "bus", "camera/cam/sub")
        assert await read(subscription, 3) == [cameras.info, KEY, DELTA]
        session.on_unit(DELTA)
        assert await read(subscription, 1) == [DELTA]
        subscription.request_key()
        subscription.close()
        feed = feeds.find("cam", StreamName.SUB)
        assert feed is not None
        await until(lambda: not feed.sinks)


async def test_a_lot_that_waits_is_pushed_once_and_behind_the_description(
    cameras: FakeCameras, feeds: FeedSet, short_dir: Path
) -> None:
    session, feed = cameras.sessions["cam/sub"], feeds.find("cam", StreamName.SUB)
    assert feed is not None
    session.on_unit(KEY)
    feed.watch(monotonic_ns())
    assert session.in_lots
    session.waiting = [DELTA, replace(DELTA, pts_90k=12000)]
    async with PacketServer(short_dir / "bus", FeedPublisher(feeds)):
        subscription = await Subscription.open(short_dir / "bus", "camera/cam/sub")
        info, *units = await read(subscription, 4)
        assert info == cameras.info
        assert [unit.pts_90k for unit in units if isinstance(unit, AccessUnit)] == [0, 6000, 12000]
        subscription.close()


async def test_a_subscription_opens_a_main_stream(
    cameras: FakeCameras, feeds: FeedSet, short_dir: Path
) -> None:
    async with PacketServer(short_dir / "bus", FeedPublisher(feeds)):
        subscription = await Subscription.open(short_dir / "bus", "camera/cam/main")
        assert await read(subscription, 1) == [cameras.info]
        cameras.sessions["cam/main"].on_unit(KEY)
        assert await read(subscription, 1) == [KEY]
        subscription.close()


async def test_sound_is_published_beside_the_pictures(
    cameras: FakeCameras, feeds: FeedSet, short_dir: Path
) -> None:
    async with PacketServer(short_dir / "bus", FeedPublisher(feeds)):
        subscription = await Subscription.open(short_dir / "bus", "camera/cam/main/audio")
        assert await read(subscription, 1) == [cameras.audio_info]
        session = cameras.sessions["cam/main"]
        session.on_unit(KEY)
        assert session.on_audio is not None
        session.on_audio(SOUND)
        assert await read(subscription, 1) == [SOUND]
        subscription.close()
        await until(lambda: session.on_audio is None)


async def test_a_subscriber_to_sound_hears_of_a_feed_that_changed(
    cameras: FakeCameras, feeds: FeedSet, short_dir: Path
) -> None:
    async with PacketServer(short_dir / "bus", FeedPublisher(feeds)):
        subscription = await Subscription.open(short_dir / "bus", "camera/cam/sub/audio")
        assert await read(subscription, 1) == [cameras.audio_info]
        feed, session = feeds.find("cam", StreamName.SUB), cameras.sessions["cam/sub"]
        assert feed is not None
        assert feed.pace is Pace.WATCHED
        cameras.audio_info = NO_SOUND
        feeds.add(replace(feed.spec, url="rtsp://127.0.0.1/elsewhere"))
        await until(lambda: cameras.sessions["cam/sub"] is not session)
        assert await read(subscription, 1) == [NO_SOUND]
        subscription.close()
        after = feeds.find("cam", StreamName.SUB)
        assert after is not None
        await until(lambda: not after.wanted)


@pytest.mark.parametrize("name", ["camera/nobody/sub", "camera/nobody/sub/audio", "wall/main/left", ""])
async def test_an_unknown_stream_is_not_served(feeds: FeedSet, short_dir: Path, name: str) -> None:
    async with PacketServer(short_dir / "bus", FeedPublisher(feeds)):
        subscription = await Subscription.open(short_dir / "bus", name)
        assert await read(subscription, 1) == []


async def test_a_group_that_outgrew_the_cache_is_not_begun_in_the_middle(
    cameras: FakeCameras, feeds: FeedSet
) -> None:
    session = cameras.sessions["cam/sub"]
    feed = feeds.find("cam", StreamName.SUB)
    assert feed is not None
    session.on_unit(KEY)
    feed.gop.whole = False
    transport = Transport()
    publisher = FeedPublisher(feeds)
    publisher.subscribe("camera/cam/sub", Subscriber(transport))
    assert transport.writes == 1
    with pytest.raises(NotFoundError, match="camera/ID"):
        publisher.subscribe("cam/sub", Subscriber(transport))


def test_whoever_is_gone_is_sent_nothing() -> None:
    transport = Transport()
    subscriber = Subscriber(transport)
    subscriber.push(KEY)
    transport.gone = True
    subscriber.push(KEY)
    assert transport.writes == 1


class Transport(asyncio.WriteTransport):
    """Counts records."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0
        self.gone = False

    def is_closing(self) -> bool:
        return self.gone

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.writes += 1

    def get_write_buffer_size(self) -> int:
        return 0
