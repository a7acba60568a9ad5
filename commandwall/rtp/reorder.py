"""Putting UDP packets back in order, within bounds of packets and of time."""

from __future__ import annotations

from collections.abc import Callable

from commandwall.rtp.sequence import MAX_MISORDER

MAX_HELD = 64
MAX_DELAY_NS = 60_000_000

Deliver = Callable[[bytes, int, int], None]
"""Called with (data, start, end) for one packet, ``data[start:end]``."""


class ReorderBuffer:
    """Holds packets that are ahead of their turn until the missing ones come, or are given up.

    A gap is given up when more than ``max_held`` packets wait behind it, or when a packet comes
    after the first of them has waited ``max_delay_ns``. Packets after their turn are delivered at
    once: the receiver counts them and drops them. There is no timer; a gap at the very end of a
    burst is noticed with the next packet.
    """

    __slots__ = ("_deliver", "_held", "_max_delay_ns", "_max_held", "_next")

    def __init__(self, deliver: Deliver, max_held: int = MAX_HELD, max_delay_ns: int = MAX_DELAY_NS) -> None:
        self._deliver = deliver
        self._max_held = max_held
        self._max_delay_ns = max_delay_ns
        self._held: dict[int, tuple[bytes, int]] = {}
        self._next = -1

    def push(self, data: bytes, now_ns: int) -> None:
        """Take the datagram ``data``, read at ``now_ns`` (monotonic)."""
        if len(data) < 4:
            self._deliver(data, 0, len(data))
            return
        sequence = data[2] << 8 | data[3]
        ahead = sequence - self._next & 0xFFFF
        if (ahead == 0 or self._next < 0) and not self._held:
            self._next = sequence + 1 & 0xFFFF
            self._deliver(data, 0, len(data))
        elif ahead >= 0x10000 - MAX_MISORDER:
            self._deliver(data, 0, len(data))
        elif ahead >= 4 * self._max_held:
            self._begin_anew(sequence, data)
        else:
            self._hold(sequence, data, now_ns)

    def _hold(self, sequence: int, data: bytes, now_ns: int) -> None:
        held = self._held
        held.setdefault(sequence, (data, now_ns))
        self._drain()
        while held and (len(held) > self._max_held or now_ns - self._oldest_ns() > self._max_delay_ns):
            self._next = min(held, key=lambda waiting: waiting - self._next & 0xFFFF)
            self._drain()

    def _oldest_ns(self) -> int:
        """Return since when the first of those that are held waits; they are held as they came."""
        return next(iter(self._held.values()))[1]

    def _drain(self) -> None:
        """Deliver what is due now."""
        while (held := self._held.pop(self._next, None)) is not None:
            self._next = self._next + 1 & 0xFFFF
            self._deliver(held[0], 0, len(held[0]))

    def _begin_anew(self, sequence: int, data: bytes) -> None:
        """Give up all gaps and go on from a packet that is far from the others."""
        for waiting in sorted(self._held, key=lambda number: number - self._next & 0xFFFF):
            held, _ = self._held[waiting]
            self._deliver(held, 0, len(held))
        self._held.clear()
        self._next = sequence + 1 & 0xFFFF
        self._deliver(data, 0, len(data))
