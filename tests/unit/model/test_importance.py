from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from commandwall.model.importance import importance
from commandwall.model.overlays import AlarmLevel
from commandwall.model.wall import MAX_CANVAS_PIXELS

areas = st.integers(4, MAX_CANVAS_PIXELS)


@given(areas, areas)
def test_a_pin_goes_before_any_alarm_an_alarm_before_any_size(small: int, large: int) -> None:
    ranks = [
        importance(large, pinned=False, alarm=None),
        importance(small, pinned=False, alarm=AlarmLevel.INFO),
        importance(small, pinned=False, alarm=AlarmLevel.WARNING),
        importance(small, pinned=False, alarm=AlarmLevel.CRITICAL),
        importance(small, pinned=True, alarm=None),
    ]
    assert all(less < more for less, more in pairwise(ranks))


@given(areas, areas)
def test_among_equals_the_larger_one_is_more_important(one: int, other: int) -> None:
    for pinned in (False, True):
        for alarm in (None, *AlarmLevel):
            ranks = [importance(area, pinned=pinned, alarm=alarm) for area in sorted((one, other))]
            assert ranks == sorted(ranks)
