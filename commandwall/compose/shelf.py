"""The tiles of one picture arena, looked at all at once: what is new, when it came, what tore."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from commandwall.base.errors import ProtocolError
from commandwall.compose.truth import Truth
from commandwall.ipc.slots import Arena, Planes

Numbers = NDArray[np.intp]


class Shelf:
    """Tiles ``numbers`` of a wall, fed by the tiles ``indices`` of ``arena`` (same order).

    The rules of :mod:`commandwall.ipc.slots` for readers, vectorised: take the newest slot, copy,
    then look whether its sequence number is still the one it was published under.
    """

    def __init__(self, arena: Arena, indices: list[int], numbers: list[int]) -> None:
        """Take the tiles over; raises :class:`ProtocolError` when the arena has no such tile."""
        if max(indices) >= len(arena.table) or min(indices) < 0:
            raise ProtocolError(f"picture arena: it has {len(arena.table)} tiles, not {max(indices) + 1}")
        self._arena = arena
        self._published = arena.published
        self._slots = arena.table["slots"]
        self._indices: Numbers = np.array(indices, np.intp)
        self._numbers: Numbers = np.array(numbers, np.intp)
        self._seen: NDArray[np.uint64] = np.zeros(len(indices), np.uint64)

    def size(self, position: int) -> tuple[int, int]:
        """Return width and height of the slots at ``position`` of this shelf."""
        record = self._arena.table[self._indices[position]]
        return int(record["width"]), int(record["height"])

    def slots(self, position: int) -> tuple[Planes, ...]:
        """Return views of the slots at ``position``."""
        index = int(self._indices[position])
        return tuple(self._arena.planes(index, slot) for slot in range(self._arena.slots))

    def has_pictures(self) -> NDArray[np.bool_]:
        """Return which tiles of the wall, of ``numbers``, have had a picture yet."""
        return self._published[self._indices] > 0

    @property
    def numbers(self) -> Numbers:
        """The wall's tiles that this shelf feeds."""
        return self._numbers

    def look(self, truth: Truth, newest: Numbers) -> Numbers:
        """Note new pictures in ``truth`` and their slots in ``newest``; return the tiles that have one."""
        published = self._published[self._indices]
        positions = np.flatnonzero(published != self._seen)
        if positions.size == 0:
            return positions
        self._seen[positions] = published[positions]
        numbers = self._numbers[positions]
        slots = ((published[positions] - 1) % self._arena.slots).astype(np.intp)
        infos = self._slots[self._indices[positions], slots]
        newest[numbers] = slots
        self.note(truth, numbers, infos)
        truth.captured[numbers] = infos["captured_ns"]
        truth.flags[numbers] = infos["flags"]
        return numbers

    @staticmethod
    def note(truth: Truth, numbers: Numbers, infos: NDArray[np.void]) -> None:
        """Note in ``truth`` when the newest pictures came."""
        truth.has_picture[numbers] = True
        truth.arrival[numbers] = infos["arrival_ns"]
        truth.changed[numbers] = infos["changed_ns"]
        truth.period[numbers] = infos["period_ns"]

    def torn(self) -> bool:
        """Return whether a picture that was noted by :meth:`look` has been written over since."""
        slots = ((self._seen - 1) % self._arena.slots).astype(np.intp)
        sequences = self._slots["sequence"][self._indices, slots]
        return bool(((sequences != 2 * self._seen) & (self._seen > 0)).any())
