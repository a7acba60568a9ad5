"""The other ends of links and bridges, and a daemon's conferences that come back with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from aiohttp import web

from commandwall.conference.links.messages import Hello, Person, Roster, encode
from commandwall.control.audit import AuditLog
from commandwall.control.database import Database
from commandwall.control.events import EventLog
from commandwall.control.link_changes import NewBridge
from commandwall.control.store import Store
from tests.unit.control.hall import Hall
from tests.unit.control.rig import make_board
from tests.unit.control.stage import Hands

TOKEN = "let-me-in"


@asynccontextmanager
async def daemon(database: Database, directory: Path) -> AsyncIterator[Hall]:
    """Run a daemon's conferences, which come back with it."""
    events = EventLog()
    async with AuditLog(Store(database), events) as audit:
        hall = Hall(make_board(events), directory, database, events, audit, Hands(1_000_000.0))
        async with hall.records, hall.linked, hall.links:
            hall.conferences.restore()
            yield hall
            hall.conferences.close()


async def meet(hear: Callable[[str], object], request: web.Request) -> web.WebSocketResponse:
    """Be a city with a chair, at the upper end of a link; ``hear`` is told what is said there."""
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    await socket.receive_str()
    await socket.send_str(encode(Hello("city", "市", "city", "luohu", ("city",))))
    await socket.send_str(encode(Roster((Person("wang", "王", "chair"),))))
    async for message in socket:
        hear(message.data)
    return socket


@asynccontextmanager
async def studio(status: int = 201, hear: Callable[[str], object] = str) -> AsyncIterator[str]:
    """Run a server that answers every offer so, and takes links as :func:`meet`; yields its address."""

    async def take(request: web.Request) -> web.Response:
        headers = {"Location": "/session/1"} if request.method == "POST" else {}
        return web.Response(status=status, text="v=0", content_type="application/sdp", headers=headers)

    app = web.Application()
    app.router.add_get("/api/v1/conferences/duty/links/ws", partial(meet, hear))
    app.router.add_route("*", "/{path:.*}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def bridge(url: str, **more: object) -> NewBridge:
    body = {"id": "studio", "name": "演播室", "kind": "whip", "whep": f"{url}/whep/1", "token": TOKEN, **more}
    return NewBridge.model_validate(body)


def returns(condition: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    """Return ``condition`` as something to wait for."""

    async def met() -> bool:
        return condition()

    return met
