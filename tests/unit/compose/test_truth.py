"""The truth of tiles against a slow reference, and at each of its edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.compose.truth import STATES, Truth
from commandwall.model.wall import TileState
from tests.unit.compose.scenery import NOW, PERIOD, S

ns = st.integers(0, 30 * S)
tiles = st.lists(
    st.tuples(st.booleans(), ns, ns, st.integers(0, 5 * S), st.booleans(), st.booleans()),
    min_size=1,
    max_size=8,
)


def slow_state(has_picture: bool, age: int, still: int, period: int, dead: bool, empty: bool) -> TileState:
    """Say what a tile is, one rule after the other."""
    if empty:
        return TileState.EMPTY
    if not has_picture:
        return TileState.LOST if dead else TileState.CONNECTING
    if age - period > 10 * S or (dead and age - period > S // 4):
        return TileState.LOST
    if age - period > 2 * S:
        return TileState.LATE
    if still - period > 5 * S:
        return TileState.FROZEN
    return TileState.LIVE


def truth_of(rows: list[tuple[bool, int, int, int, bool, bool]]) -> Truth:
    truth = Truth(len(rows))
    for number, (has_picture, age, still, period, dead, empty) in enumerate(rows):
        truth.has_picture[number] = has_picture and not empty
        truth.arrival[number] = NOW - age
        truth.changed[number] = NOW - age - still
        truth.period[number] = period
        truth.dead[number], truth.empty[number] = dead, empty
    return truth


@given(tiles)
def test_all_tiles_are_judged_as_one_by_one(rows: list[tuple[bool, int, int, int, bool, bool]]) -> None:
    states = truth_of(rows).judge(NOW)
    assert [STATES[code] for code in states] == [
        slow_state(has and not empty, age, still, period, dead, empty)
        for has, age, still, period, dead, empty in rows
    ]


@pytest.mark.parametrize(
    ("age", "still", "dead", "state"),
    [
        (0, 0, False, TileState.LIVE),
        (2 * S, 0, False, TileState.LIVE),
        (2 * S + 2 * PERIOD, 0, False, TileState.LATE),
        (10 * S, 0, False, TileState.LATE),
        (10 * S + 2 * PERIOD, 0, False, TileState.LOST),
        (0, 5 * S, False, TileState.LIVE),
        (0, 5 * S + 2 * PERIOD, False, TileState.FROZEN),
        (3 * S, 20 * S, False, TileState.LATE),
        (S // 4, 0, True, TileState.LIVE),
        (S // 4 + 2 * PERIOD, 0, True, TileState.LOST),
    ],
)
def test_edges(age: int, still: int, dead: bool, state: TileState) -> None:
    truth = truth_of([(True, age, still, PERIOD, dead, False)])
    assert STATES[truth.judge(NOW)[0]] is state


def test_a_camera_that_is_decoded_at_key_frames_only_is_not_late_between_them() -> None:
    truth = truth_of([(True, 5 * S, 0, 4 * S, False, False), (True, 7 * S, 0, 4 * S, False, False)])
    assert [STATES[code] for code in truth.judge(NOW)] == [TileState.LIVE, TileState.LATE]


def test_ages_tell_of_the_picture_or_of_what_does_not_move_and_nothing_when_live() -> None:
    truth = truth_of(
        [
            (True, S, 0, PERIOD, False, False),
            (True, 3 * S, 9 * S, PERIOD, False, False),
            (True, 0, 9 * S, PERIOD, False, False),
            (True, 61 * S, 0, PERIOD, False, False),
            (False, 0, 0, 0, False, False),
            (False, 0, 0, 0, False, True),
        ]
    )
    states = truth.judge(NOW)
    assert truth.ages(states, NOW).tolist() == [0, 3, 9, 61, 0, 0]
    assert states.dtype == np.uint8
