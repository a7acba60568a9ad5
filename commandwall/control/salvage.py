"""A state database that is damaged: kept aside, and what can still be read of it taken over."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from commandwall.base.clock import utc_iso

log = logging.getLogger(__name__)

_LOG_SUFFIX, _INDEX_SUFFIX = "-wal", "-shm"


class DamagedError(sqlite3.DatabaseError):
    """Raised when a database can be opened and is not whole all the same."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


def check_whole(connection: sqlite3.Connection) -> None:
    """Read the whole file; raises ``sqlite3.DatabaseError`` when any part of it is damaged."""
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise DamagedError(" ".join(verdict.split()))


def move_aside(path: Path) -> Path:
    """Rename a damaged database and its write-ahead log, so that nothing is deleted; return its new path."""
    aside = path.with_name(f"{path.name}.damaged-{utc_iso().replace(':', '')}")
    path.rename(aside)
    with suppress(FileNotFoundError):
        path.with_name(path.name + _LOG_SUFFIX).rename(aside.with_name(aside.name + _LOG_SUFFIX))
    path.with_name(path.name + _INDEX_SUFFIX).unlink(missing_ok=True)  # SQLite makes it from the log.
    return aside


def take_over(aside: Path, into: sqlite3.Connection) -> list[str]:
    """Copy all that can be read of ``aside``; return the tables that could not be read to their end.

    One of another version than ``into`` is not read: its tables may be others.
    """
    index = aside.with_name(aside.name + _INDEX_SUFFIX)
    try:
        with closing(sqlite3.connect(f"{aside.as_uri()}?mode=ro", uri=True)) as damaged:
            if _version(damaged) != _version(into):
                return list(_tables(into))
            with into:
                return [table for table in _tables(into) if not _copy(damaged, into, table)]
    except sqlite3.Error:
        return list(_tables(into))
    finally:
        index.unlink(missing_ok=True)


def _copy(damaged: sqlite3.Connection, into: sqlite3.Connection, table: str) -> bool:
    """Copy a table row by row; return whether it came to its end."""
    try:
        for row in damaged.execute(f"SELECT * FROM {table}"):
            with suppress(sqlite3.IntegrityError):  # A session of a user who could not be read, say.
                into.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
    except (sqlite3.Error, UnicodeDecodeError):
        return False
    return True


def _tables(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield the tables in the order in which they were made: one that refers to another comes after it."""
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid").fetchall()
    yield from (name for (name,) in rows if not name.startswith("sqlite_"))


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)
