from __future__ import annotations

import asyncio

import pytest

from commandwall.base.errors import NotFoundError
from commandwall.control import mqtt_values
from commandwall.control.mqtt_values import ValueQueue


def queue() -> ValueQueue[int]:
    """Return a queue for the gauges ``a`` and ``b`` and the series ``s``."""

    def is_series(panel: str) -> bool:
        if panel not in "abs":
            raise NotFoundError("no data panel is called {id!r}", id=panel)
        return panel == "s"

    return ValueQueue(is_series)


async def all_of(values: ValueQueue[int], count: int) -> list[tuple[str, int]]:
    return [await values.next() for _ in range(count)]


async def test_only_the_newest_value_of_a_panel_waits_and_every_point_of_a_series() -> None:
    values = queue()
    given = [("a", 1), ("s", 2), ("a", 3), ("s", 4), ("b", 5)]
    assert [values.put(panel, value) for panel, value in given] == [None, None, 1, None, None]
    assert await all_of(values, 4) == [("a", 3), ("s", 2), ("b", 5), ("s", 4)]


async def test_one_that_is_fed_without_end_keeps_no_other_waiting() -> None:
    values = queue()
    for number in range(3):
        values.put("s", number)
    values.put("b", 9)
    values.put("a", 8)
    assert await all_of(values, 3) == [("s", 0), ("b", 9), ("a", 8)]


async def test_a_series_waits_with_its_newest_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt_values, "MOST_WAITING", 2)
    values = queue()
    assert [values.put("s", number) for number in range(3)] == [None, None, 0]
    assert await all_of(values, 2) == [("s", 1), ("s", 2)]


async def test_a_panel_that_is_not_there_has_no_place() -> None:
    values = queue()
    with pytest.raises(NotFoundError, match="'x'"):
        values.put("x", 1)


async def test_who_comes_first_waits_for_a_value() -> None:
    values = queue()
    waiting = asyncio.create_task(values.next())
    await asyncio.sleep(0)
    values.put("a", 1)
    assert await waiting == ("a", 1)
