"""RTP time: 32-bit timestamps made 90 kHz times that never wrap, and those made UTC."""

from __future__ import annotations

from commandwall.base.clock import NS_PER_S, RTP_CLOCK_HZ

_HALF = 1 << 31
_WRAP = 1 << 32
MAX_STEP_S = 30


class Timeline:
    """The clock of one source: starts at 0 with its first packet.

    A timestamp is taken as the nearest one to the timestamp before it, so steps back (B-frames)
    and wraps are both right. A step of more than MAX_STEP_S is a clock that was set anew: time
    stands still for that step, and UTC is unknown until the next sender report.
    """

    __slots__ = ("_clock_hz", "_early", "_last", "_max_step", "_report_ticks", "_report_utc_ns", "_ticks")

    def __init__(self, clock_hz: int = RTP_CLOCK_HZ) -> None:
        self._clock_hz = clock_hz
        self._max_step = MAX_STEP_S * clock_hz
        self._last: int | None = None
        self._early: tuple[int, int] | None = None
        self._ticks = 0
        self._report_ticks = 0
        self._report_utc_ns = 0

    def advance(self, timestamp: int) -> int:
        """Take the timestamp of the next access unit; return its time in 90 kHz ticks."""
        if self._last is None:
            self._last = timestamp
            if self._early is not None:
                self.report(*self._early)
        step = (timestamp - self._last + _HALF) % _WRAP - _HALF
        if abs(step) <= self._max_step:
            self._ticks += step
        else:
            self._report_utc_ns = 0
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

    def reported(self) -> tuple[int, int] | None:
        """Return the newest report: (time in 90 kHz, UTC in ns by the sender's clock)."""
        if not self._report_utc_ns:
            return None
        return self._report_ticks * RTP_CLOCK_HZ // self._clock_hz, self._report_utc_ns

    def utc_ns(self) -> int:
        """Return the UTC time of the access unit that was taken last; 0 as long as no report came."""
        if not self._report_utc_ns:
            return 0
        return self._report_utc_ns + (self._ticks - self._report_ticks) * NS_PER_S // self._clock_hz

    def restart(self) -> None:
        """Go on from a source that began anew: the next timestamp follows the last one's time."""
        self._last = None
        self._early = None
        self._report_utc_ns = 0
