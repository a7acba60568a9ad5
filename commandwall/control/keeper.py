"""Keeps what walls show for the next start, behind the operator's back."""

from __future__ import annotations

from commandwall.control.store import Store
from commandwall.control.write_behind import WriteBehind
from commandwall.model.arrangement import Arrangement


class ArrangementKeeper:
    """Writes the newest arrangement of each wall; an async context manager.

    A switch never waits for the disk, and of many quick ones only the last is written.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: dict[str, Arrangement] = {}
        self._writer = WriteBehind(
            "arrangements", self._write, lambda: f"what {', '.join(self._waiting)} shows"
        )

    async def __aenter__(self) -> ArrangementKeeper:
        await self._writer.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._writer.__aexit__()

    def keep(self, wall: str, arrangement: Arrangement) -> None:
        """Remember what ``wall`` shows; returns at once."""
        self._waiting[wall] = arrangement
        self._writer.wake()

    async def _write(self) -> None:
        for wall, arrangement in list(self._waiting.items()):
            await self._store.save_arrangement(wall, arrangement)
            if self._waiting.get(wall) is arrangement:
                del self._waiting[wall]
