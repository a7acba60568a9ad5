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
from commandwall.base.sentence import Sentence
from commandwall.conference.bridges import whip
from commandwall.conference.bridges.bridge import SENDS, TAKES, Flow
from commandwall.conference.bridges.whip import Endpoint, WhipBridge

TOKEN = "let-me-in"


class PaperLeg:
    """A connection of paper."""

    def __init__(self, sdp: str, reaches: bool) -> None:
        self.sdp = sdp
        self.reaches = reaches
        self.accepted = ""
        self.ended, self.stands = asyncio.Event(), asyncio.Event()

    async def accept(self, answer: str) -> None:
        self.accepted = answer
        if self.reaches:
            self.stands.set()

    async def stood(self) -> None:
        await self.stands.wait()

    async def over(self) -> str:
        await self.ended.wait()
        return "it is over"

    def end(self) -> None:
        self.ended.set()


@dataclass
class PaperMedia:
    blocked: Flow | None = None
    legs: dict[Flow, PaperLeg] = field(default_factory=dict)

    async def offer(self, flow: Flow) -> PaperLeg:
        leg = self.legs[flow] = PaperLeg(f"offer {'out' if flow == SENDS else 'in'}", flow != self.blocked)
        return leg

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
    refused: dict[str, int] = field(default_factory=dict)
    asked: list[tuple[str, str, str, str]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.text()
        self.asked.append((request.method, request.path, request.headers.get("Authorization", ""), body))
        if request.method == "DELETE":
            return web.Response()
        headers = {"Location": self.location}
        status = self.refused.get(request.path, self.status)
        return web.Response(status=status, text=self.text, content_type=self.type, headers=headers)


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


async def test_both_ways_are_asked_for_and_deleted_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whip, "_LEAVE_S", 10.0)  # A machine that stands still leaves later.
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


@pytest.mark.parametrize("way", [SENDS, TAKES])
async def test_the_only_way_that_ends_ends_the_bridge(way: Flow) -> None:
    media = PaperMedia()
    async with serving() as server:
        endpoint = Endpoint(f"{server.url}/a", TOKEN)
        bridge = WhipBridge(endpoint, None) if way == SENDS else WhipBridge(None, endpoint)
        with pytest.raises(ConnectionLostError, match="it is over"):
            await bridge.run(media, lambda _: media.legs[way].end())
    assert [asked[0] for asked in server.asked] == ["POST", "DELETE"]


@pytest.mark.parametrize(
    ("blocked", "refused"), [(SENDS, {}), (TAKES, {}), (SENDS, {"/whep/a": 404})], ids=["out", "in", "nobody"]
)
async def test_what_was_answered_but_never_stands_is_not_joined(
    blocked: Flow, refused: dict[str, int]
) -> None:
    told: list[str] = []
    media = PaperMedia(blocked)
    async with serving() as server:
        server.refused = refused
        task = asyncio.create_task(both(server).run(media, told.append))
        async with asyncio.timeout(20):
            while TAKES not in media.legs or not (
                media.legs[TAKES].accepted or media.legs[TAKES].ended.is_set()
            ):
                await asyncio.sleep(0)
        media.legs[blocked].end()
        with pytest.raises(ConnectionLostError, match="it is over"):
            await task
    assert told == []


async def test_what_is_sent_ends_the_bridge_with_itself() -> None:
    media = PaperMedia()
    async with serving() as server:
        with pytest.raises(ConnectionLostError, match="it is over"):
            await both(server).run(media, lambda _: media.legs[SENDS].end())
    assert media.legs[TAKES].ended.is_set()


@pytest.mark.parametrize(
    ("status", "lacking", "in_chinese"),
    [
        (404, "nobody sends a picture there", "对方没有人发送画面"),
        (
            503,
            "127.0.0.1:{port} does not serve now (status 503)",
            "127.0.0.1:{port} 暂不提供服务（状态 503）",
        ),
    ],
)
async def test_where_nobody_sends_yet_we_do_and_look_again(
    monkeypatch: pytest.MonkeyPatch, status: int, lacking: str, in_chinese: str
) -> None:
    monkeypatch.setattr(whip, "_AGAIN_S", (0.01,))
    told: asyncio.Queue[str] = asyncio.Queue()
    media = PaperMedia()
    async with serving() as server:
        server.refused["/whep/a"] = status
        task = asyncio.create_task(both(server).run(media, told.put_nowait))
        for _ in range(2):
            said = await told.get()
            port = server.url.rpartition(":")[2]
            assert (said, Sentence(said).zh) == (lacking.format(port=port), in_chinese.format(port=port))
        server.refused.clear()
        while await told.get():
            pass
        media.legs.pop(TAKES).end()  # Who was watched is gone, and comes back.
        assert await told.get() == ""
        assert [path for method, path, *_ in server.asked if method != "POST"] == ["/whep/session/1"]
        assert [path for _, path, *_ in server.asked].count("/whip/a") == 1
        assert not media.legs[SENDS].ended.is_set()
        server.refused["/whep/a"] = 403
        media.legs[TAKES].end()
        with pytest.raises(AccessRefusedError):
            await task
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
