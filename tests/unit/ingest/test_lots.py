from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.clock import NS_PER_S
from commandwall.ingest.lots import (
    LEAD_NS,
    LOT_S,
    PARTS,
    WATCHED_LOT_NS,
    ArrivalClock,
    Pace,
    pace_of,
    until_next_lot_s,
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
    steps = [after - before for before, after in itertools.pairwise(arrivals)]
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


@given(st.integers(0, 2**62))
def test_lots_are_read_a_lead_before_the_ticks(now_ns: int) -> None:
    wait_s = until_next_lot_s(now_ns)
    assert 0 < wait_s <= WATCHED_LOT_NS / NS_PER_S
    assert (now_ns + round(wait_s * NS_PER_S) + LEAD_NS) % WATCHED_LOT_NS == 0
