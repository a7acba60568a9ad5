"""The fixtures that watch over all tests, watched."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time

import pytest

from tests.children import descendants, leftovers
from tests.loop_watch import LoopWatch


@pytest.mark.blocks_loop
@pytest.mark.parametrize("last", [False, True])
async def test_a_blocked_loop_is_caught_with_the_place_that_blocked_it(last: bool) -> None:
    blocked: list[str] = []
    while not blocked:  # A machine that stands still meanwhile may hide one.
        with LoopWatch(asyncio.get_running_loop()) as watch:
            await asyncio.sleep(0)
            time.sleep(0.6)  # noqa: ASYNC251
            if not last:
                await asyncio.sleep(0)
        blocked = watch.blocked
    assert "stood still" in blocked[0]
    assert "time.sleep(0.6)" in blocked[0]


async def test_a_loop_that_waits_is_not_blocked() -> None:
    with LoopWatch(asyncio.get_running_loop()) as watch:
        await asyncio.sleep(0.5)
    assert watch.blocked == []


def test_leftover_processes_and_their_children_are_found_and_killed() -> None:
    before = descendants()
    script = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    with subprocess.Popen([sys.executable, "-c", script]) as parent:
        while len(descendants() - before) < 2:
            os.sched_yield()
        assert parent.pid in leftovers(before, grace_s=0.1)
    assert descendants() == before


def test_an_ended_process_is_no_leftover() -> None:
    before = descendants()
    subprocess.run([sys.executable, "-c", ""], check=True)
    assert leftovers(before) == {}
