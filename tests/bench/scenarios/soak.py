"""Whether memory stays what it is: half an hour of all feeds, 64 tiles, two watched heads, and switches."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from statistics import median

from tests.bench.headvideo import Recording, recording
from tests.bench.plan import Plan
from tests.bench.scenarios import MEGABYTE, Figures
from tests.bench.streams import Streams
from tests.bench.subject import WALL, Subject, subject

log = logging.getLogger("bench")

NAME = "soak"
_LAYOUT, _TILES = "8x8", 64
_STEP = 67
_PERIOD_S = 10.0
"""From one switch, and one look at the memory, to the next."""
_PARTS = 10
_SETTLED = 4
"""In the first four parts caches, pools and the history fill; the fifth is compared with the last."""


async def run(plan: Plan, farm: Streams) -> Figures:
    """Switch to other cameras every ten seconds while both heads are watched; return how memory went."""
    async with subject(farm, farm.count) as daemon:
        await daemon.until_cameras_live()
        session = daemon.daemon.session
        async with recording(session, WALL, "left") as left, recording(session, WALL, "right") as right:
            samples_mb = await _samples(daemon, (left, right), plan.soak_s, farm.count)
    return figures(samples_mb)


async def _samples(
    daemon: Subject, viewers: Sequence[Recording], seconds: float, cameras: int
) -> list[float]:
    """Return the memory of the whole tree, in MB, before each switch."""
    meter, until_s, samples_mb = daemon.meter(), time.monotonic() + seconds, list[float]()
    while time.monotonic() < until_s:
        first = len(samples_mb) * _STEP
        await daemon.show(_LAYOUT, [(first + tile) % cameras + 1 for tile in range(_TILES)])
        await asyncio.sleep(_PERIOD_S)
        for viewer in viewers:
            if not viewer.frames:
                raise RuntimeError("a head sends no frames any more")
            viewer.frames.clear()
        samples_mb.append((await asyncio.to_thread(meter.read)).memory.bytes / MEGABYTE)
        log.info("%s: %.0f MB", NAME, samples_mb[-1])
    return samples_mb


def figures(samples_mb: Sequence[float]) -> Figures:
    """Return the memory once it is settled and at the end of ``samples_mb``, ten or more, and its growth."""
    part = len(samples_mb) // _PARTS
    settled_mb, late_mb = median(samples_mb[_SETTLED * part :][:part]), median(samples_mb[-part:])
    return {
        f"{NAME}.settled_mb": settled_mb,
        f"{NAME}.late_mb": late_mb,
        f"{NAME}.most_mb": max(samples_mb),
        f"{NAME}.growth_pct": 100 * (late_mb / settled_mb - 1),
    }
