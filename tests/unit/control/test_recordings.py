from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from commandwall.base.errors import AccessRefusedError, HeldError, NotFoundError, UnavailableError
from commandwall.control.audit import AuditLog
from commandwall.control.conference_changes import ChairCommand
from commandwall.control.database import Database
from commandwall.control.events import EventLog
from commandwall.control.recordings import RecordingEvent
from commandwall.control.roles import Principal, Role
from commandwall.control.store import Store
from commandwall.ipc.channel import Received
from commandwall.ipc.messages import Message
from commandwall.ipc.recording_messages import EndRecording, RecordingEnded, StartRecording
from commandwall.model.conference.command import Verb
from commandwall.workers.processes import Processes
from commandwall.workers.worker import Worker, WorkerState
from tests.unit.control.hall import OPERATOR, Hall
from tests.unit.control.rig import make_board
from tests.unit.control.stage import Hands


class Bench:
    """A hall whose recording process counts as up and never runs: what that is told."""

    def __init__(self, hall: Hall, events: EventLog, told: list[Message]) -> None:
        self.hall, self.events, self._told = hall, events, told
        hall.recordings.worker.status.state = WorkerState.READY

    @property
    def told(self) -> list[Message]:
        return [each for each in self._told if isinstance(each, StartRecording | EndRecording)]

    def record(self, *, on: bool) -> None:
        verb = Verb.RECORD if on else Verb.RECORD_END
        self.hall.desk.command(OPERATOR, "flood", ChairCommand(verb=verb))
        self.hall.conferences.act()

    def says(self, message: Message) -> None:
        worker = self.hall.recordings.worker
        self.hall.recordings._hear(worker, Received(message, b"", 0))


