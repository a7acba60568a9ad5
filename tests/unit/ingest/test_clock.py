"""A camera's clock, from its packets to the figures: reports, wraps, lots, sessions."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commandwall.base.clock import NS_PER_S
from commandwall.ingest.clock import FRESH_NS, ClockMeter
from commandwall.ingest.lots import ArrivalClock
from commandwall.model.clock import ClockSource
from commandwall.rtp.timeline import Timeline

MS = 1_000_000
EPOCH = 1_700_000_000 * NS_PER_S
FPS = 15
LOT_NS = NS_PER_S // 2


@dataclass
class Rig:
    """A camera with a clock of its own, sent through a network, received as a feed receives it."""

    skew_ms: float = 0.0
    drift_ppm: float = 0.0
    delay_ms: float = 80.0
    jitter_ms: float = 0.0
    report_s: int = 5
    first_timestamp: int = 0
    seed: int = 1
    epoch_ns: int = EPOCH
    stamps_by_day: bool = False
    media_ppm: float = 0.0
    fps: int = FPS
    oldest_ms: float = 0.0
    meter: ClockMeter = field(default_factory=ClockMeter)
    now_ns: int = 1000 * NS_PER_S

    def __post_init__(self) -> None:
        self._noise = random.Random(self.seed)
        self._began_ns = self.now_ns
        self._began_utc_ns = self.camera_ns(self.now_ns)
        self.connect()

    def connect(self) -> None:
        """Begin a session."""
        self.timeline, self.arrivals = Timeline(), ArrivalClock()

    def camera_ns(self, at_ns: int) -> int:
        """Return what the camera's clock shows, UTC."""
        gained = (at_ns - self._began_ns) * self.drift_ppm / 1e6
        return round(at_ns + EPOCH + self.skew_ms * MS + gained)

    def media(self, at_ns: int) -> int:
        """Return what its media clock shows; the same quartz drives both, but for ``media_ppm``.

        Where it ``stamps_by_day`` that is the time of day itself, and set with it.
        """
        zero_ns = self._began_utc_ns if self.stamps_by_day else self.camera_ns(self._began_ns)
        gained = round((at_ns - self._began_ns) * self.media_ppm / 1e6)
        shown = (self.camera_ns(at_ns) - zero_ns + gained) * 9 // 100_000
        return (self.first_timestamp + shown) % 2**32

    def run(self, seconds: int) -> None:
        """Live through so many seconds: frames are read in lots, clocks are compared once a second.

        ``oldest_ms`` becomes how old the oldest picture was when it came, by a clock that was trusted.
        """
        for _ in range(seconds):
            if self.report_s and (self.now_ns - self._began_ns) // NS_PER_S % self.report_s == 0:
                self.timeline.report(self.media(self.now_ns), self.camera_ns(self.now_ns))
            for number in range(self.fps):
                sent_ns = self.now_ns + number * NS_PER_S // self.fps
                late_ms = self.delay_ms + self._noise.expovariate(1) * self.jitter_ms
                read_ns = (sent_ns + round(late_ms * MS)) // LOT_NS * LOT_NS + LOT_NS
                self.arrivals.arrival_ns(read_ns, self.timeline.advance(self.media(sent_ns)))
                self._look(read_ns)
            self.now_ns += NS_PER_S
            zero_ns = self.arrivals.zero_ns
            assert zero_ns is not None
            self.meter.compare(self.now_ns, self.epoch_ns, self.timeline.reported(), zero_ns)

    def _look(self, read_ns: int) -> None:
        utc_ns, epoch_ns = self.timeline.utc_ns(), self.meter.epoch_ns
        if utc_ns and epoch_ns:
            self.oldest_ms = max(self.oldest_ms, (read_ns - utc_ns + epoch_ns) / MS)


def test_nothing_is_known_before_anything_came() -> None:
    figures = ClockMeter().figures
    assert (figures.source, figures.skew_ms, figures.drift_ppm) == (ClockSource.UNKNOWN, None, None)


@settings(max_examples=25)
@given(
    st.floats(-1e7, 1e7),
    st.floats(-200, 200),
    st.floats(0, 30),
    st.integers(0, 2**32 - 1),
    st.integers(0, 999),
)
def test_skew_and_drift_are_found_through_lots_jitter_and_wraps(
    skew_ms: float, drift_ppm: float, jitter_ms: float, first: int, seed: int
) -> None:
    rig = Rig(skew_ms, drift_ppm, jitter_ms=jitter_ms, first_timestamp=first, seed=seed)
    rig.run(300)
    figures = rig.meter.figures
    assert figures.source is ClockSource.RTCP and figures.skew_ms is not None
    expected_ms = skew_ms + drift_ppm * 0.3 - rig.delay_ms
    assert abs(figures.skew_ms - expected_ms) < 80, "a lot's newest frame is up to a period old"
    assert figures.drift_ppm is None or abs(figures.drift_ppm - drift_ppm) < 40


