"""The camera farm as its own program, with FFmpeg, GStreamer and our client as its clients."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from commandwall.base.clock import NS_PER_S, utc_ns
from commandwall.base.errors import AccessRefusedError
from commandwall.model.access_unit import AccessUnit
from commandwall.model.camera import Transport
from commandwall.rtsp.client import RtspClient, StreamRequest
from commandwall.rtsp.dialogue import Timeouts
from simulators.barcode import Kind, read
from tests.unit.simulators.decoding import decode

# One farm serves the whole module, and starts its baking processes when it first needs them.
pytestmark = [pytest.mark.timeout(120), pytest.mark.leaves_children]

starts_a_farm = pytest.mark.blocks_loop
"""Waits, on the loop, for another program to begin and to end."""

needs_ffmpeg = pytest.mark.needs("ffmpeg", "ffprobe")
needs_gstreamer = pytest.mark.needs("gst-launch-1.0")
WAYS = pytest.mark.parametrize("transport", ["tcp", "udp"])


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache that the farms of this module share."""
    return tmp_path_factory.mktemp("farm-cache")


@contextmanager
def farm(cache: Path, *arguments: str) -> Iterator[str]:
    """Run a farm of four cameras, the first one live; yield its address up to ``/cam``."""
    command = [sys.executable, "-m", "simulators.cameras", "--count", "4", "--live", "1", "--port", "0"]
    command += ["--main", "1280x720@25:2000k", "--cache", str(cache), *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        match = re.fullmatch(r"ready (rtsp://127\.0\.0\.1:\d+/cam)/0001/sub\n", process.stdout.readline())
        assert match is not None
        yield match[1]
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        process.stdout.close()


@pytest.fixture(scope="module")
def address(cache: Path) -> Iterator[str]:
    """Yield the address of a farm that lets everybody in."""
    with farm(cache) as url:
        yield url


def run(*command: str) -> str:
    """Run a client and return what it printed. Fails with it when the client does."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout + done.stderr


async def watch(request: StreamRequest, count: int) -> list[AccessUnit]:
    """Return the first ``count`` access units of a stream."""
    units: list[AccessUnit] = []
    enough = asyncio.Event()

    def take(unit: AccessUnit) -> None:
        units.append(unit)
        if len(units) == count:
            enough.set()

    # What is watched first is encoded before it is described.
    patience = Timeouts(answer_s=60, describe_s=60)
    async with RtspClient.open(request, on_access_unit=take, timeouts=patience), asyncio.timeout(60):
        await enough.wait()
    return units[:count]


@needs_ffmpeg
@WAYS
@pytest.mark.parametrize(
    ("path", "expected"),
    [("0002/sub", "640,360,15/1"), ("0002/main", "1280,720,25/1"), ("0001/sub", "640,360")],
)
def test_ffprobe_sees_what_was_asked_for(address: str, path: str, expected: str, transport: str) -> None:
    entries = "stream=codec_name,profile,width,height,r_frame_rate"
    options = ("-v", "error", "-rtsp_transport", transport, "-show_entries", entries, "-of", "csv=p=0")
    assert f"h264,Main,{expected}" in run("ffprobe", *options, f"{address}/{path}")


@needs_ffmpeg
@WAYS
def test_ffmpeg_decodes_without_a_fault(address: str, transport: str) -> None:
    options = ("-nostdin", "-v", "warning", "-stats", "-rtsp_transport", transport)
    output = run("ffmpeg", *options, "-i", f"{address}/0003/sub", "-frames:v", "45", "-f", "null", "-")
    assert re.search(r"frame=\s*45", output)
    assert "error" not in output.lower()
    assert "missed" not in output


@starts_a_farm
@needs_ffmpeg
@pytest.mark.parametrize(("codec", "name"), [("h265", "hevc"), ("mjpeg", "mjpeg")])
def test_ffmpeg_decodes_other_codecs(cache: Path, codec: str, name: str) -> None:
    with farm(cache, "--codec", codec) as url:
        for camera in ("0001", "0002"):
            options = ("-nostdin", "-v", "info", "-stats", "-rtsp_transport", "tcp")
            output = run(
                "ffmpeg", *options, "-i", f"{url}/{camera}/sub", "-frames:v", "30", "-f", "null", "-"
            )
            assert f"Video: {name} " in output
            assert re.search(r"frame=\s*30", output)
            assert "error" not in output.lower()


@needs_gstreamer
@WAYS
def test_gstreamer_decodes(address: str, transport: str) -> None:
    source = ("rtspsrc", f"location={address}/0004/sub", f"protocols={transport}", "latency=100")
    chain = ("!", "rtph264depay", "!", "h264parse", "!", "identity", "eos-after=30", "!", "fakesink")
    run("gst-launch-1.0", "-q", *source, *chain)


def steps(units: list[AccessUnit]) -> set[int]:
    """Return all distances in time (90 kHz) from one unit to the next."""
    return {after.pts_90k - before.pts_90k for before, after in itertools.pairwise(units)}


async def test_frames_come_in_their_order_over_the_end_of_the_loop(address: str) -> None:
    request = StreamRequest(f"{address}/0002/sub")
    units, tries = await watch(request, 75), 1
    while steps(units) != {6000} and tries < 3:  # A farm that stood still for a second leaves that time out.
        units, tries = await watch(request, 75), tries + 1
    assert units[0].key
    assert steps(units) == {6000}
    found = await asyncio.to_thread(lambda: [read(luma) for luma in decode(unit.data for unit in units)])
    assert [(code.kind, code.camera, code.value) for code in found if code] == [
        (Kind.FRAME, 2, index % 60) for index in range(75)
    ]


async def test_a_live_camera_tells_when_it_was_drawn(address: str) -> None:
    begin_ms = utc_ns() // 1_000_000
    units = await watch(StreamRequest(f"{address}/0001/sub"), 20)
    assert units[0].key
    found = await asyncio.to_thread(lambda: [read(luma) for luma in decode(unit.data for unit in units)])
    codes = [code for code in found if code is not None]
    assert len(codes) == 20
    assert {(code.kind, code.camera) for code in codes} == {(Kind.UTC_MS, 1)}
    times_ms = [code.value for code in codes]
    assert begin_ms <= times_ms[0]
    assert times_ms == sorted(set(times_ms))
    assert times_ms[-1] <= utc_ns() // 1_000_000
    for unit, code in zip(units[1:], codes[1:], strict=True):
        assert abs(unit.capture_utc_ns - code.value * 1_000_000) < NS_PER_S // 20


async def test_many_watch_one_camera(address: str) -> None:
    watchers = [StreamRequest(f"{address}/0001/main", way) for way in (Transport.TCP, Transport.UDP) * 2]
    for units in await asyncio.gather(*(watch(request, 5) for request in watchers)):
        assert units[0].key


@starts_a_farm
async def test_a_guarded_farm_asks_for_the_password(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "FARM_PASSWORD", "s3cret/@:")
    with farm(cache, "--user", "viewer") as url:
        units = await watch(StreamRequest(f"{url}/0002/sub", user="viewer", password="s3cret/@:"), 3)
        assert units[0].key
        with pytest.raises(AccessRefusedError):
            await watch(StreamRequest(f"{url}/0002/sub", user="viewer", password="wrong"), 1)


@starts_a_farm
async def test_the_second_start_needs_no_baking(cache: Path, address: str) -> None:
    await watch(StreamRequest(f"{address}/0004/sub"), 1)
    before = {path: path.stat().st_mtime_ns for path in cache.rglob("*.loop")}
    assert before
    with farm(cache) as url:
        await watch(StreamRequest(f"{url}/0004/sub"), 1)
    after = {path: path.stat().st_mtime_ns for path in cache.rglob("*.loop")}
    assert {path: after[path] for path in before} == before


@starts_a_farm
async def test_clips_are_served_as_cameras(cache: Path, footage: Path) -> None:
    with farm(cache, "--clip", str(footage)) as url:
        units = await watch(StreamRequest(f"{url}/0003/sub"), 10)
    found = await asyncio.to_thread(lambda: [read(luma) for luma in decode(unit.data for unit in units)])
    assert [code.value for code in found if code is not None] == list(range(10))
