"""Reading the newest picture of a head from the arena that its wall writes: nothing torn, no copy."""

from __future__ import annotations

from commandwall.ipc.slots import Arena, Planes


class Tap:
    """The reader of one tile of an arena: take the newest, use it, then ask whether it was whole.

    See :mod:`commandwall.ipc.slots`; one thread at a time.
    """

    def __init__(self, arena: Arena, index: int) -> None:
        self._published = arena.published[index : index + 1]
        self._records = arena.table["slots"][index]
        self._slots = [arena.planes(index, slot) for slot in range(arena.slots)]

    def newest(self) -> int:
        """Return how many pictures were published: the number of the newest; 0 before the first."""
        return int(self._published[0])

    def arrival_ns(self, number: int) -> int:
        """Return when picture ``number``, the newest, was written (monotonic)."""
        return int(self._records[(number - 1) % len(self._slots)]["arrival_ns"])

    def planes(self, number: int) -> Planes:
        """Return views of picture ``number``, the newest."""
        return self._slots[(number - 1) % len(self._slots)]

    def whole(self, number: int) -> bool:
        """Return whether picture ``number`` is still in its slot, so that what was read of it is right."""
        return int(self._records[(number - 1) % len(self._slots)]["sequence"]) == 2 * number
