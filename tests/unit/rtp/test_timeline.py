from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.clock import NS_PER_S
from commandwall.rtp.timeline import MAX_STEP_S, Timeline

NOON_NS = 1_700_000_000 * NS_PER_S


def test_begins_at_zero_and_goes_over_the_wrap() -> None:
    timeline = Timeline()
    assert [timeline.advance(t % 2**32) for t in (2**32 - 6000, 2**32, 2**32 + 6000)] == [0, 6000, 12000]


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(-90_000, 90_000), max_size=50))
def test_steps_add_up_forwards_and_backwards(first: int, steps: list[int]) -> None:
    timeline = Timeline()
    timeline.advance(first)
    total = 0
    for step in steps:
        total += step
        assert timeline.advance((first + total) % 2**32) == total


def test_other_clocks_are_told_in_90_khz() -> None:
    timeline = Timeline(8000)
    timeline.advance(100)
    assert timeline.advance(100 + 8000) == 90_000


def test_utc_from_sender_reports() -> None:
    timeline = Timeline()
    timeline.advance(1000)
    assert timeline.utc_ns() == 0
    timeline.report(1000 + 90_000, NOON_NS)
    assert timeline.utc_ns() == NOON_NS - NS_PER_S
    timeline.advance(1000 + 180_000)
    assert timeline.utc_ns() == NOON_NS + NS_PER_S


def test_the_newest_report_is_told_in_90_khz_until_the_clock_is_set_anew() -> None:
    timeline = Timeline(8000)
    assert timeline.reported() is None
    timeline.advance(2**32 - 8000)
    timeline.report(8000, NOON_NS)
    assert timeline.reported() == (180_000, NOON_NS)
    timeline.advance((MAX_STEP_S + 9) * 8000)
    assert timeline.reported() is None


def test_a_report_before_the_first_picture_counts() -> None:
    timeline = Timeline()
    timeline.report(2**32 - 90_000, NOON_NS)
    timeline.advance(90_000)
    assert timeline.utc_ns() == NOON_NS + 2 * NS_PER_S


def test_a_clock_set_anew_stands_still_for_a_step_and_forgets_utc() -> None:
    timeline = Timeline()
    timeline.advance(0)
    timeline.report(0, NOON_NS)
    assert timeline.advance((MAX_STEP_S + 1) * 90_000) == 0
    assert timeline.utc_ns() == 0
    assert timeline.advance((MAX_STEP_S + 1) * 90_000 + 6000) == 6000


def test_another_source_goes_on_from_the_same_time() -> None:
    timeline = Timeline()
    timeline.advance(0)
    timeline.advance(6000)
    timeline.restart()
    assert timeline.advance(4_000_000_000) == 6000
    assert timeline.advance(4_000_006_000) == 12000
