"""Cameras of every codec on a real daemon's wall, read back from its pixels, and shared onward."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from commandwall.base.clock import utc_ns
from simulators.barcode import Kind
from simulators.spec import Codec
from tests.e2e.pictures import codes, decode
from tests.e2e.site import Daemon, Site, cameras, farm, until
from tests.e2e.test_share import frames

pytestmark = [pytest.mark.timeout(120), pytest.mark.blocks_loop]

NAMES = {Codec.H264: "h264", Codec.H265: "hevc", Codec.MJPEG: "mjpeg"}
LIVE, RECORDED = "1", ("3", "4")
"""Cells; the top right one, 2, has the wall's clock over its bar code."""
FRESH_MS = 5000


@pytest.fixture
def site(tmp_path: Path, free_port: Callable[[], int]) -> Site:
    """Return a site that shares its cameras."""
    return Site(tmp_path, free_port(), extra={"rtsp": {"listen": f"127.0.0.1:{free_port()}"}})


async def read_back(daemon: Daemon) -> bool:
    """Return whether each tile shows its camera, and that of the live one a time of just now."""
    tiles = (await daemon.get("/walls/main"))["tiles"]
    found = codes(decode(await daemon.picture("/walls/main/snapshot.png")), tiles)
    live, recorded = found[LIVE], [found[cell] for cell in RECORDED]
    if live is None or None in recorded:
        return False
    assert (live.kind, live.camera) == (Kind.UTC_MS, 1)
    assert [(code.kind, code.camera) for code in recorded if code] == [(Kind.FRAME, int(c)) for c in RECORDED]
    return abs(utc_ns() // 1_000_000 - live.value) < FRESH_MS


@pytest.mark.needs("ffmpeg", "ffprobe")
@pytest.mark.parametrize("codec", list(Codec))
async def test_the_wall_shows_cameras_of_every_codec(site: Site, codec: Codec, tmp_path: Path) -> None:
    cache = str(tmp_path / "loops")
    async with farm(4, "--codec", codec, "--live", "1", "--cache", cache) as base:
        site.cameras = cameras(base, 4)
        async with site.run() as daemon:
            await daemon.until_live(["1", "2", "3", "4"])
            await until("every tile shows its camera", lambda: read_back(daemon))

            async def named() -> bool:
                return {item["codec"] for item in (await daemon.get("/cameras"))["items"]} == {NAMES[codec]}

            await until("the codec is named", named)
            shared = f"rtsp://{site.extra['rtsp']['listen']}/cameras/cam-3/sub"
            assert {(frame["width"], frame["height"]) for frame in await frames(shared, 5)} == {(640, 360)}
