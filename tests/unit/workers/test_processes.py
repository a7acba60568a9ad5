from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from commandwall.ipc.channel import Channel
from commandwall.ipc.messages import Drain, Ready
from commandwall.workers.processes import Process, Processes

MODULE = "tests.unit.workers.plain_worker"


async def start(processes: Processes, name: str = "plain-0") -> tuple[Process, Channel]:
    """Start a worker and wait until it is ready."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = await processes.start(MODULE, name, theirs)
    channel = await Channel.from_socket(ours)
    async for received in channel.received():
        assert received.message == Ready()
        break
    return process, channel


async def end(process: Process, channel: Channel) -> None:
    """Drain a worker and wait for its end."""
    channel.post(Drain())
    await process.wait()
    await channel.close()
    process.close()


def parent(pid: int) -> int:
    """Return the parent of a process."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def children(pid: int) -> list[str]:
    """Return the children of a process."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


async def test_processes_are_copies_of_one_with_names_and_sessions_of_their_own(processes: Processes) -> None:
    first, second = await asyncio.gather(start(processes), start(processes, "plain-1"))
    zygotes = {parent(process.pid) for process, _ in (first, second)}
    assert len(zygotes) == 1 and zygotes != {os.getpid()}
    assert Path(f"/proc/{second[0].pid}/cmdline").read_bytes().startswith(f"{MODULE} plain-1".encode())
    assert os.getsid(first[0].pid) == first[0].pid
    await end(*first)
    await end(*second)


async def test_one_that_was_killed_is_seen_to_end_and_gone(processes: Processes) -> None:
    process, channel = await start(processes)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    while Path(f"/proc/{process.pid}").exists():
        await asyncio.sleep(0.01)
    with pytest.raises(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    await channel.close()
    process.close()


async def test_a_killed_zygote_takes_its_workers_along_and_another_one_begins(processes: Processes) -> None:
    process, channel = await start(processes)
    os.kill(parent(process.pid), signal.SIGKILL)
    await process.wait()
    await channel.close()
    process.close()
    with pytest.raises(OSError):
        await start(processes)
    await end(*await start(processes))


async def test_a_machine_that_has_no_room_for_another_process_ends_none(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commandwall.workers.processes._ZYGOTE", "tests.unit.workers.poor_zygote")
    first = await start(processes)
    for error in (BlockingIOError, OSError):
        with pytest.raises(error, match=r"Resource temporarily unavailable|Cannot allocate memory"):
            await start(processes, "plain-1")
    second = await start(processes, "plain-1")
    assert parent(first[0].pid) == parent(second[0].pid)
    while len(children(parent(first[0].pid))) > 2:
        await asyncio.sleep(0.01)
    await end(*first)
    await end(*second)


def test_who_starts_workers_loads_nothing_of_what_they_paint_with() -> None:
    asked = "import sys, commandwall.app; print(*{'av', 'cv2', 'numpy'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
