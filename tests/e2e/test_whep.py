"""Heads and cameras by WHEP, watched in Chromium and read back from its pixels."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser

from commandwall.rtc import hooks
from tests.e2e.browser import browser, fresh
from tests.e2e.pictures import cameras_shown
from tests.e2e.site import Daemon, until
from tests.e2e.webrtc import code_in, open_page, shown, watch
from tests.unit.rtc.clients import Client, clients

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.timeout(120), pytest.mark.blocks_loop]
SDP = {"Content-Type": "application/sdp"}
GARBAGE = ["", "hello", "v=0", "v=0\r\nm=video\r\n", "v=0\r\n" + "a=x\r\n" * 100_000]


@pytest.fixture
async def chrome(chromium: str) -> AsyncIterator[Browser]:
    async with browser(chromium) as running:
        yield running


async def metric(daemon: Daemon, name: str) -> dict[str, float]:
    """Return the samples of a metric by their labels."""
    async with daemon.session.get("/metrics") as response:
        text = await response.text()
    return {found[1]: float(found[2]) for found in re.finditer(rf"^{name}{{(.*)}} (.*)$", text, re.MULTILINE)}


async def test_a_head_plays_for_several_viewers_and_is_encoded_once(daemon: Daemon, chrome: Browser) -> None:
    await daemon.until_live(["1", "2", "3", "4"])
    page = await open_page(await (await fresh(chrome)).new_page(), daemon)
    tiles = (await daemon.get("/walls/main"))["tiles"]
    for name in ("first", "second", "third"):
        await watch(page, "/whep/walls/main/all", name)

        async def shows(name: str = name) -> bool:
            found = cameras_shown(await shown(page, name), tiles)
            return (found.get("1"), found.get("3")) == (1, 3)

        await until(f"{name} shows the wall", shows)
    watching = 'camera="",head="all",wall="main"'

    async def watched(by: int) -> bool:
        return (await metric(daemon, "commandwall_whep_viewers")).get(watching) == by

    await until("all three are counted", lambda: watched(3))
    encoded = 'head="all",wall="main"'
    name = "commandwall_head_encoded_frames_total"
    at_s = asyncio.get_running_loop().time()
    before = (await metric(daemon, name))[encoded]
    seen = await page.evaluate("third.video.shown")
    await until("pictures go on", lambda: page.evaluate(f"third.video.shown >= {seen + 60}"))
    made = (await metric(daemon, name))[encoded] - before
    assert made <= 25 * (asyncio.get_running_loop().time() - at_s + 2)

    assert await page.evaluate("leave('first')") == 204
    await until("the viewer that left is not counted", lambda: watched(2))


async def test_a_camera_plays_as_the_camera_sends_it(daemon: Daemon, chrome: Browser) -> None:
    await daemon.until_live(["1"])
    page = await open_page(await (await fresh(chrome)).new_page(), daemon)
    for path, size in (("cam-7?stream=sub", (360, 640)), ("cam-7", (720, 1280))):
        await watch(page, f"/whep/cameras/{path}")

        async def is_camera_7() -> bool:
            code = code_in(await shown(page))
            return code is not None and code.camera == 7

        await until("the picture says that it is camera 7", is_camera_7)
        assert (await shown(page)).shape[:2] == size


async def test_what_is_no_offer_gets_a_word(daemon: Daemon) -> None:
    await until("all processes are up", daemon.ready)
    for offer in GARBAGE:
        async with daemon.session.post("/whep/walls/main/all", data=offer.encode(), headers=SDP) as response:
            problem: dict[str, Any] = await response.json(content_type=None)
        assert (response.status, problem["status"]) in ((400, 400), (422, 422)), offer[:40]
        assert problem["detail"]
        assert problem["detail_zh"] != problem["detail"]
    async with daemon.session.post("/whep/walls/main/all", json={}) as response:
        assert response.status == 415
    async with daemon.session.post("/whep/walls/nobody/all", data="v=0", headers=SDP) as response:
        assert response.status == 404
    async with daemon.session.options("/whep/walls/main/all") as response:
        assert response.status == 204
        assert response.headers["Access-Control-Allow-Origin"] == "*"
    nobody = {"Authorization": "Bearer wrong"}
    async with daemon.session.post("/whep/walls/main/all", data="v=0", headers=SDP | nobody) as response:
        assert response.status == 401


async def metrics(daemon: Daemon, *names: str) -> list[float]:
    """Return the sum of each metric's samples, all of one moment."""
    async with daemon.session.get("/metrics") as response:
        text = await response.text()
    return [sum(map(float, re.findall(rf"^{name}{{.*}} (.*)$", text, re.MULTILINE))) for name in names]


async def until_pictures(client: Client, count: int) -> None:
    """Wait until ``client`` has received so many pictures."""

    async def received() -> bool:
        return bool(sum(packet.marker for packet in client.sink.packets) >= count)

    await until("pictures come", received)


async def test_twenty_viewers_cost_as_many_encoders_as_one(daemon: Daemon) -> None:
    await daemon.until_live(["1", "2", "3", "4"])
    hooks.install()
    encoded, ticks = "commandwall_head_encoded_frames_total", "commandwall_wall_ticks_total"
    async with clients(20) as viewers:
        for number, client in enumerate(viewers, 1):
            offer = (await client.wants()).encode()
            async with daemon.session.post("/whep/walls/main/all", data=offer, headers=SDP) as response:
                assert response.status == 201
                await client.accept(await response.text())
            await until_pictures(client, 1)
            if number not in (1, 5, 20):
                continue
            before = await metrics(daemon, encoded, ticks)
            shown = sum(packet.marker for packet in client.sink.packets)
            await until_pictures(client, shown + 25)
            after = await metrics(daemon, encoded, ticks)
            made, ticked = (now - then for now, then in zip(after, before, strict=True))
            print(f"{number} viewers: {made:.0f} pictures encoded in {ticked:.0f} ticks")
            assert made <= ticked + 2


async def test_the_viewer_of_a_camera_that_is_switched_off_is_let_go(daemon: Daemon) -> None:
    await daemon.until_live(["1"])
    hooks.install()
    sub = (await daemon.get("/cameras/cam-1/settings"))["camera"]["sub"]
    entry = {"id": "new", "name": "新镜头", "area": "dongmen", "sub": sub}
    async with daemon.session.post("/api/v1/cameras", json=entry) as response:
        assert response.status == 201, await response.text()
    async with clients(2) as viewers:
        for client in viewers:
            offer = (await client.wants()).encode()
            async with daemon.session.post("/whep/cameras/new", data=offer, headers=SDP) as response:
                assert response.status == 201, await response.text()
                await client.accept(await response.text())
            await until_pictures(client, 20)
            assert (await daemon.put("/cameras/new", entry | {"enabled": False}))[0] == 200

            async def over(client: Client = client) -> bool:
                return client.pc.connectionState == "closed"

            await until("the connection is closed", over)
            assert (await daemon.put("/cameras/new", entry))[0] == 200
