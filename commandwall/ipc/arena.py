"""Arenas: the shared memory of the picture bus, as its owner makes it. Knows no pictures and needs no numpy.

An *arena* is one anonymous memory file (``memfd_create``) that holds the slots of all tiles of
one command. The control plane creates it and never touches a picture; the ingest worker that
paints a tile and the wall process that shows it map it (:mod:`commandwall.ipc.slots`) through
``/proc/PID/fd/N``. Nothing has a name in the file system, so nothing is left behind by any kind of
death. A path carries the arena's own number too, because the kernel gives a closed descriptor's
number away again.

Layout: a header page, a table with one record a tile, then the planes of each tile's slots.
"""

from __future__ import annotations

import mmap
import os
import secrets
import struct
from collections.abc import Sequence
from dataclasses import dataclass

SLOTS = 3
"""Slots of a tile whose wall is not aligned."""
PAGE = mmap.PAGESIZE
HEADER = struct.Struct("<QQQ")
"""Tiles, slots a tile, and the arena's number."""
TILE_HEAD = struct.Struct("<QIIQ")
"""What a tile's record begins with: pictures published, width, height, and where its planes are."""
SLOT_BYTES = 48
"""One slot in a tile's record; see ``_SLOT`` of :mod:`commandwall.ipc.slots`."""


@dataclass(frozen=True, slots=True)
class ArenaHandle:
    """An arena's owner: keeps the memory file open.

    ``path`` (``/proc/PID/fd/N#NUMBER``) is what other processes map.
    """

    path: str
    fd: int

    def close(self) -> None:
        """Let go; the memory lives on while a process maps it."""
        os.close(self.fd)


def create_arena(sizes: Sequence[tuple[int, int]], slots: int = SLOTS) -> ArenaHandle:
    """Return a new arena with one tile for each (width, height) in pixels, both even."""
    record_bytes = TILE_HEAD.size + slots * SLOT_BYTES
    table = bytearray(record_bytes * len(sizes))
    offset = _align(len(table), PAGE)
    for index, (width, height) in enumerate(sizes):
        if width < 2 or height < 2 or width % 2 or height % 2:
            raise ValueError(f"a tile of {width} x {height} has no 4:2:0 planes")
        TILE_HEAD.pack_into(table, index * record_bytes, 0, width, height, offset)
        offset += _align(slots * width * height * 3 // 2, 64)
    fd = os.memfd_create("commandwall-slots")
    os.ftruncate(fd, PAGE + _align(offset, PAGE))
    number = secrets.randbits(64)
    os.pwrite(fd, HEADER.pack(len(sizes), slots, number), 0)
    os.pwrite(fd, table, PAGE)
    return ArenaHandle(f"/proc/{os.getpid()}/fd/{fd}#{number:x}", fd)


def _align(size: int, to: int) -> int:
    return -(-size // to) * to
