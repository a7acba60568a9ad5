"""The cameras that were added while the daemon ran, in the state database."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable

from pydantic import ValidationError

from commandwall.control.database import Database
from commandwall.settings.schema import CameraEntry

log = logging.getLogger(__name__)


class CameraStore:
    """Added cameras, in the order of being added. Methods raise :class:`StoreError`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self) -> list[CameraEntry]:
        """Return all that can be read; others are logged and stay where they are."""

        def read(connection: sqlite3.Connection) -> list[tuple[str, str]]:
            return connection.execute("SELECT id, entry FROM cameras ORDER BY number").fetchall()

        entries = []
        for camera_id, text in await self._database.run(read):
            try:
                entries.append(CameraEntry.model_validate_json(text))
            except ValidationError:
                log.error("added camera %s: its record cannot be read; add it again", camera_id)
        return entries

    async def save(self, entries: Iterable[CameraEntry]) -> None:
        """Keep ``entries``, new ones and changed ones, all or none of them."""
        rows = [(entry.id, entry.model_dump_json(exclude_defaults=True)) for entry in entries]
        await self._database.run(
            lambda connection: connection.executemany(
                "INSERT INTO cameras (id, entry) VALUES (?, ?)"
                " ON CONFLICT (id) DO UPDATE SET entry = excluded.entry",
                rows,
            )
        )

    async def remove(self, camera_id: str) -> None:
        """Forget one."""
        await self._database.run(
            lambda connection: connection.execute("DELETE FROM cameras WHERE id = ?", (camera_id,))
        )
