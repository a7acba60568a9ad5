"""All scenarios in their order, and the run of those that were chosen."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

import aiohttp

from tests.bench.peers import Grid
from tests.bench.plan import Plan
from tests.bench.scenarios import (
    Figures,
    compose,
    conference,
    crowd,
    demo,
    glass,
    ingest,
    recovery,
    soak,
    sound,
    switch,
    wall,
)
from tests.bench.streams import CIF, MAIN, SUB, Streams, streams

log = logging.getLogger("bench")


@dataclass(frozen=True, slots=True)
class Cameras:
    """Which farm a scenario needs: the shape of its sub streams, how many are live, how many it has.

    ``exactly`` so many, or as many as the plan says, but ``least``.
    """

    sub: str = SUB
    live: int = 0
    least: int = 100
    exactly: int = 0

    def count(self, plan: Plan) -> int:
        """Return how many there are."""
        return self.exactly or max(plan.feeds, self.least)


@dataclass(frozen=True, slots=True)
class Scenario:
    """Something to measure. ``name`` is what its figures begin with; ``--only`` names it or its ``group``.

    A ``sampled`` one takes percentiles of many samples itself and is run once. An ``optional`` one is run
    only where it is named.
    """

    group: str
    name: str
    cameras: Cameras
    run: Callable[[Plan, Streams], Awaitable[Figures]]
    sampled: bool = False
    optional: bool = False

    def runs(self, plan: Plan) -> int:
        """Return how often it is run."""
        return 1 if self.sampled else plan.runs


def _wall(columns: int, cameras: Cameras, *peers: str) -> Scenario:
    shape = wall.Shape(Grid(columns), peers)
    return Scenario("wall", shape.name, cameras, partial(wall.run, shape=shape))


SCENARIOS = (
    Scenario("ingest", "ingest", Cameras(), partial(ingest.run, name="ingest")),
    Scenario("recovery", recovery.NAME, Cameras(), recovery.run),
    _wall(8, Cameras(), "ffmpeg", "ffmpeg_tuned", "gstreamer", "decode"),
    _wall(10, Cameras(), "ffmpeg"),
    Scenario("compose", compose.NAME, Cameras(), compose.run),
    Scenario("sound", sound.NAME, Cameras(), sound.run),
    Scenario("switch", switch.NAME, Cameras(), switch.run, sampled=True),
    Scenario("ingest", "mains", Cameras(sub=MAIN, exactly=40), partial(ingest.run, name="mains")),
    Scenario("glass", glass.NAME, Cameras(live=glass.LIVE), glass.run, sampled=True),
    Scenario("conference", conference.NAME, Cameras(exactly=1), conference.run, sampled=True),
    Scenario("crowd", crowd.NAME, Cameras(least=400), crowd.run),
    _wall(20, Cameras(sub=CIF, least=400)),
    Scenario("demo", demo.NAME, Cameras(exactly=1), demo.run, sampled=True),
    Scenario("soak", soak.NAME, Cameras(), soak.run, sampled=True, optional=True),
)
GROUPS = tuple(dict.fromkeys(scenario.group for scenario in SCENARIOS if not scenario.optional))
NAMES = frozenset(name for scenario in SCENARIOS for name in (scenario.group, scenario.name))


def chosen(names: Collection[str]) -> list[Scenario]:
    """Return the scenarios that ``names`` name, each or by their group, in their order."""
    return [scenario for scenario in SCENARIOS if scenario.group in names or scenario.name in names]


async def measure(plan: Plan, scenarios: Sequence[Scenario]) -> dict[str, list[Figures]]:
    """Run each of ``scenarios`` as often as ``plan`` says; neighbours share a farm.

    Returns the figures of every run by scenario. A run that fails is logged and left out.
    """
    runs: dict[str, list[Figures]] = {scenario.name: [] for scenario in scenarios}
    for cameras, group in groupby(scenarios, lambda scenario: scenario.cameras):
        async with streams(cameras.count(plan), cameras.sub, live=cameras.live) as farm:
            for scenario, number in _in_turn(list(group), plan):
                log.info("%s: run %d of %d", scenario.name, number, scenario.runs(plan))
                try:
                    runs[scenario.name].append(await scenario.run(plan, farm))
                except (AssertionError, aiohttp.ClientError, OSError, RuntimeError, KeyError) as error:
                    log.error("%s: %s: %s", scenario.name, type(error).__name__, error)
    return runs


def _in_turn(scenarios: Sequence[Scenario], plan: Plan) -> Iterator[tuple[Scenario, int]]:
    """Yield every scenario once, then again: what disturbs a machine for a minute spoils no median."""
    for number in range(1, plan.runs + 1):
        for scenario in scenarios:
            if number <= scenario.runs(plan):
                yield scenario, number
