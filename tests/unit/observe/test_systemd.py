from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from commandwall.observe.systemd import Notifier, ServiceManager


@pytest.fixture
def manager(short_dir: Path) -> Iterator[socket.socket]:
    """Return the socket on which a service manager listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(short_dir / "notify"))
        sock.setblocking(False)
        yield sock


async def heard(sock: socket.socket) -> list[str]:
    """Return the next datagram, line by line."""
    async with asyncio.timeout(10):
        return (await asyncio.get_running_loop().sock_recv(sock, 4096)).decode().splitlines()


def environment(sock: socket.socket, watchdog_s: float = 0) -> dict[str, str]:
    usec = {"WATCHDOG_USEC": str(int(watchdog_s * 1e6))} if watchdog_s else {}
    return {"NOTIFY_SOCKET": sock.getsockname(), **usec}


async def test_ready_then_how_it_is_then_stopping(manager: socket.socket) -> None:
    faults = ["worker ingest-0 is starting", "wall main has not ticked yet"]
    async with ServiceManager(Notifier(environment(manager)), lambda: faults):
        assert await heard(manager) == ["READY=1", "STATUS=starting"]
        assert await heard(manager) == ["STATUS=worker ingest-0 is starting; wall main has not ticked yet"]
        faults.clear()
        assert await heard(manager) == ["STATUS=all walls tick, all workers are up"]
    assert await heard(manager) == ["STOPPING=1", "STATUS=draining"]


async def test_the_watchdog_is_fed_only_while_all_is_well(manager: socket.socket) -> None:
    faults: list[str] = []
    async with ServiceManager(Notifier(environment(manager, watchdog_s=0.03)), lambda: faults):
        said = [line for _ in range(5) for line in await heard(manager)]
        assert said.count("WATCHDOG=1") >= 2
        faults.append("wall main has not ticked for 4 s")
        while (lines := await heard(manager)) == ["WATCHDOG=1"]:
            pass
        assert lines == ["STATUS=wall main has not ticked for 4 s"]
        faults[:] = ["worker wall-main is waiting to restart"]
        assert await heard(manager) == ["STATUS=worker wall-main is waiting to restart"]
        faults.clear()
        assert await heard(manager) == ["WATCHDOG=1"]


async def test_without_a_service_manager_nothing_happens() -> None:
    async with ServiceManager(Notifier({}), list):
        pass


def test_a_service_manager_that_is_gone_is_only_logged(
    short_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Notifier({"NOTIFY_SOCKET": str(short_dir / "nobody")}).send("READY=1")
    assert "nobody" in caplog.text


def test_abstract_sockets_are_understood() -> None:
    name = f"commandwall-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(f"\0{name}")
        Notifier({"NOTIFY_SOCKET": f"@{name}"}).send("READY=1")
        assert sock.recv(100) == b"READY=1"


def test_the_watchdog_of_another_process_is_not_ours() -> None:
    usec = {"WATCHDOG_USEC": "30000000"}
    assert Notifier(usec).watchdog_s == 30
    assert Notifier(usec | {"WATCHDOG_PID": str(os.getpid())}).watchdog_s == 30
    assert Notifier(usec | {"WATCHDOG_PID": "1"}).watchdog_s == 0
