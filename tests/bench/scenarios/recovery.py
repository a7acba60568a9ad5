"""Recovery: every camera vanishes at once, and comes back at once."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from commandwall.base.tasks import spawn
from commandwall.rtsp.address import parse_address
from tests.bench.attempts import Attempts
from tests.bench.plan import Plan
from tests.bench.scenarios import Figures
from tests.bench.streams import Streams
from tests.bench.subject import Subject, subject, until

NAME = "recovery"
_AS_MANY_HOSTS = {"connects_per_host": 1000}
"""All are at one address and port; opened as if each had its own, as cameras have."""


async def run(plan: Plan, farm: Streams) -> Figures:
    """Cut all feeds off for a while; return how soon they are live again, and how they were asked for."""
    async with subject(farm, farm.count, ingest=_AS_MANY_HOSTS) as daemon:
        await daemon.until_cameras_live()
        await daemon.show("1", [])
        await asyncio.sleep(plan.settle_s)
        async with _attempts(parse_address(farm.base).port) as attempts:
            vanished_pct = await _cut(daemon, farm, plan.cut_s)
            during, returned_s = attempts.total, time.monotonic()
            await until(daemon.cameras_live)
            live_s = time.monotonic() - returned_s
        counts = await daemon.feed_counts()
    return {
        f"{NAME}.live_s": live_s,
        f"{NAME}.vanished_pct": vanished_pct,
        f"{NAME}.attempts_per_s": attempts.most_per_s,
        f"{NAME}.attempts_while_cut": during,
        f"{NAME}.attempts_after": attempts.total - during,
        f"{NAME}.reconnects": counts.reconnects,
    }


@asynccontextmanager
async def _attempts(port: int) -> AsyncIterator[Attempts]:
    attempts = Attempts(port)
    async with asyncio.TaskGroup() as group:
        task = spawn(group, attempts.follow(), "follow connection attempts")
        yield attempts
        task.cancel()


async def _cut(daemon: Subject, farm: Streams, seconds: float) -> float:
    """Stop the farm as a network does that is gone: nothing is closed, nothing answers.

    Returns how many per cent of the cameras are not live at the end.
    """
    os.kill(farm.pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
        states = list((await daemon.daemon.camera_states()).values())
    finally:
        os.kill(farm.pid, signal.SIGCONT)
    return 100 * sum(state != "live" for state in states) / len(states)
