"""The tick keeps its rate, counts what is late, and ends when told."""

from __future__ import annotations

import threading

import pytest

import commandwall.compose.ticker as ticker_module
from commandwall.base.clock import NS_PER_S
from commandwall.compose.ticker import Ticker
from commandwall.ipc.messages import TICK_BUCKETS_S

MS = NS_PER_S // 1000


class Time:
    """A clock that only moves by waiting and working."""

    def __init__(self) -> None:
        self.now_ns = 77 * NS_PER_S

    def monotonic_ns(self) -> int:
        return self.now_ns

    def wait(self, timeout_s: float) -> bool:
        self.now_ns += round(timeout_s * NS_PER_S)
        return False


def run(
    monkeypatch: pytest.MonkeyPatch, fps: int, costs_ms: list[float]
) -> tuple[Ticker, list[tuple[int, float]]]:
    """Run one tick for each cost; return the ticker and (tick, start in ms) of each."""
    time, starts = Time(), []
    start_ns = time.now_ns

    def work(tick: int) -> None:
        starts.append((tick, (time.now_ns - start_ns) / MS))
        time.now_ns += round(costs_ms[len(starts) - 1] * MS)
        if len(starts) == len(costs_ms):
            ticker.stop()

    monkeypatch.setattr(ticker_module, "monotonic_ns", time.monotonic_ns)
    ticker = Ticker(fps, work)
    monkeypatch.setattr(ticker._stop, "wait", time.wait)
    ticker.run()
    return ticker, starts


def test_ticks_start_at_their_deadlines_without_drift(monkeypatch: pytest.MonkeyPatch) -> None:
    ticker, starts = run(monkeypatch, 30, [3.0] * 301)
    assert starts[-1][0] == 300
    assert starts[-1][1] == pytest.approx(10_000, abs=0.001)
    assert ticker.late_ticks == 0
    assert ticker.sum_ns == 301 * 3 * MS


def test_a_tick_that_ends_after_the_next_deadline_is_late_and_the_next_catches_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ticker, starts = run(monkeypatch, 25, [1, 50, 1, 1])
    assert [tick for tick, _ in starts] == [0, 1, 2, 3]
    assert [start for _, start in starts] == pytest.approx([0, 40, 90, 120])
    assert ticker.late_ticks == 1


def test_a_tick_that_starts_late_by_half_a_period_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    ticker, _ = run(monkeypatch, 25, [1, 65, 1, 1])
    assert ticker.late_ticks == 2


def test_ticks_whose_time_has_passed_are_left_out_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    ticker, starts = run(monkeypatch, 25, [1, 170, 1])
    assert [tick for tick, _ in starts] == [0, 1, 5]
    assert ticker.late_ticks == 1 + 3
    assert ticker.tick == 6


def test_durations_fall_into_cumulative_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    ticker, _ = run(monkeypatch, 1, [0.5, 1.0, 1.5, 5.0, 500.0])
    assert len(ticker.buckets) == len(TICK_BUCKETS_S)
    assert ticker.buckets == (2, 3, 3, 4, 4, 4, 4, 4)


def test_a_ticker_that_waits_ends_at_once_when_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = threading.Event()
    ticker = Ticker(1, lambda _: None)
    wait = ticker._stop.wait

    def wait_long(_: float) -> bool:
        waits.set()
        return wait(60)

    monkeypatch.setattr(ticker._stop, "wait", wait_long)
    thread = threading.Thread(target=ticker.run, daemon=True)
    thread.start()
    waits.wait()
    ticker.stop()
    thread.join(10)
    assert not thread.is_alive()
