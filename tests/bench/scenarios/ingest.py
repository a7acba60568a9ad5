"""Ingest: all feeds are received and none is shown."""

from __future__ import annotations

import asyncio

from tests.bench.plan import Plan
from tests.bench.proctree import TreeMeter, memory_of, processes_below
from tests.bench.scenarios import MEGABYTE, Figures, use_figures
from tests.bench.streams import Streams
from tests.bench.subject import FeedCounts, role, subject


async def run(plan: Plan, farm: Streams, *, name: str) -> Figures:
    """Start a daemon with all feeds; return how soon they are live, what they cost and what is lost."""
    async with subject(farm, farm.count) as daemon:
        all_live_s = await daemon.until_cameras_live()
        await daemon.show("1", [])
        await asyncio.sleep(plan.settle_s)
        before = await daemon.feed_counts()
        meter, farm_meter = daemon.meter(), TreeMeter(farm.pid)
        await asyncio.sleep(plan.window_s)
        use, farm_use = meter.read(), farm_meter.read()
        after = await daemon.feed_counts()
        workers = processes_below(daemon.daemon.pid).values()
        ingest_memory = memory_of(process.pid for process in workers if role(process.command) == "ingest")
    return {
        f"{name}.all_live_s": all_live_s,
        f"{name}.ingest_pct": 100 * use.cores_by_role["ingest"],
        f"{name}.ingest_memory_mb": ingest_memory.bytes / MEGABYTE,
        f"{name}.received_pct": received_pct(before, after, farm.spec.fps),
        f"{name}.lost_packets": after.lost_packets - before.lost_packets,
        f"{name}.reconnects": after.reconnects - before.reconnects,
        **use_figures(name, use, farm_use),
    }


def received_pct(before: FeedCounts, after: FeedCounts, fps: float) -> float:
    """Return the frames received, in per cent of those sent meanwhile by cameras of ``fps``."""
    got = sum(after.frames[camera] - before.frames[camera] for camera in before.frames)
    seconds = sum(after.at_s[camera] - before.at_s[camera] for camera in before.frames)
    return 100 * got / (seconds * fps)
