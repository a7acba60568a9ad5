from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from commandwall.base.errors import NotFoundError
from commandwall.ipc.packets import PacketServer, Subscriber, Subscription
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.outputs.websocket import HeadAddress, HeadFanout, HeadVideo, Viewer

SPS = b"\0\0\0\1" + bytes.fromhex("6742c01fd90040016ec0")
OTHER_SPS = b"\0\0\0\1" + bytes.fromhex("6764002aac2b402802dd80")


def key_unit(number: int, sps: bytes = SPS) -> AccessUnit:
    return AccessUnit(sps + b"\0\0\1\x65" + b"%d" % number, number * 3600, key=True)


def delta_unit(number: int) -> AccessUnit:
    return AccessUnit(b"\0\0\1\x41" + b"%d" % number, number * 3600, key=False)


class Encoder:
    """The head encoder of a wall process: what was pushed since the last key frame comes first."""

    def __init__(self) -> None:
        self.subscribers: set[Subscriber] = set()
        self.keys_asked = 0
        self.group: list[AccessUnit] = []
        self.info = StreamInfo("h264", 960, 540, 25.0)

    def subscribe(self, stream: str, subscriber: Subscriber) -> None:
        if stream != "head/left":
            raise NotFoundError(stream)
        subscriber.describe(self.info)
        for unit in self.group:
            subscriber.push(unit)
        self.subscribers.add(subscriber)

    def unsubscribe(self, stream: str, subscriber: Subscriber) -> None:
        self.subscribers.discard(subscriber)

    def request_key(self, stream: str) -> None:
        self.keys_asked += 1

    def encode(self, unit: AccessUnit) -> None:
        self.group = [unit] if unit.key else [*self.group, unit]
        for subscriber in self.subscribers:
            subscriber.push(unit)


@pytest.fixture
def encoder() -> Encoder:
    return Encoder()


@pytest.fixture
def address(short_dir: Path) -> HeadAddress:
    return HeadAddress("main", "left", short_dir / "wall.packets", "head/left", 25, 1920, 1080)


@pytest.fixture
async def bus(address: HeadAddress, encoder: Encoder) -> AsyncIterator[PacketServer]:
    async with PacketServer(address.path, encoder) as server:
        yield server


@pytest.fixture
async def video() -> AsyncIterator[HeadVideo]:
    async with HeadVideo() as video:
        yield video


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.002)


async def take(viewer: Viewer, count: int) -> list[str | bytes]:
    """Return the next ``count`` messages of ``viewer``."""
    messages: list[str | bytes] = []
    async with asyncio.timeout(10):
        async for message in viewer:
            messages.append(message)
            if len(messages) == count:
                return messages
    raise AssertionError("a viewer never ends")


def bodies(messages: list[str | bytes]) -> list[bytes]:
    return [message[32:] for message in messages if isinstance(message, bytes)]


async def test_a_viewer_gets_the_configuration_then_frames_from_a_key_frame_on(
    video: HeadVideo, address: HeadAddress, encoder: Encoder, bus: PacketServer
) -> None:
    encoder.encode(key_unit(0))
    encoder.encode(delta_unit(1))
    with video.watch(address, "vera") as viewer:
        config, *frames = await take(viewer, 3)
    assert isinstance(config, str)
    assert json.loads(config) == {
        "type": "config", "codec": "avc1.42C01F", "width": 960, "height": 540, "fps": 25,
        "wall": "main", "head": "left",
    }  # fmt: skip
    assert bodies(frames) == [key_unit(0).data, delta_unit(1).data]


async def test_all_viewers_share_one_subscription_and_a_new_one_asks_for_one_key_frame(
    video: HeadVideo, address: HeadAddress, encoder: Encoder, bus: PacketServer
) -> None:
    encoder.encode(key_unit(0))
    with video.watch(address, "vera") as first:
        await take(first, 2)
        with video.watch(address, "vera") as second, video.watch(address, "vera") as third:
            await until(lambda: encoder.keys_asked)
            encoder.encode(delta_unit(1))
            encoder.encode(key_unit(2))
            assert bodies(await take(first, 2)) == [delta_unit(1).data, key_unit(2).data]
            assert bodies(await take(second, 2)) == bodies(await take(third, 2)) == [key_unit(2).data]
            assert len(encoder.subscribers) == 1
            assert encoder.keys_asked == 1
            assert video.viewers() == {("main", "left"): 3}


