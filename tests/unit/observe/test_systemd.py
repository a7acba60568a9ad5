from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
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


@dataclass
class Condition:
    """A daemon that is as a test says."""

    said: list[str] = field(default_factory=list)
    well: bool = True
    lost: bool = False

    def faults(self) -> list[str]:
        return self.said

    def serves(self) -> bool:
        return self.well

    def stuck(self) -> bool:
        return self.lost


async def test_ready_when_it_serves_and_not_before_then_stopping(manager: socket.socket) -> None:
    condition = Condition(["worker share is starting", "wall main has not ticked yet"], well=False)
    async with ServiceManager(Notifier(environment(manager, watchdog_s=0.03)), condition):
        assert await heard(manager) == ["EXTEND_TIMEOUT_USEC=30000000"]
        assert await heard(manager) == ["STATUS=worker share is starting; wall main has not ticked yet"]
        assert await heard(manager) == ["EXTEND_TIMEOUT_USEC=30000000"]
        condition.well, condition.said = True, ["worker share is starting"]
        while (lines := await heard(manager)) == ["EXTEND_TIMEOUT_USEC=30000000"]:
            pass
        assert lines == ["READY=1"]
        assert await heard(manager) == ["WATCHDOG=1"]
        assert await heard(manager) == ["STATUS=worker share is starting"]
        condition.said = []
        while (lines := await heard(manager)) == ["WATCHDOG=1"]:
            pass
        assert lines == ["STATUS=all walls tick, all workers are up"]
    while (lines := await heard(manager)) == ["WATCHDOG=1"]:
        pass
    assert lines == ["STOPPING=1", "STATUS=draining"]


async def test_a_start_that_leads_nowhere_gets_no_more_time(manager: socket.socket) -> None:
    condition = Condition(["wall main has not ticked yet"], well=False, lost=True)
    async with ServiceManager(Notifier(environment(manager)), condition):
        assert await heard(manager) == ["STATUS=wall main has not ticked yet"]
    assert await heard(manager) == ["STOPPING=1", "STATUS=draining"]


async def test_the_watchdog_is_fed_until_the_daemon_cannot_help_itself(manager: socket.socket) -> None:
    condition = Condition()
    async with ServiceManager(Notifier(environment(manager, watchdog_s=0.03)), condition):
        said = [line for _ in range(6) for line in await heard(manager)]
        assert said.count("WATCHDOG=1") >= 2
        condition.well, condition.said = False, ["worker ingest-0 is waiting to restart"]
        said = [line for _ in range(4) for line in await heard(manager)]
        assert said.count("WATCHDOG=1") == 3
        condition.lost, condition.said = True, ["wall main has not ticked for 4 s"]
        while (lines := await heard(manager)) == ["WATCHDOG=1"]:
            pass
        assert lines == ["STATUS=wall main has not ticked for 4 s"]
        condition.said = ["wall main has not ticked for 5 s"]
        assert await heard(manager) == ["STATUS=wall main has not ticked for 5 s"]
        condition.lost = False
        assert await heard(manager) == ["WATCHDOG=1"]


async def test_without_a_service_manager_nothing_happens() -> None:
    async with ServiceManager(Notifier({}), Condition()):
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
