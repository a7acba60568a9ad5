from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from commandwall.control.cores import Cores
from commandwall.control.crew import Crew
from commandwall.control.decoding import Decoding
from commandwall.ingest.ladder import Demand, Limits, decide
from commandwall.ipc.decoding import FeedCost, TileFigures, TileReport
from commandwall.ipc.messages import ShowTiles, TileSpec
from commandwall.model.camera import StreamName
from commandwall.model.layout import Aspect
from commandwall.model.source import Source, SourceKind
from commandwall.model.wall import DecodeLevel
from tests.unit.control.test_state import figures

COST = (0.002, 0.001)
WORKERS = ("ingest-0", "ingest-1")


def tile(name: str, importance: float = 1.0, width: int = 240) -> TileSpec:
    source = Source(SourceKind.CAMERA, name)
    return TileSpec(name, source, StreamName.SUB, "", 0, width, 134, Aspect.FIT, importance)


def home(name: str) -> str:
    """Return the worker that a camera named after it lives in: a1, a2... in the first."""
    return WORKERS[name[0] != "a"]


class Ledger:
    """A ledger of two cores on which nothing else runs, and what the workers tell it."""

    def __init__(self, stat: Path) -> None:
        stat.write_text("cpu0 0 0 0 0 0\ncpu1 0 0 0 0 0\n")
        self.decoding = Decoding(Cores(stat))

    def knows(self, *names: str, fps: float = 25.0) -> None:
        self.decoding.heard_feeds(
            figures(f"{name}/sub", width=640, height=360, fps=fps, keyframe_interval_s=2.0) for name in names
        )
        costs = tuple(FeedCost(f"{name}/sub", *COST) for name in names)
        self.decoding.heard_tiles("ingest-0", TileReport((), 0.0, costs=costs))

    def shows(self, *tiles: TileSpec) -> None:
        self.decoding.shows(ShowTiles("main", tiles))


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {0, 1})
    return Ledger(tmp_path / "stat")


def test_a_scene_that_fits_is_told_in_full(ledger: Ledger) -> None:
    ledger.knows("a1", "b1")
    told = ledger.decoding.predict("main", [tile("a1"), tile("b1", width=640)])
    assert (told.tiles, told.key_only, told.nodeblock, told.full) == (2, 0, 1, 1)
    frames = 0.5 * 0.002 + 24.5 * 0.001
    assert told.budget_share == pytest.approx(frames * 2.35 / 2.0, abs=0.002)


def test_cores_that_no_decode_thread_reaches_are_not_in_the_budget(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: set(range(16)))
    stat = tmp_path / "stat"
    stat.write_text("".join(f"cpu{number} 0 0 0 0 0\n" for number in range(16)))
    assert Decoding(Cores(stat)).cores == 16
    assert Decoding(Cores(stat), Crew(1, 4, 4)).cores == 4


def test_a_scene_that_is_too_much_says_how_many_tiles_stand_at_key_frames(ledger: Ledger) -> None:
    names = [f"a{number}" for number in range(100)]
    ledger.knows(*names)
    told = ledger.decoding.predict("main", [tile(name) for name in names])
    assert told.tiles == 100 and 25 < told.key_only < 50 and told.key_only + told.nodeblock == 100
    assert 0.8 < told.budget_share <= 1.0


def test_people_cost_all_their_frames_where_cameras_are_left_with_key_frames(ledger: Ledger) -> None:
    names = [f"a{number}" for number in range(100)]
    ledger.knows(*names)
    people = [
        replace(tile(name), source=Source(SourceKind.CONFERENCE, f"c/{name}"), stream=StreamName.MAIN)
        for name in names
    ]
    told = ledger.decoding.predict("main", people)
    assert (told.key_only, told.nodeblock) == (0, 100) and told.budget_share > 1.0


def test_what_other_walls_show_counts(ledger: Ledger) -> None:
    names = [f"a{number}" for number in range(60)]
    ledger.knows(*names)
    alone = ledger.decoding.predict("side", [tile("a0")])
    ledger.shows(*(tile(name) for name in names))
    beside = ledger.decoding.predict("side", [tile("a0")])
    assert beside.tiles == 1 and beside.budget_share > 20 * alone.budget_share
    assert ledger.decoding.predict("main", []).budget_share == 0


def test_a_stream_that_was_never_received_is_guessed(ledger: Ledger) -> None:
    told = ledger.decoding.predict("main", [tile("new")])
    assert (told.tiles, told.nodeblock) == (1, 1) and 0.01 < told.budget_share < 0.2


def test_the_worker_whose_tiles_need_more_gets_more(ledger: Ledger) -> None:
    names = ("a1", "a2", "a3", "b1")
    ledger.knows(*names)
    ledger.shows(*map(tile, names))
    first, second = (ledger.decoding.budgets(home, WORKERS)[worker] for worker in WORKERS)
    assert first.keep_cores == pytest.approx(3 * second.keep_cores)
    assert first.keep_cores + second.keep_cores == pytest.approx(2.0)


