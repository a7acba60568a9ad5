"""Sequence numbers: what was lost, what came late or twice (RFC 3550 appendix A.1)."""

from __future__ import annotations

MAX_DROPOUT = 3000
MAX_MISORDER = 100

STALE = -1
RESTARTED = -2


class SequenceTracker:
    """Follows the sequence numbers of one source and counts what is missing.

    ``received`` counts packets that were taken, ``lost`` those that never came in their turn,
    ``late`` those that came after it or twice (and were not taken), ``restarts`` how often the
    source began anew. ``due`` is the number expected next, -1 for any: whoever finds it in a packet
    may add one to it (modulo 65536) and to ``received`` himself instead of calling ``accept``.
    """

    __slots__ = ("_base", "_told_lost", "_told_received", "due", "late", "lost", "received", "restarts")

    def __init__(self) -> None:
        self.received = 0
        self.lost = 0
        self.late = 0
        self.restarts = 0
        self.due = -1
        self._base = 0
        self._told_received = 0
        self._told_lost = 0

    def accept(self, sequence: int) -> int:
        """Take the sequence number of the next packet (0-65535).

        Returns how many packets are missing before it; STALE if it is late or a duplicate and is
        not to be used; RESTARTED if it has nothing to do with the numbers before it.
        """
        ahead = sequence - self.due & 0xFFFF
        if self.due < 0:
            self._rebase(sequence)
            ahead = 0
        elif ahead >= 0x10000 - MAX_MISORDER:
            self.late += 1
            return STALE
        elif ahead > MAX_DROPOUT:
            self.restarts += 1
            self._rebase(sequence)
            ahead = RESTARTED
        else:
            self.lost += ahead
        self.due = sequence + 1 & 0xFFFF
        self.received += 1
        return ahead

    def restart(self) -> None:
        """Expect any number next: another source goes on in this one's place."""
        self.restarts += 1
        self.due = -1

    def _rebase(self, sequence: int) -> None:
        """Count on from ``sequence``, so that ``highest`` ends with it."""
        self._base = sequence - self.received - self.lost & 0xFFFF

    def highest(self) -> int:
        """Return the extended highest sequence number (section 6.4.1), as 32 bits."""
        return self._base + self.received + self.lost - 1 & 0xFFFFFFFF

    def fraction_lost(self) -> int:
        """Return what share was lost since the last call, in units of 1/256 (section 6.4.1)."""
        lost = self.lost - self._told_lost
        expected = self.received - self._told_received + lost
        self._told_lost = self.lost
        self._told_received = self.received
        return min(255, lost * 256 // expected) if expected else 0
