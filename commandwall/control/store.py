"""What outlives a restart, except accounts: what walls show, and who did what."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from commandwall.control.database import Database
from commandwall.control.encoding import adapter
from commandwall.model.arrangement import Arrangement
from commandwall.model.source import Source
from commandwall.model.view import View

_COLUMNS = 'revision, layout, sources, views, "full"'
Views = tuple[View, ...]


@dataclass(frozen=True, slots=True)
class AuditLine:
    """Who did what, when, by which way, and how it ended.

    ``via`` is ``http``, ``mqtt`` or ``cli``; ``action`` is a verb like ``wall.layout``; ``outcome`` is
    ``done`` or why not. ``detail`` never holds a credential.
    """

    at_utc_ns: int
    who: str
    via: str
    action: str
    target: str
    detail: str = ""
    outcome: str = "done"
    id: int = 0


class Store:
    """Arrangements and audit lines in the state database. Methods raise :class:`StoreError`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load_arrangement(self, wall: str) -> Arrangement | None:
        """Return what ``wall`` showed last, or ``None`` when nothing is known."""

        def read(connection: sqlite3.Connection) -> tuple[int, str, str, str, str] | None:
            row: tuple[int, str, str, str, str] | None = connection.execute(
                f"SELECT {_COLUMNS} FROM arrangements WHERE wall = ?", (wall,)
            ).fetchone()
            return row

        row = await self._database.run(read)
        if row is None:
            return None
        revision, layout, sources, views, full = row
        shown = tuple(Source.parse(text) for text in json.loads(sources))
        return Arrangement(revision, layout, shown, adapter(Views).validate_json(views), full)

    async def save_arrangement(self, wall: str, arrangement: Arrangement) -> None:
        """Remember what ``wall`` shows; calls take effect in their order."""
        sources = json.dumps([str(source) for source in arrangement.sources])
        views = adapter(Views).dump_json(arrangement.views).decode()
        row = (wall, arrangement.revision, arrangement.layout, sources, views, arrangement.full)
        await self._database.run(
            lambda connection: connection.execute(
                f"INSERT OR REPLACE INTO arrangements (wall, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", row
            )
        )

    async def add_audit(self, lines: Sequence[AuditLine]) -> None:
        """Append ``lines``, all or none of them."""
        rows = [
            (line.at_utc_ns, line.who, line.via, line.action, line.target, line.detail, line.outcome)
            for line in lines
        ]
        await self._database.run(
            lambda connection: connection.executemany(
                "INSERT INTO audit (at_utc_ns, who, via, action, target, detail, outcome)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
        )

    async def read_audit(self, limit: int, before: int | None = None) -> list[AuditLine]:
        """Return at most ``limit`` lines, newest first, from those with an id below ``before``."""

        def read(connection: sqlite3.Connection) -> list[AuditLine]:
            rows = connection.execute(
                "SELECT at_utc_ns, who, via, action, target, detail, outcome, id FROM audit"
                " WHERE ? IS NULL OR id < ? ORDER BY id DESC LIMIT ?",
                (before, before, limit),
            )
            return [AuditLine(*row) for row in rows]

        return await self._database.run(read)
