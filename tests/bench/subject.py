"""The daemon under measurement: started as an operator would, driven by HTTP, read by ``/metrics``."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.metrics import Metrics
from tests.bench.proctree import TreeMeter, processes_below
from tests.bench.streams import Streams
from tests.e2e.site import Daemon, Site

WALL = "main"
CANVAS = {"id": WALL, "name": "主墙", "size": [1920, 1080], "fps": 25, "layout": "1"}
HEADS: list[dict[str, Any]] = [
    {"id": "left", "rect": [0, 0, 960, 1080]},
    {"id": "right", "rect": [960, 0, 960, 1080]},
]

_POLL_S = 0.05
_PATIENCE_S = 60.0
_TICK_S = 0.01
_ROLES = {
    "commandwall.ingest.worker": "ingest",
    "commandwall.compose.worker": "wall",
    "commandwall.outputs.worker": "share",
    "commandwall.rtc.worker": "rtc",
    "commandwall.conference.worker": "sound",
}


@dataclass(frozen=True, slots=True)
class WallCounts:
    """The wall's counters, all told at the same tick.

    ``shown``: pictures put on the canvas; ``missed``: those that came and were not, on the wall or before.
    """

    ticks: float
    late: float
    shown: float
    missed: float


@dataclass(frozen=True, slots=True)
class FeedCounts:
    """What the feeds had received, each when it told so: ``frames`` by camera and ``at_s`` (monotonic)."""

    frames: dict[str, float]
    at_s: dict[str, float]
    lost_packets: float
    reconnects: float


def role(command: str) -> str:
    """Return which part of the daemon a process is, by its command line."""
    return next((name for module, name in _ROLES.items() if module in command), "control")


@dataclass(frozen=True, slots=True)
class Subject:
    """A running daemon with one wall of 1920 x 1080 at 25 ticks a second and two heads."""

    daemon: Daemon
    fps: int = 25

    def meter(self) -> TreeMeter:
        """Begin to measure CPU, by role, and memory of the whole process tree."""
        return TreeMeter(self.daemon.pid, role)

    async def metrics(self, prefix: str) -> Metrics:
        """Return what ``/metrics`` says now of names that begin with ``prefix``."""
        async with self.daemon.session.get("/metrics") as response:
            response.raise_for_status()
            return Metrics.parse(await response.text(), prefix)

    async def tiles(self) -> list[dict[str, Any]]:
        """Return the tiles of the wall."""
        tiles: list[dict[str, Any]] = (await self.daemon.get(f"/walls/{WALL}"))["tiles"]
        return tiles

    async def show(self, layout: str, cameras: Sequence[int]) -> None:
        """Put cameras, by number, into the cells of ``layout``; raises ``RuntimeError`` if refused."""
        sources = [f"camera:cam-{number}" for number in cameras] or ["none"]
        body = {"layout": layout, "sources": sources}
        status, answer = await self.daemon.put(f"/walls/{WALL}/layout", body)
        if status != 200:
            raise RuntimeError(f"PUT layout {layout}: {status} {answer}")

    async def cameras_live(self) -> bool:
        """Return whether every camera is live."""
        return set((await self.daemon.camera_states()).values()) == {"live"}

    async def until_cameras_live(self) -> float:
        """Wait until every camera is live; returns the seconds since the first ingest worker began."""
        await until(self.cameras_live)
        workers = [p for p in processes_below(self.daemon.pid).values() if role(p.command) == "ingest"]
        return time.clock_gettime(time.CLOCK_BOOTTIME) - min(p.start for p in workers) * _TICK_S

    async def until_tiles_live(self) -> None:
        """Wait until every tile is live."""

        async def live() -> bool:
            return all(tile["state"] == "live" for tile in await self.tiles())

        await until(live)

    async def wall_counts(self) -> WallCounts:
        """Return the wall's counters at its next report."""
        before = (await self._wall_counts()).ticks
        while (counts := await self._wall_counts()).ticks == before:
            await asyncio.sleep(_POLL_S)
        return counts

    async def feed_counts(self) -> FeedCounts:
        """Return what every feed tells next, and when it did."""
        began = await self._frames()
        at_s: dict[str, float] = {}
        frames: dict[str, float] = {}
        read_s = time.monotonic()
        while len(frames) < len(began):
            now = await self._frames()
            before_s, read_s = read_s, time.monotonic()
            told_s = (before_s + read_s) / 2
            for camera, count in now.items():
                if camera not in frames and count != began.get(camera):
                    frames[camera], at_s[camera] = count, told_s
        metrics = await self.metrics("commandwall_camera_")
        lost = metrics.total("commandwall_camera_lost_packets_total")
        return FeedCounts(frames, at_s, lost, metrics.total("commandwall_camera_reconnects_total"))

    async def _frames(self) -> dict[str, float]:
        name = "commandwall_camera_frames_total"
        samples = (await self.metrics(name)).samples[name]
        return {labels["camera"]: value for labels, value in samples}

    async def _wall_counts(self) -> WallCounts:
        metrics = await self.metrics("commandwall_")
        return WallCounts(
            metrics.total("commandwall_wall_ticks_total", wall=WALL),
            metrics.total("commandwall_wall_late_ticks_total", wall=WALL),
            metrics.total("commandwall_tile_shown_frames_total", wall=WALL),
            metrics.total("commandwall_tile_missed_frames_total", wall=WALL)
            + metrics.total("commandwall_skipped_frames_total"),
        )


@asynccontextmanager
async def subject(farm: Streams, cameras: int, **settings: Any) -> AsyncIterator[Subject]:
    """Run a daemon with the first ``cameras`` of ``farm``, until the context ends.

    ``settings`` go into its configuration on top of the usual.
    """
    with TemporaryDirectory(prefix="commandwall-bench-") as folder:
        wall = {**CANVAS, "heads": HEADS}
        site = Site(Path(folder), _free_port(), farm.cameras(cameras), wall, settings)
        async with site.run() as daemon:
            yield Subject(daemon)


async def until(condition: Callable[[], Any], timeout_s: float = _PATIENCE_S) -> None:
    """Ask ``condition`` every 50 ms until it is true; raises ``TimeoutError``."""
    async with asyncio.timeout(timeout_s):
        while not await condition():
            await asyncio.sleep(_POLL_S)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
