"""``commandwall status``: asks the running daemon over HTTP, with a token that lives for the call."""

from __future__ import annotations

import json
import secrets
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import typer
from rich.console import Console
from rich.table import Table

from commandwall.base.clock import NS_PER_S, utc_ns
from commandwall.base.errors import CommandwallError
from commandwall.cli.accounts import open_users
from commandwall.control.roles import Role
from commandwall.settings.site import Settings

_TOKEN_LIFE_NS = 60 * NS_PER_S
_TIMEOUT = aiohttp.ClientTimeout(total=10)


async def run_status(settings: Settings, as_json: bool) -> None:
    """Print what the daemon of ``settings`` says of itself; raises when it does not answer."""
    async with _session(settings) as session:
        report = {name: await _items(session, name) for name in ("cameras", "walls", "workers")}
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False))
    else:
        _print(report)


@asynccontextmanager
async def _session(settings: Settings) -> AsyncIterator[aiohttp.ClientSession]:
    name = f"status-{secrets.token_hex(4)}"
    async with open_users(settings) as users:
        secret = await users.create_token(name, Role.OPS, utc_ns() + _TOKEN_LIFE_NS)
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


def _base_url(settings: Settings) -> str:
    address = settings.http.listen
    if address.host in ("0.0.0.0", "::"):
        address = type(address)("127.0.0.1" if address.host == "0.0.0.0" else "::1", address.port)
    return f"http{'s' if settings.http.tls else ''}://{address}"


def _trust(settings: Settings) -> ssl.SSLContext | bool:
    """Trust exactly the site's own certificate, whatever name it was made out to."""
    if settings.http.tls is None:
        return True
    context = ssl.create_default_context(cafile=settings.http.tls.cert)
    context.check_hostname = False
    return context


async def _items(session: aiohttp.ClientSession, name: str) -> list[dict[str, Any]]:
    try:
        async with session.get(f"/api/v1/{name}") as response:
            body = await response.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise CommandwallError(f"the daemon does not answer: {error}; is it running?") from error
    if response.status != 200:
        raise CommandwallError(f"{name}: {body.get('title', response.status)}")
    items: list[dict[str, Any]] = body["items"]
    return items


def _print(report: dict[str, list[dict[str, Any]]]) -> None:
    console = Console()
    states = Counter(camera["state"] for camera in report["cameras"])
    counts = ", ".join(f"{count} {state}" for state, count in states.most_common())
    console.print(f"{len(report['cameras'])} cameras: {counts}", highlight=False)
    down = [camera for camera in report["cameras"] if camera["state"] not in ("live", "disabled")]
    if down:
        console.print(_table(down, "id", "name", "state", "reason"))
    console.print(_table(report["walls"], "id", "name", "layout", "revision"))
    console.print(_table(report["workers"], "name", "state", "pid", "restarts", "memory_bytes"))


def _table(rows: list[dict[str, Any]], *columns: str) -> Table:
    table = Table(*columns)
    for row in rows:
        table.add_row(*(str(row.get(column, "")) for column in columns))
    return table
