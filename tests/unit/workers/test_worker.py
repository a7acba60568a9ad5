from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from commandwall.base.errors import CommandwallError
from commandwall.ipc.channel import ChannelClosedError
from commandwall.ipc.messages import SnapshotCamera
from commandwall.workers.processes import Processes
from commandwall.workers.worker import Timing, Worker, WorkerState

MODULE = "tests.unit.workers.plain_worker"
QUICK = Timing(ping_every_s=0.05, ping_timeout_s=10.0, drain_s=2.0, steps_s=(0.01,))
HASTY = replace(QUICK, ping_timeout_s=0.5, stacks_s=2.0)


class Watched:
    """A worker with the events that tests wait for."""

    def __init__(self, module: str = MODULE, timing: Timing = QUICK, *, on_demand: bool = False) -> None:
        self.ups = asyncio.Queue[int]()
        self.downs = asyncio.Queue[int]()
        self.worker = Worker(
            "plain",
            "plain-0",
            module,
            on_ready=lambda worker: self.ups.put_nowait(worker.status.pid),
            on_message=lambda worker, received: None,
            on_down=lambda worker: self.downs.put_nowait(1),
            on_demand=on_demand,
            timing=timing,
        )


@asynccontextmanager
async def running(watched: Watched) -> AsyncIterator[Worker]:
    async with Processes() as processes:
        task = asyncio.create_task(watched.worker.run(processes))
        try:
            yield watched.worker
        finally:
            watched.worker.drain()
            await task
    assert watched.worker.status.state is WorkerState.STOPPED


async def test_a_worker_starts_answers_and_drains() -> None:
    watched = Watched()
    async with running(watched) as worker:
        pid = await watched.ups.get()
        answer = await worker.call(SnapshotCamera("cam"))
        assert answer.blob == str(pid).encode()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert worker.status.restarts == 0


async def test_one_that_does_not_end_is_killed(caplog: pytest.LogCaptureFixture) -> None:
    watched = Watched(timing=Timing(drain_s=0.1))
    async with running(watched) as worker:
        pid = await watched.ups.get()
        await worker.call(SnapshotCamera("stay"))
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert "plain-0 does not come to its end" in caplog.text


async def test_one_on_demand_is_started_by_the_first_call_and_then_stays() -> None:
    watched = Watched(on_demand=True)
    async with running(watched) as worker:
        await asyncio.sleep(0)
        assert (worker.status.state, worker.status.pid) == (WorkerState.IDLE, 0)
        answers = await asyncio.gather(*(worker.call(SnapshotCamera("cam"), timeout_s=60) for _ in range(2)))
        pid = await watched.ups.get()
        assert [answer.blob for answer in answers] == [str(pid).encode()] * 2
        os.kill(pid, signal.SIGKILL)
        await watched.downs.get()
        again = await worker.call(SnapshotCamera("cam"))
        assert again.blob == str(await watched.ups.get()).encode() != str(pid).encode()


async def test_one_on_demand_that_nobody_wants_never_has_a_process() -> None:
    watched = Watched(on_demand=True)
    async with running(watched) as worker:
        worker.post(SnapshotCamera("cam"))
    with pytest.raises(ChannelClosedError, match="stopped"):
        await worker.call(SnapshotCamera("cam"), timeout_s=3600)
    assert watched.ups.empty() and worker.status.restarts == 0


async def test_a_refusal_reaches_the_caller_and_the_worker_lives() -> None:
    watched = Watched()
    async with running(watched) as worker:
        await watched.ups.get()
        with pytest.raises(CommandwallError, match="no picture"):
            await worker.call(SnapshotCamera("refuse"))
        await worker.call(SnapshotCamera("cam"))


async def test_a_killed_worker_comes_back() -> None:
    watched = Watched()
    async with running(watched) as worker:
        first = await watched.ups.get()
        with pytest.raises(ChannelClosedError):
            await worker.call(SnapshotCamera("die"))
        await watched.downs.get()
        with pytest.raises(ChannelClosedError, match="plain-0"):
            await worker.call(SnapshotCamera("cam"))
        assert await watched.ups.get() != first
        assert worker.status.restarts == 1


async def test_a_killed_worker_comes_back_although_nobody_can_handle_that_it_was_gone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(worker: Worker) -> None:
        raise CommandwallError("no camera is called 'c-1'")

    watched = Watched()
    monkeypatch.setattr(watched.worker, "_on_down", refuse)
    async with running(watched):
        first = await watched.ups.get()
        os.kill(first, signal.SIGKILL)
        assert await watched.ups.get() != first
    assert "no camera is called 'c-1'" in caplog.text


@pytest.mark.filterwarnings("ignore")
async def test_a_hanging_worker_shows_its_stacks_and_is_killed(capfd: pytest.CaptureFixture[str]) -> None:
    watched = Watched(timing=HASTY)
    async with running(watched) as worker:
        await watched.ups.get()
        with pytest.raises(ChannelClosedError):
            await worker.call(SnapshotCamera("hang"), timeout_s=30)
        await watched.ups.get()
    assert "plain_worker.py" in capfd.readouterr().err


async def test_a_stopped_process_is_replaced() -> None:
    watched = Watched(timing=HASTY)
    async with running(watched):
        pid = await watched.ups.get()
        os.kill(pid, signal.SIGSTOP)
        assert await watched.ups.get() != pid


async def test_a_worker_that_cannot_live_is_tried_slowly(processes: Processes) -> None:
    timing = Timing(steps_s=(0.001,), budget=3, budget_window_s=60, exhausted_s=3600)
    watched = Watched("tests.unit.workers.no_such_module", timing)
    task = asyncio.create_task(watched.worker.run(processes))
    while watched.worker.status.restarts < 3:
        await asyncio.sleep(0.01)
    assert watched.worker.status.state is WorkerState.WAITING
    watched.worker.drain()
    await task
    assert watched.worker.status.restarts == 3


async def test_a_child_dies_with_its_parent(tmp_path: Path) -> None:
    """The parent is killed with SIGKILL; the worker must not outlive it."""
    script = tmp_path / "parent.py"
    script.write_text(
        "import asyncio\n"
        "from tests.unit.workers.test_worker import Watched, running\n"
        "async def main():\n"
        "    watched = Watched()\n"
        "    async with running(watched):\n"
        "        print(await watched.ups.get(), flush=True)\n"
        "        await watched.ups.get()\n"
        "asyncio.run(main())\n"
    )
    root = Path(__file__).parents[3]
    import sys

    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        str(script),
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    parent.kill()
    await parent.wait()
    while alive(child):
        await asyncio.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
