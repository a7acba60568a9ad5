"""Signing in: passwords, sessions of browsers, tokens of programs."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import secrets
import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from commandwall.base.clock import NS_PER_S, Clock, monotonic_s, utc_ns
from commandwall.base.errors import AccessRefusedError, InvalidError
from commandwall.control.accounts import Accounts, Token, User
from commandwall.control.database import StoreError
from commandwall.control.guessing import GuessGuard
from commandwall.control.passwords import Passwords
from commandwall.control.roles import Principal, Role

log = logging.getLogger(__name__)

TOKEN_PREFIX = "cw_"
TOKEN = "token:"
"""How the names of programs begin, unlike those of people."""
FIRST_USER = "admin"
SESSION_IDLE_S = 12 * 3600
SESSION_ABSOLUTE_S = 7 * 24 * 3600
_SECRET_BYTES = 32
_TOUCH_EVERY_NS = 60 * NS_PER_S
_CACHED_S = 5.0
_MAX_CACHED = 1000
_NAME = re.compile(r"\w[\w.@-]{0,63}")


class NotSignedInError(AccessRefusedError):
    """Raised when a request carries no session or token, or one that is wrong or has ended."""


@dataclass(frozen=True, slots=True)
class _Cached:
    principal: Principal
    until_s: float


class Users:
    """Everybody who may come in. Belongs to the control plane's event loop.

    ``revoked`` is set whenever a session or token is worthless from now on, for one who waits for that.
    What a secret stands for is remembered for five seconds, so a request costs no disk access;
    what the command line changes in the database meanwhile takes effect after that.
    """

    def __init__(
        self,
        accounts: Accounts,
        passwords: Passwords,
        guard: GuessGuard,
        *,
        clock: Clock = monotonic_s,
        now_utc_ns: Callable[[], int] = utc_ns,
    ) -> None:
        self._accounts = accounts
        self._passwords = passwords
        self._guard = guard
        self._clock = clock
        self._now_utc_ns = now_utc_ns
        self._cache: dict[bytes, _Cached] = {}
        self.revoked = asyncio.Event()

    async def ensure_first_user(self) -> str | None:
        """Return the password of a new administrator ``admin``, or ``None`` when there are users."""
        if await self._accounts.users():
            return None
        password = secrets.token_urlsafe(12)
        await self.add(FIRST_USER, Role.ADMIN, password)
        return password

    async def sign_in(self, name: str, password: str, address: str) -> str:
        """Return the secret of a new session for somebody at network address ``address``.

        Raises :class:`NotSignedInError`, or :class:`TooManyTriesError` before anything is compared.
        """
        name = unicodedata.normalize("NFC", name)
        self._guard.attempt(name, address)
        stored = await self._accounts.password_of(name)
        if not await self._passwords.matches(password, stored):
            raise NotSignedInError("user name or password is wrong")
        self._guard.succeeded(name, address)
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        idle_since = self._now_utc_ns() - SESSION_IDLE_S * NS_PER_S
        await self._accounts.add_session(_hash(secret), name, idle_since)
        return secret

    async def sign_out(self, secret: str) -> None:
        """End a session."""
        await self._accounts.remove_session(_hash(secret))
        self._revoke()

    async def by_session(self, secret: str) -> Principal:
        """Return who signed in under ``secret``; raises :class:`NotSignedInError`."""
        return await self._remembered(_hash(secret), self._session_principal)

    async def by_token(self, secret: str) -> Principal:
        """Return the program that has this token; raises :class:`NotSignedInError`."""
        return await self._remembered(_hash(secret), self._token_principal)

    async def confirm(self, who: Principal) -> None:
        """Raise :class:`NotSignedInError` if the session or token that ``who`` depends on holds no more.

        A session is in use by that.
        """
        if who.key:
            await self._remembered(who.key, self._either_principal)

    async def users(self) -> list[User]:
        """Return all users by name."""
        return await self._accounts.users()

    async def add(self, name: str, role: Role, password: str) -> None:
        """Add a user; raises :class:`InvalidError` naming ``name`` or ``password``."""
        name = _checked_name(name)
        await self._accounts.add_user(name, role, await self._passwords.hash(password))

    async def set_password(self, name: str, password: str) -> None:
        """Replace a password; all sessions of the user end. Raises :class:`NotFoundError`."""
        await self._accounts.set_password(name, await self._passwords.hash(password))
        self._revoke()

    async def remove(self, name: str) -> None:
        """Remove a user, whose sessions end; raises :class:`NotFoundError`."""
        await self._accounts.remove_user(name)
        self._revoke()

    async def tokens(self) -> list[Token]:
        """Return all tokens by name, without their secrets, which are not kept."""
        return await self._accounts.tokens()

    async def create_token(
        self, name: str, role: Role, expires_utc_ns: int | None = None, heads: Sequence[str] = ()
    ) -> str:
        """Return the secret of a new token: shown once, since only its hash is kept.

        With ``heads`` (``WALL/HEAD``) it watches those, and does nothing else.
        """
        name, now = _checked_name(name), self._now_utc_ns()
        if expires_utc_ns is not None and expires_utc_ns <= now:
            raise InvalidError("is in the past", field="expires")
        if heads and role is not Role.VIEWER:
            raise InvalidError("must be viewer where the token is for heads", field="role")
        secret = TOKEN_PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
        await self._accounts.add_token(_hash(secret), Token(name, role, now, expires_utc_ns, tuple(heads)))
        return secret

    async def remove_token(self, name: str) -> None:
        """Make a token worthless; raises :class:`NotFoundError`."""
        await self._accounts.remove_token(name)
        self._revoke()

    def _revoke(self) -> None:
        self._cache.clear()
        self.revoked.set()

    async def _remembered(self, key: bytes, find: Callable[[bytes], Awaitable[Principal]]) -> Principal:
        cached = self._cache.get(key)
        now_s = self._clock()
        if cached is not None and now_s < cached.until_s:
            return cached.principal
        self._cache.pop(key, None)
        principal = await find(key)
        if len(self._cache) >= _MAX_CACHED:
            self._cache.clear()
        self._cache[key] = _Cached(principal, now_s + _CACHED_S)
        return principal

    async def _session_principal(self, key: bytes) -> Principal:
        session = await self._accounts.session(key)
        now = self._now_utc_ns()
        if (
            session is None
            or now - session.used_utc_ns > SESSION_IDLE_S * NS_PER_S
            or now - session.created_utc_ns > SESSION_ABSOLUTE_S * NS_PER_S
        ):
            raise NotSignedInError("the session has ended; sign in again")
        if now - session.used_utc_ns > _TOUCH_EVERY_NS:
            await self._touch(key, now)
        return Principal(session.user, session.role, key=key)

    async def _touch(self, key: bytes, now: int) -> None:
        try:
            await self._accounts.touch_session(key, now)
        except StoreError as error:  # A disk that is full must not sign the operator out.
            log.warning("session not prolonged: %s", error)

    async def _token_principal(self, key: bytes) -> Principal:
        token = await self._accounts.token(key)
        if token is None:
            raise NotSignedInError("the token is not known; create one with 'commandwall token create'")
        if token.expires_utc_ns is not None and self._now_utc_ns() >= token.expires_utc_ns:
            raise NotSignedInError("the token {name!r} has expired; create another one", name=token.name)
        return Principal(f"{TOKEN}{token.name}", token.role, heads=token.heads, key=key)

    async def _either_principal(self, key: bytes) -> Principal:
        if await self._accounts.token(key) is not None:
            return await self._token_principal(key)
        return await self._session_principal(key)


def _hash(secret: str) -> bytes:
    """Return what is kept of a secret of 256 random bits, which needs no slow hash."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()


def _checked_name(name: str) -> str:
    name = unicodedata.normalize("NFC", name.strip())
    if not _NAME.fullmatch(name):
        raise InvalidError("must be 1 to 64 letters, digits, dots, dashes, underscores or @", field="name")
    return name
