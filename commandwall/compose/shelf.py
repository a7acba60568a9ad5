"""The tiles of one picture arena, looked at all at once: what is new, when it came, what tore."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from commandwall.base.errors import ProtocolError
from commandwall.compose.truth import Truth
from commandwall.ipc.slots import Arena, Planes, SlotFlag

Numbers = NDArray[np.intp]
_Counts = NDArray[np.uint64]

USUAL_TICK_NS = 40_000_000
"""The period of a wall with 25 ticks a second."""
_URGENT = np.uint64(SlotFlag.CATCHING_UP | SlotFlag.HELD)


class Shelf:
    """Tiles ``numbers`` of a wall, fed by the tiles ``indices`` of ``arena`` (same order).

    The rules of :mod:`commandwall.ipc.slots` for readers, vectorised: take the newest slot, copy,
    then look whether its sequence number is still the one it was published under. Where two came since
    the last tick, one of them late, it is the older one's turn, and the newest's in the next tick: where
    ticks come so much more often than pictures that this is made up for. ``missed`` counts, tile by tile,
    the pictures whose turn never came.
    """

    def __init__(
        self, arena: Arena, indices: list[int], numbers: list[int], tick_ns: int = USUAL_TICK_NS
    ) -> None:
        """Take the tiles over; raises :class:`ProtocolError` when the arena has no such tile.

        ``tick_ns`` is the time from one tick to the next.
        """
        if max(indices) >= len(arena.table) or min(indices) < 0:
            raise ProtocolError(f"picture arena: it has {len(arena.table)} tiles, not {max(indices) + 1}")
        self._arena = arena
        self._one_by_one_ns = tick_ns * 9 // 8
        self._published = arena.published
        self._slots = arena.table["slots"]
        self._indices: Numbers = np.array(indices, np.intp)
        self._numbers: Numbers = np.array(numbers, np.intp)
        self._seen: _Counts = np.zeros(len(indices), np.uint64)
        self.missed: NDArray[np.int64] = np.zeros(len(indices), np.int64)

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
        self._note_stay(truth, published)
        positions = np.flatnonzero(published != self._seen)
        if positions.size == 0:
            return positions
        due = self._due(published, positions)
        self._miss(positions, self._seen[positions], due)
        self._seen[positions] = due
        numbers = self._numbers[positions]
        slots = ((due - 1) % self._arena.slots).astype(np.intp)
        infos = self._slots[self._indices[positions], slots]
        newest[numbers] = slots
        self.note(truth, numbers, infos)
        truth.captured[numbers] = infos["captured_ns"]
        truth.flags[numbers] = infos["flags"]
        return numbers

    def _miss(self, positions: Numbers, before: _Counts, now: _Counts) -> None:
        """Count the pictures between two that are shown; what came before the first was nobody's to see."""
        self.missed[positions] += np.where(before > 0, now - before - 1, 0).astype(np.int64)

    def _due(self, published: _Counts, positions: Numbers) -> _Counts:
        """Return the pictures whose turn it is at ``positions``, by their number: 1 was the first."""
        due, seen = published[positions], self._seen[positions]
        pairs = np.flatnonzero((due - seen == 2) & (seen > 0))
        if pairs.size:
            older = self._slots[
                self._indices[positions[pairs]], ((due[pairs] - 2) % self._arena.slots).astype(np.intp)
            ]
            patient = (older["period_ns"] > self._one_by_one_ns) & (older["flags"] & _URGENT == 0)
            due[pairs] -= patient
        return due

    @staticmethod
    def note(truth: Truth, numbers: Numbers, infos: NDArray[np.void]) -> None:
        """Note in ``truth`` when the newest pictures came."""
        truth.has_picture[numbers] = True
        truth.arrival[numbers] = infos["arrival_ns"]
        truth.changed[numbers] = infos["changed_ns"]
        truth.period[numbers] = infos["period_ns"]

    def _note_stay(self, truth: Truth, published: _Counts) -> None:
        """Note how long the newest pictures may stay, which may have become longer since they came."""
        newest = ((published - 1) % self._arena.slots).astype(np.intp)
        truth.stay[self._numbers] = self._slots["period_ns"][self._indices, newest]

    def torn(self) -> bool:
        """Return whether a picture that was noted by :meth:`look` has been written over since."""
        slots = ((self._seen - 1) % self._arena.slots).astype(np.intp)
        sequences = self._slots["sequence"][self._indices, slots]
        return bool(((sequences != 2 * self._seen) & (self._seen > 0)).any())
