"""Talking to the running daemon over HTTP, with a token that lives for the call."""

from __future__ import annotations

import secrets
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from commandwall.base.clock import NS_PER_S, utc_ns
from commandwall.base.errors import CommandwallError
from commandwall.base.trust import believing
from commandwall.cli.accounts import open_users
from commandwall.control.roles import Role
from commandwall.settings.site import Settings

_TOKEN_LIFE_NS = 300 * NS_PER_S
_TIMEOUT = aiohttp.ClientTimeout(total=120, sock_connect=5)


@asynccontextmanager
async def daemon_session(
    settings: Settings, command: str, role: Role
) -> AsyncIterator[aiohttp.ClientSession]:
    """Yield a session with the daemon of ``settings``, as ``role``; ``command`` names its token."""
    name = f"{command}-{secrets.token_hex(4)}"
    async with open_users(settings) as users:
        secret = await users.create_token(name, role, utc_ns() + _TOKEN_LIFE_NS)
        try:
            async with aiohttp.ClientSession(
                _base_url(settings),
                headers={"Authorization": f"Bearer {secret}"},
                connector=aiohttp.TCPConnector(ssl=_trust(settings)),
                timeout=_TIMEOUT,
            ) as session:
                yield session
        finally:
            await users.remove_token(name)


async def ask(session: aiohttp.ClientSession, method: str, path: str, **request: Any) -> Any:
    """Return the JSON answer of ``/api/v1{path}``.

    Raises :class:`CommandwallError` with the daemon's words, or saying that it does not answer.
    """
    try:
        async with session.request(method, f"/api/v1{path}", **request) as response:
            body = await response.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise CommandwallError(f"the daemon does not answer: {error}; is it running?") from error
    if response.status >= 400:
        raise CommandwallError(f"{path}: {body.get('detail', response.status)}")
    return body


def _base_url(settings: Settings) -> str:
    address = settings.http.listen
    if address.host in ("0.0.0.0", "::"):
        address = type(address)("127.0.0.1" if address.host == "0.0.0.0" else "::1", address.port)
    return f"http{'s' if settings.http.tls else ''}://{address}"


def _trust(settings: Settings) -> ssl.SSLContext | bool:
    """Trust the site's own certificate and those it comes with, whatever name it was made out to."""
    if settings.http.tls is None:
        return True
    context = believing(str(settings.http.tls.cert))
    context.check_hostname = False
    return context
