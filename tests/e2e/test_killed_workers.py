"""Processes killed with SIGKILL: what they did is said to be missing, tile by tile, and comes back."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from commandwall.model.reason import ReasonCode
from tests.e2e.pictures import cameras_shown, decode
from tests.e2e.site import Daemon, Site, cameras, farm, until

pytestmark = [pytest.mark.timeout(120), pytest.mark.blocks_loop]

CELLS = ["1", "2", "3", "4"]
SAID_S = 10.0
"""A tile whose pictures are overdue says so after a quarter of a second; the rest is for busy machines."""


class Told:
    """What the daemon's events have said from the beginning: each tile's states, each camera's reasons."""

    def __init__(self) -> None:
        self.tiles: dict[str, list[str]] = defaultdict(list)
        self.reasons: dict[str, list[str]] = defaultdict(list)
        self._more = asyncio.Event()

    def take(self, event: dict[str, Any]) -> None:
        """Note one event."""
        if event["type"] == "camera":
            camera = event["camera"]
            self.reasons[camera["id"]].append(camera["reason"])
        tiles = event["wall"]["tiles"] if event["type"] == "wall" else event.get("tiles", ())
        for tile in tiles:
            self.tiles[tile["cell"]].append(tile["state"])
        self._more.set()

    async def until(self, what: str, condition: Callable[[], bool], timeout_s: float) -> None:
        """Wait until events have made ``condition`` true."""
        try:
            async with asyncio.timeout(timeout_s):
                while not condition():
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            raise AssertionError(f"waited {timeout_s} s in vain until {what}: {dict(self.tiles)}") from None

    def wrong(self, cell: str) -> bool:
        """Return whether the tile was said not to be live."""
        return any(state != "live" for state in self.tiles[cell])

    def noticed(self, cell: str) -> bool:
        """Return whether more was said of the cell's camera than silences and their ends: the machine's."""
        reasons = self.reasons[f"cam-{cell}"]
        return len(reasons) > 2 * sum(reason.startswith(ReasonCode.NO_FRAMES) for reason in reasons)

    def recovered(self, cell: str) -> bool:
        """Return whether the tile is live after it was not."""
        return self.wrong(cell) and self.tiles[cell][-1] == "live"


@asynccontextmanager
async def told_by(daemon: Daemon) -> AsyncIterator[Told]:
    """Follow the events of ``daemon``."""
    told = Told()
    async with daemon.session.ws_connect("/api/v1/events") as socket:
        assert (await socket.receive_json())["type"] == "hello"

        async def follow() -> None:
            async for message in socket:
                told.take(message.json())

        task = asyncio.create_task(follow())
        yield told
        task.cancel()


@pytest.fixture
async def daemon(site: Site) -> AsyncIterator[Daemon]:
    """Run a daemon with two ingest workers; neighbours in the list of cameras live in different ones."""
    site.extra["ingest"] = {"workers": 2}
    async with farm(len(CELLS)) as base:
        site.cameras = cameras(base, len(CELLS))
        async with site.run() as running:
            await running.until_live(CELLS)
            yield running


async def kill(daemon: Daemon, name: str) -> None:
    workers = {worker["name"]: worker for worker in (await daemon.get("/workers"))["items"]}
    os.kill(workers[name]["pid"], signal.SIGKILL)


async def until_ready(daemon: Daemon, name: str, restarts: int) -> None:
    """Wait until a worker is up again."""

    async def ready() -> bool:
        workers = {worker["name"]: worker for worker in (await daemon.get("/workers"))["items"]}
        return bool(workers[name]["restarts"] == restarts and workers[name]["state"] == "ready")

    await until(f"{name} is up again", ready)


async def restarted(daemon: Daemon) -> dict[str, int]:
    """Return how often each worker was restarted that was so at all."""
    workers = (await daemon.get("/workers"))["items"]
    return {worker["name"]: worker["restarts"] for worker in workers if worker["restarts"]}


async def until_shown(daemon: Daemon) -> None:
    """Wait until the canvas shows each camera in its cell (a clock covers the code of the second)."""

    async def shows() -> bool:
        tiles = (await daemon.get("/walls/main"))["tiles"]
        found = cameras_shown(decode(await daemon.picture("/walls/main/snapshot.png")), tiles)
        return all(found.get(cell) == int(cell) for cell in ("1", "3", "4"))

    await until("the wall shows every camera in its cell", shows)


async def test_every_tile_of_a_killed_ingest_worker_says_so_and_no_other_does(daemon: Daemon) -> None:
    async with told_by(daemon) as told:
        await kill(daemon, "ingest-0")
        await until_ready(daemon, "ingest-0", restarts=1)  # so soon that pictures need not be overdue
        await kill(daemon, "ingest-0")
        fed, others = ("1", "3"), ("2", "4")
        await told.until("all its tiles say so", lambda: all(told.wrong(cell) for cell in fed), SAID_S)
        await told.until("all are back", lambda: all(told.recovered(cell) for cell in fed), 60)
        await until_shown(daemon)
        for cell in others:  # On a busy machine some are late.
            assert set(told.tiles[cell]) - {"late"} == {"live"}
        for cell in CELLS:
            assert (ReasonCode.WORKER_DOWN.value in told.reasons[f"cam-{cell}"]) is (cell in fed)
            assert cell in fed or not told.noticed(cell)
    assert await restarted(daemon) == {"ingest-0": 2}


async def test_a_killed_wall_says_so_of_every_tile_and_no_camera_notices(daemon: Daemon) -> None:
    async with told_by(daemon) as told:
        await kill(daemon, "wall-main")
        await told.until("all tiles say so", lambda: all(told.wrong(cell) for cell in CELLS), SAID_S)
        await told.until("all are back", lambda: all(told.recovered(cell) for cell in CELLS), 60)
        await until_shown(daemon)
        assert not any(map(told.noticed, CELLS))
    assert await restarted(daemon) == {"wall-main": 1}
