from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.clock import NS_PER_S as S
from commandwall.base.errors import InvalidError
from commandwall.model.data import Figure, Panel, PanelKind, Value, Words
from commandwall.model.record import MAX_POINTS, Record

SERIES = Panel("s", "曲线", PanelKind.SERIES, window_s=60.0)
TEXT = Panel("t", "文字", PanelKind.TEXT)


def point(at_s: float, value: float = 0.0) -> Value:
    return Value(int(at_s * S), True, Figure(value))


def test_only_the_newest_value_is_kept_and_an_older_one_is_refused() -> None:
    record = Record(TEXT)
    assert record.value is None
    record.put(Value(5 * S, True, Words("a")), 9 * S)
    record.put(Value(5 * S, True, Words("b")), 9 * S)
    with pytest.raises(InvalidError, match="older than what is shown") as raised:
        record.put(Value(4 * S, True, Words("c")), 9 * S)
    assert raised.value.field == "at"
    assert [value.body for value in record] == [Words("b")]


@given(st.lists(st.tuples(st.integers(0, 200), st.floats(-9, 9)), min_size=1, max_size=60))
def test_a_series_holds_its_window_in_order_and_one_point_before(points: list[tuple[int, float]]) -> None:
    record = Record(SERIES)
    for at_s, value in points:
        record.put(point(at_s, value), 200 * S)
    times = [value.at_utc_ns // S for value in record]
    # What was forgotten once stays so, although a window that moves only forward never needs it again.
    last = dict(points)
    newest = max(last)
    assert times == sorted(set(times))
    assert set(times) >= {at_s for at_s in last if at_s >= newest - 60}
    assert sum(1 for at_s in times if at_s < newest - 60) <= 1
    assert record.value is not None and record.value.body == Figure(last[newest])


def test_a_series_has_an_end() -> None:
    record = Record(Panel("s", "曲线", PanelKind.SERIES, window_s=86_400.0))
    for at_s in range(MAX_POINTS + 10):
        record.put(point(at_s), 10 * MAX_POINTS * S)
    assert len(record) == MAX_POINTS


def test_what_was_told_before_the_clock_was_put_back_gives_way() -> None:
    text, gauge = Record(TEXT), Record(replace(TEXT, stale_after_s=60))
    for record in (text, gauge):
        record.put(Value(7200 * S, False, Words("a")), 7200 * S)
        record.put(Value(7199 * S, True, Words("ahead")), 7193 * S)
        assert record.value is not None and record.value.body == Words("ahead"), "by more than 5 s"
        with pytest.raises(InvalidError, match="older"):
            record.put(Value(7198 * S, True, Words("b")), 7194 * S)
    assert not text.forget_later(3600 * S) and text.value is not None, "it says nothing of its age"
    assert gauge.forget_later(3600 * S) and gauge.value is None
    text.put(Value(3600 * S, False, Words("c")), 3600 * S)
    assert text.value.body == Words("c")


def test_points_of_before_the_clock_was_put_back_leave_the_others_alone() -> None:
    record = Record(SERIES)
    for at_s in (100, 110):
        record.put(point(at_s), at_s * S)
    record.put(point(7200), 7200 * S)
    assert len(record) == 2, "the window went on"
    for at_s in (120, 7200, 130):
        record.put(point(at_s), 130 * S)
    assert [value.at_utc_ns // S for value in record] == [110, 120, 130]
