"""Sound beside the pictures, as gst-rtsp-server, FFmpeg and our own server send it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from commandwall.base.clock import NS_PER_S, RTP_CLOCK_HZ
from commandwall.model.camera import Transport
from commandwall.rtsp.client import RtspClient, StreamRequest
from tests.contract.rtsp_servers import FFMPEG_AUDIO, FPS, TONE_HZ, OpenServer, ffmpeg, gstreamer, own
from tests.sound import decoded, strongest_hz
from tests.watcher import Watcher

pytestmark = [pytest.mark.timeout(60), pytest.mark.blocks_loop]  # starting servers may block

CODECS = {"pcm_alaw": 8000, "pcm_mulaw": 8000, "aac": 16000, "aac_latm": 16000, "opus": 48000}
HEARD_S = 1.0
needs_gstreamer = pytest.mark.needs("gst-rtsp-server")
WAYS = [
    *(
        pytest.param(f"gstreamer {codec}", transport, marks=needs_gstreamer)
        for codec in CODECS
        for transport in (Transport.TCP, Transport.UDP)
    ),
    *(
        pytest.param(f"ffmpeg {codec}", Transport.UDP, marks=pytest.mark.needs("ffmpeg"))
        for codec in FFMPEG_AUDIO
    ),
    *(pytest.param(f"own {codec}", transport) for codec, transport in zip(
        ("pcm_alaw", "pcm_mulaw", "aac", "opus"), (Transport.TCP, Transport.UDP) * 2, strict=True
    )),
]  # fmt: skip


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path, free_port: Callable[[], int]) -> OpenServer:
    """Return what opens the server that the test is parametrised with."""
    name, _, codec = request.param.partition(" ")
    if name == "ffmpeg":
        return partial(ffmpeg, "h264", tmp_path, free_port(), codec)
    return partial(gstreamer, "--audio", codec) if name == "gstreamer" else partial(own, audio=codec)


@pytest.mark.parametrize(("server", "transport"), WAYS, indirect=["server"])
async def test_sound_comes_whole_and_in_time(
    server: OpenServer, transport: Transport, request: pytest.FixtureRequest
) -> None:
    pictures, sound = Watcher(), Watcher()
    async with server() as url:
        wanted = StreamRequest(url, transport, audio=True)
        async with RtspClient.open(wanted, on_access_unit=pictures) as session:
            session.listen(sound)
            await sound.until(lambda units: bool(units) and units[-1].pts_90k > HEARD_S * RTP_CLOCK_HZ)
            await sound.until(lambda units: units[-1].capture_utc_ns > 0)
            await pictures.until(lambda units: len(units) >= FPS and units[-1].capture_utc_ns > 0)
            heard, stats = session.audio, session.stats
    assert heard is not None
    codec = request.node.callspec.params["server"].split()[1]
    assert (heard.name, heard.sample_rate, heard.channels) == (codec.removesuffix("_latm"), CODECS[codec], 1)
    assert (stats.lost, stats.malformed) == (0, 0)
    steps = {later.pts_90k - earlier.pts_90k for earlier, later in pairwise(sound.units)}
    assert max(steps) - min(steps) <= 0.02 * RTP_CLOCK_HZ
    samples = await asyncio.to_thread(decoded, heard, [unit.data for unit in sound.units])
    assert abs(strongest_hz(samples, heard.sample_rate) - TONE_HZ) < 5
    ends_ns = [units[-1].capture_utc_ns - units[-1].arrival_ns for units in (sound.units, pictures.units)]
    assert abs(ends_ns[0] - ends_ns[1]) < 2 * NS_PER_S  # One clock, and a busy machine.


@needs_gstreamer
async def test_sound_that_nobody_asked_for_is_not_set_up() -> None:
    pictures = Watcher()
    async with (
        gstreamer("--audio", "opus") as url,
        RtspClient.open(StreamRequest(url), on_access_unit=pictures) as session,
    ):
        await pictures.until(lambda _: len(pictures.clean) >= FPS)
        assert session.audio is None
        assert session.unassigned_frames == 0
