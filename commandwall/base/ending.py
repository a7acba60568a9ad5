"""How processes end: when a signal asks for it, at once when asked twice, and with who started them."""

from __future__ import annotations

import asyncio
import ctypes
import logging
import os
import shutil
import signal
import threading
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

_PR_SET_PDEATHSIG = 1


def end_with_parent(number: int = signal.SIGKILL) -> None:
    """Have this process sent a signal when the thread that started it is gone."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)


class Ending:
    """The end of the daemon; made on the event loop that is to hear the signals.

    SIGTERM or SIGINT asks for it, and SIGHUP, of a terminal that is closed, unless it is ignored already
    (``nohup``). The second signal ends the process at once. ``within_s`` after the first one it ends in any
    case, and says what it still waited for. Workers and simulators die with it.
    """

    def __init__(self, within_s: float = 5.0) -> None:
        self._within_s = within_s
        self._loop = asyncio.get_running_loop()
        self._asked = asyncio.Event()
        self._folders: list[Path] = []
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                self._loop.add_signal_handler(number, self._heard)

    @property
    def asked(self) -> bool:
        """Whether the process is to end."""
        return self._asked.is_set()

    async def wait(self) -> None:
        """Return when the process is to end."""
        await self._asked.wait()

    def sweep(self, folder: Path) -> None:
        """Remove ``folder`` as well if the end has to be forced."""
        self._folders.append(folder)

    def _heard(self) -> None:
        if self.asked:
            self._leave(130)
        self._asked.set()
        last = threading.Timer(self._within_s, self._force)
        last.daemon = True
        last.start()

    def _force(self) -> None:
        """End the process; in a thread, since it may be the loop that hangs."""
        left = sorted(f"{task.get_name()} at {_place(task)}" for task in asyncio.all_tasks(self._loop))
        waited_for = "; ".join(left) or "threads"
        log.error("not everything has ended within %g s; still there: %s", self._within_s, waited_for)
        self._leave(1)

    def _leave(self, status: int) -> None:
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)
        os._exit(status)


def _place(task: asyncio.Task[Any]) -> str:
    """Return where ``task`` waits, as far as coroutines tell."""
    place = "its end"
    waiting: Any = task.get_coro()
    while (frame := getattr(waiting, "cr_frame", None)) is not None:
        place = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
        waiting = getattr(waiting, "cr_await", None)
    return place