@pytest.mark.parametrize("drift_ppm", [-150.0, 0.0, 60.0])
def test_without_reports_only_the_drift_of_the_timestamps_is_known(
    drift_ppm: float,
) -> None:
    rig = Rig(drift_ppm=drift_ppm, report_s=0, first_timestamp=2**32 - 90_000)
    rig.run(20)
    assert rig.meter.figures.drift_ppm is None
    rig.run(280)
    figures = rig.meter.figures
    assert (figures.source, figures.skew_ms) == (ClockSource.RTP, None)
    assert figures.drift_ppm is not None and abs(figures.drift_ppm - drift_ppm) < 20
    assert not figures.off and rig.meter.epoch_ns == 0


def test_reports_that_end_take_the_skew_with_them() -> None:
    rig = Rig()
    rig.run(30)
    known = rig.meter.figures
    rig.report_s = 0
    rig.run(FRESH_NS // NS_PER_S + 1)
    after = rig.meter.figures
    assert known.skew_ms is not None
    assert (after.source, after.skew_ms) == (ClockSource.RTP, None)


def test_a_camera_whose_clock_is_set_is_right_within_half_a_minute() -> None:
    rig = Rig(skew_ms=-3_600_000)
    rig.run(120)
    before, epoch_ns = rig.meter.figures, rig.meter.epoch_ns
    assert before.off and epoch_ns == 0
    rig.skew_ms = 0.0
    rig.connect()  # the encoder begins anew with the new time
    rig.run(30)
    assert not rig.meter.figures.off and rig.meter.epoch_ns == EPOCH


@pytest.mark.parametrize("growth_ms", [5000, 700], ids=["at once", "slowly"])
def test_a_delay_is_not_taken_for_a_wrong_clock_however_long_it_lasts(growth_ms: int) -> None:
    rig = Rig(skew_ms=-50, drift_ppm=-40)
    rig.run(120)
    before = rig.meter.figures.skew_ms
    assert before is not None
    while rig.delay_ms < 5000:
        rig.delay_ms += growth_ms
        rig.run(2)
        assert rig.meter.epoch_ns == EPOCH
    for _ in range(120):
        rig.run(60)
        figures = rig.meter.figures
        assert figures.skew_ms is not None and abs(figures.skew_ms - before) < 20
        assert rig.meter.epoch_ns == EPOCH
    rig.delay_ms = 80
    rig.run(2000)
    assert rig.meter.figures.skew_ms is not None
    expected_ms = before - 0.04 * (120 * 60 + 2000)
    assert abs(rig.meter.figures.skew_ms - expected_ms) < 40, "and what drifted meanwhile is made up for"


@pytest.mark.parametrize("delay_ms", [80, 5080])
def test_a_clock_that_is_set_is_not_trusted_until_two_reports_agree(delay_ms: float) -> None:
    rig = Rig()
    rig.run(62)
    rig.delay_ms = delay_ms
    for skew_ms, epoch_ns in ((-5000, 0), (0, EPOCH)):
        rig.run(20)
        rig.skew_ms = skew_ms
        rig.run(5)
        assert (rig.meter.figures.skew_ms, rig.meter.epoch_ns) == (None, 0)
        rig.run(5)
        figures = rig.meter.figures
        assert figures.skew_ms is not None
        assert abs(figures.skew_ms - skew_ms + delay_ms) < 90, (
            "a clock was set: nothing tells the delay from it"
        )
        assert rig.meter.epoch_ns == (epoch_ns if delay_ms < 1000 else 0)


@pytest.mark.parametrize("stamps_by_day", [False, True])
@pytest.mark.parametrize(
    ("before_ms", "after_ms"),
    [(0, -700), (0, -1200), (0, -5000), (0, -29_000), (3000, 0), (-3000, 0), (0, 5000), (0, -8e11)],
)
def test_a_clock_that_is_set_is_told_and_makes_no_picture_late(
    before_ms: float, after_ms: float, stamps_by_day: bool
) -> None:
    rig = Rig(before_ms, stamps_by_day=stamps_by_day)
    rig.run(62)
    rig.skew_ms = after_ms
    rig.run(30)
    figures = rig.meter.figures
    assert figures.skew_ms is not None
    assert abs(figures.skew_ms - after_ms + rig.delay_ms) < 90
    assert rig.meter.epoch_ns == (EPOCH if -900 < after_ms <= 0 else 0)
    assert rig.oldest_ms < 2000, "nor in the seconds until it is told"


@pytest.mark.parametrize("step_ms", [1200, 100], ids=["by less than a picture", "slewed"])
def test_a_clock_that_was_ahead_and_is_set_right_does_not_stay_wrong(step_ms: int) -> None:
    """Neither is seen in timestamps: it looks like a delay, and only of what is known to be wrong is not."""
    rig = Rig(2400, stamps_by_day=True, fps=1)
    rig.run(62)
    assert rig.meter.figures.off
    while rig.skew_ms > 0:
        rig.skew_ms -= step_ms
        rig.run(1)
    rig.run(30)
    assert rig.meter.figures.right
    assert rig.oldest_ms < 2000


@pytest.mark.parametrize(("day_ppm", "media_ppm"), [(-100, 0), (0, -100), (0, 100)])
def test_what_drifts_during_a_long_delay_is_allowed_for(day_ppm: float, media_ppm: float) -> None:
    rig = Rig(500, day_ppm, media_ppm=media_ppm)
    rig.run(400)
    rig.delay_ms = 5000
    for _ in range(2):
        rig.run(3 * 3600)
        expected_ms = 500 - 80 + day_ppm * 1e-6 * (rig.now_ns - 1000 * NS_PER_S) / MS
        assert rig.meter.figures.skew_ms == pytest.approx(expected_ms, abs=200)
        rig.delay_ms = 80


def test_the_time_of_day_after_a_reboot_is_not_trusted_for_that_before() -> None:
    rig = Rig()
    rig.run(60)
    assert rig.meter.epoch_ns == EPOCH
    rig.meter.restart()
    rig.connect()
    rig.skew_ms = -8e11
    rig.run(30)
    assert rig.oldest_ms < 2000
    assert rig.meter.figures.off and rig.meter.epoch_ns == 0


def test_the_clock_of_the_daemon_may_be_set() -> None:
    rig = Rig()
    rig.run(62)
    rig.epoch_ns += 5 * NS_PER_S
    rig.run(5)
    assert rig.meter.epoch_ns == 0
    rig.run(5)
    assert rig.meter.figures.off and rig.meter.epoch_ns == 0


@pytest.mark.parametrize("by_s", [-3600, -20, -3, 3, 20, 3600])
def test_a_media_clock_that_jumps_says_nothing_of_the_time_of_day(by_s: int) -> None:
    rig = Rig()
    rig.run(62)
    rig.first_timestamp += by_s * 90_000
    rig.run(10)
    assert rig.meter.epoch_ns == EPOCH
    rig.delay_ms += 5000
    rig.run(60)
    assert rig.meter.epoch_ns == EPOCH


def test_a_media_clock_that_is_slow_is_no_delay() -> None:
    """It is not followed, but what is known of the skew stays as good as that: about two seconds."""
    meter, arrivals, ticks = ClockMeter(), ArrivalClock(), 0
    for second in range(1, 600):
        now_ns = second * NS_PER_S
        ticks += 90_000 * 98 // 100
        arrivals.arrival_ns(now_ns, ticks)
        assert arrivals.zero_ns is not None
        meter.compare(now_ns, EPOCH, (ticks, now_ns + EPOCH), arrivals.zero_ns)
        skew_ms = meter.figures.skew_ms
        assert skew_ms is None or -100 < skew_ms < 2400


def test_a_media_clock_that_stands_tells_no_time_of_day() -> None:
    """All its pictures would be as old as the newest report."""
    meter, arrivals = ClockMeter(), ArrivalClock()
    for second in range(1, 120):
        now_ns = second * NS_PER_S
        arrivals.arrival_ns(now_ns, 0)
        assert arrivals.zero_ns is not None
        meter.compare(now_ns, EPOCH, (0, now_ns // (5 * NS_PER_S) * 5 * NS_PER_S + EPOCH), arrivals.zero_ns)
        assert second < 10 or (meter.figures.skew_ms, meter.epoch_ns) == (None, 0)


def test_a_session_that_ends_leaves_what_is_known_of_the_time_of_day() -> None:
    rig = Rig(skew_ms=-300)
    rig.run(300)
    before = rig.meter.figures
    assert before.drift_ppm is not None
    rig.meter.restart()
    rig.connect()
    rig.report_s = 0
    rig.run(3)
    assert rig.meter.figures == before
    assert rig.meter.epoch_ns == 0, "nothing has told it in this session"
    silent = Rig(report_s=0)
    silent.run(150)
    silent.meter.restart()
    assert silent.meter.figures.source is ClockSource.UNKNOWN