@pytest.fixture
async def bench(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    events = EventLog()
    told: list[Message] = []
    monkeypatch.setattr(Worker, "post", lambda worker, message: told.append(message))
    async with AuditLog(Store(database), events) as audit:
        hall = Hall(make_board(events), tmp_path, database, events, audit, Hands(1_790_000_000.0))
        hall.opens()
        yield Bench(hall, events, told)


def test_a_recording_is_begun_listed_and_ended(bench: Bench) -> None:
    bench.record(on=True)
    bench.record(on=True)
    (order,) = bench.told
    assert isinstance(order, StartRecording)
    assert order.id == "flood-20260921T141320" and order.sound.stream == "mix/flood/all"
    assert order.picture.stream == "head/main"
    (listed,) = bench.hall.desk.recordings(OPERATOR)
    assert (listed.conference, listed.name, listed.ended_at, listed.size) == ("flood", "防汛", None, 0)
    with pytest.raises(NotFoundError, match="there is no recording"):
        bench.hall.desk.recording(OPERATOR, order.id)
    Path(order.path).write_bytes(b"matroska")
    assert bench.hall.desk.recording(OPERATOR, order.id) == Path(order.path)
    bench.record(on=False)
    assert bench.told[1:] == [EndRecording(order.id)]
    (listed,) = bench.hall.desk.recordings(OPERATOR)
    assert listed.ended_at is None, "its file is not whole yet"
    bench.says(RecordingEnded(order.id))
    (listed,) = bench.hall.desk.recordings(OPERATOR)
    assert listed.ended_at is not None and listed.size == 8 and listed.fault == ""


def test_the_end_of_one_is_not_that_of_the_next(bench: Bench) -> None:
    for on in (True, False, True):
        bench.record(on=on)
    first = bench.told[0]
    assert isinstance(first, StartRecording)
    bench.says(RecordingEnded(first.id, "flood.mkv: No space left on device", "flood.mkv：磁盘已满"))
    assert bench.hall.room.state.recording
    newest, oldest = bench.hall.desk.recordings(OPERATOR)
    assert newest.ended_at is None and oldest.ended_at is not None
    assert oldest.fault_zh == "flood.mkv：磁盘已满"


def test_one_that_no_process_writes_ends_at_once(bench: Bench) -> None:
    bench.hall.recordings.worker.status.state = WorkerState.STARTING
    bench.record(on=True)
    bench.record(on=False)
    (listed,) = bench.hall.desk.recordings(OPERATOR)
    assert listed.ended_at is not None and listed.fault == ""


def test_a_process_that_was_killed_as_it_finished_a_file_leaves_none_without_an_end(bench: Bench) -> None:
    bench.record(on=True)
    bench.record(on=False)
    recordings = bench.hall.recordings
    recordings._down(recordings.worker)
    (listed,) = bench.hall.desk.recordings(OPERATOR)
    assert listed.ended_at is not None and "as it finished" in listed.fault and "收尾" in listed.fault_zh
    assert not any(isinstance(each, StartRecording) for each in bench.told[1:])


def test_a_second_recording_in_the_same_second_has_a_file_of_its_own(bench: Bench) -> None:
    for on in (True, False, True):
        bench.record(on=on)
    paths = [each.path for each in bench.told if isinstance(each, StartRecording)]
    assert len(set(paths)) == 2


def test_a_disk_that_refuses_ends_it_for_everybody_to_see(bench: Bench) -> None:
    bench.record(on=True)
    (order,) = bench.told
    assert isinstance(order, StartRecording)
    bench.says(RecordingEnded(order.id, "flood.mkv: No space left on device", "flood.mkv：磁盘已满"))
    assert not bench.hall.room.state.recording
    (listed,) = bench.hall.desk.recordings(OPERATOR)
    assert listed.ended_at is not None and listed.fault_zh == "flood.mkv：磁盘已满"
    bench.says(RecordingEnded(order.id))


@pytest.mark.parametrize("folder", ["unmounted", "closed"])
def test_a_folder_that_cannot_be_used_ends_it_for_everybody_to_see(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    directory = bench.hall.recordings._directory
    if folder == "unmounted":
        directory.symlink_to("/nonexistent/disk")
    else:  # As the daemon's user sees it; whoever runs the tests may be root.
        monkeypatch.setattr(Path, "mkdir", refusing)
        monkeypatch.setattr(Path, "stat", refusing)
    bench.record(on=True)
    assert bench.told == [] and not bench.hall.room.state.recording
    (listed,) = bench.hall.desk.recordings(OPERATOR)
    assert listed.ended_at is not None and str(directory) in listed.fault and "请允许" in listed.fault_zh
    bench.hall.conferences.act()
    assert len(bench.hall.desk.recordings(OPERATOR)) == 1


def refusing(*_: object, **__: object) -> None:
    raise PermissionError(13, "Permission denied")


def test_a_process_that_was_killed_goes_on_in_another_file(bench: Bench) -> None:
    bench.record(on=True)
    recordings = bench.hall.recordings
    recordings._down(recordings.worker)
    recordings._ready(recordings.worker)
    first, *others = bench.told
    assert isinstance(first, StartRecording)
    assert all(isinstance(each, StartRecording) and each.id == f"{first.id}b" for each in others)
    newest, oldest = bench.hall.desk.recordings(OPERATOR)
    assert newest.ended_at is None and "was killed" in oldest.fault


async def test_the_end_of_the_daemon_is_no_fault_of_a_recording(bench: Bench, processes: Processes) -> None:
    bench.record(on=True)
    recordings = bench.hall.recordings
    running = asyncio.create_task(recordings.worker.run(processes))
    await recordings.worker.until_ready(30)
    recordings.worker.drain()
    await running
    bench.hall.conferences.close()
    (listed,) = bench.hall.desk.recordings(OPERATOR)
    assert listed.ended_at is not None and listed.fault == ""


def test_the_end_of_a_conference_is_that_of_its_recording(bench: Bench) -> None:
    bench.record(on=True)
    bench.hall.desk.end(OPERATOR, "flood")
    assert isinstance(bench.told[-1], EndRecording)


async def test_what_was_cut_off_by_a_restart_has_ended(bench: Bench) -> None:
    async with bench.hall.recorded:
        bench.record(on=True)
        (order,) = bench.told
        assert isinstance(order, StartRecording)
        Path(order.path).write_bytes(b"matroska")
        bench.hall.recordings.restore()
        (listed,) = bench.hall.desk.recordings(OPERATOR)
        assert listed.ended_at is not None
    bodies: list[Any] = [event.body for event in bench.events._kept]
    assert any(isinstance(body, RecordingEvent) for body in bodies)


def test_a_disk_that_does_not_say_what_there_is_keeps_nothing_from_starting(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bench.record(on=True)
    (order,) = bench.told
    assert isinstance(order, StartRecording)
    with monkeypatch.context() as disk:
        disk.setattr(Path, "stat", lambda *_, **__: (_ for _ in ()).throw(OSError(116, "Stale file handle")))
        bench.hall.recordings.restore()
        (listed,) = bench.hall.desk.recordings(OPERATOR)
        assert (listed.ended_at, listed.size) == (listed.started_at, 0)
        with pytest.raises(NotFoundError, match="there is no recording"):
            bench.hall.desk.recording(OPERATOR, order.id)
    assert caplog.messages == [f"recording {order.id}: its file cannot be read: Stale file handle"]


def test_a_recording_is_deleted_with_its_file_but_not_while_it_is_written(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.record(on=True)
    (order,) = bench.told
    assert isinstance(order, StartRecording)
    Path(order.path).write_bytes(b"matroska")
    with pytest.raises(HeldError, match="stop it first"):
        bench.hall.desk.delete_recording(OPERATOR, order.id)
    bench.record(on=False)
    with pytest.raises(HeldError, match="stop it first"):
        bench.hall.desk.delete_recording(OPERATOR, order.id)
    bench.says(RecordingEnded(order.id))
    with monkeypatch.context() as disk:
        disk.setattr(
            Path, "unlink", lambda *_, **__: (_ for _ in ()).throw(PermissionError(1, "not permitted"))
        )
        with pytest.raises(UnavailableError, match="not permitted"):
            bench.hall.desk.delete_recording(OPERATOR, order.id)
    assert len(bench.hall.desk.recordings(OPERATOR)) == 1
    bench.hall.desk.delete_recording(OPERATOR, order.id)
    assert bench.hall.desk.recordings(OPERATOR) == [] and not Path(order.path).exists()
    with pytest.raises(NotFoundError):
        bench.hall.desk.delete_recording(OPERATOR, order.id)


def test_only_operators_see_recordings(bench: Bench) -> None:
    desk = bench.hall.desk
    for refused in (
        desk.recordings,
        lambda who: desk.recording(who, "x"),
        lambda who: desk.delete_recording(who, "x"),
    ):
        with pytest.raises(AccessRefusedError):
            refused(Principal("leader", Role.LEADER))
