"""What is drawn over a wall of the real daemon, read from its pixels: masks, banner, logo, what is hidden."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from commandwall.compose.banner import banner_height
from commandwall.compose.palette import ALARM, VEIL, Colour
from commandwall.compose.patch import Sheet
from commandwall.media.masks import COLOUR
from commandwall.media.still import to_bgr
from commandwall.model.overlays import AlarmLevel
from simulators import barcode
from tests.e2e.pictures import decode
from tests.e2e.saying import Picture
from tests.e2e.site import Daemon, Site, cameras, farm, until

pytestmark = [pytest.mark.timeout(150), pytest.mark.blocks_loop]

MASK = {"masks": [{"rect": [0.25, 0.3, 0.5, 0.4]}]}
CLOSE = 14


def is_colour(picture: Picture, rect: tuple[int, int, int, int], colour: Colour) -> float:
    """Return how much of a rectangle has a colour."""
    x, y, width, height = rect
    expected = to_bgr(Sheet(2, 2, colour).finish().planes)[0, 0].astype(int)
    part = picture[y : y + height, x : x + width].astype(int)
    return float((np.abs(part - expected).max(axis=2) < CLOSE).mean())


def middle_of(rect: list[int]) -> tuple[int, int, int, int]:
    """Return the part of a tile that the mask covers."""
    x, y, width, height = rect
    return x + width * 3 // 10, y + height * 7 // 20, width * 4 // 10, height * 3 // 10


async def tile_of(daemon: Daemon, cell: str) -> dict[str, Any]:
    return next(tile for tile in (await daemon.get("/walls/main"))["tiles"] if tile["cell"] == cell)


async def masked_part(daemon: Daemon) -> float:
    """Return how much of what is masked on the wall has the colour of masks."""
    rect = (await tile_of(daemon, "1"))["rect"]
    return is_colour(
        decode(await daemon.picture("/walls/main/snapshot.png")), middle_of(rect), Colour(*COLOUR)
    )


async def describe(port: int, camera: str) -> str:
    """Return the status line of the RTSP server's answer to DESCRIBE of a camera."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    url = f"rtsp://127.0.0.1:{port}/cameras/{camera}/sub"
    writer.write(f"DESCRIBE {url} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
    line = (await reader.readline()).decode()
    writer.close()
    return line


async def test_masks_hold_for_wall_heads_and_snapshots_and_across_a_restart(site: Site) -> None:
    async with farm(2) as base:
        site.cameras = cameras(base, 2)
        async with site.run() as daemon:
            await daemon.until_live(["1", "2"])
            assert await masked_part(daemon) < 0.2
            status, document = await daemon.put("/cameras/cam-1/masks", MASK)
            assert (status, len(document["masks"])) == (200, 1)
            await until("the tile is masked", lambda: is_masked(daemon))
            still = decode(await daemon.picture("/cameras/cam-1/snapshot.jpg"))
            whole = [0, 0, still.shape[1], still.shape[0]]
            assert is_colour(still, middle_of(whole), Colour(*COLOUR)) > 0.95
            head = decode(await daemon.picture("/walls/main/heads/left/snapshot.jpg"))
            rect = (await tile_of(daemon, "1"))["rect"]
            assert is_colour(head, middle_of(rect), Colour(*COLOUR)) > 0.95
        async with site.run() as daemon:
            await daemon.until_live(["1", "2"])
            assert await masked_part(daemon) > 0.95, "from the first picture on"


async def is_masked(daemon: Daemon) -> bool:
    return await masked_part(daemon) > 0.95


async def test_a_masked_camera_is_not_served_by_rtsp(site: Site, free_port: Callable[[], int]) -> None:
    port = free_port()
    site.extra["rtsp"] = {"listen": f"127.0.0.1:{port}"}
    async with farm(2) as base:
        site.cameras = cameras(base, 2)
        site.cameras[1]["masks"] = MASK["masks"]
        async with site.run() as daemon:
            await daemon.until_live(["1", "2"])
            await daemon.until_shared()
            assert " 200 " in await describe(port, "cam-1")
            assert " 404 " in await describe(port, "cam-2")
            await daemon.put("/cameras/cam-1/masks", MASK)

            async def refused() -> bool:
                return " 404 " in await describe(port, "cam-1")

            await until("the camera is no longer shared", refused)
            await daemon.put("/cameras/cam-2/masks", {"masks": []})

            async def served() -> bool:
                return " 200 " in await describe(port, "cam-2")

            await until("the other one is", served)


async def test_banner_logo_and_what_a_head_hides(site: Site, tmp_path: Path) -> None:
    logo = np.zeros((40, 80, 4), np.uint8)
    logo[:, :, 1] = logo[:, :, 3] = 255
    assert cv2.imwrite(str(tmp_path / "logo.png"), logo)
    site.wall["logo"] = {"file": "logo.png", "corner": "bottom-left", "opacity": 1.0}
    site.wall["heads"][1] |= {"hide": {"overlays": ["banner", "logo"]}, "watermark": True}
    async with farm(2) as base:
        site.cameras = cameras(base, 2)
        async with site.run() as daemon:
            await daemon.until_live(["1", "2"])
            banner = {"text": "台风橙色预警 🌀" * 12, "level": "critical"}
            status, document = await daemon.put("/walls/main/banner", banner)
            assert (status, document["banner"]["ticker"]) == (200, False)
            place = (160, 0, 400, banner_height(720))

            async def shown() -> bool:
                picture = decode(await daemon.picture("/walls/main/snapshot.png"))
                return is_colour(picture, place, ALARM[AlarmLevel.CRITICAL]) > 0.4

            await until("the banner is there", shown)
            before = await strip(daemon, place)

            async def moved() -> bool:
                return not np.array_equal(await strip(daemon, place), before)

            await until("words that do not fit move", moved)
            picture = decode(await daemon.picture("/walls/main/snapshot.png"))
            green = picture[720 - 40 - 20 : 720 - 45, 45:110].astype(int)
            assert (green[:, :, 1] > 150).mean() > 0.9 and (green[:, :, 2] < 90).mean() > 0.9
            head = decode(await daemon.picture("/walls/main/heads/left/snapshot.jpg"))
            assert is_colour(head, place, ALARM[AlarmLevel.CRITICAL]) == 0
            assert is_colour(head, place, VEIL) > 0.6
            same = decode(await daemon.picture("/walls/main/heads/left/snapshot.jpg"))
            assert np.abs(head[:40, :600].astype(int) - same[:40, :600]).mean() < 6
            async with daemon.session.delete("/api/v1/walls/main/banner") as response:
                assert response.status == 204

            async def gone() -> bool:
                return not await shown()

            await until("the banner is gone", gone)
        async with site.run() as daemon:
            overlays = await daemon.get("/walls/main/overlays")
            assert overlays["banner"] is None


async def test_content_is_hidden_with_its_camera_and_leaves_no_picture(site: Site) -> None:
    site.wall["heads"][1] |= {"hide": {"cameras": ["cam-1"]}}
    async with farm(2) as base:
        site.cameras = cameras(base, 2)
        async with site.run() as daemon:
            await daemon.until_live(["1", "2"])
            await post(daemon, "/conferences", {"id": "flood", "name": "防汛"})
            sources = ["conference:flood/content", "none", "none", "camera:cam-2"]
            await daemon.put("/walls/main/layout", {"layout": "2x2", "sources": sources})
            x, y, width, height = (await tile_of(daemon, "1"))["rect"]
            place = x, y, width, height

            async def shown() -> bool:
                gray = cv2.cvtColor(await strip(daemon, place), cv2.COLOR_BGR2GRAY)
                code = barcode.read(gray.astype(np.uint8, copy=False))
                return code is not None and code.camera == 1

            async def still() -> bool:
                return not await shown()

            await until("no camera is in the cell", still)
            empty = await strip(daemon, place)
            await post(daemon, "/conferences/flood/chair", {"verb": "present", "target": "camera:cam-1"})
            await until("the content is on the wall", shown)
            head = decode(await daemon.picture("/walls/main/heads/left/snapshot.jpg"))
            assert is_colour(head, place, VEIL) > 0.6
            await post(daemon, "/conferences/flood/chair", {"verb": "present", "target": ""})

            async def gone() -> bool:
                return bool(np.abs((await strip(daemon, place)).astype(int) - empty).mean() < 2)

            await until("nothing is left of it on the wall", gone)


async def post(daemon: Daemon, path: str, body: dict[str, str]) -> None:
    async with daemon.session.post(f"/api/v1{path}", json=body) as response:
        assert response.status in (200, 201), await response.text()


async def strip(daemon: Daemon, place: tuple[int, int, int, int]) -> Picture:
    x, y, width, height = place
    return decode(await daemon.picture("/walls/main/snapshot.png"))[y : y + height, x : x + width].copy()
