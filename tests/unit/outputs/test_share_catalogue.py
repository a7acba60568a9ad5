from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from commandwall.base.clock import NS_PER_S, monotonic_ns, monotonic_s, utc_ns
from commandwall.base.errors import CommandwallError
from commandwall.ipc.messages import ShareRoute
from commandwall.ipc.packets import PacketServer, Subscriber
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.outputs import share_catalogue
from commandwall.outputs.share_catalogue import ShareCatalogue
from commandwall.outputs.share_track import ShareTrack
from commandwall.rtp import onward
from commandwall.rtp.rtcp import Goodbye, RtcpPacket, SenderReport, ntp_to_utc_ns, parse_compound
from commandwall.rtsp.server_frame import PacketFrame
from commandwall.rtsp.server_track import Track, TrackSender
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
        self.watchers: list[Subscriber] = []
        self.key = AccessUnit(KEY, 3600, key=True)

    def subscribe(self, stream: str, subscriber: Subscriber) -> None:
        self.subscribers.append(stream)
        if stream.endswith("/audio"):
            self.listeners.append(subscriber)
            for info in self.sounds:
                subscriber.describe(info)
            return
        for codec in self.codecs:
            subscriber.describe(StreamInfo(codec, 640, 360, 15.0))
            subscriber.push(replace(self.key, data=HEVC_KEY) if codec == "hevc" else self.key)
        self.watchers.append(subscriber)

    def unsubscribe(self, stream: str, subscriber: Subscriber) -> None:
        self.subscribers.remove(stream)

    def request_key(self, stream: str) -> None:
        return


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for sound longer than this machine may stand still."""
    monkeypatch.setattr(share_catalogue, "_AUDIO_S", 20.0)


@pytest.fixture
async def bus(short_dir: Path) -> AsyncIterator[tuple[Cameras, str]]:
    cameras, path = Cameras(), short_dir / "packets"
    async with PacketServer(path, cameras):
        yield cameras, str(path)


class Outlet:
    """Notes what a client gets."""

    def __init__(self) -> None:
        self.frames: list[tuple[PacketFrame, int]] = []
        self.reports: list[list[RtcpPacket]] = []

    def frame(self, frame: PacketFrame, sequence: int, timestamp: int, ssrc: int) -> None:
        self.frames.append((frame, timestamp))

    def report(self, rtcp: bytes) -> None:
        self.reports.append(parse_compound(rtcp))

    @property
    def told(self) -> SenderReport:
        """The newest report."""
        report = self.reports[-1][0]
        assert isinstance(report, SenderReport)
        return report

    def pending_bytes(self) -> int:
        return 0


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


async def left(cameras: Cameras, stream: str) -> None:
    await until(lambda: stream not in cameras.subscribers)


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
        await until(lambda: len(outlet.frames) == 2)
        (frame, first), (_, second) = outlet.frames
        assert frame.octets == 4 + len(b"frame")
        assert (second - first) & 0xFFFFFFFF == 1024
        cameras.listeners[0].describe(ALAW)
        await left(cameras, WITH_SOUND)
        assert cameras.subscribers == ["camera/a/sub"]
        assert isinstance(outlet.reports[-1][-1], Goodbye)
        cameras.sounds = [ALAW]
        _, again = await catalogue.open("/a")  # Who comes now hears what it is now.
        assert (again.format.encoding, again.format.clock_hz) == ("PCMA", 8000)
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


async def test_what_is_in_the_way_of_sound_is_logged_once(
    bus: tuple[Cameras, str], caplog: pytest.LogCaptureFixture
) -> None:
    cameras, path = bus
    cameras.sounds = [replace(ALAW, codec="pcm_s16be")]
    async with asyncio.TaskGroup() as group:
        catalogue = ShareCatalogue(group)
        catalogue.serve((ShareRoute("/a", path, "camera/a/sub", WITH_SOUND),))
        for _ in range(2):
            tries = len(cameras.listeners)
            assert len(await catalogue.open("/a")) == 1
            await left(cameras, WITH_SOUND)
            assert len(cameras.listeners) > tries
        cameras.sounds = [replace(ALAW, codec="mp2")]
        assert len(await catalogue.open("/a")) == 1
        catalogue.close()
    faults = [said for said in caplog.messages if "audio cannot be shared" in said]
    assert [["pcm_s16be" in said, "mp2" in said] for said in faults] == [[True, False], [False, True]]


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


async def test_sound_that_is_told_late_is_waited_for(
    bus: tuple[Cameras, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    patience_s: dict[str, float] = {}
    ready = ShareTrack.ready

    async def noted(track: ShareTrack, timeout_s: float) -> None:
        patience_s[track.kind] = timeout_s
        await ready(track, timeout_s)

    monkeypatch.setattr(ShareTrack, "ready", noted)
    cameras, path = bus
    async with asyncio.TaskGroup() as group:
        catalogue = ShareCatalogue(group)
        catalogue.serve((ShareRoute("/a", path, "camera/a/sub", WITH_SOUND),))
        opening = group.create_task(catalogue.open("/a"))
        await until(lambda: "audio" in patience_s and cameras.listeners)
        cameras.listeners[0].describe(AAC)
        assert [track.kind for track in await opening] == ["video", "audio"]
        assert patience_s["audio"] > 4
        catalogue.close()


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
        for be in (audio.hold, audio.play, audio.hold):
            be(sender)
            await asyncio.sleep(0.1)
            assert cameras.subscribers and not audio.over
        audio.play(sender)
        audio.stop(sender)
        await left(cameras, "camera/a/sub")
        await left(cameras, WITH_SOUND)


async def test_a_route_is_there_as_long_as_somebody_waits_for_it(
    bus: tuple[Cameras, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cameras, path = bus
    cameras.codecs = []
    monkeypatch.setattr(share_catalogue, "_LINGER_S", 0.05)
    async with asyncio.TaskGroup() as group:
        catalogue = ShareCatalogue(group)
        catalogue.serve((ShareRoute("/a", path, "camera/a/main"),))
        asked = [asyncio.create_task(catalogue.open("/a")) for _ in range(2)]
        await until(lambda: cameras.watchers)
        asked[0].cancel()
        await asyncio.sleep(0.1)
        cameras.watchers[0].describe(StreamInfo("h264", 640, 360, 15.0))
        cameras.watchers[0].push(cameras.key)
        assert len(await asked[1]) == 1
        await left(cameras, "camera/a/main")


def playing(track: Track) -> tuple[TrackSender, Outlet]:
    """Play ``track`` to a client."""
    outlet = Outlet()
    sender = TrackSender(outlet, 1000, monotonic_s, track.format.clock_hz)
    track.play(sender)
    return sender, outlet


async def test_the_clients_are_told_when_what_is_served_ends(short_dir: Path) -> None:
    cameras, path = Cameras(), short_dir / "packets"
    cameras.sounds = [ALAW]
    async with asyncio.TaskGroup() as group, AsyncExitStack() as publisher:
        await publisher.enter_async_context(PacketServer(path, cameras))
        catalogue = ShareCatalogue(group)
        catalogue.serve((ShareRoute("/a", str(path), "camera/a/sub", WITH_SOUND),))
        tracks = await catalogue.open("/a")
        played = [playing(track) for track in tracks]
        await publisher.aclose()
        await until(lambda: all(sender.ended for sender, _ in played))
        for sender, outlet in played:
            assert outlet.reports[-1][-1] == Goodbye((sender.ssrc,))
        late, _ = playing(tracks[0])
        assert late.ended
        catalogue.close()


async def test_a_route_that_is_taken_away_is_shown_to_nobody_any_more(bus: tuple[Cameras, str]) -> None:
    cameras, path = bus
    async with asyncio.TaskGroup() as group:
        catalogue = ShareCatalogue(group)
        catalogue.serve((ShareRoute("/a", path, "camera/a/sub"),))
        (track,) = await catalogue.open("/a")
        sender, outlet = playing(track)
        cameras.watchers[0].push(cameras.key)  # It is on its way when the camera gets masks.
        await asyncio.sleep(0)
        catalogue.serve(())
        shown = len(outlet.frames)
        assert sender.ended
        await left(cameras, "camera/a/sub")
        assert len(outlet.frames) == shown
        catalogue.serve((ShareRoute("/b", path, "camera/b/sub"),))
        asking = asyncio.create_task(catalogue.open("/b"))
        await asyncio.sleep(0)
        catalogue.serve(())  # Before the packet bus is open.
        with pytest.raises(CommandwallError):
            await asking
        catalogue.close()
    assert cameras.subscribers == []


async def test_while_a_camera_is_lost_nobody_is_shown_what_it_sent(
    bus: tuple[Cameras, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cameras, path = bus
    now_ns = monotonic_ns()
    monkeypatch.setattr(onward, "monotonic_ns", lambda: now_ns)
    async with asyncio.TaskGroup() as group:
        catalogue = ShareCatalogue(group)
        catalogue.serve((ShareRoute("/a", path, "camera/a/sub"),))
        (track,) = await catalogue.open("/a")
        _, first = playing(track)
        for number in (1, 2):
            cameras.watchers[0].push(replace(cameras.key, pts_90k=3600 * (number + 1), arrival_ns=now_ns))
        await until(lambda: len(first.frames) == 3)
        assert len(playing(track)[1].frames) == 1
        now_ns += 4 * NS_PER_S
        with pytest.raises(CommandwallError, match="no video to share at present"):
            await catalogue.open("/a")
        assert playing(track)[1].frames == []
        cameras.watchers[0].push(replace(cameras.key, arrival_ns=now_ns))
        await until(lambda: len(first.frames) == 4)
        assert await catalogue.open("/a") == (track,)
        assert len(playing(track)[1].frames) == 1
        catalogue.close()


async def test_the_group_under_way_is_of_when_it_arrived(bus: tuple[Cameras, str]) -> None:
    cameras, path = bus
    cameras.key = replace(cameras.key, arrival_ns=monotonic_ns() - 2 * NS_PER_S)
    async with asyncio.TaskGroup() as group:
        catalogue = ShareCatalogue(group)
        catalogue.serve((ShareRoute("/a", path, "camera/a/sub"),))
        (track,) = await catalogue.open("/a")
        _, outlet = playing(track)
        assert 2.0 <= (utc_ns() - ntp_to_utc_ns(outlet.told.ntp)) / NS_PER_S < 10
        catalogue.close()


async def test_a_camera_that_comes_back_goes_on_in_time_and_says_so_at_once(bus: tuple[Cameras, str]) -> None:
    cameras, path = bus
    begun_ns = monotonic_ns()
    cameras.key = replace(cameras.key, pts_90k=7200 * 90_000, arrival_ns=begun_ns)
    wider = SPS.replace(b"\x01\x6e", b"\x01\x6f") + KEY.removeprefix(SPS)
    async with asyncio.TaskGroup() as group:
        catalogue = ShareCatalogue(group)
        catalogue.serve((ShareRoute("/a", path, "camera/a/sub"),))
        (track,) = await catalogue.open("/a")
        described = track.format.fmtp
        _, outlet = playing(track)
        back_ns = begun_ns + 2 * NS_PER_S
        for pts_90k, key in ((0, False), (3600, True)):
            data = wider if key else b"\0\0\0\1\x41delta"
            cameras.watchers[0].push(
                AccessUnit(data, pts_90k, key, arrival_ns=back_ns + pts_90k * 100_000 // 9)
            )
        await until(lambda: len(outlet.frames) == 2)
        (_, before), (_, after) = outlet.frames
        assert (after - before) & 0xFFFFFFFF == 2 * 90_000 + 3600
        assert len(outlet.reports) == 2 and outlet.told.rtp_timestamp == after
        assert track.format.fmtp != described
        catalogue.close()
