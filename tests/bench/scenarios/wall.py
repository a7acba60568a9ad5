"""The wall: a grid of live tiles that nobody watches, beside FFmpeg and GStreamer on the same streams."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from tests.bench.peers import Grid, PeerUse, ffmpeg, gstreamer
from tests.bench.plan import Plan
from tests.bench.proctree import TreeMeter, TreeUse
from tests.bench.scenarios import MEGABYTE, Figures, use_figures
from tests.bench.streams import Streams
from tests.bench.subject import Subject, WallCounts, subject

_COUNT_S = 3.0

Peers = dict[str, Callable[[], Awaitable[PeerUse]]]


@dataclass(frozen=True, slots=True)
class Shape:
    """A grid to measure, and which peers to compare it with."""

    grid: Grid
    peers: tuple[str, ...] = ()

    @property
    def layout(self) -> str:
        """The layout's id."""
        return f"{self.grid.columns}x{self.grid.columns}"

    @property
    def name(self) -> str:
        """What the figures' names begin with."""
        return f"wall_{self.layout}"


async def run(plan: Plan, farm: Streams, shape: Shape) -> Figures:
    """Measure a daemon that receives and shows just the tiles of ``shape``, then the peers."""
    name, count = shape.name, shape.grid.count
    async with subject(farm, count) as daemon:
        await daemon.show(shape.layout, range(1, count + 1))
        await daemon.until_tiles_live()
        await asyncio.sleep(plan.settle_s)
        before = await daemon.wall_counts()
        meter, farm_meter = daemon.meter(), TreeMeter(farm.pid)
        await asyncio.sleep(plan.window_s)
        use, farm_use = meter.read(), farm_meter.read()
        after = await daemon.wall_counts()
        rungs = await _rungs(daemon)
    figures = use_figures(name, use, farm_use) | _counted(shape, before, after, farm.spec.fps)
    figures |= {f"{name}.{rung}_tiles": float(tiles) for rung, tiles in rungs.items()}
    deblock = rungs["full"] * 2 > count
    for peer, measure in _peers(plan, farm, shape.grid, deblock).items():
        if peer in plan.peers.intersection(shape.peers):
            figures |= _compared(name, peer, use, await measure())
    return figures


def _counted(shape: Shape, before: WallCounts, after: WallCounts, fps: int) -> Figures:
    """Return the shares of frames shown and of ticks late between two reports of the wall.

    ``of_time_pct`` is what was shown of what should have come by the clock, a few tenths more or less.
    """
    ticks = after.ticks - before.ticks
    sent = shape.grid.count * fps * ticks / shape.grid.fps
    shown, missed = after.shown - before.shown, after.missed - before.missed
    return {
        f"{shape.name}.shown_pct": 100 * shown / (shown + missed),
        f"{shape.name}.of_time_pct": 100 * shown / sent,
        f"{shape.name}.late_ticks_pct": 100 * (after.late - before.late) / ticks,
    }


def _peers(plan: Plan, farm: Streams, grid: Grid, deblock: bool) -> Peers:
    """Return the peers. ``ffmpeg_tuned`` takes every short cut; ``decode`` those that the daemon takes."""
    urls = farm.urls(grid.count)

    def compose(tuned: bool) -> Awaitable[PeerUse]:
        command = ffmpeg.compose_command(urls, grid, tuned=tuned)
        return ffmpeg.measure(command, grid.fps, plan.window_s)

    return {
        "ffmpeg": partial(compose, False),
        "ffmpeg_tuned": partial(compose, True),
        "gstreamer": lambda: gstreamer.measure(urls, grid, plan.window_s, _COUNT_S),
        "decode": lambda: ffmpeg.measure(
            ffmpeg.decode_command(urls, deblock=deblock), farm.spec.fps, plan.window_s
        ),
    }


def _compared(name: str, peer: str, ours: TreeUse, theirs: PeerUse) -> Figures:
    """Return a peer's figures and our CPU as a ratio to its."""
    figures = {
        f"{name}.{peer}_cores": theirs.cores,
        f"{name}.{peer}_memory_mb": theirs.memory.bytes / MEGABYTE,
        f"{name}.{peer}_fps": theirs.output_fps,
        f"{name}.ratio_to_{peer}": ours.cores / theirs.cores,
    }
    if theirs.shown_pct is not None:
        figures[f"{name}.{peer}_shown_pct"] = theirs.shown_pct
    return figures


async def _rungs(daemon: Subject) -> Counter[str]:
    """Return how many tiles are decoded at each rung of the ladder."""
    return Counter(tile["decode"] for tile in await daemon.tiles())
