"""Glass to glass: from the time in a live camera's bar code to the canvas, to a viewer, to a browser."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from tests.bench.browser import find_chromium, watch
from tests.bench.headvideo import pictures, recording
from tests.bench.plan import Plan
from tests.bench.quantiles import percentile
from tests.bench.scenarios import Figures
from tests.bench.streams import Streams
from tests.bench.subject import HEADS, WALL, Subject, subject
from tests.bench.tilecodes import Sight, latencies_ms, read_tiles

NAME = "glass"
LIVE = 4
_LAYOUT, _COLUMNS = "4x4", 4
_HEAD = HEADS[0]


async def run(plan: Plan, farm: Streams) -> Figures:
    """Show the live cameras in the left head among others; return how old their pictures are when seen."""
    async with subject(farm, farm.count) as daemon:
        await daemon.until_cameras_live()
        await daemon.show(_LAYOUT, _sources())
        await daemon.until_tiles_live()
        await asyncio.sleep(plan.settle_s)
        live = [tile for tile in await daemon.tiles() if int(tile["source"].rpartition("-")[2]) <= farm.live]
        figures = await _at_viewer(plan, daemon, live)
        if (chromium := find_chromium()) is not None:
            figures |= await _in_browser(plan, daemon, live, chromium)
    return figures


def _sources() -> list[int]:
    """Return a camera for every cell; the live ones, 1 to 4, are in the left half."""
    others = iter(range(LIVE + 1, LIVE + 1 + _COLUMNS * _COLUMNS))
    left = {0: 1, 1: 2, _COLUMNS: 3, _COLUMNS + 1: 4}
    return [left.get(cell) or next(others) for cell in range(_COLUMNS * _COLUMNS)]


async def _at_viewer(plan: Plan, daemon: Subject, tiles: list[dict[str, Any]]) -> Figures:
    """Read the encoded head; each frame says when it was composed, and we know when it came."""
    async with recording(daemon.daemon.session, WALL, _HEAD["id"]) as viewer:
        await viewer.until_first()
        await asyncio.sleep(plan.glass_s)
    canvas, viewed = await asyncio.to_thread(_seen, viewer.frames, tiles)
    return _percentiles("canvas", canvas) | _percentiles("viewer", viewed)


def _seen(frames: list[Any], tiles: list[dict[str, Any]]) -> tuple[list[Sight], list[Sight]]:
    """Return what was seen by the time of composing and by the time of receiving."""
    canvas, viewed = [], []
    for frame, luma in pictures(frames):
        sight = Sight(frame.composed_ms, read_tiles(luma, tiles))
        canvas.append(sight)
        viewed.append(replace(sight, at_ms=frame.received_ms))
    return canvas, viewed


async def _in_browser(plan: Plan, daemon: Subject, tiles: list[dict[str, Any]], chromium: str) -> Figures:
    token = daemon.daemon.session.headers["Authorization"].removeprefix("Bearer ")
    url = f"{daemon.daemon.site.url}/head/{WALL}/{_HEAD['id']}"
    return _percentiles("chromium", await watch(chromium, url, token, tiles, plan.glass_s))


def _percentiles(where: str, sights: list[Sight]) -> Figures:
    ages = latencies_ms(sights)
    figures = {f"{NAME}.{where}_count": float(len(ages))}
    if ages:
        figures |= {f"{NAME}.{where}_p{percent}_ms": percentile(ages, percent) for percent in (50, 95)}
    return figures
