"""The common time of an aligned wall, and the shelves that show the pictures of that time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from commandwall.compose.shelf import Numbers, Shelf
from commandwall.compose.truth import Times, Truth
from commandwall.ipc.slots import Arena, SlotFlag

_HALF_PERIOD_NS = 50_000_000
"""What slow tiles may cost the others: a picture a second must not hold the wall up for half of one."""
_CATCH_UP = 100
"""The delay shrinks by one part in so many of the time that passes: nobody sees that."""
_NEVER = np.iinfo(np.int64).max
_LAST = _NEVER // 2
"""Further away than any time that holds already."""

_NOBODY_WAITS = np.uint64(SlotFlag.CATCHING_UP | SlotFlag.HELD)


class Alignment:
    """How far behind now the wall shows its tiles: as far as the slowest of them, and no further.

    ``at_ns`` (monotonic) is when the pictures were captured that are to be shown in this tick. Tiles
    that are later than ``limit_ns`` hold nobody up; they show what they have. With a limit of 0 that is now.
    """

    def __init__(self, limit_ns: int) -> None:
        self.at_ns = 0
        self.limit_ns = limit_ns
        self._now_ns = 0
        self._delay_ns = 0
        self._wanted_ns = 0

    def tick(self, now_ns: int) -> None:
        """Begin a tick: choose its common time from what was observed in the one before."""
        shrunk_ns = self._delay_ns - (now_ns - self._now_ns) // _CATCH_UP
        self._delay_ns = max(self._wanted_ns, shrunk_ns, 0)
        self._now_ns, self._wanted_ns = now_ns, 0
        self.at_ns = now_ns - self._delay_ns

    def observe(self, captured: Times, period: Times) -> None:
        """Take note of pictures that can be shown from now on."""
        late = self._now_ns - captured + np.minimum(period // 2, _HALF_PERIOD_NS)
        fitting = late[late <= self.limit_ns]
        if fitting.size:
            self._wanted_ns = max(self._wanted_ns, int(fitting.max()))


class AlignedShelf(Shelf):
    """A shelf that shows, of each tile, the picture that was captured nearest to the common time.

    Or as long before that time as ``held_ns`` says, which has an entry for every tile of the stage. Of
    pictures that hold (a data panel's) it is the last that does at that time; the first that will, where
    none does yet. A tile never goes back to an older picture than it has shown.
    """

    def __init__(
        self, arena: Arena, indices: list[int], numbers: list[int], alignment: Alignment, held_ns: Times
    ) -> None:
        """Take the tiles over; raises :class:`ProtocolError` when the arena has no such tile."""
        super().__init__(arena, indices, numbers)
        self._alignment = alignment
        self._held_ns = held_ns
        self._rows = np.arange(len(indices))
        self._shown: NDArray[np.uint64] = np.zeros(len(indices), np.uint64)

    def look(self, truth: Truth, newest: Numbers) -> Numbers:
        """Note new pictures in ``truth`` and the slots to show in ``newest``; return the tiles to draw."""
        published = self._published[self._indices]
        slots = self._slots[self._indices]
        self._observe(published, slots, truth)
        sequences = slots["sequence"]
        # The oldest slot is the one that is written next.
        written_next = 2 * (published.astype(np.int64) - self._arena.slots + 1)
        usable = (sequences >= np.maximum(self._shown, 2)[:, np.newaxis]) & (sequences % 2 == 0)
        usable &= sequences.astype(np.int64) > written_next[:, np.newaxis]
        at_ns = self._alignment.at_ns - self._held_ns[self._numbers]
        late = slots["captured_ns"] - at_ns[:, np.newaxis]
        early = (slots["flags"] & np.uint64(SlotFlag.HELD) > 0) & (late > 0)
        distances = np.where(usable, np.abs(late) + np.where(early, _LAST, 0), _NEVER)
        chosen = distances.argmin(axis=1)
        sequence = sequences[self._rows, chosen]
        changed = usable[self._rows, chosen] & (sequence != self._shown)
        positions = np.flatnonzero(changed)
        self._miss(positions, self._shown[positions] // 2, sequence[positions] // 2)
        self._shown[positions] = sequence[positions]
        numbers = self._numbers[positions]
        infos = slots[positions, chosen[positions]]
        newest[numbers] = chosen[positions]
        truth.shown[numbers] = infos["arrival_ns"]
        truth.captured[numbers] = infos["captured_ns"]
        truth.flags[numbers] = infos["flags"]
        return numbers

    def torn(self) -> bool:
        """Return whether a picture that is shown has been written over since."""
        slots = ((self._shown // 2 - 1) % self._arena.slots).astype(np.intp)
        sequences = self._slots["sequence"][self._indices, slots]
        return bool(((sequences != self._shown) & (self._shown > 0)).any())

    def _observe(self, published: NDArray[np.uint64], slots: NDArray[np.void], truth: Truth) -> None:
        """Note what came: whether a tile is live is judged by its newest picture, shown yet or not."""
        self._note_stay(truth, published)
        positions = np.flatnonzero(published != self._seen)
        if positions.size == 0:
            return
        self._seen[positions] = published[positions]
        infos = slots[positions, ((published[positions] - 1) % self._arena.slots).astype(np.intp)]
        self.note(truth, self._numbers[positions], infos)
        live = infos[infos["flags"] & _NOBODY_WAITS == 0]
        self._alignment.observe(live["captured_ns"], live["period_ns"])
