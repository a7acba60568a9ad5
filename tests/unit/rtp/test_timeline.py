from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.clock import NS_PER_S
from commandwall.rtp.timeline import MAX_BACK_S, MAX_STEP_S, Timeline

NOON_NS = 1_700_000_000 * NS_PER_S


def test_begins_at_zero_and_goes_over_the_wrap() -> None:
    timeline = Timeline()
    assert [timeline.advance(t % 2**32) for t in (2**32 - 6000, 2**32, 2**32 + 6000)] == [0, 6000, 12000]


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(-90_000, 90_000), max_size=50))
def test_steps_add_up_forwards_and_backwards(first: int, steps: list[int]) -> None:
    timeline = Timeline(ordered=False)
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


@pytest.mark.parametrize(
    "order", [[0, 2, 1, 4, 3, 6, 5], [0, 4, 1, 2, 3, 8, 5, 6, 7], [0, 8, 4, 2, 1, 3, 6, 5, 7, 16]]
)
def test_b_frames_go_back_as_far_as_they_are_apart(order: list[int]) -> None:
    timeline = Timeline()
    timeline.advance(0)
    timeline.report(0, NOON_NS)
    assert [timeline.advance(place * 90_000) for place in order] == [place * 90_000 for place in order]
    assert timeline.utc_ns() == NOON_NS + order[-1] * NS_PER_S


@pytest.mark.parametrize("back_s", [MAX_BACK_S + 0.1, 5, MAX_STEP_S])
def test_a_clock_that_goes_further_back_than_b_frames_was_set(back_s: float) -> None:
    timeline = Timeline()
    now = [timeline.advance(frame * 6000) for frame in range(10)][-1]
    timeline.report(now, NOON_NS)
    back = round(back_s * 90_000)
    assert [timeline.advance((now + step - back) % 2**32) for step in (0, 6000)] == [now, now + 6000]
    assert (timeline.reported(), timeline.utc_ns()) == (None, 0)


def test_a_packet_that_was_overtaken_is_in_its_place_where_they_are_not_ordered() -> None:
    timeline = Timeline(ordered=False)
    places = [0, 90_000, 270_000, 180_000, 360_000]
    assert [timeline.advance(place) for place in places] == places


def test_a_report_that_contradicts_the_one_before_tells_no_utc_until_it_is_borne_out() -> None:
    timeline = Timeline()
    timeline.advance(0)
    timeline.report(0, NOON_NS)
    timeline.report(450_000, NOON_NS)
    assert timeline.utc_ns() == 0
    assert timeline.reported() == (450_000, NOON_NS), "whoever compares clocks is to know"
    timeline.report(900_000, NOON_NS + 5 * NS_PER_S)
    assert timeline.utc_ns() == NOON_NS - 5 * NS_PER_S


def test_another_source_goes_on_from_the_same_time() -> None:
    timeline = Timeline()
    timeline.advance(0)
    timeline.advance(6000)
    timeline.restart()
    assert timeline.advance(4_000_000_000) == 6000
    assert timeline.advance(4_000_006_000) == 12000
