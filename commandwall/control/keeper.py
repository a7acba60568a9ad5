"""Keeps the newest of what changes often for the next start, behind the operator's back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, Self, TypeVar

from commandwall.control.store import Store
from commandwall.control.write_behind import WriteBehind
from commandwall.model.arrangement import Arrangement

_T = TypeVar("_T")


class Keeper(Generic[_T]):
    """Writes the newest value of each id by ``save``; an async context manager.

    Nothing waits for the disk, and of many quick changes only the last is written. ``waiting`` says,
    with the ids in braces, what is not on disk while it refuses.
    """

    def __init__(self, name: str, save: Callable[[str, _T], Awaitable[None]], waiting: str) -> None:
        self._save = save
        self._waiting: dict[str, _T] = {}
        self._writer = WriteBehind(name, self._write, lambda: waiting.format(", ".join(self._waiting)))

    async def __aenter__(self) -> Self:
        await self._writer.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._writer.__aexit__()

    def keep(self, id: str, value: _T) -> None:
        """Remember ``value`` under ``id``; returns at once."""
        self._waiting[id] = value
        self._writer.wake()

    def forget(self, id: str) -> None:
        """Write nothing more of ``id``; what is on disk is the caller's to remove."""
        self._waiting.pop(id, None)

    async def _write(self) -> None:
        for id in list(self._waiting):
            if id not in self._waiting:
                continue  # It was forgotten while another was written.
            value = self._waiting[id]
            await self._save(id, value)
            if self._waiting.get(id) is value:
                del self._waiting[id]


class ArrangementKeeper(Keeper[Arrangement]):
    """Keeps what each wall shows."""

    def __init__(self, store: Store) -> None:
        super().__init__("arrangements", store.save_arrangement, "what {} shows")
