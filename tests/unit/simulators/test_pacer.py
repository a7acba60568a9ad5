from __future__ import annotations

from simulators.pacer import TICK_S, Pacer


class Beat:
    """Sends every ``period_s`` and notes when."""

    def __init__(self, period_s: float) -> None:
        self.active = True
        self.sent_s: list[float] = []
        self._period_s = period_s
        self._due_s = 0.0

    def send(self, now_s: float) -> float:
        self.sent_s.append(now_s)
        self._due_s += self._period_s
        return self._due_s


def run(pacer: Pacer, until_s: float, step_s: float = 0.002) -> None:
    now_s = 0.0
    while now_s < until_s:
        pacer.turn(now_s)
        now_s += step_s


def test_sends_at_its_rate_and_never_early() -> None:
    pacer, beat = Pacer(lambda: 0.0), Beat(1 / 15)
    pacer.add(beat, 0.0)
    run(pacer, 4.0)
    assert 58 <= len(beat.sent_s) <= 60
    late_s = [sent_s - index / 15 for index, sent_s in enumerate(beat.sent_s)]
    assert min(late_s) >= 0
    assert max(late_s) <= 2 * TICK_S + 0.002


def test_what_is_inactive_is_dropped() -> None:
    pacer, beat = Pacer(lambda: 0.0), Beat(0.1)
    pacer.add(beat, 0.0)
    run(pacer, 0.05)
    beat.active = False
    pacer.turn(10.0)
    beat.active = True
    pacer.turn(20.0)
    assert len(beat.sent_s) == 1


def test_catches_up_after_a_pause() -> None:
    pacer, beat = Pacer(lambda: 0.0), Beat(0.1)
    pacer.add(beat, 0.0)
    pacer.turn(1.0)
    assert 9 <= len(beat.sent_s) <= 11


def test_slower_than_the_wheel_is_round() -> None:
    pacer, beat = Pacer(lambda: 0.0), Beat(5.0)
    pacer.add(beat, 0.0)
    run(pacer, 1.0)
    assert len(beat.sent_s) == 1
