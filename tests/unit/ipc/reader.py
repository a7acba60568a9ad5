"""The rules of readers, for one tile; the wall follows them for all of its tiles at once."""

from __future__ import annotations

from commandwall.ipc.slots import Arena, Planes, SlotInfo


class SlotReader:
    """Reads the pictures of one tile. Any number of readers in any process."""

    def __init__(self, arena: Arena, index: int) -> None:
        self._record = arena.table[index]
        self._slots = [arena.planes(index, slot) for slot in range(arena.slots)]

    @property
    def published(self) -> int:
        """How many pictures were published so far."""
        return int(self._record["published"])

    def newest(self) -> tuple[int, Planes, SlotInfo] | None:
        """Return (ticket, planes, info) of the newest picture, or ``None`` before the first.

        The planes are live memory: copy, then ask :meth:`intact` with the ticket.
        """
        count = self.published
        if count == 0:
            return None
        slot = (count - 1) % len(self._slots)
        info = SlotInfo._make(self._record["slots"][slot].tolist()[1:])
        return count, self._slots[slot], info

    def intact(self, ticket: int) -> bool:
        """Return whether the picture of ``ticket`` was still whole after it was copied."""
        return int(self._record["slots"][(ticket - 1) % len(self._slots)]["sequence"]) == 2 * ticket
