from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from commandwall.base.clock import monotonic_s
from commandwall.base.errors import CommandwallError
from commandwall.ipc.messages import ShareRoute
from commandwall.ipc.packets import PacketServer, Subscriber
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.outputs import share_catalogue
from commandwall.outputs.share_catalogue import ShareCatalogue
from commandwall.rtsp.server_frame import PacketFrame
from commandwall.rtsp.server_track import TrackSender
from tests.unit.rtp.packets import annexb
from tests.unit.rtp.test_h265 import IDR, PPS, VPS
from tests.unit.rtp.test_h265 import SPS as HEVC_SPS

SPS = b"\0\0\0\1" + bytes.fromhex("6742c01fd90040016ec0")
KEY = SPS + b"\0\0\0\1\x68\xce\x3c\x80" + b"\0\0\0\1\x65key"
HEVC_KEY = annexb(VPS, HEVC_SPS, PPS, IDR)


class Cameras:
    """A packet bus that sends a key frame of each of ``codecs`` to subscribers, and sound of ``sounds``."""

    def __init__(self) -> None:
        self.subscribers: list[str] = []
        self.codecs = ["h264"]
        self.sounds: list[StreamInfo] = []
        self.listeners: list[Subscriber] = []

    def subscribe(self, stream: str, subscriber: Subscriber) -> None:
        self.subscribers.append(stream)
        if stream.endswith("/audio"):
            self.listeners.append(subscriber)
            for info in self.sounds:
                subscriber.describe(info)
            return
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


class Outlet:
    """Notes what a client gets."""

    def __init__(self) -> None:
        self.frames: list[tuple[PacketFrame, int]] = []

    def frame(self, frame: PacketFrame, sequence: int, timestamp: int, ssrc: int) -> None:
        self.frames.append((frame, timestamp))

    def report(self, rtcp: bytes) -> None:
        return

    def pending_bytes(self) -> int:
        return 0


async def left(cameras: Cameras, stream: str) -> None:
    async with asyncio.timeout(5):
        while stream in cameras.subscribers:
            await asyncio.sleep(0.01)


async def test_routes_come_stay_and_go(bus: tuple[Cameras, str]) -> None:
    cameras, path = bus
    first, second = ShareRoute("/a", path, "camera/a/sub"), ShareRoute("/b", path, "camera/b/sub")
    async with asyncio.TaskGroup() as group:
        catalogue = ShareCatalogue(group)
        assert await catalogue.open("/a") == ()
        catalogue.serve((first,))
        track = await catalogue.open("/a")
        catalogue.serve((first, second))
        assert len(track) == 1
        assert await catalogue.open("/a") == track
        assert await catalogue.open("/b")
        catalogue.serve((second,))
        await left(cameras, "camera/a/sub")
        assert await catalogue.open("/a") == ()
        assert cameras.subscribers == ["camera/b/sub"]
        catalogue.serve((first,))
        again = await catalogue.open("/a")
        assert again
        assert again != track
        catalogue.close()
    await left(cameras, "camera/a/sub")


async def test_a_path_that_leads_elsewhere_is_pulled_from_there(bus: tuple[Cameras, str]) -> None:
    cameras, path = bus
    async with asyncio.TaskGroup() as group:
        catalogue = ShareCatalogue(group)
        catalogue.serve((ShareRoute("/a", path, "camera/a/sub"),))
        track = await catalogue.open("/a")
        catalogue.serve((ShareRoute("/a", path, "camera/moved/sub"),))
        assert await catalogue.open("/a") != track
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
        (track,) = await catalogue.open("/a")
        assert (track.format.encoding, set(track.format.fmtp)) == (encoding, parameters)
        catalogue.close()


@pytest.mark.parametrize(
    ("codecs", "words"),
    [
        (["vp8"], "pictures in vp8 are not served, only h264, hevc, mjpeg"),
        (["h264", "hevc"], "it is hevc from now on"),
    ],
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


ALAW = StreamInfo("pcm_alaw", sample_rate=8000, channels=1)
AAC = StreamInfo("aac", sample_rate=16000, channels=1, extradata="1408")
WITH_SOUND = "camera/a/sub/audio"


async def test_sound_is_served_beside_the_pictures(bus: tuple[Cameras, str]) -> None:
    cameras, path = bus
    cameras.sounds = [AAC]
    async with asyncio.TaskGroup() as group:
        catalogue = ShareCatalogue(group)
        catalogue.serve((ShareRoute("/a", path, "camera/a/sub", WITH_SOUND),))
        video, audio = await catalogue.open("/a")
        assert [track.kind for track in (video, audio)] == ["video", "audio"]
        assert (audio.format.encoding, audio.format.clock_hz, audio.format.fmtp["config"]) == (
            "mpeg4-generic", 16000, "1408",
        )  # fmt: skip
        outlet = Outlet()
        audio.play(TrackSender(outlet, 1000, monotonic_s, 16000))
        for pts_90k in (0, 5760):
            cameras.listeners[0].push(AccessUnit(b"frame", pts_90k, key=True))
        async with asyncio.timeout(5):
            while len(outlet.frames) < 2:
                await asyncio.sleep(0.01)
        (frame, first), (_, second) = outlet.frames
        assert frame.octets == 4 + len(b"frame")
        assert (second - first) & 0xFFFFFFFF == 1024
        cameras.listeners[0].describe(ALAW)
        await left(cameras, WITH_SOUND)
        assert cameras.subscribers == ["camera/a/sub"]
        catalogue.close()
    await left(cameras, "camera/a/sub")


@pytest.mark.parametrize("info", [StreamInfo(""), StreamInfo("pcm_s16be", sample_rate=8000, channels=1)])
async def test_pictures_are_served_where_there_is_no_sound(
    bus: tuple[Cameras, str], info: StreamInfo
) -> None:
    cameras, path = bus
    cameras.sounds = [info]
    async with asyncio.TaskGroup() as group:
        catalogue = ShareCatalogue(group)
        catalogue.serve((ShareRoute("/a", path, "camera/a/sub", WITH_SOUND),))
        (video,) = await catalogue.open("/a")
        assert video.kind == "video"
        await left(cameras, WITH_SOUND)
        catalogue.close()


async def test_sound_that_nothing_is_said_of_is_not_waited_for(
    bus: tuple[Cameras, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(share_catalogue, "_AUDIO_S", 0.01)
    cameras, path = bus
    async with asyncio.TaskGroup() as group:
        catalogue = ShareCatalogue(group)
        catalogue.serve((ShareRoute("/a", path, "camera/a/sub", WITH_SOUND),))
        assert len(await catalogue.open("/a")) == 1
        catalogue.close()
    await left(cameras, WITH_SOUND)


async def test_a_route_ends_a_while_after_its_last_client(
    bus: tuple[Cameras, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cameras, path = bus
    cameras.sounds = [ALAW]
    async with asyncio.TaskGroup() as group:
        catalogue = ShareCatalogue(group)
        catalogue.serve((ShareRoute("/a", path, "camera/a/sub", WITH_SOUND),))
        await catalogue.open("/a")
        monkeypatch.setattr(share_catalogue, "_LINGER_S", 0.05)
        _, audio = await catalogue.open("/a")  # All is there: nothing is waited for before it is played.
        sender = TrackSender(Outlet(), 1000, monotonic_s, 8000)
        audio.play(sender)
        await asyncio.sleep(0.1)
        assert cameras.subscribers
        audio.stop(sender)
        await left(cameras, "camera/a/sub")
        await left(cameras, WITH_SOUND)
