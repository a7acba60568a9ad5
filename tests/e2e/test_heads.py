"""Heads of real walls, by their pixels: turned, framed, named, under a test pattern, and on a monitor."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from commandwall.cli.displays import display_faults
from commandwall.settings.load import load_settings
from tests.e2e.pictures import cameras_shown, decode
from tests.e2e.site import Daemon, Site, cameras, farm, until
from tests.xserver import XServer, x_server

pytestmark = [pytest.mark.timeout(180), pytest.mark.blocks_loop]

TURNED = {"id": "turned", "rect": [0, 0, 640, 720], "bezel": [10, 0, 31, 20], "rotate": 90}
SMALL = {"id": "small", "rect": [641, 1, 639, 719], "size": [320, 360], "rotate": 180}


@pytest.fixture
async def hung(site: Site) -> AsyncIterator[Daemon]:
    site.wall["heads"] = [TURNED, SMALL]
    async with farm(4) as base:
        site.cameras = cameras(base, 4)
        async with site.run() as daemon:
            yield daemon


async def wall_picture(daemon: Daemon) -> NDArray[np.uint8]:
    return decode(await daemon.picture("/walls/main/snapshot.png"))


async def head_picture(daemon: Daemon, head: str) -> NDArray[np.uint8]:
    return decode(await daemon.picture(f"/walls/main/heads/{head}/snapshot.jpg"))


def alike(one: NDArray[np.uint8], other: NDArray[np.uint8], part: float = 0.97) -> bool:
    """Return whether two pictures agree in so many of their pixels, but for what compression does."""
    assert one.shape == other.shape
    far = np.abs(one.astype(int) - other).max(axis=2) > 40
    return bool(far.mean() < 1 - part)


async def show_pattern(daemon: Daemon, path: str) -> None:
    status, _ = await daemon.put(f"/walls/main{path}/test-pattern", {})
    assert status == 200


async def test_heads_show_their_turned_and_framed_part_of_the_canvas(hung: Daemon) -> None:
    await hung.until_live(["1", "2", "3", "4"])
    await show_pattern(hung, "")

    async def pattern() -> bool:
        return bool((await wall_picture(hung))[0].min() > 200)  # Its frame.

    await until("the pattern is on the canvas", pattern)
    canvas = await wall_picture(hung)
    canvas[580:640] = 0  # The moving block.
    turned = await head_picture(hung, "turned")
    assert turned.shape == (598, 700, 3)
    upright = cv2.rotate(turned, cv2.ROTATE_90_COUNTERCLOCKWISE).astype(np.uint8)
    upright[580:640] = 0
    assert alike(upright, canvas[:700, 10:608])
    small = cv2.rotate(await head_picture(hung, "small"), cv2.ROTATE_180).astype(np.uint8)
    assert small.shape == (360, 320, 3)
    small[285:325] = 0
    part = cv2.resize(canvas[1:720, 641:1280], (320, 360)).astype(np.uint8)
    part[285:325] = 0
    assert alike(small, part, 0.93)


async def test_heads_say_what_they_are_called_until_the_time_is_over(hung: Daemon) -> None:
    await hung.until_live(["1", "2", "3", "4"])
    async with hung.session.post("/api/v1/walls/main/identify", json={"seconds": 8}) as response:
        assert (response.status, (await response.json())["identifying"]) == (200, True)

    async def framed() -> bool:
        edges = [(await head_picture(hung, head))[1].astype(int) for head in ("turned", "small")]
        return all(np.abs(edge - (160, 82, 16)).max() < 40 for edge in edges)

    await until("each head has its frame", framed)

    async def over() -> bool:
        return not (await hung.get("/walls/main"))["identifying"] and not await framed()

    await until("the names are gone by themselves", over)


async def test_a_head_shows_a_test_pattern_alone(hung: Daemon) -> None:
    await hung.until_live(["1", "2", "3", "4"])
    await show_pattern(hung, "/heads/small")

    async def shows() -> bool:
        return bool((await head_picture(hung, "small"))[0].min() > 180)

    await until("the head shows its frame", shows)
    assert (await wall_picture(hung))[0].min() < 100
    async with hung.session.delete("/api/v1/walls/main/heads/small/test-pattern") as response:
        assert response.status == 200

    async def shows_cameras() -> bool:
        return not await shows()

    await until("the head shows cameras again", shows_cameras)


async def test_two_walls_decode_a_camera_once(site: Site) -> None:
    second = {**site.wall, "id": "second", "name": "副墙"}
    async with farm(4) as base:
        site.cameras = cameras(base, 4)
        site.extra["walls"] = [site.wall, second]
        async with site.run() as daemon:
            for wall in ("main", "second"):
                await daemon.until_live(["1", "2", "3", "4"], wall)
            before = await counts(daemon)

            async def enough() -> Any:
                now = await counts(daemon)
                return now if now["second"] - before["second"] > 600 else None

            after = await until("600 pictures were painted for the second wall", enough)
    painted = {wall: after[wall] - before[wall] for wall in ("main", "second")}
    decoded, received = (after[what] - before[what] for what in ("decoded", "received"))
    assert abs(painted["main"] - painted["second"]) < 0.2 * painted["second"]
    assert decoded < 1.5 * received  # Twice, if each wall had decoders of its own.


async def counts(daemon: Daemon) -> dict[str, float]:
    """Return how many pictures were received, how many decoded, and how many painted for each wall."""
    async with daemon.session.get("/metrics") as response:
        lines = (await response.text()).splitlines()
    values = {
        name: float(value) for name, _, value in (line.rpartition(" ") for line in lines) if name[:1] != "#"
    }
    found = {"decoded": 0.0, "received": 0.0}
    for name, value in values.items():
        if name.startswith("commandwall_decoded_frames_total"):
            found["decoded"] += value
        elif name.startswith("commandwall_camera_frames_total"):
            found["received"] += value
        elif name.startswith("commandwall_tile_decoded_frames_total"):
            found[name.split('"')[1]] = value
    return found


# ---- on a monitor


@pytest.fixture
async def shown(site: Site, x_screen: XServer) -> AsyncIterator[Daemon]:
    site.wall["heads"] = [{"id": "all", "rect": [0, 0, 1280, 720], "display": {"monitor": "screen"}}]
    async with farm(4) as base:
        site.cameras = cameras(base, 4)
        async with site.run() as daemon:
            await daemon.until_live(["1", "2", "3", "4"])
            yield daemon


async def screen_shows_cameras(daemon: Daemon, server: XServer) -> bool:
    tiles = (await daemon.get("/walls/main"))["tiles"]
    picture = await asyncio.to_thread(server.screenshot)
    found = cameras_shown(picture, tiles)
    return {"1": 1, "3": 3, "4": 4}.items() <= found.items()


@pytest.mark.needs("Xvfb", "ffmpeg")
async def test_a_monitor_shows_what_the_snapshot_shows(shown: Daemon, x_screen: XServer) -> None:
    async def cameras_are_there() -> bool:
        return await screen_shows_cameras(shown, x_screen)

    await until("the cameras are on the screen", cameras_are_there)
    await show_pattern(shown, "")

    async def same() -> bool:
        screen, canvas = await asyncio.to_thread(x_screen.screenshot), await wall_picture(shown)
        for picture in (screen := screen.copy(), canvas):
            picture[580:640] = 0  # The moving block.
        return alike(screen, canvas, 0.995)

    await until("the screen is the snapshot", same)
    display = (await shown.get("/walls/main"))["heads"][0]["display"]
    assert (display["wanted"], display["monitor"], display["mode"][:2]) == ("screen", "screen", [1280, 720])
    assert display["shown"] > 0 and display["fault"] == ""


@pytest.mark.needs("Xvfb", "ffmpeg")
async def test_a_monitor_says_so_itself_when_its_wall_stands_still(shown: Daemon, x_screen: XServer) -> None:
    async def cameras_are_there() -> bool:
        return await screen_shows_cameras(shown, x_screen)

    await until("the cameras are on the screen", cameras_are_there)
    workers = (await shown.get("/workers"))["items"]
    (pid,) = [worker["pid"] for worker in workers if worker["kind"] == "wall"]
    os.kill(pid, signal.SIGSTOP)
    try:

        async def notice() -> bool:
            gray = (await asyncio.to_thread(x_screen.screenshot)).max(axis=2)
            return bool((gray < 20).mean() > 0.9 and gray.max() > 200)

        await until("there are words on black", notice, timeout_s=15)
    finally:
        with suppress(ProcessLookupError):  # It may have been taken for one that hangs.
            os.kill(pid, signal.SIGCONT)
    await until("the cameras are back", cameras_are_there)


@pytest.mark.needs("Xvfb", "ffmpeg")
async def test_a_monitor_that_goes_takes_nothing_with_it_and_is_filled_when_it_is_back(
    shown: Daemon, x_screen: XServer
) -> None:
    async def warnings() -> Any:
        async with shown.session.get("/healthz") as response:
            return (await response.json())["warnings"]

    async def none() -> bool:
        return not await warnings()

    await until("the display shows", none)
    x_screen.kill()
    (said,) = await until("it is said", warnings)
    assert said.startswith("head main/all: ")
    async with shown.session.get("/readyz") as response:
        assert response.status == 200
    await shown.until_live(["1", "2", "3", "4"])
    with x_server(x_screen.number) as again:

        async def back() -> bool:
            return await screen_shows_cameras(shown, again)

        await until("the cameras are on the new screen", back)
        await until("nothing is wrong any more", none)


@pytest.mark.needs("Xvfb")
def test_check_names_a_monitor_that_is_not_there(site: Site, x_screen: XServer) -> None:
    site.wall["heads"] = [
        {"id": "left", "rect": [0, 0, 640, 720], "display": {"monitor": 0}},
        {"id": "right", "rect": [640, 0, 640, 720], "display": {"monitor": "HDMI-7"}},
    ]
    site.write()
    (fault,) = display_faults(load_settings(site.file))
    assert "walls[0].heads[1].display.monitor: there is no monitor 'HDMI-7'; connected are 0: screen" in fault
    assert fault.startswith(f"{site.file}:")


def test_check_says_what_to_set_where_no_monitor_can_be_reached(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", "")
    monkeypatch.setenv("WAYLAND_DISPLAY", "")
    site.wall["heads"] = [{"id": "left", "rect": [0, 0, 640, 720], "display": {}}]
    site.write()
    (fault,) = display_faults(load_settings(site.file))
    assert "walls[0].heads[0].display: no monitor can be reached: neither DISPLAY nor" in fault
