"""The rows of users, sessions and tokens. Secrets come here only as hashes."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from commandwall.base.clock import utc_ns
from commandwall.base.errors import InvalidError, NotFoundError
from commandwall.control.database import Database
from commandwall.control.roles import Role

_TOKEN = "name, role, created_utc_ns, expires_utc_ns, heads"
"""The columns of a token, but for the hash of its secret."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who signs in with a password."""

    name: str
    role: Role
    created_utc_ns: int


@dataclass(frozen=True, slots=True)
class Token:
    """A program's way in; ``expires_utc_ns`` is ``None`` where it never ends.

    With ``heads`` (``WALL/HEAD``) it is for watching those, and nothing else.
    """

    name: str
    role: Role
    created_utc_ns: int
    expires_utc_ns: int | None
    heads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser, with the role that its user has now."""

    user: str
    role: Role
    created_utc_ns: int
    used_utc_ns: int


class Accounts:
    """Users, sessions and tokens in the state database. Methods raise :class:`StoreError`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def users(self) -> list[User]:
        """Return all users by name."""
        query = "SELECT name, role, created_utc_ns FROM users ORDER BY name"
        rows = await self._database.run(lambda connection: connection.execute(query).fetchall())
        return [User(name, Role(role), created) for name, role, created in rows]

    async def password_of(self, name: str) -> str | None:
        """Return the password hash of a user, ``None`` when there is no such user."""
        row = await self._one("SELECT password FROM users WHERE name = ?", name)
        return row[0] if row else None

    async def add_user(self, name: str, role: Role, password: str) -> None:
        """Add a user; raises :class:`InvalidError` when the name is taken."""
        try:
            await self._change("INSERT INTO users VALUES (?, ?, ?, ?)", name, role, password, utc_ns())
        except sqlite3.IntegrityError:
            raise InvalidError("there is already a user {name!r}", name=name, field="name") from None

    async def set_password(self, name: str, password: str) -> None:
        """Replace a password hash and end the user's sessions; raises :class:`NotFoundError`."""

        def change(connection: sqlite3.Connection) -> int:
            connection.execute("DELETE FROM sessions WHERE user = ?", (name,))
            return connection.execute(
                "UPDATE users SET password = ? WHERE name = ?", (password, name)
            ).rowcount

        if not await self._database.run(change):
            raise NotFoundError("there is no user {name!r}", name=name)

    async def remove_user(self, name: str) -> None:
        """Remove a user with all sessions.

        Raises :class:`NotFoundError`, and :class:`InvalidError` for the last administrator: without
        one, nobody could be added any more.
        """

        def change(connection: sqlite3.Connection) -> int:
            others = connection.execute(
                "SELECT count(*) FROM users WHERE role = ? AND name != ?", (Role.ADMIN, name)
            ).fetchone()
            removed = connection.execute("DELETE FROM users WHERE name = ?", (name,)).rowcount
            if removed and not others[0]:
                raise InvalidError(
                    "{name!r} is the last administrator; add another one first", name=name, field="name"
                )
            return removed

        if not await self._database.run(change):
            raise NotFoundError("there is no user {name!r}", name=name)

    async def session(self, secret_hash: bytes) -> Session | None:
        """Return the session behind a hash, if there is one."""
        row = await self._one(
            "SELECT user, role, sessions.created_utc_ns, used_utc_ns"
            " FROM sessions JOIN users ON users.name = user WHERE hash = ?",
            secret_hash,
        )
        return Session(row[0], Role(row[1]), row[2], row[3]) if row else None

    async def add_session(self, secret_hash: bytes, user: str, oldest_use_utc_ns: int) -> None:
        """Add a session; those that were not used since ``oldest_use_utc_ns`` are removed meanwhile."""
        now = utc_ns()

        def change(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM sessions WHERE used_utc_ns < ?", (oldest_use_utc_ns,))
            connection.execute("INSERT INTO sessions VALUES (?, ?, ?, ?)", (secret_hash, user, now, now))

        await self._database.run(change)

    async def touch_session(self, secret_hash: bytes, used_utc_ns: int) -> None:
        """Note that a session is in use."""
        await self._change("UPDATE sessions SET used_utc_ns = ? WHERE hash = ?", used_utc_ns, secret_hash)

    async def remove_session(self, secret_hash: bytes) -> None:
        """End a session; one that is not there is no error."""
        await self._change("DELETE FROM sessions WHERE hash = ?", secret_hash)

    async def tokens(self) -> list[Token]:
        """Return all tokens by name."""
        query = f"SELECT {_TOKEN} FROM tokens ORDER BY name"
        rows = await self._database.run(lambda connection: connection.execute(query).fetchall())
        return [_token(row) for row in rows]

    async def token(self, secret_hash: bytes) -> Token | None:
        """Return the token behind a hash, if there is one."""
        row = await self._one(f"SELECT {_TOKEN} FROM tokens WHERE hash = ?", secret_hash)
        return _token(row) if row else None

    async def add_token(self, secret_hash: bytes, token: Token) -> None:
        """Add a token; raises :class:`InvalidError` when the name is taken."""
        try:
            await self._change(
                f"INSERT INTO tokens (hash, {_TOKEN}) VALUES (?, ?, ?, ?, ?, ?)",
                secret_hash,
                token.name,
                token.role,
                token.created_utc_ns,
                token.expires_utc_ns,
                " ".join(token.heads),
            )
        except sqlite3.IntegrityError:
            raise InvalidError("there is already a token {name!r}", name=token.name, field="name") from None

    async def remove_token(self, name: str) -> None:
        """Remove a token; raises :class:`NotFoundError`."""
        if not await self._change("DELETE FROM tokens WHERE name = ?", name):
            raise NotFoundError("there is no token {name!r}", name=name)

    async def _one(self, query: str, *values: object) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = await self._database.run(
            lambda connection: connection.execute(query, values).fetchone()
        )
        return row

    async def _change(self, statement: str, *values: object) -> int:
        """Run one statement and return how many rows it changed."""
        return await self._database.run(lambda connection: connection.execute(statement, values).rowcount)


def _token(row: Sequence[Any]) -> Token:
    """Return the token in ``row``, which has the columns ``_TOKEN``; no id has a space in it."""
    name, role, created_utc_ns, expires_utc_ns, heads = row
    return Token(name, Role(role), created_utc_ns, expires_utc_ns, tuple(heads.split()))