async def test_the_subscription_ends_with_the_last_viewer(
    video: HeadVideo, address: HeadAddress, encoder: Encoder, bus: PacketServer
) -> None:
    with video.watch(address, "vera"):
        await until(lambda: encoder.subscribers)
    await until(lambda: not encoder.subscribers)
    assert video.viewers() == {}


async def test_a_slow_viewer_skips_to_the_next_key_frame_and_harms_nobody(
    video: HeadVideo, address: HeadAddress, encoder: Encoder, bus: PacketServer
) -> None:
    encoder.encode(key_unit(0))
    with video.watch(address, "vera") as quick, video.watch(address, "vera") as slow:
        seen = bodies(await take(quick, 2))
        await take(slow, 2)
        for number in range(1, 121):
            encoder.encode(delta_unit(number))
            seen += bodies(await take(quick, 1))
        assert seen == [key_unit(0).data, *(delta_unit(number).data for number in range(1, 121))]
        encoder.encode(key_unit(121))
        await take(quick, 1)
        encoder.encode(delta_unit(122))
        assert bodies(await take(slow, 2)) == [key_unit(121).data, delta_unit(122).data]
        assert slow.dropped == 120
        assert quick.dropped == 0


async def test_frames_come_back_when_the_wall_process_does(
    video: HeadVideo, address: HeadAddress, encoder: Encoder
) -> None:
    with video.watch(address, "vera") as viewer:
        for life in range(2):
            async with PacketServer(address.path, encoder):
                encoder.encode(key_unit(life, SPS if life == 0 else OTHER_SPS))
                config, frame = await take(viewer, 2)
            assert isinstance(config, str)
            assert json.loads(config)["codec"] == ("avc1.42C01F" if life == 0 else "avc1.64002A")
            assert bodies([frame]) == [encoder.group[0].data]
            encoder.subscribers.clear()


async def test_a_stream_that_is_not_there_yet_is_tried_again(
    video: HeadVideo, address: HeadAddress, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_open, in_vain = Subscription.open, asyncio.Event()

    async def noting_open(path: Path, stream: str) -> Subscription:
        try:
            return await real_open(path, stream)
        except OSError:
            in_vain.set()
            raise

    monkeypatch.setattr(Subscription, "open", noting_open)
    with video.watch(address, "vera") as viewer:
        await in_vain.wait()
        async with PacketServer(address.path, encoder):
            encoder.encode(key_unit(0))
            assert len(await take(viewer, 2)) == 2


async def test_leaving_the_context_ends_all_fanouts(address: HeadAddress) -> None:
    async with HeadVideo() as video:
        with video.watch(address, "vera"):
            assert [task.get_name() for task in asyncio.all_tasks() if "video" in task.get_name()] == [
                "video main/left"
            ]
    assert not [task for task in asyncio.all_tasks() if "video" in task.get_name()]


def test_what_waits_for_a_viewer_is_bounded_in_bytes_too() -> None:
    viewer = Viewer("vera")
    big = bytes(3 << 20)
    assert viewer.push(big, key=True)
    assert viewer.push(big, key=False)
    assert not viewer.push(big, key=False)
    assert viewer.dropped == 3
    assert viewer.push(big, key=True)


async def test_an_overflow_keeps_the_configuration() -> None:
    viewer = Viewer("vera")
    viewer.configure("config")
    viewer.push(b"k", key=True)
    for _ in range(60):
        viewer.push(b"d", key=False)
    viewer.push(b"K", key=True)
    assert await take(viewer, 2) == ["config", b"K"]


def test_a_head_that_nobody_serves_is_not_asked_for_key_frames(address: HeadAddress) -> None:
    fanout = HeadFanout(address)
    fanout.join(Viewer("vera"))
    assert len(fanout.viewers) == 1
