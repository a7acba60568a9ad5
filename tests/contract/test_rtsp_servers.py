"""The RTSP client against real servers: gst-rtsp-server, LIVE555, FFmpeg's RTP, and our own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

import av
import pytest
from av.video.codeccontext import VideoCodecContext

from commandwall.base.clock import NS_PER_S, RTP_CLOCK_HZ, utc_ns
from commandwall.base.errors import AccessRefusedError, ConnectionLostError, NotFoundError
from commandwall.model.access_unit import AccessUnit
from commandwall.model.camera import Transport
from commandwall.rtsp.client import RtspClient, StreamRequest
from tests.contract.rtsp_servers import (
    FFMPEG_CODECS,
    FPS,
    HEIGHT,
    LIVE555_ENDINGS,
    PASSWORD,
    USER,
    WIDTH,
    OpenServer,
    ffmpeg,
    gstreamer,
    guarded,
    live555,
    own,
)
from tests.watcher import Watcher

pytestmark = [pytest.mark.timeout(60), pytest.mark.blocks_loop]  # starting servers may block

needs_gstreamer = pytest.mark.needs("gst-rtsp-server")
needs_live555 = pytest.mark.needs("live555", "ffmpeg")
WAYS = [
    pytest.param("gstreamer", Transport.TCP, marks=needs_gstreamer),
    pytest.param("gstreamer", Transport.UDP, marks=needs_gstreamer),
    *(
        pytest.param(f"ffmpeg {codec}", Transport.UDP, marks=pytest.mark.needs("ffmpeg"))
        for codec in FFMPEG_CODECS
    ),
    *(
        pytest.param(f"live555 {codec}", transport, marks=needs_live555)
        for codec in LIVE555_ENDINGS
        for transport in (Transport.TCP, Transport.UDP)
    ),
    pytest.param("own", Transport.TCP),
    pytest.param("own", Transport.UDP),
]
WITH_RTSP = [way for way in WAYS if not str(way.values[0]).startswith("ffmpeg")]
EVERY_SERVER = [
    "own",
    pytest.param("gstreamer", marks=needs_gstreamer),
    pytest.param("live555 h264", marks=needs_live555),
]
GUARDED = guarded()
_NEEDS = {"gstreamer": needs_gstreamer, "live555": needs_live555}
GUARDED_NAMES = [pytest.param(name, marks=_NEEDS[name]) if name in _NEEDS else name for name in GUARDED]


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path, free_port: Callable[[], int]) -> OpenServer:
    """Return what opens the server that the test is parametrised with."""
    name, _, codec = request.param.partition(" ")
    if name == "ffmpeg":
        return partial(ffmpeg, codec, tmp_path, free_port())
    if name == "live555":
        return partial(live555, codec=codec)
    return partial(gstreamer) if name == "gstreamer" else partial(own)


@pytest.fixture
async def guarded_url(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """Yield the URL of a server that asks for a password."""
    async with GUARDED[request.param]() as url:
        yield url


def decode(codec: str, units: list[AccessUnit]) -> list[av.VideoFrame]:
    """Return the pictures in ``units``; raises if one of them is broken."""
    decoder = av.CodecContext.create(codec, "r")
    assert isinstance(decoder, VideoCodecContext)
    decoder.options = {"err_detect": "explode"}
    decoder.flags |= av.codec.context.Flags.low_delay
    frames = [frame for unit in units for frame in decoder.decode(av.Packet(unit.data))]
    return frames + decoder.decode(None)


@pytest.mark.parametrize(("server", "transport"), WAYS, indirect=["server"])
async def test_pictures_come_whole_and_in_time(server: OpenServer, transport: Transport) -> None:
    watcher = Watcher()
    async with (
        server() as url,
        RtspClient.open(StreamRequest(url, transport), on_access_unit=watcher) as session,
    ):
        await watcher.until(lambda _: len(watcher.clean) >= 2 * FPS)
        codec, stats = session.codec, session.stats
    units = watcher.clean[: 2 * FPS]
    assert units[0].key
    frames = await asyncio.to_thread(decode, codec.name, units)
    assert [(frame.width, frame.height) for frame in frames] == [(WIDTH, HEIGHT)] * len(units)
    assert (codec.width, codec.height) == (WIDTH, HEIGHT)
    assert (stats.lost, stats.late, stats.malformed, stats.damaged) == (0, 0, 0, 0)
    steps = [b.pts_90k - a.pts_90k for a, b in pairwise(units)]
    assert all(abs(step - RTP_CLOCK_HZ / FPS) <= 2 for step in steps)


@pytest.mark.parametrize(("server", "transport"), WAYS, indirect=["server"])
async def test_sender_reports_tell_the_time(server: OpenServer, transport: Transport) -> None:
    watcher = Watcher()
    async with server() as url, RtspClient.open(StreamRequest(url, transport), on_access_unit=watcher):
        await watcher.until(lambda units: bool(units) and units[-1].capture_utc_ns > 0)
        now_ns = utc_ns()
    assert abs(watcher.units[-1].capture_utc_ns - now_ns) < 2 * NS_PER_S


@pytest.mark.parametrize(("server", "transport"), WITH_RTSP, indirect=["server"])
async def test_a_stream_can_be_opened_again_and_again(server: OpenServer, transport: Transport) -> None:
    async with server() as url:
        for _ in range(3):
            watcher = Watcher()
            async with RtspClient.open(StreamRequest(url, transport), on_access_unit=watcher):
                await watcher.until(lambda units: any(unit.key for unit in units))


@pytest.mark.parametrize("server", EVERY_SERVER, indirect=True)
async def test_a_server_that_goes_away_is_noticed(server: OpenServer) -> None:
    watcher = Watcher()
    async with server() as url:
        opened = RtspClient.open(StreamRequest(url), on_access_unit=watcher)
        session = await opened.__aenter__()
        await watcher.until(lambda units: len(units) > 0)
    with pytest.raises(ConnectionLostError):
        await session.closed()
    await opened.__aexit__(None, None, None)


@pytest.mark.parametrize("server", EVERY_SERVER, indirect=True)
async def test_a_path_that_is_not_there(server: OpenServer) -> None:
    async with server() as url:
        with pytest.raises(NotFoundError, match=r"^DESCRIBE: 404"):
            async with RtspClient.open(StreamRequest(url + "s"), on_access_unit=Watcher()):
                pass


@pytest.mark.parametrize("guarded_url", GUARDED_NAMES, indirect=True)
@pytest.mark.parametrize("transport", [Transport.TCP, Transport.UDP])
async def test_the_right_password_opens(guarded_url: str, transport: Transport) -> None:
    watcher = Watcher()
    async with RtspClient.open(StreamRequest(guarded_url, transport, USER, PASSWORD), on_access_unit=watcher):
        await watcher.until(lambda units: any(unit.key for unit in units))


@pytest.mark.parametrize("guarded_url", GUARDED_NAMES, indirect=True)
async def test_wrong_and_missing_passwords_are_refused_in_words(guarded_url: str) -> None:
    for user, tried, words in ((USER, PASSWORD + "x", "wrong password"), ("", "", "none are set")):
        with pytest.raises(AccessRefusedError, match=words) as refusal:
            request = StreamRequest(guarded_url, Transport.TCP, user, tried)
            async with RtspClient.open(request, on_access_unit=Watcher()):
                pass
        assert PASSWORD not in str(refusal.value)


@needs_live555
async def test_live555_watches_our_server_and_we_watch_it() -> None:
    watcher = Watcher()
    async with (
        own() as first,
        live555(of=first) as url,
        RtspClient.open(StreamRequest(url), on_access_unit=watcher) as session,
    ):
        await watcher.until(lambda _: len(watcher.clean) >= 2 * FPS)
        codec, stats = session.codec, session.stats
    units = watcher.clean[1:]  # It sets the marker bit on every slice, which costs the first picture.
    frames = await asyncio.to_thread(decode, codec.name, units)
    assert [(frame.width, frame.height) for frame in frames] == [(WIDTH, HEIGHT)] * len(units)
    steps = {later.pts_90k - earlier.pts_90k for earlier, later in pairwise(units)}
    assert all(abs(step - RTP_CLOCK_HZ / FPS) <= 2 for step in steps)
    assert (stats.lost, stats.malformed) == (0, 0)
