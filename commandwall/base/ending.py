"""The end of the daemon: asked for by a signal, and sure to come."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)


def stop_on_signals(within_s: float) -> asyncio.Event:
    """Return an event that the first SIGTERM or SIGINT sets; the second ends the process at once.

    ``within_s`` after the first one the process ends in any case, and says what it still waited for. The
    workers die with their parent. Call it on the event loop that is to hear the signals.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def heard() -> None:
        if stop.is_set():
            os._exit(130)
        stop.set()
        last = threading.Timer(within_s, _end, (loop, within_s))
        last.daemon = True
        last.start()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, heard)
    return stop


def _end(loop: asyncio.AbstractEventLoop, after_s: float) -> None:
    """End the process; in a thread, since it may be the loop that hangs."""
    left = sorted(f"{task.get_name()} at {_place(task)}" for task in asyncio.all_tasks(loop))
    log.error("not everything has ended within %g s; still there: %s", after_s, "; ".join(left) or "threads")
    os._exit(1)


def _place(task: asyncio.Task[Any]) -> str:
    """Return where ``task`` waits, as far as coroutines tell."""
    place = "its end"
    waiting: Any = task.get_coro()
    while (frame := getattr(waiting, "cr_frame", None)) is not None:
        place = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
        waiting = getattr(waiting, "cr_await", None)
    return place
