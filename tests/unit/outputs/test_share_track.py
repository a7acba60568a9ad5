from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from commandwall.ipc.messages import ShareRoute
from commandwall.ipc.packets import PacketServer, Subscriber
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.outputs.share_track import ShareCatalogue

SPS = b"\0\0\0\1" + bytes.fromhex("6742c01fd90040016ec0")
KEY = SPS + b"\0\0\0\1\x68\xce\x3c\x80" + b"\0\0\0\1\x65key"


class Cameras:
    """A packet bus that sends one key frame to whoever subscribes."""

    def __init__(self) -> None:
        self.subscribers: list[str] = []

    def subscribe(self, stream: str, subscriber: Subscriber) -> None:
        self.subscribers.append(stream)
        subscriber.describe(StreamInfo("h264", 640, 360, 15.0))
        subscriber.push(AccessUnit(KEY, 3600, key=True))

    def unsubscribe(self, stream: str, subscriber: Subscriber) -> None:
        self.subscribers.remove(stream)

    def request_key(self, stream: str) -> None:
        return


@pytest.fixture
async def bus(short_dir: Path) -> AsyncIterator[tuple[Cameras, str]]:
    cameras, path = Cameras(), short_dir / "packets"
    async with PacketServer(path, cameras):
        yield cameras, str(path)


async def left(cameras: Cameras, stream: str) -> None:
    async with asyncio.timeout(5):
        while stream in cameras.subscribers:
            await asyncio.sleep(0.01)


async def test_routes_come_stay_and_go(bus: tuple[Cameras, str]) -> None:
    cameras, path = bus
    first, second = ShareRoute("/a", path, "camera/a/sub"), ShareRoute("/b", path, "camera/b/sub")
    async with asyncio.TaskGroup() as group:
        catalogue = ShareCatalogue(group)
        assert await catalogue.open("/a") is None
        catalogue.serve((first,))
        track = await catalogue.open("/a")
        catalogue.serve((first, second))
        assert track is not None and await catalogue.open("/a") is track
        assert await catalogue.open("/b") is not None
        catalogue.serve((second,))
        await left(cameras, "camera/a/sub")
        assert await catalogue.open("/a") is None and cameras.subscribers == ["camera/b/sub"]
        catalogue.serve((first,))
        again = await catalogue.open("/a")
        assert again is not None and again is not track
        catalogue.close()
    await left(cameras, "camera/a/sub")


async def test_a_path_that_leads_elsewhere_is_pulled_from_there(bus: tuple[Cameras, str]) -> None:
    cameras, path = bus
    async with asyncio.TaskGroup() as group:
        catalogue = ShareCatalogue(group)
        catalogue.serve((ShareRoute("/a", path, "camera/a/sub"),))
        track = await catalogue.open("/a")
        catalogue.serve((ShareRoute("/a", path, "camera/moved/sub"),))
        assert await catalogue.open("/a") is not track
        await left(cameras, "camera/a/sub")
        assert cameras.subscribers == ["camera/moved/sub"]
        catalogue.close()
