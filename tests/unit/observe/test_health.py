from __future__ import annotations

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
def health(wall: WallControl, workers: list[WorkerStatus], clock: Hand) -> Health:
    return Health(lambda: [wall], lambda: workers, clock)


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
