"""Passwords: argon2id hashes (RFC 9106), made and compared away from the event loop."""

from __future__ import annotations

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from commandwall.base.errors import InvalidError

MIN_CHARACTERS = 8
_MAX_CHARACTERS = 256
_AT_ONCE = 2


class Passwords:
    """Hashes and compares passwords, two at a time: each takes 64 MiB and tens of milliseconds.

    ``hasher`` may be weaker in tests.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._nobodys = ""

    async def hash(self, password: str) -> str:
        """Return what is stored of ``password``; raises :class:`InvalidError` for a poor one."""
        if len(password) < MIN_CHARACTERS:
            raise InvalidError(
                "must have at least {least} characters",
                least=MIN_CHARACTERS,
                field="password",
            )
        if len(password) > _MAX_CHARACTERS:
            raise InvalidError(
                "must have at most {most} characters",
                most=_MAX_CHARACTERS,
                field="password",
            )
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, password: str, stored: str | None) -> bool:
        """Return whether ``stored`` was made of ``password``.

        ``None`` (no such user) takes as long as a wrong password, so that names cannot be probed.
        """
        if not self._nobodys:
            self._nobodys = await self.hash(secrets.token_urlsafe())
        async with self._slots:
            fits = await asyncio.to_thread(self._verify, stored or self._nobodys, password[:_MAX_CHARACTERS])
        return fits and stored is not None

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
