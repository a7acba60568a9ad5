"""Cameras and heads by RTSP, watched by the clients that other centres use."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from commandwall.base.clock import RTP_CLOCK_HZ
from commandwall.rtp.packet import parse_header
from commandwall.rtsp.client import StreamRequest
from tests.contract.rtsp_servers import ffmpeg
from tests.e2e.site import Daemon, Site, cameras, farm, until
from tests.e2e.test_farm import watch
from tests.unit.rtsp.test_server import Client

pytestmark = [pytest.mark.timeout(120), pytest.mark.blocks_loop, pytest.mark.needs("ffmpeg", "ffprobe")]

SUB_SIZE = 640, 360


async def output(*command: str) -> tuple[int, bytes]:
    """Run ``command`` and return (exit status, standard output)."""
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
    )
    text, _ = await process.communicate()
    return process.returncode or 0, text


async def frames(url: str, count: int, transport: str = "tcp") -> list[dict[str, object]]:
    """Return the first ``count`` frames of ``url`` as ffprobe decodes them."""
    status, text = await output(
        "ffprobe", "-v", "error", "-rtsp_transport", transport, "-select_streams", "v", "-show_frames",
        "-show_entries", "frame=width,height,pict_type,pts_time", "-read_intervals", f"%+#{count}",
        "-of", "json", url,
    )  # fmt: skip
    assert status == 0
    found: list[dict[str, object]] = json.loads(text)["frames"]
    return found


@asynccontextmanager
async def watching(url: str, transport: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Let ffmpeg watch ``url``, as long as it is served; it plays when this is entered."""
    process = await asyncio.create_subprocess_exec(
        "ffmpeg", "-v", "error", "-rtsp_transport", transport, "-i", url, "-c", "copy", "-f", "h264", "-",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        await process.stdout.readexactly(1000)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.fixture
def shared(site: Site, free_port: Callable[[], int]) -> str:
    """Return the base URL at which ``site`` will share."""
    port = free_port()
    site.extra["rtsp"] = {"listen": f"127.0.0.1:{port}"}
    return f"rtsp://127.0.0.1:{port}"


@pytest.mark.parametrize("transport", ["tcp", "udp"])
async def test_ffmpeg_watches_a_camera_and_a_head(shared: str, daemon: Daemon, transport: str) -> None:
    await daemon.until_live(["1"])
    await daemon.until_shared()
    camera = await frames(f"{shared}/cameras/cam-2/sub", 20, transport)
    assert [(frame["width"], frame["height"]) for frame in camera] == [SUB_SIZE] * 20
    head = await frames(f"{shared}/walls/main/left", 20, transport)
    assert [(frame["width"], frame["height"]) for frame in head] == [(640, 720)] * 20
    assert head[0]["pict_type"] == "I"


async def test_h265_is_shared_as_h265(shared: str, site: Site, free_port: Callable[[], int]) -> None:
    async with ffmpeg("hevc", site.folder, free_port()) as url:
        sub = {"url": url, "transport": "udp"}
        site.cameras = [{"id": "new", "name": "新镜头", "area": "dongmen", "sub": sub}]
        async with site.run() as daemon:
            await daemon.until_live(["1"])
            await daemon.until_shared()
            path = f"{shared}/cameras/new/sub"
            _, text = await output("ffprobe", "-v", "error", "-show_entries", "stream=codec_name", path)
            assert b"codec_name=hevc" in text
            assert len(await frames(path, 5)) == 5


async def test_an_on_demand_main_stream_is_fetched_for_a_watcher(shared: str, daemon: Daemon) -> None:
    await daemon.until_live(["1"])
    await daemon.until_shared()
    # It is encoded before it is described.
    await watch(StreamRequest(daemon.site.cameras[4]["main"]["url"]), 1)
    main = await frames(f"{shared}/cameras/cam-5/main", 5)
    assert len(main) == 5 and all((frame["width"], frame["height"]) != SUB_SIZE for frame in main)


@pytest.mark.needs("gst-launch-1.0")
async def test_gstreamer_watches_a_head(shared: str, daemon: Daemon) -> None:
    await daemon.until_live(["1"])
    await daemon.until_shared()
    source = f"rtspsrc location={shared}/walls/main/all protocols=tcp latency=0"
    sink = "rtph264depay ! h264parse ! avdec_h264 ! fakesink num-buffers=30"
    command = ["gst-launch-1.0", "-q", *f"{source} ! {sink}".split()]
    status, _ = await output(*command)
    assert status == 0


async def test_connected_clients_are_counted(shared: str, daemon: Daemon) -> None:
    async def connected(count: int) -> bool:
        async with daemon.session.get("/metrics") as response:
            return f"\ncommandwall_share_clients {count:.1f}\n" in await response.text()

    await daemon.until_live(["1"])
    await daemon.until_shared()
    await until("RTSP clients", lambda: connected(0))
    host, _, port = shared.removeprefix("rtsp://").rpartition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    await until("RTSP clients", lambda: connected(1))
    writer.close()
    await until("RTSP clients", lambda: connected(0))


async def test_an_unknown_path_is_not_found(shared: str, daemon: Daemon) -> None:
    await daemon.until_live(["1"])
    await daemon.until_shared()
    status, _ = await output("ffprobe", "-v", "quiet", f"{shared}/cameras/nobody/sub")
    assert status != 0


async def test_watchers_need_the_password_where_one_is_set(shared: str, site: Site, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("neighbour-7\n")
    site.extra["credentials"] = {"neighbours": {"user": "city", "password_file": "secret"}}
    site.extra["rtsp"]["credentials"] = "neighbours"
    async with farm(2) as base:
        site.cameras = cameras(base, 2)
        async with site.run() as daemon:
            await daemon.until_live(["1"])
            await daemon.until_shared()
            path = f"{shared.removeprefix('rtsp://')}/cameras/cam-1/sub"
            status, _ = await output("ffprobe", "-v", "quiet", f"rtsp://city:wrong@{path}")
            assert status != 0
            assert len(await frames(f"rtsp://city:neighbour-7@{path}", 5)) == 5


@pytest.mark.parametrize("transport", ["tcp", "udp"])
async def test_a_watcher_sees_the_end_of_what_is_served(shared: str, daemon: Daemon, transport: str) -> None:
    """The process that served it is killed, or the camera may not be seen any more: clients come again."""
    await daemon.until_live(["1"])
    await daemon.until_shared()
    async with watching(f"{shared}/walls/main/left", transport) as process:
        workers = {worker["name"]: worker for worker in (await daemon.get("/workers"))["items"]}
        os.kill(workers["wall-main"]["pid"], signal.SIGKILL)
        async with asyncio.timeout(20):
            await process.communicate()
    async with watching(f"{shared}/cameras/cam-1/sub", transport) as process:
        await daemon.put("/cameras/cam-1/masks", {"masks": [{"rect": [0.25, 0.3, 0.5, 0.4]}]})
        async with asyncio.timeout(20):
            await process.communicate()
    await daemon.until_live(["2"])
    assert await frames(f"{shared}/walls/main/left", 5, transport)


@asynccontextmanager
async def by_hand(url: str) -> AsyncIterator[Client]:
    """Connect to ``url`` with a client that mends no times."""
    host, _, port = url.removeprefix("rtsp://").partition("/")[0].rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    client = Client(reader, writer, url)
    reading = asyncio.create_task(client.read())
    yield client
    writer.close()
    await reading


async def picture_times(client: Client, count: int) -> list[int]:
    """Return the RTP times of the next ``count`` pictures."""
    times: list[int] = []
    while len(times) < count:
        channel, data = await client.frames.get()
        if channel == 2 and (header := parse_header(data)).marker:
            times.append(header.timestamp)
    return times


async def test_time_goes_on_for_a_watcher_when_the_camera_comes_back(
    shared: str, site: Site, free_port: Callable[[], int]
) -> None:
    port, url = str(free_port()), f"{shared}/cameras/cam-1/sub"
    async with AsyncExitStack() as first:
        site.cameras = cameras(await first.enter_async_context(farm(1, "--port", port)), 1)
        async with site.run() as daemon:
            await daemon.until_live(["1"])
            await daemon.until_shared()
            async with by_hand(url) as client, by_hand(url) as late:
                _, session = await client.set_up()
                assert (await client.ask("PLAY", "", session)).status == 200
                times = await picture_times(client, 30)
                await first.aclose()

                async def refused() -> bool:
                    return (await late.ask("DESCRIBE")).status == 503

                await until("who comes while the camera is lost gets no old picture", refused)
                async with farm(1, "--port", port):
                    times += await picture_times(client, 30)
    steps = [(after - before) & 0xFFFFFFFF for before, after in pairwise(times)]
    lost = max(steps)
    assert 2 * RTP_CLOCK_HZ < lost < 60 * RTP_CLOCK_HZ  # A step back would be one of hours.
    assert sum(step > lost / 2 for step in steps) == 1  # A machine that stands still makes small ones.
