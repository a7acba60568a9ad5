from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from commandwall.conference.loudest import NOBODY, Loudest


class Table:
    """Five voices and three places; who is not told to speak is silent."""

    def __init__(self) -> None:
        self.loudest = Loudest(3)
        self.may = np.ones(5, bool)

    def speak(self, *level_db: float | None, ticks: int = 1) -> set[int]:
        """Let voices speak at these levels (``None``: silent); return who is heard then."""
        levels = np.array([-127 if each is None else each for each in level_db], float)
        active = np.array([each is not None for each in level_db])
        for _ in range(ticks):
            self.loudest.choose(levels, active, self.may)
        return set(self.loudest.places) - {NOBODY}


def test_the_loudest_are_heard() -> None:
    assert Table().speak(-30, -20, None, -25, -40) == {1, 3, 0}


def test_nobody_who_is_silent_is() -> None:
    table = Table()
    assert table.speak(None, None, None, None, None) == set()
    assert table.speak(None, None, -30, None, None) == {2}


def test_who_is_heard_keeps_the_place_against_one_who_is_as_loud() -> None:
    table = Table()
    assert table.speak(-20, -20, -20, None, None) == {0, 1, 2}
    assert table.speak(-20, -20, -20, -18, -18, ticks=100) == {0, 1, 2}


def test_it_takes_0_2_s_of_3_db_more_to_take_it() -> None:
    table = Table()
    table.speak(-20, -21, -20, None, None)
    assert table.speak(-20, -21, -20, -15, None, ticks=9) == {0, 1, 2}
    assert table.speak(-20, -21, -20, -15, None) == {0, 3, 2}


def test_the_place_of_one_who_is_silent_is_free_for_who_speaks_at_once() -> None:
    table = Table()
    table.speak(-20, -20, -20, None, None)
    assert table.speak(-20, None, -20, None, None, ticks=20) == {0, 1, 2}
    assert table.speak(-20, None, -20, -50, None) == {0, 3, 2}


def test_one_who_is_silent_for_3_s_is_not_heard_any_more() -> None:
    table = Table()
    table.speak(-20, -20, None, None, None)
    assert table.speak(-20, None, None, None, None, ticks=150) == {0, 1}
    assert table.speak(-20, None, None, None, None) == {0}


def test_one_who_may_not_be_heard_loses_the_place_at_once() -> None:
    table = Table()
    table.speak(-20, -20, -20, None, None)
    table.may[1] = False
    assert table.speak(-20, -20, -20, None, None) == {0, 2}
    assert table.speak(-20, -20, -20, -50, -40) == {0, 2, 4}


def test_places_go_with_voices_to_other_rows() -> None:
    table = Table()
    table.speak(-20, None, -20, None, None)
    table.loudest.rearrange([NOBODY, 0, 1, 2, 3])
    assert set(table.loudest.places) == {1, NOBODY}


@given(st.lists(st.lists(st.one_of(st.none(), st.floats(-90, 0)), min_size=5, max_size=5), max_size=60))
def test_no_voice_ever_has_two_places(ticks: list[list[float | None]]) -> None:
    table = Table()
    for levels in ticks:
        heard = table.speak(*levels)
        assert len(heard) == sum(place != NOBODY for place in table.loudest.places)
        speaking = sum(each is not None for each in levels)
        assert len(heard) >= min(speaking, 3)
