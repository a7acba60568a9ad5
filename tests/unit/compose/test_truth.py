"""The truth of tiles against a slow reference, and at each of its edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.compose.truth import STATES, Truth
from commandwall.ipc.slots import SlotFlag
from commandwall.model.wall import TileState
from tests.unit.compose.scenery import NOW, PERIOD, S

TIMED = int(SlotFlag.TIMED)
HELD = int(SlotFlag.TIMED | SlotFlag.HELD)


@dataclass(frozen=True)
class Row:
    """A tile: its newest picture came ``age`` ago, and the one that is shown was captured ``way`` before.

    ``more`` is the time that it was given since.
    """

    has_picture: bool = True
    age: int = 0
    still: int = 0
    period: int = PERIOD
    more: int = 0
    dead: bool = False
    empty: bool = False
    way: int = 0
    flags: int = 0


ns = st.integers(0, 30 * S)
upto_5_s = st.integers(0, 5 * S)
any_flags = st.integers(0, sum(SlotFlag))
row = st.builds(Row, st.booleans(), ns, ns, upto_5_s, upto_5_s, st.booleans(), st.booleans(), ns, any_flags)


def slow_state(row: Row, held_back: int) -> TileState:
    """Say what a tile is, one rule after the other."""
    if row.empty:
        return TileState.EMPTY
    if not row.has_picture:
        return TileState.LOST if row.dead else TileState.CONNECTING
    overdue = row.age - row.period - row.more
    if overdue > 10 * S or (row.dead and overdue > S // 4):
        return TileState.LOST
    told = row.flags & TIMED and not row.flags & SlotFlag.HELD
    if overdue > 2 * S or (told and overdue + row.way > 2 * S + held_back):
        return TileState.LATE
    if row.still - row.period > 5 * S:
        return TileState.FROZEN
    return TileState.LIVE


def truth_of(rows: Sequence[Row], held_back: int = 0) -> Truth:
    truth = Truth(len(rows), held_back_ns=held_back)
    for number, row in enumerate(rows):
        truth.has_picture[number] = row.has_picture and not row.empty
        truth.arrival[number] = NOW - row.age
        truth.captured[number] = NOW - row.age - row.way
        truth.changed[number] = NOW - row.age - row.still
        truth.period[number], truth.flags[number] = row.period, row.flags
        truth.stay[number] = row.period + row.more
        truth.dead[number], truth.empty[number] = row.dead, row.empty
    return truth


@given(st.lists(row, min_size=1, max_size=8), st.sampled_from([0, S // 2, S]))
def test_all_tiles_are_judged_as_one_by_one(rows: list[Row], held_back: int) -> None:
    states = truth_of(rows, held_back).judge(NOW)
    assert [STATES[code] for code in states] == [slow_state(row, held_back) for row in rows]


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
    truth = truth_of([Row(age=age, still=still, dead=dead)])
    assert STATES[truth.judge(NOW)[0]] is state


@pytest.mark.parametrize(
    ("row", "state"),
    [
        (Row(way=2 * S + PERIOD, flags=TIMED), TileState.LIVE),
        (Row(way=2 * S + PERIOD + 1, flags=TIMED), TileState.LATE),
        (Row(age=S, way=S + 2 * PERIOD, flags=TIMED), TileState.LATE),
        (Row(way=3600 * S, flags=TIMED), TileState.LATE),
        (Row(way=3600 * S, flags=HELD), TileState.LIVE),
        (Row(way=3600 * S), TileState.LIVE),
        (Row(way=-S, flags=TIMED), TileState.LIVE),
        (Row(way=5 * S, period=4 * S, flags=TIMED), TileState.LIVE),
        (Row(way=3 * S, still=9 * S, flags=TIMED), TileState.LATE),
        (Row(way=3 * S, dead=True, flags=TIMED), TileState.LATE),
        (Row(age=11 * S, way=3 * S, flags=TIMED), TileState.LOST),
        (Row(has_picture=False, way=3 * S, flags=TIMED), TileState.CONNECTING),
    ],
)
def test_pictures_that_keep_coming_long_after_they_were_captured_are_late(row: Row, state: TileState) -> None:
    assert STATES[truth_of([row]).judge(NOW)[0]] is state


def test_a_wall_that_may_hold_pictures_back_calls_them_late_by_so_much_later() -> None:
    rows = [Row(way=3 * S + PERIOD, flags=TIMED), Row(way=3 * S + 2 * PERIOD, flags=TIMED)]
    assert [STATES[code] for code in truth_of(rows, S).judge(NOW)] == [TileState.LIVE, TileState.LATE]


def test_a_camera_that_is_decoded_at_key_frames_only_is_not_late_between_them() -> None:
    truth = truth_of([Row(age=5 * S, period=4 * S), Row(age=7 * S, period=4 * S)])
    assert [STATES[code] for code in truth.judge(NOW)] == [TileState.LIVE, TileState.LATE]


def test_ages_tell_of_the_picture_or_of_what_does_not_move_and_nothing_when_live() -> None:
    truth = truth_of(
        [
            Row(age=S),
            Row(age=3 * S, still=9 * S),
            Row(still=9 * S),
            Row(age=61 * S),
            Row(has_picture=False),
            Row(has_picture=False, empty=True),
            Row(way=11 * S, flags=TIMED),
            Row(age=30 * S, way=11 * S, flags=TIMED),
            Row(age=30 * S, way=3600 * S, flags=HELD),
            Row(still=9 * S, way=S, flags=TIMED),
            Row(age=11 * S, way=-12 * S, flags=TIMED),
        ]
    )
    states = truth.judge(NOW)
    assert truth.ages(states, NOW).tolist() == [0, 3, 9, 61, 0, 0, 11, 41, 30, 9, 0]
    assert states.dtype == np.uint8
