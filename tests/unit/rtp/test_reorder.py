from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from commandwall.rtp.reorder import MAX_DELAY_NS, MAX_HELD, ReorderBuffer
from tests.unit.rtp.packets import rtp


class Collector:
    def __init__(self) -> None:
        self.sequences: list[int] = []
        self.buffer = ReorderBuffer(self._deliver)

    def _deliver(self, data: bytes, start: int, end: int) -> None:
        assert (start, end) == (0, len(data))
        self.sequences.append(int.from_bytes(data[2:4], "big"))

    def push(self, *sequences: int, now_ns: int = 0) -> list[int]:
        for sequence in sequences:
            self.buffer.push(rtp(sequence % 65536, 0, b"x"), now_ns)
        return self.sequences


def test_in_order_packets_pass_at_once() -> None:
    assert Collector().push(65534, 65535, 0) == [65534, 65535, 0]


def test_swapped_packets_are_put_right() -> None:
    assert Collector().push(1, 3, 4, 2, 5) == [1, 2, 3, 4, 5]


def test_a_gap_is_given_up_after_its_time() -> None:
    collector = Collector()
    assert collector.push(1, 3) == [1]
    assert collector.push(4, now_ns=MAX_DELAY_NS) == [1]
    assert collector.push(5, now_ns=MAX_DELAY_NS + 1) == [1, 3, 4, 5]


def test_each_gap_has_its_own_time() -> None:
    collector = Collector()
    collector.push(1, 3)
    collector.push(5, now_ns=MAX_DELAY_NS - 10)
    assert collector.push(2, now_ns=MAX_DELAY_NS) == [1, 2, 3]
    assert collector.push(6, now_ns=MAX_DELAY_NS + 1) == [1, 2, 3]
    assert collector.push(7, now_ns=2 * MAX_DELAY_NS) == [1, 2, 3, 5, 6, 7]


def test_several_gaps_are_not_waited_for_one_after_the_other() -> None:
    collector = Collector()
    collector.push(1, 3, 5, 7)
    assert collector.push(8, now_ns=MAX_DELAY_NS + 1) == [1, 3, 5, 7, 8]


def test_a_gap_is_given_up_when_too_many_wait() -> None:
    collector = Collector()
    collector.push(0, *range(2, 2 + MAX_HELD))
    assert collector.sequences == [0]
    assert collector.push(2 + MAX_HELD) == [0, *range(2, 3 + MAX_HELD)]


def test_a_held_duplicate_is_dropped_and_a_late_packet_delivered_for_counting() -> None:
    assert Collector().push(1, 3, 3, 2, 1) == [1, 2, 3, 1]


def test_a_far_number_flushes_and_goes_on() -> None:
    assert Collector().push(1, 3, 30000, 30001) == [1, 3, 30000, 30001]


def test_scraps_are_passed_on() -> None:
    got: list[bytes] = []
    ReorderBuffer(lambda data, start, end: got.append(data[start:end])).push(b"\x80", 0)
    assert got == [b"\x80"]


@given(st.integers(0, 65535), st.data())
def test_any_permutation_within_the_window_comes_out_in_order(first: int, data: st.DataObject) -> None:
    collector = Collector()
    collector.push(first)
    expected = [first]
    for block in range(4):
        numbers = list(range(first + 1 + 32 * block, first + 33 + 32 * block))
        collector.push(*data.draw(st.permutations(numbers)))
        expected += numbers
    assert collector.sequences == [number % 65536 for number in expected]
