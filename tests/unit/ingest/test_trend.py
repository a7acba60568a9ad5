"""Lines through noisy values: slopes are right or not said, steps begin anew, memory is bounded."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commandwall.base.clock import NS_PER_S
from commandwall.ingest.trend import BUCKET_NS, LEAST, STEP_NS, WINDOW, Trend

MS = 1_000_000
SECOND = NS_PER_S
MINUTES = 60


def feed(trend: Trend, drift_ppm: float, *, until_s: int, from_s: int = 0, offset_ns: int = 0,
         jitter_ms: float = 0.0, seed: int = 1) -> int:  # fmt: skip
    """Add a value a second; jitter makes it smaller, as delay does. Return the last true value."""
    noise = random.Random(seed)
    true_ns = 0
    for at_s in range(from_s, until_s):
        true_ns = offset_ns + round(drift_ppm * 1000 * at_s)
        trend.add(at_s * SECOND, true_ns - round(noise.expovariate(1) * jitter_ms * MS))
    return true_ns


def slope_of(trend: Trend) -> float | None:
    return trend.slope_ppm


def test_nothing_is_known_at_first() -> None:
    assert Trend().value_ns is None
    assert Trend().slope_ppm is None


def test_a_value_is_known_at_once_and_a_slope_when_it_is_sure() -> None:
    trend = Trend()
    trend.add(0, 5 * MS)
    assert trend.value_ns == 5 * MS
    feed(trend, 50, until_s=LEAST * BUCKET_NS // SECOND)
    assert slope_of(trend) is None
    feed(trend, 50, from_s=LEAST * BUCKET_NS // SECOND, until_s=(LEAST + 1) * BUCKET_NS // SECOND)
    assert slope_of(trend) == pytest.approx(50, abs=1)


@settings(max_examples=40)
@given(
    st.floats(-200, 200),
    st.floats(0, 20),
    st.integers(-(10**18), 10**18),
    st.integers(2 * MINUTES, 15 * MINUTES),
    st.integers(0, 2**20),
)
def test_a_slope_is_right_under_jitter_or_is_not_said(
    drift_ppm: float, jitter_ms: float, offset_ns: int, seconds: int, seed: int
) -> None:
    trend = Trend()
    true_ns = feed(trend, drift_ppm, until_s=seconds, offset_ns=offset_ns, jitter_ms=jitter_ms, seed=seed)
    slope, value_ns = trend.slope_ppm, trend.value_ns
    assert slope is None or abs(slope - drift_ppm) < 40
    assert value_ns is not None and abs(value_ns - true_ns) < max(60, 6 * jitter_ms) * MS
    if jitter_ms < 5 and seconds > 8 * MINUTES:
        assert slope is not None and abs(slope - drift_ppm) < 20


@given(st.floats(-200, 200), st.sampled_from([-1, 1]), st.floats(0.3, 1e5))
@settings(max_examples=20)
def test_a_step_of_a_clock_begins_anew_and_the_slope_comes_back(
    drift_ppm: float, sign: int, step_s: float
) -> None:
    trend = Trend()
    feed(trend, drift_ppm, until_s=5 * MINUTES)
    step_ns = round(sign * step_s * SECOND)
    true_ns = feed(trend, drift_ppm, from_s=300, until_s=330, offset_ns=step_ns)
    assert trend.value_ns is not None and abs(trend.value_ns - true_ns) < 5 * MS
    assert slope_of(trend) is None
    feed(trend, drift_ppm, from_s=330, until_s=330 + 5 * MINUTES, offset_ns=step_ns)
    assert slope_of(trend) == pytest.approx(drift_ppm, abs=2)


def test_nearly_a_quarter_of_wild_values_does_not_move_the_slope() -> None:
    trend = Trend()
    for bucket in range(WINDOW + 1):
        wild = -(STEP_NS // 2) if bucket % 9 in (0, 4) else 0
        trend.add(bucket * BUCKET_NS, 100 * 1000 * bucket * 10 + wild)
    assert slope_of(trend) == pytest.approx(100, abs=10)


def test_a_bad_value_in_a_bucket_that_has_just_begun_is_not_told() -> None:
    trend = Trend()
    feed(trend, 0, until_s=60)
    trend.add(60 * SECOND, -80 * MS)
    assert trend.value_ns == 0


def test_a_day_takes_no_more_memory_than_ten_minutes() -> None:
    trend = Trend()
    for at_s in range(0, 86_400, 5):
        trend.add(at_s * SECOND, at_s)
    assert len(trend._points) == WINDOW
