"""The processes that a test leaves behind."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

_KEPT = ("multiprocessing.resource_tracker",)


def descendants(pid: int | None = None) -> set[int]:
    """Return the ids of the processes below ``pid`` (default: this process)."""
    found: set[int] = set()
    for thread in _threads(pid or os.getpid()):
        try:
            below = {int(child) for child in (thread / "children").read_text().split()}
        except OSError:
            continue  # the thread or process ended meanwhile
        for child in below:
            found |= {child} | descendants(child)
    return found


def _threads(pid: int) -> list[Path]:
    try:
        return list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return []  # the process ended meanwhile


def leftovers(before: set[int], grace_s: float = 3.0) -> dict[int, str]:
    """Return the command lines of processes started since ``before`` that don't end, and kill them."""
    deadline_s = time.monotonic() + grace_s
    while left := {pid for pid in descendants() - before if _command(pid)}:
        if time.monotonic() > deadline_s:
            break
        time.sleep(0.02)
    commands = {pid: command for pid in left if (command := _command(pid))}
    for pid in commands:
        os.kill(pid, signal.SIGKILL)
    return commands


def _command(pid: int) -> str:
    """Return the command line of ``pid``; empty for a zombie, one that is gone or one that may stay."""
    try:
        text = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""
    return "" if any(kept in text for kept in _KEPT) else text
