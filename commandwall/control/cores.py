"""The cores of this machine: how many there are for the daemon, and how much of them nobody needs."""

from __future__ import annotations

import os
from pathlib import Path

_STAT = Path("/proc/stat")
_NICE, _IDLE, _IOWAIT = 1, 3, 4
"""Places in a line of ``/proc/stat``."""


class Cores:
    """The cores that this process may run on. Belongs to one thread."""

    def __init__(self, stat: Path = _STAT) -> None:
        """Begin to measure; ``stat`` is read as the kernel writes ``/proc/stat`` (proc(5))."""
        self._stat = stat
        self._names = {f"cpu{number}" for number in os.sched_getaffinity(0)}
        self._ticks_s = 1 / os.sysconf("SC_CLK_TCK")
        # What has a nice level gives way by itself, to whoever has none.
        self._fields = (_IDLE, _IOWAIT) if os.nice(0) > 0 else (_NICE, _IDLE, _IOWAIT)
        self._spare_s = self._read_spare_s()

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._names)

    def take_spare_s(self) -> float:
        """Return for how many seconds, of all cores together, nobody needed them since the last call."""
        before_s, self._spare_s = self._spare_s, self._read_spare_s()
        return max(0.0, self._spare_s - before_s)

    def _read_spare_s(self) -> float:
        lines = (line.split() for line in self._stat.read_text().splitlines())
        rows = (fields[1:] for fields in lines if fields and fields[0] in self._names)
        return self._ticks_s * sum(int(row[field]) for row in rows for field in self._fields)
