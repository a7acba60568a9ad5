"""Users, tokens and the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from commandwall.base.clock import NS_PER_S, utc_iso
from commandwall.control.accounts import Token, User
from commandwall.control.changes import Moment
from commandwall.control.http.context import web_of, who
from commandwall.control.http.exchange import Items, answer, number, read
from commandwall.control.http.routes import API, Query, Route
from commandwall.control.roles import Permission, Role
from commandwall.control.store import AuditLine
from commandwall.settings.values import NotEmpty

_PAGE = 100
_MAX_PAGE = 1000
_MAX_HEADS = 64
_MAX_ID = 2**53


class NewUser(BaseModel):
    """A user to add."""

    model_config = ConfigDict(extra="forbid")

    name: str
    role: Role
    password: str = Field(repr=False)


class NewPassword(BaseModel):
    """A password to set."""

    model_config = ConfigDict(extra="forbid")

    password: str = Field(repr=False)


class NewToken(BaseModel):
    """A token to create; ``expires`` is a time with its zone (RFC 3339), ``heads`` all that it may watch."""

    model_config = ConfigDict(extra="forbid")

    name: str
    role: Role
    expires: Moment | None = None
    heads: Annotated[list[str], Field(max_length=_MAX_HEADS), NotEmpty] | None = None


@dataclass(frozen=True, slots=True)
class UserDocument:
    """A user."""

    name: str
    role: Role
    created: str


@dataclass(frozen=True, slots=True)
class TokenDocument:
    """A token, without its secret."""

    name: str
    role: Role
    created: str
    expires: str | None
    heads: Sequence[str]


@dataclass(frozen=True, slots=True)
class TokenSecret:
    """A new token. ``token`` is shown this once and cannot be read again."""

    name: str
    role: Role
    token: str


@dataclass(frozen=True, slots=True)
class AuditDocument:
    """One audit line; ``outcome`` is ``done`` or why not."""

    id: int
    at: str
    who: str
    via: str
    action: str
    target: str
    detail: str
    outcome: str


async def list_users(request: web.Request) -> web.Response:
    """Return all users."""
    users = await web_of(request).service.users(who(request))
    return answer(Items([_user(user) for user in users]), Items[UserDocument])


async def add_user(request: web.Request) -> web.Response:
    """Add a user."""
    new = await read(request, NewUser)
    await web_of(request).service.add_user(who(request), new.name, new.role, new.password)
    return web.Response(status=204)


async def set_password(request: web.Request) -> web.Response:
    """Replace a password; the user's sessions end."""
    new = await read(request, NewPassword)
    await web_of(request).service.set_password(who(request), request.match_info["user"], new.password)
    return web.Response(status=204)


async def remove_user(request: web.Request) -> web.Response:
    """Remove a user."""
    await web_of(request).service.remove_user(who(request), request.match_info["user"])
    return web.Response(status=204)


async def list_tokens(request: web.Request) -> web.Response:
    """Return all tokens."""
    tokens = await web_of(request).service.tokens(who(request))
    return answer(Items([_token(token) for token in tokens]), Items[TokenDocument])


async def create_token(request: web.Request) -> web.Response:
    """Create a token and show it this once."""
    new = await read(request, NewToken)
    service = web_of(request).service
    expires_utc_ns, heads = _utc_ns(new.expires), new.heads or ()
    secret = await service.create_token(who(request), new.name, new.role, expires_utc_ns, heads)
    return answer(TokenSecret(new.name, new.role, secret), TokenSecret, status=201)


async def remove_token(request: web.Request) -> web.Response:
    """Make a token worthless."""
    await web_of(request).service.remove_token(who(request), request.match_info["token"])
    return web.Response(status=204)


async def audit(request: web.Request) -> web.Response:
    """Return audit lines, newest first."""
    limit = number(request, "limit", 1, _MAX_PAGE) or _PAGE
    lines = await web_of(request).service.audit_lines(
        who(request), limit, number(request, "before", 1, _MAX_ID)
    )
    return answer(Items([_line(line) for line in lines]), Items[AuditDocument])


def _user(user: User) -> UserDocument:
    return UserDocument(user.name, user.role, utc_iso(user.created_utc_ns))


def _token(token: Token) -> TokenDocument:
    expires = None if token.expires_utc_ns is None else utc_iso(token.expires_utc_ns)
    return TokenDocument(token.name, token.role, utc_iso(token.created_utc_ns), expires, token.heads)


def _line(line: AuditLine) -> AuditDocument:
    at = utc_iso(line.at_utc_ns)
    return AuditDocument(line.id, at, line.who, line.via, line.action, line.target, line.detail, line.outcome)


def _utc_ns(time: datetime | None) -> int | None:
    return None if time is None else int(time.timestamp() * NS_PER_S)


_USERS = f"{API}/users"
_TOKENS = f"{API}/tokens"
_WRITE = (415, 422)

ROUTES = (
    Route("GET", _USERS, list_users, "All users", Permission.ACCOUNTS, gives=Items[UserDocument]),
    Route(
        "POST",
        _USERS,
        add_user,
        "Add a user",
        Permission.ACCOUNTS,
        takes=NewUser,
        status=204,
        problems=_WRITE,
    ),
    Route(
        "PUT",
        f"{_USERS}/{{user}}/password",
        set_password,
        "Replace a password",
        Permission.ACCOUNTS,
        takes=NewPassword,
        status=204,
        problems=(404, *_WRITE),
    ),
    Route(
        "DELETE",
        f"{_USERS}/{{user}}",
        remove_user,
        "Remove a user",
        Permission.ACCOUNTS,
        status=204,
        problems=(404, 422),
    ),
    Route("GET", _TOKENS, list_tokens, "All tokens", Permission.ACCOUNTS, gives=Items[TokenDocument]),
    Route(
        "POST",
        _TOKENS,
        create_token,
        "Create a token",
        Permission.ACCOUNTS,
        takes=NewToken,
        gives=TokenSecret,
        status=201,
        problems=_WRITE,
    ),
    Route(
        "DELETE",
        f"{_TOKENS}/{{token}}",
        remove_token,
        "Remove a token",
        Permission.ACCOUNTS,
        status=204,
        problems=(404,),
    ),
    Route(
        "GET",
        f"{API}/audit",
        audit,
        "The audit log, newest first",
        Permission.AUDIT,
        gives=Items[AuditDocument],
        query=(
            Query("limit", "how many lines, 100 if not given"),
            Query("before", "only lines with a lower id"),
        ),
        problems=(422,),
    ),
)
