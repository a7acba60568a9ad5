"""More on the wall than the machine can decode: what is degraded, and what must not be."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from tests.bench.plan import Plan
from tests.bench.proctree import TreeMeter
from tests.bench.scenarios import Figures, use_figures
from tests.bench.streams import Streams
from tests.bench.subject import WALL, Subject, subject

NAME = "crowd"
_LAYOUT, _TILES = "20x20", 400
_PINNED = 8
_GRACE_S = 1.0
"""A tile at key frames only may be so much older than its camera's key-frame interval."""


async def run(plan: Plan, farm: Streams) -> Figures:
    """Show 400 cameras at once, a few of them pinned; return the rungs, the ticks and the ages."""
    async with subject(farm, _TILES) as daemon:
        await daemon.until_cameras_live()
        pins = range(1, _TILES + 1, _TILES // _PINNED)
        predicted = await _take(daemon, pins)
        await asyncio.sleep(plan.settle_s)
        intervals = {
            f"camera:{camera['id']}": camera["keyframe_interval_s"]
            for camera in (await daemon.daemon.get("/cameras"))["items"]
        }
        before = await daemon.wall_counts()
        meter, farm_meter = daemon.meter(), TreeMeter(farm.pid)
        overdue_s, rungs, changes = await _watch(daemon, plan.window_s, intervals)
        use, farm_use = meter.read(), farm_meter.read()
        after = await daemon.wall_counts()
        wall = await daemon.daemon.get(f"/walls/{WALL}")
    ticks = after.ticks - before.ticks
    return {
        **use_figures(NAME, use, farm_use),
        f"{NAME}.late_ticks_pct": 100 * (after.late - before.late) / ticks,
        f"{NAME}.oldest_overdue_s": overdue_s,
        f"{NAME}.key_tiles": float(rungs["key"]),
        f"{NAME}.nodeblock_tiles": float(rungs["nodeblock"]),
        f"{NAME}.predicted_key_tiles": float(predicted["key_only"]),
        f"{NAME}.predicted_share_pct": 100 * predicted["budget_share"],
        f"{NAME}.share_pct": 100 * wall["budget"]["budget_share"],
        f"{NAME}.rung_changes_a_second": changes / plan.window_s,
        f"{NAME}.pinned_in_full_pct": 100 * _kept(wall["tiles"]) / _PINNED,
    }


async def _take(daemon: Subject, pins: range) -> dict[str, Any]:
    """Ask what 400 tiles would come to, take them, pin some; return the answer."""
    body = {"layout": _LAYOUT, "sources": [f"camera:cam-{number}" for number in range(1, _TILES + 1)]}
    session = daemon.daemon.session
    async with session.post(f"/api/v1/walls/{WALL}/prepare?dry_run=1", json=body) as response:
        response.raise_for_status()
        predicted: dict[str, Any] = (await response.json())["budget"]
    await daemon.show(_LAYOUT, range(1, _TILES + 1))
    for cell in pins:
        async with session.put(f"/api/v1/walls/{WALL}/cells/{cell}/pin") as response:
            response.raise_for_status()
    return predicted


async def _watch(
    daemon: Subject, seconds: float, intervals: dict[str, float]
) -> tuple[float, Counter[str], int]:
    """Look once a second; return by how much the oldest tile is over its key-frame interval and the grace.

    Also the rungs in the end, and how many tiles changed theirs meanwhile.
    """
    overdue_s = float("-inf")
    before: dict[str, str] = {}
    changes = 0
    for _ in range(round(seconds)):
        await asyncio.sleep(1.0)
        tiles = await daemon.tiles()
        overdue_s = max(overdue_s, *(tile["age_s"] - intervals[tile["source"]] - _GRACE_S for tile in tiles))
        rungs = {tile["cell"]: tile["decode"] for tile in tiles}
        changes += sum(before.get(cell, rung) != rung for cell, rung in rungs.items())
        before = rungs
    return overdue_s, Counter(before.values()), changes


def _kept(tiles: list[dict[str, Any]]) -> int:
    """Return how many pinned tiles get all their frames."""
    return sum(tile["pinned"] and tile["decode"] != "key" for tile in tiles)
