from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from commandwall.base.errors import (
    AccessRefusedError,
    CommandwallError,
    ConnectionLostError,
    NotFoundError,
    ProtocolError,
    UnavailableError,
)
from commandwall.conference.bridges.bridge import SENDS, TAKES, Flow
from commandwall.conference.bridges.whip import Endpoint, WhipBridge

TOKEN = "let-me-in"


class PaperLeg:
    """A connection of paper."""

    def __init__(self, sdp: str) -> None:
        self.sdp = sdp
        self.accepted = ""
        self.ended = asyncio.Event()

    async def accept(self, answer: str) -> None:
        self.accepted = answer

    async def over(self) -> str:
        await self.ended.wait()
        return "it is over"

    def end(self) -> None:
        self.ended.set()


@dataclass
class PaperMedia:
    legs: dict[Flow, PaperLeg] = field(default_factory=dict)

    async def offer(self, flow: Flow) -> PaperLeg:
        return self.legs.setdefault(flow, PaperLeg(f"offer {'out' if flow == SENDS else 'in'}"))

    async def answer(self, flow: Flow, offer: str) -> PaperLeg:
        raise NotImplementedError


@dataclass
class Server:
    """A server that answers as it is told to, and notes what it is asked."""

    url: str = ""
    status: int = 201
    text: str = "the answer"
    type: str = "application/sdp"
    location: str = "session/1"
    asked: list[tuple[str, str, str, str]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.text()
        self.asked.append((request.method, request.path, request.headers.get("Authorization", ""), body))
        if request.method == "DELETE":
            return web.Response()
        headers = {"Location": self.location}
        return web.Response(status=self.status, text=self.text, content_type=self.type, headers=headers)


@asynccontextmanager
async def serving() -> AsyncIterator[Server]:
    server = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()


def both(server: Server) -> WhipBridge:
    return WhipBridge(Endpoint(f"{server.url}/whip/a", TOKEN), Endpoint(f"{server.url}/whep/a", TOKEN))


async def test_both_ways_are_asked_for_and_deleted_at_the_end() -> None:
    media, joined = PaperMedia(), asyncio.Event()
    async with serving() as server:
        task = asyncio.create_task(both(server).run(media, lambda _: joined.set()))
        await joined.wait()
        assert media.legs[SENDS].accepted == media.legs[TAKES].accepted == "the answer"
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    bearer = f"Bearer {TOKEN}"
    assert server.asked == [
        ("POST", "/whip/a", bearer, "offer out"),
        ("POST", "/whep/a", bearer, "offer in"),
        ("DELETE", "/whep/session/1", bearer, ""),
        ("DELETE", "/whip/session/1", bearer, ""),
    ]
    assert all(leg.ended.is_set() for leg in media.legs.values())


async def test_one_way_that_ends_ends_both() -> None:
    media = PaperMedia()
    async with serving() as server:
        with pytest.raises(ConnectionLostError, match="it is over"):
            await both(server).run(media, lambda _: media.legs[TAKES].end())
    assert media.legs[SENDS].ended.is_set()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, AccessRefusedError),
        (403, AccessRefusedError),
        (404, NotFoundError),
        (503, UnavailableError),
        (302, CommandwallError),
        (500, CommandwallError),
    ],
)
async def test_refusals_are_told_by_their_status_without_what_the_server_says(
    status: int, kind: type[CommandwallError]
) -> None:
    async with serving() as server:
        server.status, server.text = status, f"token {TOKEN} is not right"
        with pytest.raises(kind, match=r"127\.0\.0\.1") as refused:
            await both(server).run(PaperMedia(), lambda _: None)
    assert type(refused.value) is kind
    assert TOKEN not in str(refused.value)


async def test_what_is_no_answer_is_refused() -> None:
    async with serving() as server:
        server.type = "text/html"
        with pytest.raises(ProtocolError, match="text/html"):
            await both(server).run(PaperMedia(), lambda _: None)
        server.type, server.text = "application/sdp", "x" * (300 << 10)
        with pytest.raises(ProtocolError, match="without end"):
            await both(server).run(PaperMedia(), lambda _: None)


@pytest.mark.parametrize("location", ["http://evil.invalid/session/1", "", "http://[", "//[::1/x"])
async def test_the_token_goes_to_no_other_server(location: str) -> None:
    async with serving() as server:
        server.location = location
        media = PaperMedia()
        with pytest.raises(ConnectionLostError):
            await both(server).run(media, lambda _: media.legs[SENDS].end())
    assert [method for method, *_ in server.asked] == ["POST", "POST"]


def test_the_token_is_not_shown() -> None:
    endpoint = Endpoint("https://centre:8443/whip/secret", TOKEN)
    assert TOKEN not in repr(endpoint)
    assert endpoint.place == "centre:8443"
