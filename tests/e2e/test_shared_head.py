"""A head that another centre may see, with a token and a credential that open it and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest

from tests.e2e.browser import browser, fresh, until
from tests.e2e.site import Daemon, Site, cameras, farm
from tests.e2e.test_share import frames, output

pytestmark = [pytest.mark.timeout(120), pytest.mark.blocks_loop]
REFUSED = (
    "cameras",
    "cameras/cam-1/snapshot.jpg",
    "events",
    "walls/main",
    "walls/main/snapshot.png",
    "walls/main/heads/all/snapshot.jpg",
    "walls/main/heads/_canvas/video",
)
CENTRE, STREET = "city:neighbour-7", "street:lantern-4"


@pytest.fixture
async def shared(
    site: Site, free_port: Callable[[], int], tmp_path: Path
) -> AsyncIterator[tuple[Daemon, str]]:
    """Run a daemon whose head ``left`` the street may see, without cam-1; yields it and its RTSP address."""
    sets = {}
    for name, written in (("centre", CENTRE), ("street", STREET)):
        user, password = written.split(":")
        (tmp_path / name).write_text(password)
        sets[name] = {"user": user, "password_file": name}
    rtsp = f"127.0.0.1:{free_port()}"
    site.extra |= {"credentials": sets, "rtsp": {"listen": rtsp, "credentials": "centre"}}
    site.wall["heads"][1] |= {"hide": {"cameras": ["cam-1"]}, "credentials": "street"}
    async with farm(2) as base:
        site.cameras = cameras(base, 2)
        async with site.run() as daemon:
            await daemon.until_live(["1"])
            await daemon.until_shared()
            yield daemon, rtsp


@pytest.mark.needs("chromium")
async def test_the_street_sees_its_head_in_a_browser_and_nothing_else(
    shared: tuple[Daemon, str], chromium: str
) -> None:
    daemon, _ = shared
    command = ("token", "create", "--role", "viewer", "--name", "street", "--head", "main/left")
    token = (await daemon.site.command(*command)).strip()
    async with browser(chromium) as running:
        context = await fresh(running, size=(640, 720))
        page = await context.new_page()
        await page.goto(f"{daemon.site.url}/head/main/left?token={token}")
        await until(page, "window.commandwall.frames > 10 && document.body.dataset.truth === 'live'")
        assert page.url == f"{daemon.site.url}/head/main/left"
        for path in ("/", "/head/main/all", "/head/main/_canvas"):
            answer = await page.goto(f"{daemon.site.url}{path}")
            assert answer is not None and answer.status == 403, path
            assert "只用于 main/left" in (await answer.json())["detail_zh"]
    proof = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(f"{daemon.site.url}/api/v1/", headers=proof) as street:
        for path in REFUSED:
            async with street.get(path) as response:
                assert response.status == 403, path
        async with street.get("walls/main/heads/left/snapshot.jpg") as response:
            assert response.status == 200


@pytest.mark.needs("ffprobe")
async def test_the_street_plays_its_head_by_rtsp_and_nothing_else(shared: tuple[Daemon, str]) -> None:
    _, rtsp = shared
    for transport in ("tcp", "udp"):
        head = await frames(f"rtsp://{STREET}@{rtsp}/walls/main/left", 5, transport)
        assert [(frame["width"], frame["height"]) for frame in head] == [(640, 720)] * 5
    for path in ("/walls/main/all", "/cameras/cam-1/sub", "/walls/main/left/../all"):
        status, _ = await output("ffprobe", "-v", "quiet", f"rtsp://{STREET}@{rtsp}{path}")
        assert status != 0, path
    assert len(await frames(f"rtsp://{CENTRE}@{rtsp}/cameras/cam-1/sub", 5)) == 5
    assert len(await frames(f"rtsp://{CENTRE}@{rtsp}/walls/main/left", 5)) == 5
