"""Reading feeds in lots: fewer wake-ups, and frames that still know when they came.

Being woken for a single frame costs several times what is done with it: every cache is cold by
then. So feeds are read by the clock, many at a time. Watched ones once for each tick of a wall, just
early enough that what was read is decoded by then; the others only fill their group of pictures, and
their bytes may wait in the kernel: those of slow feeds for ``LOT_S``, one of ``PARTS`` of these feeds
is read at a time; those of main streams for as long as one of the parts takes. The moment somebody
watches one, it is read.
"""

from __future__ import annotations

from enum import Enum, auto

from commandwall.base.clock import NS_PER_S, RTP_CLOCK_HZ

WATCHED_LOT_NS = 40_000_000
"""The period of a wall with 25 ticks a second, whose deadlines are whole periods of the monotonic clock."""
LEAD_NS = 38_000_000
"""How long before a tick its lot is read: what is decoded after the tick is shown with the next one, and
where a newer picture comes with that, not at all."""
LOT_S = 1.0
PARTS = 10
"""The feeds that nobody watches are read in so many parts: larger ones would hold up the others."""
SLOW_BPS, MAIN_BPS = 600_000, 6_000_000
"""Feeds up to these rates may wait for ``LOT_S``, and for one part of it: more of theirs would fill the
window of TCP and hold the camera up."""
_DRIFT_SHIFT = 12
"""Followed is one part in so many (2 to this power) of the time that passes: 244 ppm."""
_JUMP_NS = NS_PER_S * 5 // 4
"""Nothing waits for longer than ``LOT_S``: a greater distance is a camera's clock that stands or is slow,
and following it would make a frame that has just come look old."""
_NS_NUMERATOR, _NS_DENOMINATOR = NS_PER_S // 10_000, RTP_CLOCK_HZ // 10_000


class Pace(Enum):
    """How often a feed is read."""

    WATCHED = auto()
    """Every ``WATCHED_LOT_NS``."""
    MAIN = auto()
    """Every ``LOT_S / PARTS``."""
    SLOW = auto()
    """Every ``LOT_S``."""


def pace_of(watched: bool, bitrate_bps: float) -> Pace:
    """Return how often a feed of ``bitrate_bps`` is read, if it is ``watched`` or not."""
    if watched or bitrate_bps > MAIN_BPS:
        return Pace.WATCHED
    return Pace.MAIN if bitrate_bps > SLOW_BPS else Pace.SLOW


def until_next_lot_s(now_ns: int) -> float:
    """Return how long after ``now_ns`` (monotonic) the watched feeds are to be read next."""
    return (WATCHED_LOT_NS - (now_ns + LEAD_NS) % WATCHED_LOT_NS) / NS_PER_S


class ArrivalClock:
    """Tells when a frame that was read late had arrived, by the camera's own clock.

    It learns the smallest distance seen between reading and timestamp; the frames of a lot then
    lie behind each other as the camera sent them. A drift of up to 244 ppm is followed, a jump
    of the timestamps begins anew. Never later than the read.

    ``zero_ns`` is that distance: when a frame of the time 0 arrives that is held up least
    (monotonic); ``None`` before the first frame.
    """

    __slots__ = ("_read_ns", "zero_ns")

    def __init__(self) -> None:
        self.zero_ns: int | None = None
        self._read_ns = 0

    def arrival_ns(self, read_ns: int, pts_90k: int) -> int:
        """Return when the frame of ``pts_90k`` arrived that was read at ``read_ns`` (monotonic)."""
        pts_ns = pts_90k * _NS_NUMERATOR // _NS_DENOMINATOR
        seen_ns = read_ns - pts_ns
        zero_ns = self.zero_ns
        if zero_ns is None or abs(seen_ns - zero_ns) > _JUMP_NS:
            zero_ns = seen_ns
        else:
            zero_ns += (read_ns - self._read_ns) >> _DRIFT_SHIFT
            if zero_ns > seen_ns:
                zero_ns = seen_ns
        self._read_ns = read_ns
        self.zero_ns = zero_ns
        return pts_ns + zero_ns
