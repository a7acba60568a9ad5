from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from commandwall.rtp.sequence import RESTARTED, STALE, SequenceTracker


def track(*sequences: int) -> tuple[SequenceTracker, list[int]]:
    tracker = SequenceTracker()
    return tracker, [tracker.accept(sequence) for sequence in sequences]


def test_in_order_across_the_wrap() -> None:
    tracker, missing = track(65534, 65535, 0, 1)
    assert missing == [0, 0, 0, 0]
    assert tracker.highest() == 65536 + 1


def test_a_gap_is_counted_exactly() -> None:
    tracker, missing = track(10, 14, 15)
    assert missing == [0, 3, 0]
    assert (tracker.received, tracker.lost, tracker.highest()) == (3, 3, 15)


def test_late_and_duplicate_packets_are_stale() -> None:
    tracker, missing = track(10, 12, 11, 12)
    assert missing == [0, 1, STALE, STALE]
    assert (tracker.lost, tracker.late) == (1, 2)


def test_far_numbers_are_a_restart() -> None:
    tracker, missing = track(10, 11, 40000, 40001)
    assert missing == [0, 0, RESTARTED, 0]
    assert (tracker.lost, tracker.restarts, tracker.highest() & 0xFFFF) == (0, 1, 40001)


def test_fraction_lost_is_since_the_last_report() -> None:
    tracker, _ = track(0, 1, 4, 5)
    assert tracker.fraction_lost() == 2 * 256 // 6
    tracker.accept(6)
    assert tracker.fraction_lost() == 0
    assert tracker.fraction_lost() == 0


def test_restart_takes_any_number() -> None:
    tracker, _ = track(5)
    tracker.restart()
    assert tracker.accept(500) == 0
    assert (tracker.restarts, tracker.lost) == (1, 0)


@given(st.integers(0, 65535), st.sets(st.integers(1, 2000), max_size=300))
def test_losses_are_exact_for_any_pattern(first: int, dropped: set[int]) -> None:
    tracker = SequenceTracker()
    for index in range(2002):
        if index not in dropped:
            tracker.accept((first + index) % 65536)
    assert (tracker.lost, tracker.late, tracker.restarts) == (len(dropped), 0, 0)