def test_when_it_is_scarce_the_worker_with_the_important_tiles_gets_more(ledger: Ledger) -> None:
    plain, weighty = ([f"{letter}{number}" for number in range(100)] for letter in "ab")
    ledger.knows(*plain, *weighty)
    ledger.shows(*map(tile, plain), *(tile(name, importance=9.0) for name in weighty))
    first, second = (ledger.decoding.budgets(home, WORKERS)[worker] for worker in WORKERS)
    assert second.keep_cores > 5 * first.keep_cores
    assert first.keep_cores + second.keep_cores == pytest.approx(2.0, rel=0.01)
    again = ledger.decoding.budgets(home, WORKERS)
    assert (again[WORKERS[0]], again[WORKERS[1]]) == (first, second)


def test_workers_without_tiles_share_equally(ledger: Ledger) -> None:
    budgets = ledger.decoding.budgets(home, WORKERS)
    assert {budget.keep_cores for budget in budgets.values()} == {1.0}


def test_a_second_is_over_when_a_worker_reports_again(ledger: Ledger) -> None:
    ledger.shows(tile("a1"))
    cell = TileFigures("main", "a1", StreamName.SUB, DecodeLevel.NODEBLOCK, 15.0, 1)
    assert not ledger.decoding.heard_tiles("ingest-0", TileReport((cell,), 0.4))
    assert not ledger.decoding.heard_tiles("ingest-1", TileReport((), 0.2))
    assert ledger.decoding.heard_tiles("ingest-0", TileReport((cell,), 0.4))
    assert ledger.decoding.used == pytest.approx(0.3 * 0.6)
    assert ledger.decoding.share == ledger.decoding.used / ledger.decoding.cores


def test_late_ticks_take_from_the_budget(ledger: Ledger) -> None:
    for second in range(4):
        ledger.decoding.heard_ticks("main", 10 * second)
        ledger.decoding.heard_tiles("ingest-0", TileReport((), 1.0))
    assert ledger.decoding.cores < 1.5


def test_a_worker_that_is_gone_uses_nothing(ledger: Ledger) -> None:
    ledger.decoding.heard_tiles("ingest-0", TileReport((), 1.0))
    ledger.decoding.lost("ingest-0")
    ledger.decoding.heard_tiles("ingest-0", TileReport((), 0.0))
    assert ledger.decoding.used == 0.0


class Machine:
    """Two ingest workers on cores that other programs use as well, second by second."""

    def __init__(self, ledger: Ledger, stat: Path, others: float) -> None:
        self.ledger, self.stat, self.others = ledger, stat, others
        self.rungs: dict[str, DecodeLevel] = {}
        self._spare_ticks = 0

    def second(self, names: Sequence[str], weighty: Collection[str]) -> None:
        """Have the workers climb the ladder within their budgets and tell what came of it."""
        budgets = self.ledger.decoding.budgets(home, WORKERS)
        demands = {name: self._demand(name, 9.0 if name in weighty else 1.0) for name in names}
        for worker, budget in budgets.items():
            mine = [demand for name, demand in demands.items() if home(name) == worker]
            rungs = decide(mine, Limits(budget.keep_cores, budget.take_cores))
            self.rungs |= {demand.feed.removesuffix("/sub"): rungs[demand.feed] for demand in mine}
        load = sum(demand.load(self.rungs[name]) for name, demand in demands.items())
        room = 2.0 - self.others
        used, lag_s = min(load, room), 0.3 if load > room else 0.005
        self._spare_ticks += round(100 * (room - used))
        self.stat.write_text(f"cpu0 0 0 0 {self._spare_ticks} 0\ncpu1 0 0 0 0 0\n")
        for worker in WORKERS:
            figures = tuple(
                TileFigures("main", name, StreamName.SUB, self.rungs[name], 1.0, 1)
                for name in names
                if home(name) == worker
            )
            self.ledger.decoding.heard_tiles(worker, TileReport(figures, used / 2, lag_s))

    def _demand(self, name: str, importance: float) -> Demand:
        current = self.rungs.get(name, DecodeLevel.OFF)
        return Demand(f"{name}/sub", DecodeLevel.NODEBLOCK, current, importance, 15.0, 0.5, COST[1], COST[0])


@pytest.mark.parametrize("others", [0.2, 0.7, 1.2])
def test_400_feeds_settle_on_what_others_leave_and_the_important_ones_keep_moving(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, others: float
) -> None:
    now_s = 0.0
    monkeypatch.setattr("commandwall.control.decoding.monotonic_s", lambda: now_s)
    ledger.decoding._at_s = 0.0
    machine = Machine(ledger, tmp_path / "stat", others)
    names = [f"{'ab'[number % 2]}{number}" for number in range(400)]
    weighty = names[:20]
    ledger.knows(*names, fps=15.0)
    ledger.shows(*(tile(name, importance=9.0 if name in weighty else 1.0) for name in names))
    history: list[dict[str, DecodeLevel]] = []
    for _ in range(150):
        now_s += 1.0
        machine.second(names, weighty)
        history.append(dict(machine.rungs))
    settled = history[-40:]
    changes = sum(before[name] is not after[name] for before, after in pairwise(settled) for name in names)
    moving = [sum(rung is DecodeLevel.NODEBLOCK for rung in rungs.values()) for rungs in settled]
    affordable = (2.0 - others - 400 * 0.001) / (14.5 * COST[1])
    assert all(rungs[name] is DecodeLevel.NODEBLOCK for rungs in settled for name in weighty)
    assert max(moving) <= affordable * 1.02 and min(moving) >= affordable * 0.6
    assert changes <= 0.02 * len(names) * len(settled)
