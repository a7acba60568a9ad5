"""The simulators beside a demo's daemon: processes of their own, which end with it whatever becomes of it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress

from commandwall.base.ending import Ending
from commandwall.base.errors import CommandwallError

_STOP_S = 2.0


class Simulators:
    """Starts modules of ``simulators``; leaving ends them all, and what they have started.

    An async context manager. Once this process is asked to end, they end beside all else in it, since
    their time and the daemon's are more together than it has. If it is killed they get SIGTERM.
    """

    def __init__(self, ending: Ending) -> None:
        self._ending = ending
        self._processes: list[Process] = []

    async def __aenter__(self) -> Simulators:
        self._early = asyncio.create_task(self._end_when_asked(), name="simulators end")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._ending.asked:
            await self._early
        self._early.cancel()
        await self._end()  # also of those that have started meanwhile

    async def _end_when_asked(self) -> None:
        await self._ending.wait()
        await self._end()

    async def _end(self) -> None:
        await asyncio.gather(*map(_stop, self._processes))

    async def start(self, *arguments: str, **environment: str) -> Process:
        """Run a module with its arguments; Ctrl-C does not reach it, and its output is to be read."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *arguments,
            env={**os.environ, **environment, "SIMULATORS_END_WITH": str(os.getpid())},
            stdin=DEVNULL,
            stdout=PIPE,
            start_new_session=True,
        )
        self._processes.append(process)
        return process

    async def output(self, *arguments: str) -> bytes:
        """Return what a module prints; raises :class:`CommandwallError` where it fails."""
        process = await self.start(*arguments)
        output, _ = await process.communicate()
        if process.returncode:
            raise CommandwallError(
                f"demo: the simulators could not describe themselves ({' '.join(arguments)})"
            )
        return output


async def _stop(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), _STOP_S)
    except TimeoutError:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
