from __future__ import annotations

from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from commandwall.model.importance import importance
from commandwall.model.overlays import AlarmLevel
from commandwall.model.wall import MAX_CANVAS_PIXELS

areas = st.integers(4, MAX_CANVAS_PIXELS)


@given(areas, areas)
def test_a_pin_goes_before_any_alarm_an_alarm_before_who_speaks_and_that_before_any_size(
    small: int, large: int
) -> None:
    classes: list[tuple[bool, AlarmLevel | None, bool]] = [(False, None, False), (False, None, True)]
    classes += [(False, alarm, speaking) for alarm in AlarmLevel for speaking in (False, True)]
    classes += [(True, None, False)]
    for (pinned, alarm, speaking), (more_pinned, more_alarm, more_speaking) in pairwise(classes):
        less = importance(large, pinned=pinned, alarm=alarm, speaking=speaking)
        assert less < importance(small, pinned=more_pinned, alarm=more_alarm, speaking=more_speaking)


@given(areas, areas)
def test_among_equals_the_larger_one_is_more_important(one: int, other: int) -> None:
    for pinned, alarm, speaking in product((False, True), (None, *AlarmLevel), (False, True)):
        ranks = [
            importance(area, pinned=pinned, alarm=alarm, speaking=speaking) for area in sorted((one, other))
        ]
        assert ranks == sorted(ranks)
