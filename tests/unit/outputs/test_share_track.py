from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from commandwall.base.errors import CommandwallError
from commandwall.ipc.messages import ShareRoute
from commandwall.ipc.packets import PacketServer, Subscriber
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.outputs.share_track import ShareCatalogue
from tests.unit.rtp.packets import annexb
from tests.unit.rtp.test_h265 import IDR, PPS, VPS
from tests.unit.rtp.test_h265 import SPS as HEVC_SPS

SPS = b"\0\0\0\1" + bytes.fromhex("6742c01fd90040016ec0")
KEY = SPS + b"\0\0\0\1\x68\xce\x3c\x80" + b"\0\0\0\1\x65key"


HEVC_KEY = annexb(VPS, HEVC_SPS, PPS, IDR)


class Cameras:
    """A packet bus that sends one key frame of each of ``codecs`` to whoever subscribes."""

    def __init__(self) -> None:
        self.subscribers: list[str] = []
        self.codecs = ["h264"]

    def subscribe(self, stream: str, subscriber: Subscriber) -> None:
        self.subscribers.append(stream)
        for codec in self.codecs:
            subscriber.describe(StreamInfo(codec, 640, 360, 15.0))
            subscriber.push(AccessUnit(HEVC_KEY if codec == "hevc" else KEY, 3600, key=True))

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


@pytest.mark.parametrize(
    ("codec", "encoding", "parameters"),
    [
        ("h264", "H264", {"packetization-mode", "profile-level-id", "sprop-parameter-sets"}),
        ("hevc", "H265", {"sprop-vps", "sprop-sps", "sprop-pps"}),
    ],
)
async def test_a_stream_is_described_by_its_codec(
    bus: tuple[Cameras, str], codec: str, encoding: str, parameters: set[str]
) -> None:
    cameras, path = bus
    cameras.codecs = [codec]
    async with asyncio.TaskGroup() as group:
        catalogue = ShareCatalogue(group)
        catalogue.serve((ShareRoute("/a", path, "camera/a/sub"),))
        track = await catalogue.open("/a")
        assert track is not None
        assert (track.format.encoding, set(track.format.fmtp)) == (encoding, parameters)
        catalogue.close()


@pytest.mark.parametrize(
    ("codecs", "words"),
    [(["mjpeg"], "mjpeg is not shared, only h264 and hevc"), (["h264", "hevc"], "it is hevc from now on")],
)
async def test_what_cannot_be_shared_ends_the_pull_and_says_so(
    bus: tuple[Cameras, str], caplog: pytest.LogCaptureFixture, codecs: list[str], words: str
) -> None:
    cameras, path = bus
    cameras.codecs = codecs
    async with asyncio.TaskGroup() as group:
        catalogue = ShareCatalogue(group)
        catalogue.serve((ShareRoute("/a", path, "camera/a/sub"),))
        with suppress(CommandwallError):  # The first picture of the old codec may still be described.
            await catalogue.open("/a")
        await left(cameras, "camera/a/sub")
        catalogue.close()
    assert words in caplog.text
