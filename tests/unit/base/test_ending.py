"""The daemon's end: asked for once, at once when asked for twice, and sure to come."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process

import pytest

PROGRAM = """
import asyncio, logging, time
from commandwall.base.ending import stop_on_signals

async def main():
    stop = stop_on_signals({within_s})
    print("ready", flush=True)
    await stop.wait()
    print("stopping", flush=True)
    {then}

logging.basicConfig(format="%(message)s")
asyncio.run(main())
"""
FOREVER = "await asyncio.Event().wait()"


async def started(within_s: float, then: str) -> Process:
    """Return a program that has just been asked to stop."""
    program = PROGRAM.format(within_s=within_s, then=then)
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=PIPE, stderr=PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGTERM)
    assert await process.stdout.readline() == b"stopping\n"
    return process


async def test_what_ends_by_itself_ends_as_it_likes() -> None:
    process = await started(60, "pass")
    assert await process.communicate() == (b"", b"")
    assert process.returncode == 0


async def test_a_second_signal_ends_at_once() -> None:
    process = await started(60, FOREVER)
    process.send_signal(signal.SIGINT)
    await process.communicate()
    assert process.returncode == 130


@pytest.mark.parametrize(
    ("then", "named"), [(FOREVER, "Task-1 at locks.py:"), ("time.sleep(60)", "Task-1 at <string>:10")]
)
async def test_what_hangs_is_named_and_ended(then: str, named: str) -> None:
    process = await started(0.1, then)
    _, told = await process.communicate()
    assert process.returncode == 1
    assert named in told.decode()
