"""How a wall changes: all heads in one tick, mixed where that is asked for; and what that costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from simulators import barcode
from tests.bench.headvideo import Luma, Recording, pictures, recording
from tests.e2e.site import Daemon, Site, cameras, farm, until

pytestmark = [pytest.mark.timeout(180), pytest.mark.blocks_loop]

FIRST, SECOND = ([f"camera:cam-{number}" for number in group] for group in ((1, 2, 3, 4), (5, 6, 7, 8)))
HEADS = [{"id": "left", "rect": [0, 0, 640, 720]}, {"id": "right", "rect": [640, 0, 640, 720]}]
TILE_WIDTH, TILE_HEIGHT = 640, 360
SWITCHES = 4
MIXED = 0.08


def seen(video: Recording, cell: int) -> list[tuple[int, int | None]]:
    """Return tick and camera, by its bar code, of a cell in every frame of a head of two rows."""
    top = 0 if cell <= 2 else TILE_HEIGHT
    sights = []
    for frame, luma in pictures(video.frames):
        code = barcode.read(luma[top : top + TILE_HEIGHT, :TILE_WIDTH])
        sights.append((frame.tick, code.camera if code else None))
    return sights


def changes(sights: Sequence[tuple[int, int | None]]) -> list[int]:
    """Return the ticks at which a camera was seen no more that gave way to another.

    A changing wall does not wait for ever for pictures of the new one; until they are there, none is seen.
    """
    found = []
    before, gone = None, None
    for tick, camera in sights:
        if camera is None:
            gone = tick if gone is None else gone
            continue
        if before not in (None, camera):
            found.append(tick if gone is None else gone)
        before, gone = camera, None
    return found


def between(tile: Luma) -> float:
    """Return which part of a tile's bar code is neither dark nor light: two codes over each other."""
    left, top, width, height = barcode.place(TILE_WIDTH, TILE_HEIGHT)
    code = tile[top : top + height, left : left + width]
    return float(np.mean((code > 75) & (code < 175)))


async def take(daemon: Daemon, sources: Sequence[str], **how: Any) -> None:
    """Change the wall and wait until all of it is live."""
    status, answer = await daemon.put(
        "/walls/main/layout", {"layout": "2x2", "sources": list(sources), **how}
    )
    assert status == 200, answer
    await daemon.until_live(["1", "2", "3", "4"])


async def more(video: Recording, count: int) -> None:
    """Wait for so many more frames."""
    before = len(video.frames)

    async def there() -> bool:
        return len(video.frames) >= before + count

    await until(f"{count} more frames", there)


async def test_all_heads_change_in_the_same_tick(site: Site) -> None:
    site.wall = {**site.wall, "heads": HEADS}
    async with farm(8) as base:
        site.cameras = cameras(base, 8)
        async with site.run() as daemon:
            await take(daemon, FIRST)
            session = daemon.session
            async with (
                recording(session, "main", "left") as left,
                recording(session, "main", "right") as right,
            ):
                await left.until_first()
                await right.until_first()
                for number in range(SWITCHES):
                    await take(daemon, (SECOND, FIRST)[number % 2])
                    await more(left, 5)
                    await more(right, 5)
    ticks = {
        head: changes(seen(video, cell)) for head, video, cell in (("left", left, 1), ("right", right, 4))
    }
    assert len(ticks["left"]) == SWITCHES and ticks["left"] == ticks["right"]


async def test_a_dissolve_is_seen_and_a_switch_without_one_is_not(daemon: Daemon) -> None:
    await take(daemon, FIRST)
    async with recording(daemon.session, "main", "left") as video:
        await video.until_first()
        await take(daemon, SECOND, transition="dissolve", dissolve_ms=3000)
        await more(video, 100)
        dissolved = len(video.frames)
        await take(daemon, FIRST)
        await more(video, 10)
    grays = [between(luma[:TILE_HEIGHT, :TILE_WIDTH]) for _, luma in pictures(video.frames)]
    assert sum(gray > MIXED for gray in grays[:dissolved]) >= 3
    assert sum(gray > MIXED for gray in grays[dissolved:]) <= 1
    assert changes(seen(video, 1))[-1] >= video.frames[dissolved].tick


async def test_what_decoding_takes_is_foretold_and_told(daemon: Daemon) -> None:
    await take(daemon, FIRST)
    body = {"layout": "3x3", "sources": [*FIRST, *SECOND]}
    async with daemon.session.post("/api/v1/walls/main/prepare?dry_run=1", json=body) as response:
        predicted = (await response.json())["budget"]
    assert predicted["tiles"] == 8 and 0 < predicted["budget_share"] < 1 and predicted["key_only"] == 0

    async def told() -> bool:
        budget = (await daemon.get("/walls/main"))["budget"]
        moving = budget["nodeblock"] + budget["full"]
        return bool(budget["tiles"] == moving == 4 and 0 < budget["budget_share"] < 1)

    await until("the wall tells what its tiles take", told)
    async with daemon.session.get("/metrics") as response:
        metrics = await response.text()
    assert 'commandwall_decode_tiles{decode="key",wall="main"} 0.0' in metrics
    assert "commandwall_decode_budget_share 0." in metrics


async def test_a_pin_outlives_a_restart(site: Site) -> None:
    async with farm(4) as base:
        site.cameras = cameras(base, 4)
        async with (
            site.run() as daemon,
            daemon.session.put("/api/v1/walls/main/cells/2/pin") as response,
        ):
            assert response.status == 200
        async with site.run() as daemon:
            tiles = (await daemon.get("/walls/main"))["tiles"]
            assert [tile["pinned"] for tile in tiles] == [False, True, False, False]
