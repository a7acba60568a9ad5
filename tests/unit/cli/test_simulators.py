"""A demo's simulators end with it: at once when it is asked to, and in any case."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from tests.conftest import ROOT

PROGRAM = """
import asyncio
from commandwall.base.ending import Ending
from commandwall.cli.simulators import Simulators

async def main():
    ending = Ending(60)
    async with Simulators(ending) as simulators:
        process = await simulators.start("stand_in")
        await process.stdout.readline()
        print("ready", flush=True)
        await ending.wait()
        await process.wait()
        print(process.returncode, flush=True)

asyncio.run(main())
"""
STAND_IN = "import signal; {first}; print('ready', flush=True); signal.pause()"


@pytest.mark.parametrize(
    ("first", "status"),
    [("pass", -signal.SIGTERM), ("signal.signal(signal.SIGTERM, signal.SIG_IGN)", -signal.SIGKILL)],
    ids=["willing", "stubborn"],
)
async def test_simulators_end_while_the_demo_still_does(tmp_path: Path, first: str, status: int) -> None:
    (tmp_path / "stand_in.py").write_text(STAND_IN.format(first=first))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, env={"PYTHONPATH": f"{tmp_path}:{ROOT}"}, stdout=PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGTERM)
    told, _ = await process.communicate()
    assert (process.returncode, int(told)) == (0, status)
