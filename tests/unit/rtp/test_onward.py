from __future__ import annotations

import pytest

from commandwall.base.clock import NS_PER_S, RTP_CLOCK_HZ
from commandwall.model.access_unit import AccessUnit
from commandwall.rtp import onward as onward_module
from commandwall.rtp.onward import Onward

BEGUN_S = 5000.0


class Stream:
    """Units of a source that are passed on, at times in seconds; ``now_s`` is what the clock shows."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.onward = Onward()
        self.now_s = 0.0
        monkeypatch.setattr(onward_module, "monotonic_ns", lambda: round((BEGUN_S + self.now_s) * NS_PER_S))

    def take(self, pts_s: float, arrival_s: float) -> float:
        """Return the time of the next unit."""
        self.now_s = arrival_s
        arrival_ns = round((BEGUN_S + arrival_s) * NS_PER_S)
        unit = AccessUnit(b"", round(pts_s * RTP_CLOCK_HZ), False, arrival_ns=arrival_ns)
        return round(self.onward.take(unit) / RTP_CLOCK_HZ, 5)


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Stream:
    return Stream(monkeypatch)


def test_a_camera_that_comes_back_goes_on_as_much_later_as_it_came_later(stream: Stream) -> None:
    assert [stream.take(7200 + at_s, at_s) for at_s in (0, 1, 2)] == [7200, 7201, 7202]
    assert stream.take(0, 60) == 7260
    assert stream.onward.anew
    assert stream.take(1, 61) == 7261
    assert not stream.onward.anew


def test_a_time_that_leaps_ahead_begins_anew_and_a_slow_camera_does_not(stream: Stream) -> None:
    assert stream.take(0, 0) == 0
    assert stream.take(100, 1) == 1
    assert stream.onward.anew
    assert stream.take(145, 46) == 46
    assert not stream.onward.anew


def test_pictures_out_of_order_are_left_where_they_are(stream: Stream) -> None:
    shown_s = [1.0, 0.2, 0.6, 3.0, 1.4, 2.2, 5.0, 3.8]
    assert [stream.take(at_s, number / 10) for number, at_s in enumerate(shown_s)] == shown_s
    assert not stream.onward.anew


def test_another_source_begins_anew_wherever_its_time_is(stream: Stream) -> None:
    stream.take(10, 0)
    stream.onward.restart()
    assert stream.take(10.3, 5) == 15
    assert stream.onward.anew
    stream.onward.restart()
    assert stream.take(10.3, 4) > 15  # Its group of pictures came before the one that was taken last.


@pytest.mark.parametrize(
    ("arrivals_s", "patience_s"),
    [
        ((0, 0.04, 0.08), 3),
        ((0, 10, 20), 30),
        ((0, 100, 200), 90),
        ((0, 0.04, 9, 9.04), 3),
        ((0,), 90),
        ((0, 0.04, 4, 4.04, 8, 8.04), 6),
        ((0, 0.04, 4, 4.04, 8, 8.04, 8.5, 9, 9.5), 3),
    ],
)
def test_what_comes_later_than_it_ever_did_is_overdue(
    stream: Stream, arrivals_s: tuple[float, ...], patience_s: float
) -> None:
    assert not stream.onward.overdue()
    for at_s in arrivals_s:
        stream.take(at_s, at_s)
    stream.now_s = arrivals_s[-1] + patience_s - 0.1
    assert not stream.onward.overdue()
    stream.now_s += 0.2
    assert stream.onward.overdue()
