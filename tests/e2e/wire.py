"""The network between two daemons, which can be cut and mended: HTTP with its WebSockets, and media.

A wire stands before the upper daemon as a proxy does. It puts itself into the candidates of every offer and
every answer that passes, so that what WebRTC sends goes through it too; nothing is left that goes round it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import cast

import aiohttp
from aiohttp import WSMessage, WSMsgType, web

Address = tuple[str, int]
_CANDIDATE = re.compile(r"a=candidate:(\S+) 1 udp (\d+) ([\d.]+) (\d+) typ host.*", re.IGNORECASE)
_ENDS = (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR)
_Socket = web.WebSocketResponse | aiohttp.ClientWebSocketResponse


class Side(asyncio.DatagramProtocol):
    """One end of a media connection as the other end sees it: what comes to it goes on by ``other``."""

    def __init__(self, passes: Callable[[], bool]) -> None:
        self._passes = passes
        self._to: Address | None = None
        self.other: Side | None = None
        self.transport: asyncio.DatagramTransport | None = None

    def stand_for(self, address: Address) -> None:
        """Be who sends and receives at ``address``."""
        self._to = address

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if self.other is not None and self.other._to == addr and self._passes():
            self.other.send_home(data, self)

    def send_home(self, data: bytes, seen_as: Side) -> None:
        """Send what came for ``seen_as`` to whom that stands for."""
        assert self.transport is not None
        if seen_as._to is not None:
            self.transport.sendto(data, seen_as._to)


class Wire:
    """Passes on what goes both ways between whoever comes and the daemon at ``port``, unless it is cut."""

    def __init__(self, port: int) -> None:
        self.port = 0
        self._to = f"http://127.0.0.1:{port}"
        self._open = asyncio.Event()
        self._open.set()
        self._sides: list[Side] = []

    def cut(self) -> None:
        """Let nothing through; nobody is told."""
        self._open.clear()

    def mend(self) -> None:
        """Let through what is sent from now on; what was asked for meanwhile is lost."""
        self._open.set()

    def close(self) -> None:
        """Give up all media connections."""
        for side in self._sides:
            if side.transport is not None:
                side.transport.close()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Pass one request on, or a WebSocket."""
        if not self._open.is_set():
            await self._open.wait()
            return web.Response(status=503, reason="it came while the wire was cut")
        headers = {name: request.headers[name] for name in ("Authorization",) if name in request.headers}
        async with aiohttp.ClientSession(self._to, headers=headers) as session:
            if request.headers.get("Upgrade", "").lower() == "websocket":
                return await self._serve_socket(request, session)
            return await self._serve_call(request, session)

    async def _serve_call(self, request: web.Request, session: aiohttp.ClientSession) -> web.Response:
        sides, body = None, await request.read()
        if request.content_type == "application/sdp":
            sides = await self._two_sides()
            body = await _through(body, sides[0])
        content_type = {"Content-Type": request.content_type} if body else {}
        async with session.request(
            request.method, request.path_qs, data=body or None, headers=content_type
        ) as answer:
            said = await answer.read()
            if sides is not None and answer.status == 201:
                said = await _through(said, sides[1])
            headers = {name: answer.headers[name] for name in ("Location",) if name in answer.headers}
            await self._open.wait()
            return web.Response(
                status=answer.status, body=said, headers=headers, content_type=answer.content_type
            )

    async def _serve_socket(
        self, request: web.Request, session: aiohttp.ClientSession
    ) -> web.WebSocketResponse:
        below = web.WebSocketResponse(autoping=False)
        async with session.ws_connect(request.path_qs, autoping=False, autoclose=False) as above:
            await below.prepare(request)
            await asyncio.wait(
                [asyncio.create_task(self._pass(*ends)) for ends in ((below, above), (above, below))],
                return_when=asyncio.FIRST_COMPLETED,
            )
        await below.close()
        return below

    async def _pass(self, source: _Socket, sink: _Socket) -> None:
        while True:
            message = await source.receive()
            await self._open.wait()
            if message.type in _ENDS:
                return
            with suppress(ConnectionError):  # Whoever hung up meanwhile hears nothing of it.
                await _say(sink, message)

    async def _two_sides(self) -> tuple[Side, Side]:
        sides = Side(self._open.is_set), Side(self._open.is_set)
        sides[0].other, sides[1].other = sides[1], sides[0]
        self._sides += sides
        return sides


async def _say(sink: _Socket, message: WSMessage) -> None:
    match message.type:
        case WSMsgType.PING:
            await sink.ping(message.data)
        case WSMsgType.PONG:
            await sink.pong(message.data)
        case _:
            await sink.send_str(message.data)


async def _through(sdp: bytes, stands_in: Side) -> bytes:
    """Return ``sdp`` with one candidate: ``stands_in``, which stands for the first one there is."""
    lines: list[str] = []
    for line in sdp.decode().split("\r\n"):
        found = _CANDIDATE.fullmatch(line)
        if found is None:
            lines += [] if line.startswith("a=candidate") else [line]
            continue
        foundation, priority, host, port = found.groups()
        if stands_in.transport is None:
            stands_in.stand_for((host, int(port)))
            await asyncio.get_running_loop().create_datagram_endpoint(lambda: stands_in, local_addr=(host, 0))
        assert stands_in.transport is not None
        port = stands_in.transport.get_extra_info("sockname")[1]
        mine = f"a=candidate:{foundation} 1 udp {priority} {host} {port} typ host"
        if mine not in lines[-2:]:
            lines.append(mine)
    return "\r\n".join(lines).encode()


@asynccontextmanager
async def wire(port: int) -> AsyncIterator[Wire]:
    """Run a wire to the daemon at ``port``; it is at ``port`` of 127.0.0.1 itself."""
    running = Wire(port)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", running.serve)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    running.port = runner.addresses[0][1]
    try:
        yield running
    finally:
        running.mend()
        running.close()
        await runner.cleanup()
