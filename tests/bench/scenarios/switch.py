"""Layout switches with all feeds up, and control calls under that load."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulators.spec import VideoSpec
from tests.bench.headvideo import Recording, pictures, recording
from tests.bench.plan import Plan
from tests.bench.proctree import TreeMeter
from tests.bench.quantiles import percentile
from tests.bench.scenarios import Figures, use_figures
from tests.bench.streams import Streams
from tests.bench.subject import WALL, Subject, subject, until
from tests.bench.tilecodes import Loop, Sight, all_live_ms, first_pictures_ms, read_tiles

NAME = "switch"
_LAYOUT, _TILES = "8x8", 64
_STEP = 67
"""From one set of cameras to the next; sets of 64 of 400 then hardly overlap."""
_REST_S = 0.7
_AFTER_S = 1.5
_PATIENCE_S = 15.0
_COVERED = 2
_MS = 1000.0


@dataclass(slots=True)
class Times:
    """What switches of one kind took, in ms."""

    first: list[float] = field(default_factory=list)
    live: list[float] = field(default_factory=list)


async def run(plan: Plan, farm: Streams) -> Figures:
    """Switch to and fro; return percentiles of what the wall says and of what its pixels say."""
    from_one, from_grid, prepared, from_pixels = Times(), Times(), Times(), Times()
    async with subject(farm, farm.count) as daemon:
        await daemon.until_cameras_live()
        for number in range(plan.switches):
            await daemon.show("1", [1])
            await asyncio.sleep(_REST_S)
            await _switch(daemon, _set(number, farm.count), from_one)
            await asyncio.sleep(_REST_S)
        for number in range(plan.switches):
            await _switch(daemon, _set(plan.switches + number, farm.count), from_grid)
            await asyncio.sleep(_REST_S)
        for number in range(plan.switches):
            cameras = _set(3 * plan.switches + number, farm.count)
            await _prepare(daemon, cameras)
            await asyncio.sleep(_REST_S)
            await _switch(daemon, cameras, prepared)
            await asyncio.sleep(_REST_S)
        calls_ms = await _calls(daemon, plan, farm.count)
        for number in range(plan.watched):
            await _watched_switch(
                daemon, _set(2 * plan.switches + number, farm.count), farm.spec, from_pixels
            )
        memory = await _watched_memory(daemon, farm)
    return {
        **_percentiles("from_1", from_one),
        **_percentiles("from_8x8", from_grid),
        **_percentiles("prepared", prepared),
        **_percentiles("pixels", from_pixels),
        **memory,
        f"{NAME}.control_p50_ms": percentile(calls_ms, 50),
        f"{NAME}.control_p95_ms": percentile(calls_ms, 95),
    }


def _set(number: int, count: int) -> list[int]:
    """Return the cameras of the ``number``-th switch."""
    return [(number * _STEP + tile) % count + 1 for tile in range(_TILES)]


def _percentiles(kind: str, times: Times) -> Figures:
    figures = {f"{NAME}.{kind}_count": float(len(times.live))}
    for what, samples in (("first", times.first), ("live", times.live)):
        for percent in (50, 95):
            if samples:
                figures[f"{NAME}.{kind}_{what}_p{percent}_ms"] = percentile(samples, percent)
    return figures


async def _prepare(daemon: Subject, cameras: Sequence[int]) -> None:
    """Say what is about to be shown, as a tour does and the page of an operator."""
    body = {"layout": _LAYOUT, "sources": [f"camera:cam-{number}" for number in cameras]}
    async with daemon.daemon.session.post(f"/api/v1/walls/{WALL}/prepare", json=body) as response:
        response.raise_for_status()


async def _switch(daemon: Subject, cameras: Sequence[int], times: Times) -> None:
    """Switch, wait until the wall says that all is live, and note what it says that took."""
    before = await _histogram(daemon)
    await daemon.show(_LAYOUT, cameras)

    async def done() -> bool:
        return (await _histogram(daemon))[0] > before[0]

    # A poll costs the control plane about what an operator's page does.
    await asyncio.sleep(_REST_S)
    await until(done, _PATIENCE_S)
    after = await _histogram(daemon)
    times.first.append(_MS * (after[1] - before[1]))
    times.live.append(_MS * (after[2] - before[2]))


async def _histogram(daemon: Subject) -> tuple[float, float, float]:
    """Return how many switches the wall has counted, and the seconds to first picture and to live of all."""
    metrics = await daemon.metrics("commandwall_wall_switch")
    count = metrics.total("commandwall_wall_switch_live_seconds_count", wall=WALL)
    first_s = metrics.total("commandwall_wall_switch_first_picture_seconds_sum", wall=WALL)
    return count, first_s, metrics.total("commandwall_wall_switch_live_seconds_sum", wall=WALL)


async def _watched_switch(daemon: Subject, cameras: Sequence[int], spec: VideoSpec, times: Times) -> None:
    """Switch from one camera while a viewer records the canvas; read the times from its pixels."""
    await daemon.show("1", [1])
    await asyncio.sleep(_REST_S)
    async with recording(daemon.daemon.session, WALL, "_canvas") as viewer:
        await viewer.until_first()
        sent_ms = time.time_ns() / 1e6
        await daemon.show(_LAYOUT, cameras)
        await daemon.until_tiles_live()
        await asyncio.sleep(_AFTER_S)
    tiles = await daemon.tiles()
    sights = await asyncio.to_thread(_sights, viewer, tiles)
    cells = _readable(sights, tiles)
    first_ms = first_pictures_ms(sights, cells)
    live_ms = all_live_ms(sights, cells, Loop(spec.loop_frames, spec.fps))
    if first_ms is not None and live_ms is not None:
        times.first.append(first_ms - sent_ms)
        times.live.append(max(live_ms, first_ms) - sent_ms)


def _readable(sights: Sequence[Sight], tiles: list[dict[str, Any]]) -> dict[str, int]:
    """Return the cameras of the tiles whose code can be read in the end: the wall's clock covers one.

    Raises ``RuntimeError`` when it is more than that.
    """
    shown = {tile["cell"]: int(tile["source"].rpartition("-")[2]) for tile in tiles}
    readable = {cell: camera for cell, camera in shown.items() if sights and cell in sights[-1].codes}
    if len(readable) < len(shown) - _COVERED:
        raise RuntimeError(f"only {len(readable)} of {len(shown)} bar codes can be read on the canvas")
    return readable


def _sights(viewer: Recording, tiles: list[dict[str, Any]]) -> list[Sight]:
    return [Sight(frame.composed_ms, read_tiles(luma, tiles)) for frame, luma in pictures(viewer.frames)]


async def _calls(daemon: Subject, plan: Plan, count: int) -> list[float]:
    """Return what reads and changes of the wall took, in ms, while all tiles are live."""

    async def read() -> None:
        await daemon.tiles()

    async def change() -> None:
        source = {"source": f"camera:cam-{number % count + 1}"}
        status, answer = await daemon.daemon.put(f"/walls/{WALL}/cells/{number % _TILES + 1}", source)
        if status != 200:
            raise RuntimeError(f"PUT cell: {status} {answer}")

    took_ms = []
    for number in range(plan.calls):
        call: Callable[[], Awaitable[None]] = change if number % 5 == 0 else read
        began_s = time.monotonic()
        await call()
        took_ms.append(_MS * (time.monotonic() - began_s))
        await asyncio.sleep(0.02)
    return took_ms


async def _watched_memory(daemon: Subject, farm: Streams) -> Figures:
    """Return what the daemon uses with all feeds, 64 tiles and both heads watched."""
    session = daemon.daemon.session
    async with recording(session, WALL, "left") as left, recording(session, WALL, "right") as right:
        await left.until_first()
        await right.until_first()
        meter, farm_meter = daemon.meter(), TreeMeter(farm.pid)
        await asyncio.sleep(_AFTER_S)
        return use_figures(f"{NAME}.watched", meter.read(), farm_meter.read())
