"""Names and test patterns: on, off, and off by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from commandwall.base.errors import NotFoundError
from commandwall.control.lineup import WHOLE, LineUpControl
from commandwall.ipc.head_messages import ShowLineUp
from tests.unit.control.stage import WALL

NOTHING = ShowLineUp(False, False, ())


class Told(LineUpControl):
    """A line-up that keeps what was told of it."""

    def __init__(self) -> None:
        self.told: list[ShowLineUp] = []
        super().__init__(WALL, lambda: self.told.append(self.message()))

    async def until_told(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.told) < count:
                await asyncio.sleep(0.001)


@pytest.fixture
async def lineup() -> Told:
    return Told()


async def test_names_go_by_themselves(lineup: Told) -> None:
    lineup.identify(0.01)
    assert lineup.identifying and lineup.told == [ShowLineUp(True, False, ())]
    await lineup.until_told(2)
    assert lineup.told[1] == NOTHING and not lineup.identifying


async def test_names_are_prolonged_and_ended(lineup: Told) -> None:
    lineup.identify(0.01)
    lineup.identify(60)
    lineup.show_pattern("left", 0.02)
    await lineup.until_told(4)  # The pattern has ended; what was asked for before it, has not.
    assert lineup.identifying
    lineup.identify(0)
    assert lineup.told[-1] == NOTHING


async def test_a_test_pattern_stays_until_it_is_taken_away(lineup: Told) -> None:
    lineup.show_pattern(WHOLE, None)
    lineup.show_pattern("right", None)
    assert lineup.message() == ShowLineUp(False, True, ("right",))
    assert lineup.pattern("right") and not lineup.pattern("left")
    lineup.hide_pattern("right")
    assert lineup.message() == ShowLineUp(False, True, ())
    lineup.show_pattern("left", None)
    lineup.hide_pattern(WHOLE)
    assert lineup.message() == NOTHING


async def test_a_test_pattern_with_a_time_goes_by_itself(lineup: Told) -> None:
    lineup.show_pattern("left", 0.01)
    lineup.show_pattern(WHOLE, 0.02)
    await lineup.until_told(4)
    assert lineup.message() == NOTHING


async def test_a_test_pattern_that_is_asked_for_anew_takes_the_new_time(lineup: Told) -> None:
    lineup.show_pattern("left", 0.01)
    lineup.show_pattern("left", None)
    lineup.identify(0.03)
    await lineup.until_told(4)
    assert lineup.pattern("left")


async def test_a_head_that_is_not_there_is_refused(lineup: Told) -> None:
    changes: list[Callable[[], None]] = [
        lambda: lineup.show_pattern("nowhere", None),
        lambda: lineup.hide_pattern("nowhere"),
    ]
    for change in changes:
        with pytest.raises(NotFoundError, match="no head 'nowhere'"):
            change()
    assert lineup.told == []
