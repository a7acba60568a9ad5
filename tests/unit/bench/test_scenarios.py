from __future__ import annotations

import pytest

from tests.bench.__main__ import parse_arguments, plan_of
from tests.bench.plan import FULL, QUICK, Plan
from tests.bench.proctree import Memory, MemoryKind, TreeUse
from tests.bench.scenarios import soak, use_figures
from tests.bench.scenarios.ingest import received_pct
from tests.bench.subject import FeedCounts, role
from tests.bench.suite import GROUPS, Cameras, chosen


def counts(frames: float, at_s: float, cameras: int = 2) -> FeedCounts:
    names = [f"cam-{number}" for number in range(cameras)]
    return FeedCounts(
        {name: frames + i for i, name in enumerate(names)},
        {name: at_s + i / 10 for i, name in enumerate(names)},
        0,
        0,
    )


def test_frames_are_compared_with_rate_times_the_time_of_each_camera() -> None:
    assert received_pct(counts(100, 50.0), counts(250, 60.0), 15) == pytest.approx(100)
    assert received_pct(counts(100, 50.0), counts(235, 60.0), 15) == pytest.approx(90)


def test_use_is_told_by_role_and_in_megabytes() -> None:
    memory = Memory(250_000_000, MemoryKind.PSS)
    use = TreeUse(10.0, 0.5, {"ingest": 0.3, "wall": 0.2}, memory, 4)
    figures = use_figures("wall_8x8", use, TreeUse(10.0, 0.2, {"all": 0.2}, memory, 1))
    assert figures == {
        "wall_8x8.cores": 0.5,
        "wall_8x8.memory_mb": 250.0,
        "wall_8x8.ingest_cores": 0.3,
        "wall_8x8.wall_cores": 0.2,
        "wall_8x8.farm_cores": 0.2,
    }


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("python -m commandwall.ingest.worker ingest-0 17", "ingest"),
        ("python -m commandwall.compose.worker wall-main 19", "wall"),
        ("python -m commandwall.outputs.worker share 21", "share"),
        ("python -m commandwall.rtc.worker rtc 23", "rtc"),
        ("python -m commandwall.conference.worker sound 24", "sound"),
        ("python -m commandwall run -c site.yaml", "control"),
    ],
)
def test_a_process_is_known_by_its_command_line(command: str, expected: str) -> None:
    assert role(command) == expected


def test_everything_is_measured_unless_something_is_named() -> None:
    options = parse_arguments([])
    assert options.only == GROUPS
    assert plan_of(options) == FULL


def test_a_quick_bench_is_short_and_may_be_repeated() -> None:
    assert plan_of(parse_arguments(["--quick"])) == QUICK
    plan = plan_of(parse_arguments(["--quick", "--runs", "2", "--feeds", "64"]))
    assert (plan.runs, plan.feeds, plan.window_s) == (2, 64, QUICK.window_s)


def test_what_is_unknown_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_arguments(["--only", "wall,floor"])
    assert "there is no floor" in capsys.readouterr().err


def test_groups_choose_their_scenarios() -> None:
    assert [scenario.name for scenario in chosen(("wall",))] == ["wall_8x8", "wall_10x10", "wall_20x20"]
    assert [scenario.name for scenario in chosen(("wall_10x10",))] == ["wall_10x10"]
    assert [scenario.name for scenario in chosen(("glass", "ingest"))] == ["ingest", "mains", "glass"]


def test_what_takes_half_an_hour_is_run_only_where_it_is_named() -> None:
    assert "soak" not in [scenario.name for scenario in chosen(parse_arguments([]).only)]
    assert [scenario.name for scenario in chosen(parse_arguments(["--only", "soak"]).only)] == ["soak"]


def test_memory_in_the_end_is_compared_with_memory_once_it_has_settled() -> None:
    told = soak.figures([300.0] * 39 + [900.0] + [400.0] * 10 + [410.0] * 40 + [440.0] * 10)
    assert told == pytest.approx(
        {"soak.settled_mb": 400, "soak.late_mb": 440, "soak.most_mb": 900, "soak.growth_pct": 10}
    )


def test_a_farm_has_as_many_cameras_as_planned_unless_the_scenario_says_how_many() -> None:
    plan = Plan(feeds=64)
    assert [Cameras().count(FULL), Cameras().count(plan), Cameras(exactly=40).count(FULL)] == [400, 100, 40]
