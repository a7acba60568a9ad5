"""Who watches a stream in tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from commandwall.model.access_unit import AccessUnit


class Watcher:
    """Collects access units and waits for what is wanted of them."""

    def __init__(self) -> None:
        self.units: list[AccessUnit] = []
        self._came = asyncio.Event()

    def __call__(self, unit: AccessUnit) -> None:
        self.units.append(unit)
        self._came.set()

    async def until(self, wanted: Callable[[list[AccessUnit]], bool]) -> None:
        while not wanted(self.units):
            self._came.clear()
            await self._came.wait()

    async def until_count(self, count: int) -> None:
        await self.until(lambda units: len(units) >= count)

    @property
    def clean(self) -> list[AccessUnit]:
        """What came from the first key frame on."""
        return [unit for unit in self.units if not unit.damaged]
