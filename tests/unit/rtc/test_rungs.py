from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.rtc.rungs import RungChoice


class Line:
    """A line that is judged once a second."""

    def __init__(self, count: int = 3) -> None:
        self.now_s = 100.0
        self.count = count
        self.choice = RungChoice(self.now_s)

    def goes(self, seconds: int, loss: float = 0.0, sent_bps: float = 1e6, allowed_bps: float = 0.0) -> int:
        """Return the rung after so many seconds."""
        for _ in range(seconds):
            self.now_s += 1
            self.choice.judge(self.now_s, self.count, loss, sent_bps, allowed_bps)
        return self.choice.rung


def test_a_good_line_gets_the_largest() -> None:
    assert Line().goes(100, loss=0.01, allowed_bps=2e6) == 0


@pytest.mark.parametrize("bad", [{"loss": 0.2}, {"allowed_bps": 0.7e6}])
def test_a_bad_line_goes_down_one_by_one(bad: dict[str, float]) -> None:
    line = Line()
    assert [line.goes(1, **bad) for _ in range(8)] == [0, 0, 1, 1, 1, 2, 2, 2]


def test_a_short_trouble_changes_nothing() -> None:
    line = Line()
    for _ in range(10):
        line.goes(2, loss=0.5)
        assert line.goes(1) == 0


def test_one_that_recovers_goes_up_late() -> None:
    line = Line(2)
    assert line.goes(3, loss=0.3) == 1
    assert line.goes(9) == 1
    assert line.goes(1) == 0


def test_some_loss_is_no_time_to_go_up() -> None:
    line = Line(2)
    line.goes(3, loss=0.3)
    assert line.goes(100, loss=0.05) == 1


def test_who_goes_up_in_vain_waits_longer_and_longer() -> None:
    line, waits = Line(2), []
    line.goes(3, loss=0.3)
    for _ in range(6):
        start_s = line.now_s
        while line.goes(1):
            pass
        waits.append(round(line.now_s - start_s))
        line.goes(3, loss=0.3)
    assert waits == [10, 20, 40, 80, 160, 160]
    while line.goes(1):
        pass
    line.goes(31)
    line.goes(3, loss=0.3)
    assert line.goes(10) == 0


def test_a_thing_of_fewer_rungs_is_sent_in_the_smallest_it_has() -> None:
    line = Line(3)
    line.goes(6, loss=0.3)
    assert line.choice.judge(line.now_s, 1, 0.0, 0.0, 0.0) == 0
    assert line.choice.judge(line.now_s, 0, 0.0, 0.0, 0.0) == 0


@given(
    st.lists(st.tuples(st.integers(0, 4), st.floats(0, 1), st.floats(0, 1e9), st.floats(0, 1e9)), max_size=60)
)
def test_the_rung_is_always_one_that_there_is(seconds: list[tuple[int, float, float, float]]) -> None:
    choice = RungChoice(0.0)
    for at_s, (count, loss, sent, allowed) in enumerate(seconds):
        assert 0 <= choice.judge(float(at_s), count, loss, sent, allowed) <= max(0, count - 1)
