"""A stream that is passed on to others: its one time line, and whether it still comes."""

from __future__ import annotations

from commandwall.base.clock import NS_PER_S, RTP_CLOCK_HZ, monotonic_ns
from commandwall.model.access_unit import AccessUnit
from commandwall.model.pace import FIRST_S, SLOWEST_S, stalled_after_s
from commandwall.rtp.timeline import MAX_BACK_S, MAX_STEP_S

_MAX_BACK_90K = round(MAX_BACK_S * RTP_CLOCK_HZ)
_MAX_STEP_90K = MAX_STEP_S * RTP_CLOCK_HZ
_SLOWEST_NS = round(SLOWEST_S * NS_PER_S)


class Onward:
    """What is known of a stream on its way to others, unit by unit. Belongs to one thread.

    A source that begins anew (a camera that comes back, another worker that receives it) counts its time
    from wherever it will. Who is sent the stream has one time line: what follows is as much later there as
    it arrived later. ``anew`` tells of the newest unit that it is the first of such a source.
    """

    __slots__ = (
        "_came",
        "_floor",
        "_gap_before_ns",
        "_gap_ns",
        "_gauged_ns",
        "_last",
        "_restarted",
        "_shift_90k",
        "_top",
        "anew",
    )

    def __init__(self) -> None:
        self.anew = False
        self._last: tuple[int, int] | None = None
        self._shift_90k = self._top = self._floor = 0
        self._restarted = False
        self._came = self._gauged_ns = 0
        self._gap_ns: int | None = None
        self._gap_before_ns: int | None = None

    def restart(self) -> None:
        """Take the next unit for the first one of another source: a subscription begins."""
        self._restarted = True

    def take(self, unit: AccessUnit) -> int:
        """Return the time of the next unit, in 90 kHz ticks that never wrap."""
        pts_90k, arrival_ns = unit.pts_90k, unit.arrival_ns or monotonic_ns()
        self.anew = False
        if self._last is None:
            self._begin(pts_90k)
            self._gauged_ns = arrival_ns
        else:
            last_90k, last_ns = self._last
            self._gauge(arrival_ns)
            passed_90k = max((arrival_ns - last_ns) * RTP_CLOCK_HZ // NS_PER_S, 1)
            step_90k = pts_90k - last_90k
            back = step_90k < -_MAX_BACK_90K and pts_90k < self._floor
            if self._restarted or back or step_90k > passed_90k + _MAX_STEP_90K:
                self.anew = True
                self._shift_90k += passed_90k - step_90k
                self._begin(pts_90k)
            elif pts_90k > self._top:
                # B-frames are before the highest one, and after the one that was the highest before.
                self._floor, self._top = self._top, pts_90k
        self._restarted = False
        self._last = pts_90k, arrival_ns
        return pts_90k + self._shift_90k

    def overdue(self) -> bool:
        """Return whether the next unit should have come: what came is of the past, and nothing to begin with.

        A feed is said to be stalled after the same time.
        """
        if self._last is None:
            return False
        last_ns, gap_ns = self._last[1], self._gap_ns
        if gap_ns is None and self._came:
            gap_ns = (last_ns - self._gauged_ns) // self._came
        patience_s = FIRST_S if gap_ns is None else stalled_after_s(gap_ns / NS_PER_S)
        return monotonic_ns() - last_ns > patience_s * NS_PER_S

    def _begin(self, pts_90k: int) -> None:
        """Begin a source with a unit; B-frames that are before it may follow it."""
        self._top, self._floor = pts_90k, pts_90k - _MAX_STEP_90K

    def _gauge(self, arrival_ns: int) -> None:
        """Learn how far units are apart, as far as two spells in a row agree: a silence is no pace.

        A spell is a second at least: some cameras send units close together, and nothing for long.
        """
        self._came += 1
        passed_ns = arrival_ns - self._gauged_ns
        if passed_ns < NS_PER_S:
            return
        gap_ns = min(passed_ns // self._came, _SLOWEST_NS)
        if self._gap_before_ns is not None:
            self._gap_ns = min(gap_ns, self._gap_before_ns)
        self._gap_before_ns = gap_ns
        self._came, self._gauged_ns = 0, arrival_ns
