"""RTP time: 32-bit timestamps made 90 kHz times that never wrap, and those made UTC."""

from __future__ import annotations

from commandwall.base.clock import NS_PER_S, RTP_CLOCK_HZ

_HALF = 1 << 31
_WRAP = 1 << 32
MAX_STEP_S = 30
MAX_BACK_S = 0.5
"""Further back goes only a B-frame, or a clock that was set."""
_SAME_NS = NS_PER_S


class Timeline:
    """The clock of one source: starts at 0 with its first packet.

    A timestamp is taken as the nearest one to the timestamp before it, so steps back (B-frames)
    and wraps are both right. A step of more than MAX_STEP_S is a clock that was set anew: time
    stands still for that step, and UTC is unknown until the next sender report. So is one of more than
    MAX_BACK_S back, to before what a B-frame may be at: a camera that makes its timestamps from the time
    of day, which was set. Not so where packets are not ``ordered``.

    A sender report that tells another time of day than the one before it, by more than a second, counts
    for ``utc_ns`` when the next one bears it out: whoever compares clocks has seen it by then.
    """

    __slots__ = (
        "_borne_out",
        "_clock_hz",
        "_early",
        "_floor",
        "_last",
        "_max_back",
        "_max_step",
        "_report_ticks",
        "_report_utc_ns",
        "_ticks",
        "_top",
        "_zero_utc_ns",
    )

    def __init__(self, clock_hz: int = RTP_CLOCK_HZ, *, ordered: bool = True) -> None:
        self._clock_hz = clock_hz
        self._max_step = MAX_STEP_S * clock_hz
        self._max_back = round(MAX_BACK_S * clock_hz) if ordered else self._max_step
        self._last: int | None = None
        self._early: tuple[int, int] | None = None
        self._ticks = self._top = self._floor = 0
        self._report_ticks = 0
        self._report_utc_ns = 0
        self._zero_utc_ns: int | None = None
        self._borne_out = False

    def advance(self, timestamp: int) -> int:
        """Take the timestamp of the next access unit; return its time in 90 kHz ticks."""
        if self._last is None:
            self._last = timestamp
            if self._early is not None:
                self.report(*self._early)
        step = (timestamp - self._last + _HALF) % _WRAP - _HALF
        ticks = self._ticks + step
        if abs(step) > self._max_step or (step < -self._max_back and ticks < self._floor):
            self._report_utc_ns = 0
        else:
            self._ticks = ticks
            if ticks > self._top:
                # B-frames are before the highest one, and after the one that was the highest before.
                self._floor, self._top = self._top, ticks
        self._last = timestamp
        if self._clock_hz == RTP_CLOCK_HZ:
            return self._ticks
        return self._ticks * RTP_CLOCK_HZ // self._clock_hz

    def report(self, timestamp: int, utc_ns: int) -> None:
        """Take a sender report: ``timestamp`` was sampled at ``utc_ns``."""
        if self._last is None:
            self._early = timestamp, utc_ns
            return
        self._report_ticks = self._ticks + (timestamp - self._last + _HALF) % _WRAP - _HALF
        self._report_utc_ns = utc_ns
        before_ns = self._zero_utc_ns
        self._zero_utc_ns = utc_ns - self._report_ticks * NS_PER_S // self._clock_hz
        self._borne_out = before_ns is None or abs(self._zero_utc_ns - before_ns) <= _SAME_NS

    def reported(self) -> tuple[int, int] | None:
        """Return the newest report: (time in 90 kHz, UTC in ns by the sender's clock)."""
        if not self._report_utc_ns:
            return None
        return self._report_ticks * RTP_CLOCK_HZ // self._clock_hz, self._report_utc_ns

    def utc_ns(self) -> int:
        """Return the UTC time of the access unit that was taken last; 0 while no report tells it."""
        if not (self._report_utc_ns and self._borne_out):
            return 0
        return self._report_utc_ns + (self._ticks - self._report_ticks) * NS_PER_S // self._clock_hz

    def restart(self) -> None:
        """Go on from a source that began anew: the next timestamp follows the last one's time."""
        self._last = None
        self._early = None
        self._report_utc_ns = 0
