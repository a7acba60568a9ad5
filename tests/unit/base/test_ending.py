"""The daemon's end: asked for once, at once when asked for twice, and sure to come."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest

PROGRAM = """
import asyncio, logging, signal, time
from pathlib import Path
from commandwall.base.ending import Ending

async def main():
    {first}
    ending = Ending({within_s})
    print("ready", flush=True)
    await ending.wait()
    print("stopping", flush=True)
    {then}

logging.basicConfig(format="%(message)s")
asyncio.run(main())
"""
FOREVER = "await asyncio.Event().wait()"


async def started(
    within_s: float, then: str, number: signal.Signals = signal.SIGTERM, first: str = "pass"
) -> Process:
    """Return a program that has just been asked to stop."""
    program = PROGRAM.format(within_s=within_s, then=then, first=first)
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=PIPE, stderr=PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    process.send_signal(number)
    assert await process.stdout.readline() == b"stopping\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_what_ends_by_itself_ends_as_it_likes(number: signal.Signals) -> None:
    process = await started(60, "pass", number)
    assert await process.communicate() == (b"", b"")
    assert process.returncode == 0


async def test_a_second_signal_ends_at_once() -> None:
    process = await started(60, FOREVER)
    process.send_signal(signal.SIGINT)
    await process.communicate()
    assert process.returncode == 130


async def test_what_is_to_outlive_its_terminal_does() -> None:
    ignored = "signal.SIGHUP, signal.SIG_IGN"
    then = f"assert (signal.SIGHUP, signal.getsignal(signal.SIGHUP)) == ({ignored})"
    process = await started(60, then, first=f"signal.signal({ignored})")
    await process.communicate()
    assert process.returncode == 0


@pytest.mark.parametrize(("within_s", "then"), [(60, "signal.raise_signal(signal.SIGINT)"), (1.0, "pass")])
async def test_an_end_by_force_leaves_no_folder(tmp_path: Path, within_s: float, then: str) -> None:
    folder = tmp_path / "sockets"
    folder.mkdir()
    process = await started(within_s, f"ending.sweep(Path({str(folder)!r})); {then}; {FOREVER}")
    await process.communicate()
    assert not folder.exists()


@pytest.mark.parametrize(
    ("then", "named"), [(FOREVER, "Task-1 at locks.py:"), ("time.sleep(60)", "Task-1 at <string>:12")]
)
async def test_what_hangs_is_named_and_ended(then: str, named: str) -> None:
    process = await started(1.0, then)
    _, told = await process.communicate()
    assert process.returncode == 1
    assert named in told.decode()
