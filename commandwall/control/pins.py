"""What operators have pinned on each wall, kept over restarts."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from commandwall.control.database import Database
from commandwall.model.source import Source


class PinStore:
    """Pins in the state database. Methods raise :class:`commandwall.control.database.StoreError`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, wall: str) -> frozenset[Source]:
        """Return what is pinned on ``wall``."""

        def read(connection: sqlite3.Connection) -> frozenset[Source]:
            rows = connection.execute("SELECT source FROM pins WHERE wall = ?", (wall,))
            return frozenset(Source.parse(text) for (text,) in rows)

        return await self._database.run(read)

    async def save(self, wall: str, pinned: Collection[Source]) -> None:
        """Remember what is pinned on ``wall``, and nothing else; calls take effect in their order."""
        rows = [(wall, str(source)) for source in pinned]

        def write(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM pins WHERE wall = ?", (wall,))
            connection.executemany("INSERT INTO pins (wall, source) VALUES (?, ?)", rows)

        await self._database.run(write)
