from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import CookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from commandwall.control.database import Database
from commandwall.control.http.application import application
from commandwall.control.http.context import Probes, Web
from commandwall.control.roles import Role
from commandwall.control.users import Users
from commandwall.outputs.websocket import HeadVideo
from tests.unit.control.rig import PASSWORD, Rig, open_rig

Client = TestClient[web.Request, web.Application]
Connect = Callable[..., Awaitable[Client]]


@pytest.fixture
def staged() -> bool:
    """Return whether the walls are those of the stage, which show scenes and tours; modules override it."""
    return False


@pytest.fixture
async def rig(database: Database, users: Users, short_dir: Path, staged: bool) -> AsyncIterator[Rig]:
    async with open_rig(database, users, short_dir, 6 if staged else 4, staged=staged) as rig:
        yield rig


@pytest.fixture
def faults() -> list[str]:
    """Return why the daemon is not ready; tests add to it."""
    return []


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Return a directory with one file of each kind."""
    root = tmp_path / "panel"
    (root / "js").mkdir(parents=True)
    for name in ("index.html", "login.html", "ops.html", "head.html", "join.html"):
        (root / name).write_text(f"<title>{name}</title>")
    (root / "js" / "app.js").write_text("export {};")
    (root / "__init__.py").write_text("secret = 1")
    (tmp_path / "outside.js").write_text("outside")
    return root


async def metrics() -> tuple[bytes, str]:
    return b"commandwall_up 1\n", "text/plain; version=0.0.4"


@pytest.fixture
async def connect(rig: Rig, faults: list[str], pages: Path) -> AsyncIterator[Connect]:
    """Return a function that gives a client: not signed in, or as a role."""
    async with HeadVideo() as video:
        probes = Probes(metrics, lambda: faults, list)
        app = application(
            Web(
                rig.service,
                rig.decor,
                rig.webrtc,
                rig.hall.desk,
                rig.hall.talk_desk,
                rig.events,
                video,
                probes,
                pages,
            )
        )
        server = TestServer(app)
        await server.start_server()
        clients: list[Client] = []

        async def client(role: Role | None = None) -> Client:
            made = TestClient(server, cookie_jar=CookieJar(unsafe=True))
            clients.append(made)
            if role is not None:
                body = {"username": role, "password": PASSWORD}
                assert (await made.post("/api/v1/login", json=body)).status == 200
            return made

        yield client
        for made in clients:
            await made.close()
        await server.close()


async def sent_raw(client: Client, request: bytes) -> bytes:
    """Return the answer to ``request``, which may be broken or not whole."""
    url = client.make_url("/")
    assert url.host is not None
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(request.replace(b"\r\n", f"\r\nHost: {url.authority}\r\nConnection: close\r\n".encode(), 1))
    try:
        async with asyncio.timeout(10):
            head = await reader.readuntil(b"\r\n\r\n")
            return head + await reader.readexactly(int(head.partition(b"Content-Length: ")[2].split()[0]))
    finally:
        writer.close()


@pytest.fixture
async def operator(connect: Connect) -> Client:
    """Return a client that is signed in as an operator."""
    return await connect(Role.OPERATOR)
