"""Things that operators make and name, in the state database: one record each."""

from __future__ import annotations

import logging
import sqlite3
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from commandwall.base.errors import InvalidError
from commandwall.control.database import Database
from commandwall.ipc.faults import first_fault

log = logging.getLogger(__name__)

_T = TypeVar("_T")


class Records(Generic[_T]):
    """The records of one ``kind``, by id, in the order of being made. Methods raise :class:`StoreError`.

    ``model`` is the dataclass that each is. What is written is its JSON.
    """

    def __init__(self, database: Database, kind: str, model: type[_T]) -> None:
        self._database = database
        self._kind = kind
        self._adapter = TypeAdapter(model)

    async def load(self) -> dict[str, _T]:
        """Return all that can be read; others are logged and stay where they are."""

        def read(connection: sqlite3.Connection) -> list[tuple[str, str]]:
            return connection.execute(
                "SELECT id, body FROM records WHERE kind = ? ORDER BY number", (self._kind,)
            ).fetchall()

        records: dict[str, _T] = {}
        for record_id, body in await self._database.run(read):
            try:
                records[record_id] = self._adapter.validate_json(body)
            except (ValidationError, InvalidError) as error:
                why = first_fault(error) if isinstance(error, ValidationError) else error
                log.error("%s %s: its record cannot be read, make it again: %s", self._kind, record_id, why)
        return records

    async def save(self, record_id: str, record: _T) -> None:
        """Keep ``record``, a new one or a changed one; calls take effect in their order."""

        def write(connection: sqlite3.Connection) -> None:
            body = self._adapter.dump_json(record, exclude_defaults=True).decode()
            connection.execute(
                "INSERT INTO records (kind, id, body) VALUES (?, ?, ?)"
                " ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
                (self._kind, record_id, body),
            )

        await self._database.run(write)

    async def remove(self, record_id: str) -> None:
        """Forget one."""
        await self._database.run(
            lambda connection: connection.execute(
                "DELETE FROM records WHERE kind = ? AND id = ?", (self._kind, record_id)
            )
        )
