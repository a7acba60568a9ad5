"""A camera's clock against the daemon's, from what comes anyway: reports, timestamps and arrivals."""

from __future__ import annotations

from commandwall.base.clock import NS_PER_S, RTP_CLOCK_HZ
from commandwall.ingest.lots import DRIFT_SHIFT
from commandwall.ingest.trend import Trend
from commandwall.model.clock import SKEW_LIMIT_MS, ClockFigures, ClockSource

COMPARE_NS = 5 * NS_PER_S
"""How often the clocks are compared: as often as a camera says what its own one shows."""
FRESH_NS = 60 * NS_PER_S
"""An older report says nothing of the camera's clock any more; RTCP asks for one every 5 s or so."""
HELD_UP_NS = NS_PER_S
"""Frames that come so much later than the promptest ones are held up, or a clock was set."""
_NS_PER_MS = 1_000_000
_OFF_NS = round(SKEW_LIMIT_MS * _NS_PER_MS)


class _Promptest:
    """When a frame of the time 0 arrives that nothing holds up, and what reports told then.

    A delay and a clock that is set look alike in arrivals. Not in reports: with a delay they go on telling
    the same time of day for the same timestamp. (Where a clock is set back together with the timestamps,
    :class:`commandwall.rtp.timeline.Timeline` stands still, and reports tell it too.) Drift of up to 244 ppm
    is followed, but not while frames are held up: a delay does not become a wrong clock by lasting.
    """

    __slots__ = ("_at_ns", "_drift_ppm", "_told_ns", "_zero_ns")

    def __init__(self, now_ns: int, told_ns: int, zero_ns: int) -> None:
        self._at_ns, self._told_ns, self._zero_ns = now_ns, told_ns, zero_ns
        self._drift_ppm = 0.0

    def skew_ns(self, now_ns: int, told_ns: int, zero_ns: int, drift_ppm: float) -> int | None:
        """Return by how much the camera's time of day is ahead; ``None`` if its reports tell another one.

        ``told_ns`` is that of the time 0, and ``zero_ns`` when its frames arrive now. ``drift_ppm`` is how
        fast the skew grows; while frames are held up it is taken to go on as it did before.
        """
        passed_ns = now_ns - self._at_ns
        most_ns = passed_ns >> DRIFT_SHIFT
        moved_ns = told_ns - self._told_ns
        if abs(moved_ns) > HELD_UP_NS + most_ns:
            return None
        drifted_ns = moved_ns - round(passed_ns * self._drift_ppm / 1e6)
        prompt_ns = self._zero_ns + max(-most_ns, min(drifted_ns, most_ns))
        latest_ns = self._zero_ns + most_ns
        if zero_ns - prompt_ns >= HELD_UP_NS:
            set_right = told_ns - prompt_ns > _OFF_NS >= abs(told_ns - zero_ns)
            if not set_right:
                return told_ns - prompt_ns
            latest_ns = zero_ns  # Should it be a delay, pictures only look newer than they are.
        self._at_ns, self._told_ns, self._zero_ns = now_ns, told_ns, min(zero_ns, latest_ns)
        self._drift_ppm = drift_ppm
        return told_ns - self._zero_ns


class ClockMeter:
    """Compares the clock of one camera with the daemon's. Belongs to the event loop.

    ``figures`` are what is known now. ``epoch_ns`` is the daemon's UTC minus its monotonic time as long
    as reports of this session tell that the camera's time of day is synchronised with it, else 0.
    """

    __slots__ = (
        "_compared_ns",
        "_promptest",
        "_report",
        "_reported_ns",
        "_source",
        "_trend",
        "epoch_ns",
        "figures",
    )

    def __init__(self) -> None:
        self.epoch_ns = 0
        self.figures = ClockFigures()
        self._trend = Trend()
        self._promptest: _Promptest | None = None
        self._source = ClockSource.UNKNOWN
        self._report: tuple[int, int] | None = None
        self._reported_ns = 0
        self._compared_ns = -COMPARE_NS

    def compare(self, now_ns: int, epoch_ns: int, report: tuple[int, int] | None, zero_ns: int) -> None:
        """Compare at ``now_ns``, where the daemon's UTC is ``now_ns + epoch_ns``, if it is time to.

        It is with every new report, and ``COMPARE_NS`` after the last time.

        ``report`` is the newest of the camera's: UTC in ns at a time in 90 kHz. ``zero_ns`` is when a
        frame of the time 0 arrives that is held up least (monotonic).
        """
        if report is not None and report != self._report:
            self._report, self._reported_ns = report, now_ns
        elif now_ns - self._compared_ns < COMPARE_NS:
            return
        self._compared_ns = now_ns
        skew_ns = self._skew_ns(now_ns, epoch_ns, report, zero_ns)
        if skew_ns is not None:
            self._take(ClockSource.RTCP, now_ns, skew_ns)
        elif self._source is not ClockSource.RTCP or not self._fresh(now_ns):
            self._take(ClockSource.RTP, now_ns, -zero_ns)
        self.figures = self._look()
        trusted = self._promptest is not None and self.figures.synchronised
        self.epoch_ns = epoch_ns if trusted else 0

    def restart(self) -> None:
        """Take note that the session ended: the next one has other timestamps, the camera's day goes on."""
        self.epoch_ns = 0
        self._compared_ns = -COMPARE_NS
        self._promptest = None
        if self._source is ClockSource.RTP:
            self._trend, self._source, self.figures = Trend(), ClockSource.UNKNOWN, ClockFigures()

    def _fresh(self, now_ns: int) -> bool:
        return now_ns - self._reported_ns < FRESH_NS

    def _skew_ns(
        self, now_ns: int, epoch_ns: int, report: tuple[int, int] | None, zero_ns: int
    ) -> int | None:
        """Return the camera's time of day minus the daemon's, if a report tells it; see :meth:`compare`.

        One that contradicts those before it counts for nothing until the next one bears it out.
        """
        if report is None or not self._fresh(now_ns):
            return None
        pts_90k, camera_utc_ns = report
        told_ns = camera_utc_ns - epoch_ns - pts_90k * NS_PER_S // RTP_CLOCK_HZ
        before = self._promptest
        if before is not None:
            skew_ns = before.skew_ns(now_ns, told_ns, zero_ns, self._trend.slope_ppm or 0.0)
            if skew_ns is not None:
                return skew_ns
            self._reported_ns = now_ns - FRESH_NS
        self._promptest = _Promptest(now_ns, told_ns, zero_ns)
        return told_ns - zero_ns if before is None else None

    def _look(self) -> ClockFigures:
        value_ns, slope_ppm = self._trend.value_ns, self._trend.slope_ppm
        told = self._source is ClockSource.RTCP and value_ns is not None
        return ClockFigures(
            self._source,
            round((value_ns or 0) / _NS_PER_MS, 1) if told else None,
            round(slope_ppm, 1) if slope_ppm is not None else None,
        )

    def _take(self, source: ClockSource, now_ns: int, value_ns: int) -> None:
        if source is not self._source:
            self._trend, self._source = Trend(), source
        self._trend.add(now_ns, value_ns)
