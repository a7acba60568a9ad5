from __future__ import annotations

import pytest

from commandwall.base.clock import NS_PER_S
from commandwall.ingest.figures import FeedMeter
from commandwall.model.access_unit import AccessUnit
from commandwall.model.pace import SLOWEST_S

START_NS = 5 * NS_PER_S


def play(meter: FeedMeter, seconds: int, fps: int, size: int, gop: int = 20, first_s: int = 0) -> None:
    """Count ``fps`` frames a second and sample after each second."""
    for second in range(first_s, first_s + seconds):
        for number in range(fps):
            at_ns = START_NS + second * NS_PER_S + number * NS_PER_S // fps
            meter.count(AccessUnit(bytes(size), 0, (second * fps + number) % gop == 0, False, at_ns))
        meter.sample(START_NS + (second + 1) * NS_PER_S)


def test_rates_are_those_of_the_last_five_seconds() -> None:
    meter = FeedMeter()
    play(meter, 8, fps=10, size=500)
    play(meter, 5, fps=20, size=100, first_s=8)
    rates = meter.sample(START_NS + 13 * NS_PER_S)
    assert rates.fps == pytest.approx(20, rel=0.3)
    play(meter, 2, fps=20, size=100, first_s=13)
    rates = meter.sample(START_NS + 15 * NS_PER_S)
    assert rates.fps == pytest.approx(20, rel=0.05)
    assert rates.bitrate_bps == pytest.approx(16_000, rel=0.05)
    assert meter.interval_s == pytest.approx(0.05, rel=0.05)


def test_there_is_no_rate_before_a_second_sample() -> None:
    meter = FeedMeter()
    assert meter.sample(START_NS) == (0.0, 0.0)
    assert meter.interval_s == 0


def test_counters_and_key_frame_interval() -> None:
    meter = FeedMeter()
    play(meter, 4, fps=10, size=7)
    assert (meter.frames, meter.bytes) == (40, 280)
    assert meter.key_interval_s == pytest.approx(2.0)


def test_the_age_is_that_of_the_newest_frame() -> None:
    meter = FeedMeter()
    assert meter.age_s(START_NS) == -1
    meter.count(AccessUnit(b"", 0, True, False, START_NS))
    assert meter.age_s(START_NS + NS_PER_S // 2) == 0.5


def test_a_new_session_starts_rates_anew_and_counts_on() -> None:
    meter = FeedMeter()
    play(meter, 2, fps=10, size=1)
    meter.restart()
    interval_s = meter.key_interval_s
    meter.count(AccessUnit(b"", 0, True, False, START_NS + 3600 * NS_PER_S))
    assert meter.key_interval_s == interval_s
    assert meter.sample(START_NS + 3600 * NS_PER_S).fps == 0
    assert meter.frames == 21


def test_the_next_key_frame_is_due_only_if_they_come_steadily() -> None:
    meter = FeedMeter()
    for at_s in (0.0, 2.0):
        meter.count(AccessUnit(b"", 0, True, False, START_NS + round(at_s * NS_PER_S)))
        assert meter.key_due_s(START_NS + 2 * NS_PER_S) is None
    meter.count(AccessUnit(b"", 0, True, False, START_NS + round(4.05 * NS_PER_S)))
    assert meter.key_due_s(START_NS + 5 * NS_PER_S) == pytest.approx(1.1)
    meter.count(AccessUnit(b"", 0, True, False, START_NS + 5 * NS_PER_S))
    assert meter.key_due_s(START_NS + 5 * NS_PER_S) is None


def test_key_frames_that_cease_are_noticed_after_twice_their_interval() -> None:
    meter = FeedMeter()
    assert not meter.keyless(START_NS)
    play(meter, seconds=8, fps=10, size=100, gop=40)
    last_key_ns = START_NS + 4 * NS_PER_S
    assert not meter.keyless(last_key_ns + 8 * NS_PER_S)
    assert meter.keyless(last_key_ns + 8 * NS_PER_S + 1)
    meter.restart()
    assert not meter.keyless(last_key_ns + 100 * NS_PER_S)


def test_frames_that_are_read_late_and_together_change_no_rate() -> None:
    meter, frames = FeedMeter(), 0
    for second in range(1, 10):
        read_ns = START_NS + second * NS_PER_S // 800_000_000 * 800_000_000
        while START_NS + frames * NS_PER_S // 15 <= read_ns:
            meter.count(
                AccessUnit(bytes(100), 0, frames % 30 == 0, False, START_NS + frames * NS_PER_S // 15)
            )
            frames += 1
        rates = meter.sample(START_NS + second * NS_PER_S)
        if second > 1:
            assert rates.fps == pytest.approx(15, rel=0.01)


def test_silence_takes_the_rate_away() -> None:
    meter = FeedMeter()
    play(meter, 6, fps=10, size=1)
    rates = [meter.sample(START_NS + second * NS_PER_S) for second in range(7, 14)]
    assert rates[-1].fps == 0


def test_the_gap_is_that_of_the_newest_frames_however_slow() -> None:
    meter = FeedMeter()
    play(meter, 3, fps=10, size=1)
    assert meter.gap_s == pytest.approx(0.1)
    for at_s, gap_s in ((20, 0.1), (40, 17.1), (60, 20.0), (100, 20.0), (150, SLOWEST_S), (151, 1.0)):
        at_ns = START_NS + at_s * NS_PER_S
        meter.count(AccessUnit(b"", 0, True, False, at_ns))
        for second in range(3):
            meter.sample(at_ns + second * NS_PER_S)
        assert meter.gap_s == pytest.approx(gap_s)


def test_a_lone_frame_after_a_silence_is_no_pace_in_this_session_nor_the_next() -> None:
    meter = FeedMeter()
    play(meter, 3, fps=10, size=1)
    play(meter, 1, fps=1, size=1, first_s=11)
    assert meter.gap_s == pytest.approx(0.1)
    meter.restart()
    play(meter, 2, fps=10, size=1, first_s=20)
    assert meter.gap_s == pytest.approx(0.1)


def test_the_time_between_two_sessions_is_no_gap() -> None:
    meter = FeedMeter()
    for at_s in (0, 40):
        assert meter.session_frames == 0
        meter.count(AccessUnit(b"", 0, True, False, START_NS + at_s * NS_PER_S))
        meter.sample(START_NS + at_s * NS_PER_S)
        assert (meter.gap_s, meter.session_frames) == (0, 1)
        meter.restart()
