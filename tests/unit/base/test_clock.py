"""UTC as others read it, and errors that name their field."""

from __future__ import annotations

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.clock import SteadyUtc, monotonic_ns, monotonic_s, utc_iso, utc_ns
from commandwall.base.errors import CommandwallError, InvalidError


def test_utc_is_written_with_milliseconds_and_its_zone() -> None:
    assert utc_iso(1_700_000_000_123_456_789) == "2023-11-14T22:13:20.123+00:00"


@given(st.integers(0, 4_000_000_000_000))
def test_utc_reads_back_to_the_millisecond(at_ms: int) -> None:
    text = utc_iso(at_ms * 1_000_000)
    assert abs(datetime.fromisoformat(text).timestamp() * 1000 - at_ms) <= 1


def test_now_is_the_default() -> None:
    assert abs(datetime.fromisoformat(utc_iso()).timestamp() - utc_ns() / 1e9) < 60


@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(-5000, 5000)), max_size=20))
def test_a_steady_clock_never_stands_still_and_never_lags(steps: list[tuple[int, int]]) -> None:
    utc_s, elapsed_s = 1e6, 0.0
    clock = SteadyUtc(lambda: utc_s, lambda: elapsed_s)
    for passed_s, set_by_s in steps:
        before_s = clock()
        utc_s, elapsed_s = utc_s + passed_s + set_by_s, elapsed_s + passed_s
        assert clock() - before_s >= 0.89 * passed_s and clock() >= utc_s
    elapsed_s += 20 * 10 * 9000
    utc_s += 20 * 10 * 9000
    assert clock() == utc_s


def test_both_monotonic_clocks_are_one() -> None:
    before_ns = monotonic_ns()
    assert before_ns / 1e9 <= monotonic_s() <= monotonic_ns() / 1e9


def test_an_invalid_error_names_its_field_and_its_reason() -> None:
    error = InvalidError("must be even", field="size")
    assert (str(error), error.field, error.reason) == ("size: must be even", "size", "must be even")
    assert str(InvalidError("is empty")) == "is empty"
    assert isinstance(error, CommandwallError)
