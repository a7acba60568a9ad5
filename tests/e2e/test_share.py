"""Cameras and heads by RTSP, watched by the clients that other centres use."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.rtsp_servers import ffmpeg
from tests.e2e.site import Daemon, Site, cameras, farm, until

pytestmark = [pytest.mark.timeout(120), pytest.mark.blocks_loop, pytest.mark.needs("ffmpeg", "ffprobe")]


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
    assert [(frame["width"], frame["height"]) for frame in camera] == [(640, 360)] * 20
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
    main = await frames(f"{shared}/cameras/cam-5/main", 5)
    assert (main[0]["width"], main[0]["height"]) == (1920, 1080)


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
