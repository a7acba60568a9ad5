from __future__ import annotations

from copy import copy
from dataclasses import replace

import pytest

from commandwall.base.sentence import Sentence
from commandwall.control.displays import DisplayControl
from commandwall.control.walls import WallControl
from commandwall.ipc.channel import Received
from commandwall.ipc.head_messages import DisplayReport
from commandwall.model.head import Display, Head
from commandwall.model.rect import Rect
from commandwall.observe.health import Health
from commandwall.workers.worker import WorkerState, WorkerStatus
from tests.unit.observe.conftest import Says, report


class Hand:
    """A clock advanced by hand."""

    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def workers() -> list[WorkerStatus]:
    return [
        WorkerStatus("ingest", "ingest-0", WorkerState.READY),
        WorkerStatus("wall", "wall-main", WorkerState.READY),
    ]


@pytest.fixture
def walls(wall: WallControl) -> list[WallControl]:
    return [wall]


@pytest.fixture
def health(walls: list[WallControl], workers: list[WorkerStatus], clock: Hand) -> Health:
    return Health(lambda: walls, lambda: workers, lambda: (), clock)


def test_all_is_well_while_workers_are_up_and_walls_tick(health: Health, says: Says, clock: Hand) -> None:
    for tick in range(1, 200, 25):
        says(report(tick))
        assert health.faults() == []
        clock.now_s += 1


def test_a_wall_that_has_not_begun_is_named(health: Health) -> None:
    assert health.faults() == ["wall main has not ticked yet"]


def test_a_wall_that_stands_still_is_named_after_three_seconds(
    health: Health, says: Says, clock: Hand
) -> None:
    says(report(7))
    for _ in range(4):
        assert health.faults() == []
        clock.now_s += 1
    assert health.faults() == ["wall main has not ticked for 4 s"]
    says(report(8))
    assert health.faults() == []


def test_being_asked_seldom_makes_no_fault(health: Health, says: Says, clock: Hand) -> None:
    for tick in (1, 9000):
        says(report(tick))
        assert health.faults() == []
        clock.now_s += 360


@pytest.mark.parametrize("state", [WorkerState.STARTING, WorkerState.WAITING, WorkerState.STOPPED])
def test_a_worker_that_is_not_up_is_named(
    health: Health, says: Says, workers: list[WorkerStatus], state: WorkerState
) -> None:
    says(report(1))
    workers[0].state = state
    assert health.faults() == [f"worker ingest-0 is {state}"]


def test_a_worker_that_nobody_wants_yet_is_no_fault(
    health: Health, says: Says, workers: list[WorkerStatus]
) -> None:
    says(report(1))
    workers[0].state = WorkerState.IDLE
    assert health.faults() == []


@pytest.mark.parametrize("kind", ["data", "rtc", "sound", "share"])
def test_the_wall_serves_without_side_workers(
    health: Health, says: Says, workers: list[WorkerStatus], kind: str
) -> None:
    assert not health.serves()
    says(report(1))
    workers.append(WorkerStatus(kind, kind, WorkerState.WAITING))
    assert health.faults() == [f"worker {kind} is waiting to restart"]
    assert health.serves()
    assert not health.stuck()
    workers[0].state = WorkerState.WAITING
    assert not health.serves()


def test_a_wall_that_stands_still_although_its_process_is_up_does_not_help_itself(
    health: Health, says: Says, wall: WallControl, clock: Hand
) -> None:
    wall.worker.status.state = WorkerState.READY
    says(report(7))
    assert not health.stuck()
    clock.now_s += 4
    assert health.stuck()
    says(report(8))
    assert not health.stuck()


def test_a_wall_whose_process_is_replaced_gets_the_time_that_this_takes(
    health: Health, says: Says, wall: WallControl, workers: list[WorkerStatus], clock: Hand
) -> None:
    says(report(7))
    assert not health.stuck()
    for worker in (wall.worker.status, *workers):
        worker.state = WorkerState.WAITING
    clock.now_s += 55
    assert not health.stuck()
    clock.now_s += 6
    assert health.stuck()


def test_a_wall_that_cannot_come_back_takes_no_other_with_it(
    health: Health, says: Says, walls: list[WallControl], clock: Hand
) -> None:
    walls.append(other := copy(walls[0]))
    other.wall = replace(other.wall, id="side")
    for tick in range(90):
        says(report(tick))
        assert not health.stuck()
        clock.now_s += 1
    assert "wall side has not ticked yet" in health.faults()


def test_a_display_that_is_down_makes_no_fault_but_a_warning(
    health: Health, says: Says, wall: WallControl, workers: list[WorkerStatus]
) -> None:
    head = Head("left", Rect(0, 0, 960, 1080), display=Display())
    display = wall.displays["left"] = DisplayControl(wall.wall, head, Display(), lambda: None)
    workers.append(display.worker.status)
    says(report(1))
    assert health.faults() == []
    (warning,) = health.warnings()
    assert warning.startswith("head main/left: its process is not up yet")
    dark = DisplayReport.dark(Sentence("there is no monitor {wanted!r}", wanted="HDMI-7"), 0, 0)
    display._hear(display.worker, Received(dark, b"", 0))
    assert health.warnings() == ["head main/left: there is no monitor 'HDMI-7'"]
    display._hear(display.worker, Received(DisplayReport("HDMI-1", 960, 1080, 60, 70, 2, False), b"", 0))
    assert health.warnings() == []


def test_what_is_not_well_elsewhere_is_a_warning(wall: WallControl, workers: list[WorkerStatus]) -> None:
    reasons = ["the port is taken"]
    health = Health(lambda: [wall], lambda: workers, lambda: reasons)
    assert health.warnings() == ["the port is taken"] and not health.stuck()
    reasons.clear()
    assert health.warnings() == []
