"""Values that came by MQTT and wait to be shown on data panels, so that commands wait for none of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

_T = TypeVar("_T")

MOST_WAITING = 5000
"""So many points of one series wait."""


class ValueQueue(Generic[_T]):
    """Who waits: of each panel the newest value, of a series all points. Belongs to the event loop.

    Panels take turns, so that one that is fed faster than it can be shown keeps no other waiting.
    ``is_series`` says whether a panel is one; it raises :class:`NotFoundError` for one that is not there.
    """

    def __init__(self, is_series: Callable[[str], bool]) -> None:
        self._is_series = is_series
        self._waiting: dict[str, deque[_T]] = {}
        self._any = asyncio.Event()

    def put(self, panel: str, value: _T) -> _T | None:
        """Let ``value`` wait; return the one that is not going to be shown for it, if there is one.

        Raises :class:`NotFoundError` when there is no such panel.
        """
        room = MOST_WAITING if self._is_series(panel) else 1
        values = self._waiting.setdefault(panel, deque())
        values.append(value)
        self._any.set()
        return values.popleft() if len(values) > room else None

    async def next(self) -> tuple[str, _T]:
        """Return the panel whose turn it is and its oldest value; waits for one."""
        while not self._waiting:
            self._any.clear()
            await self._any.wait()
        panel = next(iter(self._waiting))
        values = self._waiting.pop(panel)
        value = values.popleft()
        if values:
            self._waiting[panel] = values
        return panel, value
