from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from commandwall.base.errors import NotFoundError, ProtocolError
from commandwall.ipc.packets import PacketServer, Subscriber, Subscription, decode_info, encode_info
from commandwall.model.access_unit import AccessUnit, StreamInfo

INFO = StreamInfo("h264", 640, 360, 15.0)


class Publisher:
    """A source with one stream, ``cam``."""

    def __init__(self) -> None:
        self.subscribers: set[Subscriber] = set()
        self.joined = asyncio.Event()
        self.key_requests = asyncio.Queue[str]()
        self.gone = asyncio.Event()
        self.group = [unit(0, key=True), unit(1), unit(2)]

    def subscribe(self, stream: str, subscriber: Subscriber) -> None:
        if stream != "cam":
            raise NotFoundError(stream)
        subscriber.describe(INFO)
        subscriber.begin(self.group)
        self.subscribers.add(subscriber)
        self.joined.set()

    def unsubscribe(self, stream: str, subscriber: Subscriber) -> None:
        self.subscribers.discard(subscriber)
        self.gone.set()

    def request_key(self, stream: str) -> None:
        self.key_requests.put_nowait(stream)


def unit(number: int, *, key: bool = False, size: int = 50) -> AccessUnit:
    return AccessUnit(
        bytes([number % 256]) * size, number * 6000, key, number == 2, 111, 222, loss=number == 2
    )


@pytest.fixture
async def publisher() -> Publisher:
    return Publisher()


@pytest.fixture
async def bus(tmp_path: Path, publisher: Publisher) -> AsyncIterator[Path]:
    async with PacketServer(tmp_path / "bus", publisher):
        yield tmp_path / "bus"


async def test_a_subscriber_gets_the_description_the_group_and_then_live(
    bus: Path, publisher: Publisher
) -> None:
    subscription = await Subscription.open(bus, "cam")
    records = subscription.records()
    assert await anext(records) == INFO
    assert [await anext(records) for _ in range(3)] == publisher.group
    (subscriber,) = publisher.subscribers
    subscriber.push(unit(3))
    assert await anext(records) == unit(3)
    subscription.close()


async def test_a_key_frame_can_be_asked_for(bus: Path, publisher: Publisher) -> None:
    subscription = await Subscription.open(bus, "cam")
    subscription.request_key()
    assert await publisher.key_requests.get() == "cam"
    subscription.close()


async def test_an_unknown_stream_ends_at_once(bus: Path) -> None:
    subscription = await Subscription.open(bus, "nobody")
    assert [record async for record in subscription.records()] == []


async def test_the_publisher_is_told_when_a_subscriber_goes(bus: Path, publisher: Publisher) -> None:
    subscription = await Subscription.open(bus, "cam")
    await publisher.joined.wait()
    subscription.close()
    await publisher.gone.wait()
    assert not publisher.subscribers


async def test_a_slow_subscriber_skips_to_the_next_key_frame(bus: Path, publisher: Publisher) -> None:
    subscription = await Subscription.open(bus, "cam")
    await publisher.joined.wait()
    (subscriber,) = publisher.subscribers
    big = 1 << 20
    for number in range(3, 15):
        subscriber.push(unit(number, size=big))
    assert subscriber.dropped > 0
    records = subscription.records()
    received = []
    async for record in records:
        if isinstance(record, AccessUnit):
            received.append(record.pts_90k // 6000)
        if received and received[-1] + subscriber.dropped == 14:
            break
    assert received == list(range(len(received)))
    subscriber.push(unit(20))
    subscriber.push(unit(21, key=True))
    subscriber.push(unit(22))
    assert [(await anext(records)).pts_90k // 6000 for _ in range(2)] == [21, 22]  # type: ignore[union-attr]
    subscription.close()


async def test_a_large_group_comes_whole_and_what_follows_too(bus: Path, publisher: Publisher) -> None:
    publisher.group = [unit(number, size=1 << 20, key=number == 0) for number in range(10)]
    subscription = await Subscription.open(bus, "cam")
    await publisher.joined.wait()
    (subscriber,) = publisher.subscribers
    subscriber.push(unit(10))
    records = subscription.records()
    assert await anext(records) == INFO
    assert [await anext(records) for _ in range(11)] == [*publisher.group, unit(10)]
    assert subscriber.dropped == 0
    subscription.close()


async def test_a_closing_server_ends_its_subscriptions(tmp_path: Path, publisher: Publisher) -> None:
    async with PacketServer(tmp_path / "bus", publisher):
        subscription = await Subscription.open(tmp_path / "bus", "cam")
        await publisher.joined.wait()
    async with asyncio.timeout(20):
        records = [record async for record in subscription.records()]
    assert records == [INFO, *publisher.group]
    assert not (tmp_path / "bus").exists()


def test_a_description_survives_the_journey() -> None:
    assert decode_info(encode_info(INFO)) == INFO


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b'{"codec": 5}', b"[" * 9000])
def test_what_describes_no_stream_is_a_protocol_error(body: bytes) -> None:
    with pytest.raises(ProtocolError, match="packet bus"):
        decode_info(body)
