from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from commandwall.control.governor import Governor, Second

CALM = Second(used=0.5, spare=1.0, lag_s=0.01, late_ticks=0, catching_up=False)
STRAINED = Second(used=1.2, spare=0.0, lag_s=0.5, late_ticks=0, catching_up=False)


def after(governor: Governor, second: Second, times: int) -> Governor:
    for _ in range(times):
        governor.measured(second)
    return governor


def test_the_room_is_what_decoding_uses_and_nobody_needs() -> None:
    governor = after(Governor(2.0), CALM, 30)
    assert 1.49 < governor.cores < 1.51
    assert governor.limits.keep == 2.0
    assert governor.limits.take < governor.cores


def test_one_bad_second_cuts_nothing_two_do_and_each_further_two() -> None:
    governor = after(Governor(2.0), STRAINED, 1)
    assert governor.limits.keep == 2.0
    assert after(governor, STRAINED, 1).limits.keep == 1.2
    assert after(governor, STRAINED, 1).limits.keep == 1.2
    assert after(governor, STRAINED, 1).limits.keep < 1.1


def test_late_ticks_strain_as_waiting_does() -> None:
    late = replace(CALM, late_ticks=3)
    assert after(Governor(2.0), late, 2).limits.keep < 1.6
    assert after(Governor(2.0), replace(CALM, late_ticks=1), 10).limits.keep == 2.0


def test_catching_up_is_no_strain_while_a_switch_may_last() -> None:
    behind = replace(STRAINED, catching_up=True)
    governor = after(Governor(2.0), behind, 6)
    assert governor.limits.keep == 2.0
    assert after(governor, behind, 2).limits.keep == 1.2


def test_what_was_cut_often_comes_back_in_small_steps_until_it_is_calm() -> None:
    governor = after(Governor(1.0), replace(STRAINED, used=0.5), 12)
    low = governor.limits.keep
    assert 0 < after(governor, CALM, 1).limits.keep - low < 0.03
    assert after(governor, CALM, 100).limits.keep == 1.0


seconds = st.builds(
    Second, st.floats(0, 4), st.floats(0, 4), st.floats(0, 1), st.integers(0, 25), st.booleans()
)


@given(st.lists(seconds, max_size=60))
def test_something_always_stays_and_never_more_than_there_is(told: list[Second]) -> None:
    governor = Governor(2.0)
    for second in told:
        governor.measured(second)
        keep, take = governor.limits
        assert 0.2 <= keep <= 2.0 and 0.15 < take <= keep and 0.2 <= governor.cores <= 2.0
