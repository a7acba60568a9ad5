"""Composing alone: a 4K canvas whose 64 tiles are all new in every tick, in this process, with no feeds."""

from __future__ import annotations

import asyncio
from time import perf_counter

import numpy as np

from commandwall.base.clock import monotonic_ns
from commandwall.compose.canvas import Canvas
from commandwall.compose.stage import Stage
from commandwall.ipc.slots import Plane, SlotInfo
from commandwall.model.camera import FeedState
from commandwall.model.rect import Rect
from tests.bench.plan import Plan
from tests.bench.quantiles import percentile
from tests.bench.scenarios import Figures
from tests.bench.streams import Streams
from tests.unit.compose.scenery import PERIOD, Scenery, make_stage, scenery, told

NAME = "compose"
_WIDTH, _HEIGHT, _SIDE = 3840, 2160, 8
_TICKS_PER_S = 25
_RANDOM = 7


async def run(plan: Plan, _: Streams) -> Figures:
    """Draw every tile anew in as many ticks as the plan's window has; return what they took."""
    with scenery(*_grid()) as scene:
        return await asyncio.to_thread(_measure, scene, round(plan.window_s * _TICKS_PER_S))


def _grid() -> list[Rect]:
    width, height = _WIDTH // _SIDE, _HEIGHT // _SIDE
    return [Rect(x * width, y * height, width, height) for y in range(_SIDE) for x in range(_SIDE)]


def _measure(scene: Scenery, ticks: int) -> Figures:
    known = [told(tile.source, FeedState.LIVE) for tile in scene.tiles]
    stage = make_stage(Canvas(_WIDTH, _HEIGHT), scene.tiles, *known)
    pictures = _pictures(scene.tiles[0].rect)
    took_ms = [_tick(scene, stage, pictures[tick % len(pictures)]) for tick in range(ticks)]
    return {
        f"{NAME}.tick_p50_ms": percentile(took_ms, 50),
        f"{NAME}.tick_p95_ms": percentile(took_ms, 95),
    }


def _tick(scene: Scenery, stage: Stage, picture: tuple[Plane, ...]) -> float:
    """Publish ``picture`` in all tiles, then compose; return what composing took, in ms."""
    now_ns = monotonic_ns()
    for index in range(len(scene.tiles)):
        scene.publish_planes(index, picture, SlotInfo(now_ns, now_ns, now_ns, PERIOD, 0))
    began_s = perf_counter()
    drawn = stage.compose(now_ns, monotonic_ns() + PERIOD)
    took_ms = 1000 * (perf_counter() - began_s)
    if len(drawn) != len(scene.tiles):
        raise RuntimeError(f"{len(drawn)} of {len(scene.tiles)} tiles were drawn")
    return took_ms


def _pictures(rect: Rect) -> list[tuple[Plane, ...]]:
    random = np.random.default_rng(_RANDOM)
    half = (rect.height // 2, rect.width // 2)
    shapes = ((rect.height, rect.width), half, half)
    return [tuple(random.integers(0, 256, shape, np.uint8) for shape in shapes) for _ in range(2)]
