"""Reading feeds that nobody watches in lots: fewer reads, and frames that still know when they came.

A read costs more than what is done with the frame in it. A feed without a sink only fills its
group of pictures, so the kernel may keep its bytes for a moment: the socket reports them when
about ``LOT_S`` seconds of them are there. The moment somebody watches, everything is read at once.
"""

from __future__ import annotations

from commandwall.base.clock import NS_PER_S, RTP_CLOCK_HZ

LOT_S = 0.4
PROMPT = 1
"""Bytes to wait for when frames are to come at once."""
_SILENT_LOTS = 2.5
_TOLERANCE = 0.25
_DRIFT_NS = 20_000
_JUMP_NS = 5 * NS_PER_S
_NS_PER_90K = NS_PER_S / RTP_CLOCK_HZ


class LotSize:
    """How many bytes of one feed to wait for. Belongs to the event loop; asked once a second.

    ``received_bytes``: how many ever came until now.
    """

    __slots__ = ("_seen", "bytes")

    def __init__(self, received_bytes: int) -> None:
        self.bytes = PROMPT
        self._seen = received_bytes

    def choose(self, received_bytes: int, silent_s: float) -> int:
        """Return the size that suits what came in the last second.

        ``received_bytes`` counts all that ever came; ``silent_s`` is how long nothing has. A feed
        that falls silent is read at once, so that a lot that never fills hides nothing.
        """
        recent, self._seen = received_bytes - self._seen, received_bytes
        wanted = round(recent * LOT_S)
        if silent_s > _SILENT_LOTS * LOT_S or wanted < PROMPT:
            self.bytes = PROMPT
        elif abs(wanted - self.bytes) > _TOLERANCE * self.bytes:
            self.bytes = wanted
        return self.bytes


class ArrivalClock:
    """Tells when a frame that was read late had arrived, by the camera's own clock.

    It learns the smallest distance seen between reading and timestamp; the frames of a lot then
    lie behind each other as the camera sent them. A drift of up to 300 ppm is followed, a jump
    of the timestamps begins anew. Never later than the read.
    """

    __slots__ = ("_offset_ns",)

    def __init__(self) -> None:
        self._offset_ns: int | None = None

    def arrival_ns(self, read_ns: int, pts_90k: int) -> int:
        """Return when the frame of ``pts_90k`` arrived that was read at ``read_ns`` (monotonic)."""
        pts_ns = round(pts_90k * _NS_PER_90K)
        seen_ns = read_ns - pts_ns
        offset_ns = self._offset_ns
        if offset_ns is None or abs(seen_ns - offset_ns) > _JUMP_NS:
            offset_ns = seen_ns
        self._offset_ns = offset_ns = min(offset_ns + _DRIFT_NS, seen_ns)
        return pts_ns + offset_ns
