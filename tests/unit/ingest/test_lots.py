from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.clock import NS_PER_S
from commandwall.ingest.lots import (
    LEAST_LEAD_NS,
    LOT_S,
    LOTS_PER_S,
    MOST_LEAD_NS,
    PARTS,
    ArrivalClock,
    LotTimer,
    Pace,
    pace_of,
)

FRAME_90K = 6000
FRAME_NS = NS_PER_S // 15


@pytest.mark.parametrize(
    ("watched", "bitrate_bps", "pace"),
    [
        (True, 384_000, Pace.WATCHED),
        (False, 0, Pace.SLOW),
        (False, 384_000, Pace.SLOW),
        (False, 4_000_000, Pace.MAIN),
        (False, 16_000_000, Pace.WATCHED),
    ],
)
def test_what_would_fill_the_window_is_read_more_often(watched: bool, bitrate_bps: float, pace: Pace) -> None:
    assert pace_of(watched, bitrate_bps) is pace


@pytest.mark.parametrize("bitrate_bps", [100_000, 599_000, 4_000_000, 6_000_000])
def test_what_waits_fits_a_common_window_of_tcp(bitrate_bps: float) -> None:
    lot_s = {Pace.SLOW: LOT_S, Pace.MAIN: LOT_S / PARTS}[pace_of(False, bitrate_bps)]
    assert bitrate_bps / 8 * lot_s < 128 * 1024


def test_frames_of_a_lot_lie_behind_each_other_as_they_were_sent() -> None:
    clock = ArrivalClock()
    for number in range(30):
        clock.arrival_ns(number * FRAME_NS, number * FRAME_90K)
    read_ns = 36 * FRAME_NS
    arrivals = [clock.arrival_ns(read_ns, number * FRAME_90K) for number in range(30, 37)]
    steps = [after - before for before, after in pairwise(arrivals)]
    assert all(abs(step - FRAME_NS) < 200_000 for step in steps)
    assert read_ns - 1_000_000 < arrivals[-1] <= read_ns


def test_a_jump_of_the_timestamps_begins_anew() -> None:
    clock = ArrivalClock()
    clock.arrival_ns(NS_PER_S, 0)
    assert clock.arrival_ns(2 * NS_PER_S, 100 * 90_000) == 2 * NS_PER_S


@given(st.lists(st.tuples(st.integers(0, 60 * NS_PER_S), st.integers(-(2**40), 2**40)), max_size=50))
def test_nothing_arrives_after_it_was_read(frames: list[tuple[int, int]]) -> None:
    clock = ArrivalClock()
    for read_ns, pts_90k in frames:
        assert clock.arrival_ns(read_ns, pts_90k) <= read_ns


@given(
    st.integers(0, 2**62),
    st.lists(st.tuples(st.integers(0, NS_PER_S // 10), st.integers(0, 60)), max_size=40),
)
def test_each_tick_of_the_fastest_wall_has_a_lot_that_is_read_a_lead_before_it(
    now_ns: int, lots: list[tuple[int, int]]
) -> None:
    timer = LotTimer()
    ticks = []
    for took_ns, fps in lots:
        timer.follow(fps)
        per_s = max(fps, LOTS_PER_S)
        due_ns = timer.next_ns(now_ns)
        assert due_ns >= now_ns
        assert LEAST_LEAD_NS <= timer.lead_ns <= MOST_LEAD_NS
        tick_ns = due_ns + timer.lead_ns
        number = -(-tick_ns * per_s // NS_PER_S)
        assert tick_ns == number * NS_PER_S // per_s, "as the wall reckons its deadlines"
        ticks.append(tick_ns)
        now_ns = due_ns
        timer.learn(took_ns)
    assert ticks == sorted(set(ticks)), "one lot a tick"
    assert all(later - tick <= 2 * NS_PER_S // LOTS_PER_S for tick, later in pairwise(ticks))


@pytest.mark.parametrize(("fps", "lots"), [(0, 25), (5, 25), (25, 25), (30, 30), (50, 50), (60, 60)])
def test_a_second_has_as_many_lots_as_the_fastest_wall_has_ticks(fps: int, lots: int) -> None:
    timer = LotTimer()
    timer.follow(fps)
    due = [timer.next_ns(0)]
    while due[-1] < due[0] + NS_PER_S:
        due.append(timer.next_ns(due[-1]))
    assert len(due) == lots + 1


def test_the_lead_grows_at_once_and_falls_slowly() -> None:
    timer = LotTimer()
    for _ in range(500):
        timer.learn(4_000_000)
    assert timer.lead_ns == pytest.approx(9_000_000, abs=100_000)
    timer.learn(20_000_000)
    assert timer.lead_ns == 25_000_000
    timer.learn(4_000_000)
    assert timer.lead_ns > 24_500_000
    timer.learn(60_000_000)
    assert timer.lead_ns == MOST_LEAD_NS
    timer.learn(0)
    timer.restart()
    assert timer.lead_ns == MOST_LEAD_NS
