"""The demo, as somebody tries it who has just come: what it prints is right, and Ctrl-C ends it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import aiohttp
import pytest

from tests.children import descendants
from tests.conftest import ROOT
from tests.e2e.site import until

pytestmark = [pytest.mark.timeout(120), pytest.mark.blocks_loop]

ENDED_S = 30.0
"""The demo itself keeps to 5 s, and exits with another status where it has to force that."""


@asynccontextmanager
async def begun(port: int, temporary: Path, *options: str) -> AsyncIterator[Process]:
    """Yield a demo of four cameras whose temporary files lie in a folder of its own."""
    command = ("-m", "commandwall", "demo", "--cameras", "4", "--port", str(port), *options)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def all_gone(processes: set[int], temporary: Path) -> None:
    """Wait until no process of a demo that has ended is there; it has left no file."""

    async def gone() -> bool:
        return not any(map(lives, processes))

    await until(f"all of {sorted(processes)} are gone", gone)
    assert list(temporary.iterdir()) == []


def lives(pid: int) -> bool:
    """Return whether there is such a process, other than one that only waits to be reaped."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


async def printed(stream: asyncio.StreamReader, *words: str) -> list[str]:
    """Return what stands behind each of ``words`` at the begin of a line, in this order."""
    found = []
    for word in words:
        while not (line := (await stream.readline()).decode()).strip().startswith(word):
            assert line, f"the demo ended before it said {word!r}"
        found.append(line.strip().removeprefix(word).strip())
    return found


async def test_the_demo_shows_its_wall_and_ends_at_ctrl_c(
    free_port: Callable[[], int], short_dir: Path
) -> None:
    async with begun(free_port(), short_dir, "--sites", "2") as process:
        assert process.stdout is not None
        panel, rtsp, sign_in = await printed(process.stdout, "panel", "RTSP", "sign in")
        user, password = sign_in.split(" / ")
        async with aiohttp.ClientSession(panel, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            body = {"username": user, "password": password}
            async with session.post("/api/v1/login", json=body) as response:
                assert response.status == 200

            async def live() -> bool:
                async with session.get("/api/v1/walls/main") as response:
                    tiles = (await response.json())["tiles"]
                return [tile["state"] for tile in tiles[:4]] == ["live"] * 4

            await until("the first four tiles are live", live)

            async def met() -> bool:
                async with session.get("/api/v1/conferences/demo") as response:
                    roster = (await response.json()).get("participants", [])
                return [(one["state"], one["people"]) for one in roster] == [("connected", True)] * 2

            await until("two sites have met", met)
        address, path = rtsp.removeprefix("rtsp://").split("/", 1)
        host, _, port = address.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        with closing(writer):
            writer.write(f"DESCRIBE rtsp://{address}/{path} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
            assert await reader.readline() == b"RTSP/1.0 200 OK\r\n"
        below = descendants(process.pid)
        process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(process.wait(), ENDED_S) == 0
        await all_gone(below, short_dir)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
async def test_a_demo_that_is_only_starting_leaves_nothing(
    number: signal.Signals, free_port: Callable[[], int], short_dir: Path
) -> None:
    async with begun(free_port(), short_dir) as process:

        async def farm() -> set[int]:
            return descendants(process.pid)

        below = await until("the farm begins", farm)
        process.send_signal(number)
        assert await asyncio.wait_for(process.wait(), ENDED_S) == 0
        await all_gone(below, short_dir)


@pytest.mark.parametrize(
    ("numbers", "status"),
    [((signal.SIGHUP,), 0), ((signal.SIGINT, signal.SIGTERM), 130)],
    ids=["terminal closed", "asked twice"],
)
async def test_a_demo_leaves_nothing_however_it_ends(
    numbers: tuple[signal.Signals, ...], status: int, free_port: Callable[[], int], short_dir: Path
) -> None:
    async with begun(free_port(), short_dir, "--sites", "1") as process:
        assert process.stdout is not None
        await printed(process.stdout, "sign in")

        async def all_there() -> set[int]:
            below = descendants(process.pid)
            commands = {simulator_of(pid) for pid in below}
            return below if {"cameras", "sensors", "conference"} <= commands else set()

        below = await until("farm, sensors and sites run", all_there)
        for number in numbers:
            process.send_signal(number)
        assert await asyncio.wait_for(process.wait(), ENDED_S) == status
        await all_gone(below, short_dir)


def simulator_of(pid: int) -> str:
    """Return the last word of the module of ``simulators`` that a process runs; empty for any other."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    except OSError:
        return ""
    return next((word.rpartition(".")[2] for word in words if word.startswith("simulators.")), "")
