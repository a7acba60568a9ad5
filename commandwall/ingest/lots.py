"""Reading feeds in lots: fewer wake-ups, and frames that still know when they came.

Being woken for a single frame costs several times what is done with it: every cache is cold by
then. So feeds are read by the clock, many at a time. Watched ones every ``WATCHED_LOT_S``, half a
wall's tick; the others only fill their group of pictures, and their bytes may wait in the kernel:
those of slow feeds for ``LOT_S``, a fifth of these feeds is read at a time; those of main streams
for as long as one of the ``PARTS`` takes. The moment somebody watches one, it is read.
"""

from __future__ import annotations

from enum import Enum, auto

from commandwall.base.clock import NS_PER_S, RTP_CLOCK_HZ

WATCHED_LOT_S = 0.02
LOT_S = 0.8
PARTS = 5
"""The feeds that nobody watches are read in so many parts: larger ones would hold up the others."""
SLOW_BPS, MAIN_BPS = 600_000, 6_000_000
"""Feeds up to these rates may wait for ``LOT_S``, and for one part of it: more of theirs would fill the
window of TCP and hold the camera up."""
_DRIFT_NS = 20_000
_JUMP_NS = NS_PER_S
"""Nothing waits for longer than ``LOT_S``: a greater distance is a camera's clock that stands or is slow,
and following it would make a frame that has just come look old."""
_NS_NUMERATOR, _NS_DENOMINATOR = NS_PER_S // 10_000, RTP_CLOCK_HZ // 10_000


class Pace(Enum):
    """How often a feed is read."""

    WATCHED = auto()
    """Every ``WATCHED_LOT_S``."""
    MAIN = auto()
    """Every ``LOT_S / PARTS``."""
    SLOW = auto()
    """Every ``LOT_S``."""


def pace_of(watched: bool, bitrate_bps: float) -> Pace:
    """Return how often a feed of ``bitrate_bps`` is read, if it is ``watched`` or not."""
    if watched or bitrate_bps > MAIN_BPS:
        return Pace.WATCHED
    return Pace.MAIN if bitrate_bps > SLOW_BPS else Pace.SLOW


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
        pts_ns = pts_90k * _NS_NUMERATOR // _NS_DENOMINATOR
        seen_ns = read_ns - pts_ns
        offset_ns = self._offset_ns
        if offset_ns is None or abs(seen_ns - offset_ns) > _JUMP_NS:
            offset_ns = seen_ns
        self._offset_ns = offset_ns = min(offset_ns + _DRIFT_NS, seen_ns)
        return pts_ns + offset_ns
