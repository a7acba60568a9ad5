"""CPU time and memory of whole process trees, from ``/proc``.

CPU is user and system time of every live process of the tree, and of every process that one of
them has waited for (``cutime``, ``cstime`` in proc(5)), so children that come and go are counted
once, by themselves while they live and by their parent afterwards.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

_PROC = Path("/proc")
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_ATTEMPTS = 5

Role = Callable[[str], str]
"""Names the part that a command line plays, as ``ingest`` or ``wall``."""


class MemoryKind(StrEnum):
    """What memory figures count."""

    PSS = "pss"
    """Proportional set size: a page that several processes share is divided among them."""
    RSS = "rss"
    """Resident set size: a shared page counts in full in every process."""


@dataclass(frozen=True, slots=True)
class Process:
    """One process at one moment. ``cpu_s`` has the children it has waited for, ``start`` is in ticks."""

    pid: int
    parent: int
    start: int
    cpu_s: float
    command: str


@dataclass(frozen=True, slots=True)
class Memory:
    """The memory of a tree; ``kind`` is RSS when the PSS of any of its processes cannot be read."""

    bytes: int
    kind: MemoryKind


@dataclass(frozen=True, slots=True)
class TreeUse:
    """What a tree used in a window: CPU by role and whole, in cores (CPU seconds a second)."""

    wall_s: float
    cores: float
    cores_by_role: dict[str, float]
    memory: Memory
    processes: int


def parse_stat(text: str) -> tuple[int, int, float]:
    """Return (parent, start in ticks, CPU seconds with waited-for children) of a ``/proc/PID/stat``.

    Raises ``ValueError`` or ``IndexError`` for text of another form.
    """
    fields = text[text.rindex(")") + 1 :].split()
    ticks = sum(int(value) for value in fields[11:15])
    return int(fields[1]), int(fields[19]), ticks * _TICK_S


def parse_pss(text: str) -> int:
    """Return the bytes that a ``/proc/PID/smaps_rollup`` gives as ``Pss``; raises ``ValueError``."""
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name == "Pss":
            return int(value.split()[0]) * 1024
    raise ValueError("no Pss in smaps_rollup")


def processes_below(root: int) -> dict[int, Process]:
    """Return ``root`` and all its descendants by id; empty when it is gone."""
    found: dict[int, Process] = {}
    for _ in range(_ATTEMPTS):
        found = _pick(root, _everyone())
        # One that ends between two reads would be counted twice or not at all.
        if all((_PROC / str(pid)).exists() for pid in found):
            break
    return found


def memory_of(pids: Iterator[int]) -> Memory:
    """Return the memory of the processes that still exist."""
    total = {MemoryKind.PSS: 0, MemoryKind.RSS: 0}
    kind = MemoryKind.PSS
    for pid in pids:
        try:
            total[MemoryKind.RSS] += int((_PROC / str(pid) / "statm").read_text().split()[1]) * _PAGE_BYTES
            total[MemoryKind.PSS] += parse_pss((_PROC / str(pid) / "smaps_rollup").read_text())
        except (FileNotFoundError, ProcessLookupError):
            continue
        except (PermissionError, ValueError):
            kind = MemoryKind.RSS
    return Memory(total[kind], kind)


@dataclass(slots=True)
class TreeMeter:
    """Measures the tree below ``root`` from its making to :meth:`read`; any thread."""

    root: int
    role: Role = lambda _: "all"
    _before: dict[int, Process] = field(init=False)
    _since_s: float = field(init=False)

    def __post_init__(self) -> None:
        self._before = processes_below(self.root)
        self._since_s = time.monotonic()

    def read(self) -> TreeUse:
        """Return what the tree used since the meter was made; the meter goes on."""
        now = processes_below(self.root)
        wall_s = time.monotonic() - self._since_s
        by_role: dict[str, float] = {}
        for process in now.values():
            role = self.role(process.command)
            by_role[role] = by_role.get(role, 0.0) + process.cpu_s
        for process in self._before.values():
            if process.pid in now and now[process.pid].start == process.start:
                by_role[self.role(process.command)] -= process.cpu_s
            elif process.parent in now:
                # Its whole time went to its parent when it ended; what it had before is not ours.
                by_role[self.role(now[process.parent].command)] -= process.cpu_s
        cores = {role: max(0.0, cpu_s) / wall_s for role, cpu_s in by_role.items()}
        return TreeUse(wall_s, sum(cores.values()), cores, memory_of(iter(now)), len(now))


def _everyone() -> Iterator[Process]:
    for directory in _PROC.iterdir():
        if not directory.name.isdigit():
            continue
        try:
            parent, start, cpu_s = parse_stat((directory / "stat").read_text())
            command = (directory / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        yield Process(int(directory.name), parent, start, cpu_s, command.strip())


def _pick(root: int, everyone: Iterator[Process]) -> dict[int, Process]:
    children: dict[int, list[Process]] = {}
    found: dict[int, Process] = {}
    for process in everyone:
        children.setdefault(process.parent, []).append(process)
        if process.pid == root:
            found[root] = process
    waiting = list(found)
    while waiting:
        for child in children.get(waiting.pop(), ()):
            found[child.pid] = child
            waiting.append(child.pid)
    return found
