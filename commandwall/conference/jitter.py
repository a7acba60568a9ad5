"""The jitter buffer of one voice: packets in, in any order; out in order, each once. No clock, no sound."""

from __future__ import annotations

from bisect import bisect_left, insort
from operator import attrgetter
from typing import NamedTuple

from commandwall.conference.arrival import Arrivals
from commandwall.media.opus import SAMPLE_RATE

_MOST_PACKETS = 128
_JUMP = SAMPLE_RATE
"""A transit that differs by more than a second is no jitter: the sender's clock was set, or lies."""
TOLERANCE = SAMPLE_RATE * 5 // 1000
"""Times that are this near to where sound ends continue it: cameras round, and clocks differ."""
_DTX_BYTES = 2
"""A packet of Opus this short says that silence follows, without packets (RFC 6716 section 3.1)."""


class SoundPacket(NamedTuple):
    """A packet that begins at ``start`` by the sender's clock and lasts ``samples``, both of 48 kHz."""

    start: int
    samples: int
    data: bytes

    @property
    def end(self) -> int:
        """Where the next one begins."""
        return self.start + self.samples

    @property
    def before_silence(self) -> bool:
        """Whether the sender may send nothing for a while after this."""
        return len(self.data) <= _DTX_BYTES


_by_start = attrgetter("start")


class JitterBuffer:
    """Puts packets in order. It holds 128 of them at most; the oldest ones go first.

    ``restarted`` turns true when the sender's times have jumped for good: nothing of before fits then, and
    whoever reads sets it back and begins anew. One packet from nowhere is dropped.
    """

    __slots__ = ("_packets", "_stray", "arrivals", "restarted")

    def __init__(self) -> None:
        self._packets: list[SoundPacket] = []
        self._stray: float | None = None
        self.arrivals = Arrivals()
        self.restarted = True

    def __len__(self) -> int:
        return len(self._packets)

    @property
    def first(self) -> SoundPacket | None:
        """The earliest packet that waits."""
        return self._packets[0] if self._packets else None

    def push(self, packet: SoundPacket, now: float) -> None:
        """Take a packet that arrived ``now`` (samples of the mixer's clock)."""
        transit = now - packet.start
        if not self.arrivals.none and abs(transit - self.arrivals.base) > _JUMP and not self._jumped(transit):
            return
        self._stray = None
        self.arrivals.add(transit, now)
        at = bisect_left(self._packets, packet.start, key=_by_start)
        if at < len(self._packets) and self._packets[at].start == packet.start:
            return
        insort(self._packets, packet, at, key=_by_start)
        if len(self._packets) > _MOST_PACKETS:
            del self._packets[0]

    def take(self, position: int) -> SoundPacket | None:
        """Return the packet that continues what ended at ``position``, ``None`` if it is not there.

        It may begin a little before, or after by ``TOLERANCE`` at most. What is wholly before is dropped.
        """
        packets = self._packets
        while packets and packets[0].end <= position + TOLERANCE // 2:
            del packets[0]
        if packets and packets[0].start <= position + TOLERANCE:
            return packets.pop(0)
        return None

    def _jumped(self, transit: float) -> bool:
        """Return whether the packet before was as strange, in the same way; then begin anew."""
        if self._stray is None or abs(transit - self._stray) > _JUMP:
            self._stray = transit
            return False
        self._packets.clear()
        self.arrivals = Arrivals()
        self.restarted = True
        return True
