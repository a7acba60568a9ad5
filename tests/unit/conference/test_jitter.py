from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.conference.arrival import LEAST_DELAY, MOST_DELAY, Arrivals
from commandwall.conference.jitter import TOLERANCE, JitterBuffer, SoundPacket
from commandwall.media.opus import FRAME_SAMPLES, SAMPLE_RATE
from tests.unit.conference.line import MS


def packet(number: int, data: bytes = b"opus") -> SoundPacket:
    return SoundPacket(number * FRAME_SAMPLES, FRAME_SAMPLES, data)


def filled(numbers: Sequence[int]) -> JitterBuffer:
    buffer = JitterBuffer()
    for number in numbers:
        buffer.push(packet(number), number * FRAME_SAMPLES)
    return buffer


def taken(buffer: JitterBuffer, until: int) -> list[int]:
    """Return the numbers of the packets that come out, one position after the other."""
    packets = [buffer.take(number * FRAME_SAMPLES) for number in range(until)]
    return [each.start // FRAME_SAMPLES for each in packets if each is not None]


def test_packets_come_out_in_order_and_once() -> None:
    assert taken(filled([0, 2, 1, 1, 3, 0]), 5) == [0, 1, 2, 3]


def test_one_that_is_missing_is_not_waited_for() -> None:
    buffer = filled([0, 2])
    assert buffer.take(0) == packet(0)
    assert buffer.take(FRAME_SAMPLES) is None
    assert buffer.take(2 * FRAME_SAMPLES) == packet(2)


def test_one_that_comes_when_its_time_is_over_is_dropped() -> None:
    buffer = filled([3])
    assert buffer.take(4 * FRAME_SAMPLES) is None
    assert len(buffer) == 0


@pytest.mark.parametrize(("off", "fits"), [(TOLERANCE, True), (-TOLERANCE, True), (TOLERANCE + 1, False)])
def test_times_need_not_fit_to_the_sample(off: int, fits: bool) -> None:
    buffer = filled([1])
    assert (buffer.take(FRAME_SAMPLES - off) is not None) is fits


@given(st.lists(st.integers(0, 60), max_size=120))
def test_whatever_the_order_each_comes_out_once_and_in_order(numbers: list[int]) -> None:
    out = taken(filled(numbers), 61)
    assert out == sorted(set(out))
    assert set(out) <= set(numbers)
    if numbers:
        assert len(out) == len(set(numbers)) or max(numbers) - min(numbers) > SAMPLE_RATE // FRAME_SAMPLES


@given(st.lists(st.tuples(st.integers(-(1 << 63), (1 << 63) - 1), st.integers(0, 10000)), max_size=300))
def test_it_never_grows_without_bound(arrivals: list[tuple[int, int]]) -> None:
    buffer = JitterBuffer()
    for start, at in arrivals:
        buffer.push(SoundPacket(start, FRAME_SAMPLES, b"opus"), float(at))
        assert len(buffer) <= 128


def test_one_packet_from_nowhere_is_dropped() -> None:
    buffer = filled(range(10))
    buffer.restarted = False
    buffer.push(packet(10**9), 10 * FRAME_SAMPLES)
    buffer.push(packet(10), 10 * FRAME_SAMPLES)
    assert taken(buffer, 12) == list(range(11))
    assert not buffer.restarted


def test_a_sender_whose_clock_was_set_is_followed() -> None:
    buffer = filled(range(10))
    buffer.restarted = False
    for number in range(10, 13):
        buffer.push(packet(10**6 + number), number * FRAME_SAMPLES)
    assert buffer.restarted
    assert buffer.first == packet(10**6 + 11)
    assert len(buffer) == 2


def test_silence_is_foretold_by_a_packet_of_two_bytes() -> None:
    assert packet(0, b"\xf8").before_silence
    assert not packet(0).before_silence


# ---- how late they come


def told(late_ms: Sequence[float], base_ms: float = 700.0) -> Arrivals:
    arrivals = Arrivals()
    for number, late in enumerate(late_ms):
        arrivals.add((base_ms + late) * MS, number * FRAME_SAMPLES)
    return arrivals


def test_a_steady_line_needs_a_tick_and_a_little() -> None:
    assert told([0.0] * 200).target == LEAST_DELAY


def test_what_two_of_a_hundred_do_does_not_delay_the_others() -> None:
    assert told([100.0 if number == 77 else 0.0 for number in range(151)]).target == LEAST_DELAY


def test_the_delay_grows_with_the_jitter_and_shrinks_again() -> None:
    jitter = [(number * 37) % 80 for number in range(150)]
    assert told(jitter).target == pytest.approx(LEAST_DELAY + 78 * MS, abs=2 * MS)
    assert told([*jitter, *[0.0] * 160]).target == LEAST_DELAY


def test_there_is_a_limit_to_it() -> None:
    assert told([(number % 2) * 900 for number in range(150)]).target == MOST_DELAY


def test_the_shortest_transit_follows_a_clock_that_drifts() -> None:
    arrivals = told([number * 0.02 for number in range(500)])
    assert arrivals.base == pytest.approx((700 + 350 * 0.02) * MS, abs=10)
