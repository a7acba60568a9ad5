"""The state of a site on disk: one SQLite file (WAL), used from one thread of its own."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from commandwall.base.errors import CommandwallError
from commandwall.base.sentence import Sentence
from commandwall.control.salvage import check_whole, move_aside, take_over

log = logging.getLogger(__name__)

FILE_NAME = "commandwall.db"
_BUSY_S = 2.0
_T = TypeVar("_T")

# One entry a version; ``PRAGMA user_version`` counts those that were applied. Only ever append.
_MIGRATIONS = (
    """
    CREATE TABLE users (
        name TEXT PRIMARY KEY, role TEXT NOT NULL, password TEXT NOT NULL, created_utc_ns INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE sessions (
        hash BLOB PRIMARY KEY, user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
        created_utc_ns INTEGER NOT NULL, used_utc_ns INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE tokens (
        hash BLOB NOT NULL UNIQUE, name TEXT PRIMARY KEY, role TEXT NOT NULL,
        created_utc_ns INTEGER NOT NULL, expires_utc_ns INTEGER
    ) STRICT;
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT, at_utc_ns INTEGER NOT NULL, who TEXT NOT NULL,
        via TEXT NOT NULL, action TEXT NOT NULL, target TEXT NOT NULL, detail TEXT NOT NULL,
        outcome TEXT NOT NULL
    ) STRICT;
    CREATE TABLE arrangements (
        wall TEXT PRIMARY KEY, revision INTEGER NOT NULL, layout TEXT NOT NULL, sources TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    """,
    """
    CREATE TABLE cameras (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, entry TEXT NOT NULL) STRICT;
    """,
    """
    CREATE TABLE records (
        number INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
        UNIQUE (kind, id)
    ) STRICT;
    """,
    """
    ALTER TABLE arrangements ADD COLUMN views TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE arrangements ADD COLUMN "full" TEXT NOT NULL DEFAULT '';
    """,
    """
    CREATE TABLE pins (
        wall TEXT NOT NULL, source TEXT NOT NULL, PRIMARY KEY (wall, source)
    ) STRICT, WITHOUT ROWID;
    """,
    """
    ALTER TABLE tokens ADD COLUMN heads TEXT NOT NULL DEFAULT '';
    """,
)


class StoreError(CommandwallError):
    """Raised when the state database cannot be read or written; the message says what to do."""


class Database:
    """One SQLite file and the thread that alone touches it; an async context manager.

    Who ``mends`` has the file to himself but for the command line. One that is damaged anywhere is then moved
    aside when it is opened, and a new one begun with what can still be read of it: a wall must come up
    even so, and nothing is deleted. For all others it is an error.
    """

    def __init__(self, directory: Path, *, mends: bool = False) -> None:
        self._path = directory / FILE_NAME
        self._mends = mends
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="state")
        self._connection: sqlite3.Connection | None = None

    async def __aenter__(self) -> Database:
        """Open the file and bring it to the newest version; raises :class:`StoreError`."""
        try:
            self._connection = await self._in_thread(self._open)
        except BaseException:
            self._thread.shutdown(wait=False)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Finish what was asked for before and close the file."""
        await self._in_thread(self._close)
        self._thread.shutdown()

    async def run(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """Run ``work`` in the thread, in one transaction, in the order of the calls.

        Raises :class:`StoreError`; the transaction is rolled back then. Once begun, ``work``
        completes even if the caller is cancelled.
        """
        return await self._in_thread(lambda: self._transaction(work))

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sqlite3.IntegrityError:
            raise  # The caller asked for what its table forbids and knows which row.
        except sqlite3.Error as error:
            raise StoreError(
                "state database {path}: {advice}", path=self._path, advice=Sentence(_advice(error))
            ) from error
        except OSError as error:
            raise StoreError(
                "state directory {path}: {strerror}; make it writable",
                path=self._path.parent,
                strerror=error.strerror,
            ) from error

    def _transaction(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        if self._connection is None:
            raise StoreError("state database {path} is not open", path=self._path)
        with self._connection:
            return work(self._connection)

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            return self._connect()
        except sqlite3.DatabaseError as error:
            damaged = _result_code(error) in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
            if not (damaged and self._mends):
                raise
            return self._begin_anew(error)

    def _connect(self) -> sqlite3.Connection:
        self._path.touch(mode=0o600)
        connection = sqlite3.connect(self._path, timeout=_BUSY_S, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            if self._mends:
                check_whole(connection)
            self._migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > len(_MIGRATIONS):
            raise StoreError(
                "state database {path} is of a newer commandwall (version {version}); run that one, or"
                " name another state directory",
                path=self._path,
                version=version,
            )
        for number, script in enumerate(_MIGRATIONS[version:], version + 1):
            connection.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;")

    def _begin_anew(self, error: sqlite3.DatabaseError) -> sqlite3.Connection:
        aside = move_aside(self._path)
        connection = self._connect()
        lost = take_over(aside, connection)
        log.error(
            "state database %s is damaged (%s): kept as %s, and a new one begun with what could be read of"
            " it; not whole are: %s. Look at accounts, cameras and walls; what is missing must be made again",
            self._path, error, aside.name, ", ".join(lost) or "none of its tables",
        )  # fmt: skip
        return connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _result_code(error: sqlite3.Error) -> int:
    """Return SQLite's primary result code; errors of the Python module itself carry none."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF


def _advice(error: sqlite3.Error) -> str:
    """Return what is wrong and what helps."""
    known = {
        sqlite3.SQLITE_FULL: "the disk is full; free some space, nothing else is needed",
        sqlite3.SQLITE_BUSY: "another process holds it; end that one, or try again",
        sqlite3.SQLITE_LOCKED: "another process holds it; end that one, or try again",
        sqlite3.SQLITE_READONLY: "it is read-only; make file and directory writable for this user",
        sqlite3.SQLITE_CANTOPEN: "it cannot be opened; make the directory writable for this user",
        sqlite3.SQLITE_IOERR: "the disk fails to read or write; check it (smartctl, dmesg)",
        sqlite3.SQLITE_CORRUPT: "it is damaged; restart the daemon, which begins anew with what can be read",
        sqlite3.SQLITE_NOTADB: "it is damaged; restart the daemon, which begins anew with what can be read",
    }
    return known.get(_result_code(error), str(error))
