"""The beat of the mix, on a clock that moves when the ticker waits, and when its work takes time."""

from __future__ import annotations

import asyncio

import pytest

from commandwall.conference import ticker
from commandwall.conference.ticker import PERIOD_NS, Ticker, now_samples
from commandwall.media.opus import FRAME_SAMPLES

MS = 1_000_000


class Time:
    """A clock in the place of the monotonic one; ``early_ns`` is how much too soon timers go off."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, early_ns: int = 0) -> None:
        self.now_ns = 7 * PERIOD_NS + 3 * MS
        self._early_ns = early_ns
        self._pass = asyncio.sleep
        monkeypatch.setattr(ticker, "monotonic_ns", lambda: self.now_ns)
        monkeypatch.setattr(asyncio, "sleep", self._sleep)

    async def _sleep(self, delay_s: float) -> None:
        self.now_ns += max(round(delay_s * 1e9) - self._early_ns, 1000)
        await self._pass(0)


async def run(time: Time, took_ms: dict[int, float], ticks: int = 20) -> tuple[list[int], list[int], Ticker]:
    """Tick with work of 1 ms, or what ``took_ms`` says of the n-th; return periods and their times."""
    periods: list[int] = []
    times: list[int] = []
    done = asyncio.Event()

    def work(period: int) -> None:
        periods.append(period)
        times.append(time.now_ns)
        time.now_ns += round(took_ms.get(len(periods), 1) * MS)
        if len(periods) == ticks:
            done.set()

    beat = Ticker(work)
    ticking = asyncio.create_task(beat.run())
    await done.wait()
    ticking.cancel()
    return periods, times, beat


async def test_it_beats_at_whole_periods_without_drift(monkeypatch: pytest.MonkeyPatch) -> None:
    periods, times, beat = await run(Time(monkeypatch), {})
    assert periods == list(range(8, 28))
    assert [at - period * PERIOD_NS for at, period in zip(times, periods, strict=True)] == [0] * 20
    assert beat.late == 0


async def test_timers_that_go_off_early_do_not_make_it_early(monkeypatch: pytest.MonkeyPatch) -> None:
    periods, times, _ = await run(Time(monkeypatch, early_ns=MS // 2), {})
    assert periods == list(range(8, 28))
    assert all(0 <= at - period * PERIOD_NS < MS for at, period in zip(times, periods, strict=True))


async def test_ticks_that_were_missed_are_made_up_for_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    periods, times, beat = await run(Time(monkeypatch), {5: 100})
    assert periods == list(range(8, 28))
    assert beat.late == 4
    assert times[-1] == periods[-1] * PERIOD_NS


async def test_after_a_long_stand_still_half_a_second_is_made_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    periods, _, beat = await run(Time(monkeypatch), {5: 10_000}, ticks=40)
    assert periods[:5] == list(range(8, 13))
    assert periods[5:] == list(range(periods[5], periods[5] + 35))
    assert periods[5] == 12 + 500 - 25
    assert beat.late > 475


def test_the_mixers_clock_counts_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticker, "monotonic_ns", lambda: 5 * PERIOD_NS)
    assert now_samples() == 5 * FRAME_SAMPLES
