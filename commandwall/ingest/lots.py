"""Reading feeds in lots: fewer wake-ups, and frames that still know when they came.

Being woken for a single frame costs several times what is done with it: every cache is cold by
then. So feeds are read by the clock, many at a time. Watched ones once for each tick of a wall, just
early enough that what was read is painted by then; the others only fill their group of pictures, and
their bytes may wait in the kernel: those of slow feeds for ``LOT_S``, one of ``PARTS`` of these feeds
is read at a time; those of main streams for as long as one of the parts takes. The moment somebody
watches one, it is read.
"""

from __future__ import annotations

from enum import Enum, auto

from commandwall.base.clock import NS_PER_S, RTP_CLOCK_HZ

LOTS_PER_S = 25
"""How often watched feeds are read at least: others than walls take their frames too."""
LEAST_LEAD_NS, MOST_LEAD_NS = 8_000_000, 38_000_000
"""How long before a tick its lot is read, at least and at most: what is painted after the tick is shown
with the next one."""
_SPARE_NS = 5_000_000
_EASE_SHIFT = 6
"""With each lot that took less time than there was, the lead goes this power of two nearer to it."""
LOT_S = 1.0
PARTS = 10
"""The feeds that nobody watches are read in so many parts: larger ones would hold up the others."""
SLOW_BPS, MAIN_BPS = 600_000, 6_000_000
"""Feeds up to these rates may wait for ``LOT_S``, and for one part of it: more of theirs would fill the
window of TCP and hold the camera up."""
DRIFT_SHIFT = 12
"""Followed is one part in so many (2 to this power) of the time that passes: 244 ppm."""
_JUMP_NS = NS_PER_S * 5 // 4
"""Nothing waits for longer than ``LOT_S``: a greater distance is a camera's clock that stands or is slow,
and following it would make a frame that has just come look old."""
_NS_NUMERATOR, _NS_DENOMINATOR = NS_PER_S // 10_000, RTP_CLOCK_HZ // 10_000


class Pace(Enum):
    """How often a feed is read."""

    WATCHED = auto()
    """``LOTS_PER_S`` times a second, or at each tick of a wall that has more of them."""
    MAIN = auto()
    """Every ``LOT_S / PARTS``."""
    SLOW = auto()
    """Every ``LOT_S``."""


def pace_of(watched: bool, bitrate_bps: float) -> Pace:
    """Return how often a feed of ``bitrate_bps`` is read, if it is ``watched`` or not."""
    if watched or bitrate_bps > MAIN_BPS:
        return Pace.WATCHED
    return Pace.MAIN if bitrate_bps > SLOW_BPS else Pace.SLOW


class LotTimer:
    """Says when watched feeds are to be read: once for each tick of a wall, and as late as can be.

    Ticks are whole periods of the monotonic clock. What is read waits for the tick, so its lead over that is
    latency. It is what lots have taken from the time they were due until the last of it was painted, and a
    little more: at once where that grows, slowly where it falls.
    """

    def __init__(self) -> None:
        self.lead_ns = MOST_LEAD_NS
        self._per_s = LOTS_PER_S
        self._tick = 0

    def follow(self, fps: int) -> None:
        """Follow a wall of ``fps`` ticks a second from now on, the fastest that there is."""
        per_s = max(fps, LOTS_PER_S)
        self._tick = self._tick * per_s // self._per_s
        self._per_s = per_s

    def next_ns(self, now_ns: int) -> int:
        """Return when the lot of the next tick is due, at ``now_ns`` or later (monotonic): one a tick."""
        tick = -(-(now_ns + self.lead_ns) * self._per_s // NS_PER_S)
        self._tick = max(tick, self._tick + 1)
        return self._tick * NS_PER_S // self._per_s - self.lead_ns

    def restart(self) -> None:
        """Take the most lead again: there are other feeds to read, and nothing is known of what they take."""
        self.lead_ns = MOST_LEAD_NS

    def learn(self, took_ns: int) -> None:
        """Take note how long a lot took from when it was due until all of it was painted."""
        wanted_ns = min(MOST_LEAD_NS, max(LEAST_LEAD_NS, took_ns + _SPARE_NS))
        if wanted_ns > self.lead_ns:
            self.lead_ns = wanted_ns
        else:
            self.lead_ns -= (self.lead_ns - wanted_ns) >> _EASE_SHIFT


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
            zero_ns += (read_ns - self._read_ns) >> DRIFT_SHIFT
            if zero_ns > seen_ns:
                zero_ns = seen_ns
        self._read_ns = read_ns
        self.zero_ns = zero_ns
        return pts_ns + zero_ns
