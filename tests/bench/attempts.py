"""Connection attempts to a port of this machine, seen from outside: by the sockets in ``/proc/net/tcp``.

What is tried in vain is there too: a socket waits for an answer for seconds. Where attempts are
refused at once, those that come and go between two looks are missed.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from pathlib import Path

_TABLE = Path("/proc/net/tcp")
_POLL_S = 0.02
_WINDOW_S = 1.0


def ports_towards(table: str, port: int) -> set[int]:
    """Return the local ports of the sockets in ``table`` (proc(5)) whose other end is at ``port``."""
    found = set()
    for line in table.splitlines()[1:]:
        _, local, remote, *_ = line.split()
        if int(remote.rpartition(":")[2], 16) == port:
            found.add(int(local.rpartition(":")[2], 16))
    return found


class Attempts:
    """Counts the sockets that begin to connect to ``port``; each has a local port of its own.

    ``total`` is how many there were since the first look, ``most_per_s`` how many of them began
    within one second at most.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._known: set[int] | None = None
        self._looked_s = 0.0
        self._recent: deque[tuple[float, int]] = deque()
        self.total = 0
        self.most_per_s = 0

    async def follow(self) -> None:
        """Look again and again until cancelled."""
        while True:
            self.look(_TABLE.read_text(), time.monotonic())
            await asyncio.sleep(_POLL_S)

    def look(self, table: str, now_s: float) -> None:
        """Compare ``table``, read at ``now_s``, with the one before."""
        ports = ports_towards(table, self._port)
        if self._known is not None:
            self._count(len(ports - self._known), now_s)
        self._known, self._looked_s = ports, now_s

    def _count(self, new: int, now_s: float) -> None:
        """Take note of attempts that began since the last look; a second is never taken for longer."""
        self.total += new
        self._recent.append((self._looked_s, new))
        while now_s - self._recent[0][0] > _WINDOW_S and len(self._recent) > 1:
            self._recent.popleft()
        self.most_per_s = max(self.most_per_s, sum(count for _, count in self._recent))
