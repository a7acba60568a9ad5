"""The two WebSockets: events, and the video of a head."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import WSCloseCode, web

from commandwall.base.errors import AccessRefusedError
from commandwall.control.database import StoreError
from commandwall.control.events import HELLO, Event, EventLog, Subscription
from commandwall.control.http.context import web_of, who
from commandwall.control.http.exchange import number
from commandwall.control.http.routes import API, Query, Route
from commandwall.control.http.signin import identify
from commandwall.control.roles import Permission
from commandwall.outputs.websocket import Viewer

OPEN_SOCKETS = web.AppKey("open_sockets", dict[web.WebSocketResponse, web.Request])
_HEARTBEAT_S = 15.0
_CLOSE_S = 1.0
_STOP_S = 0.5
_KEEP_ALIVE_S = 5.0
_ASK_AGAIN_S = 60.0
_SIGNED_OUT = 4401
_MAX_UNSENT_BYTES = 256 << 10
_MAX_RECEIVED_BYTES = 4096
MAX_SEQ = 2**53


async def events(request: web.Request) -> web.StreamResponse:
    """Tell what happens, beginning after event ``after``."""
    context, principal = web_of(request), who(request)
    types, calls = context.service.event_types(principal), context.conferences.calls
    after = number(request, "after", 0, MAX_SEQ)
    ws = await open_socket(request)

    def wanted(event: Event) -> bool:
        return calls.concerns(principal, event.body)

    with context.events.subscribe(after, types) as subscription, calls.page(principal):
        await serve(request, ws, send_events(ws, subscription, context.events, wanted))
    return ws


async def video(request: web.Request) -> web.StreamResponse:
    """Send the encoded frames of a head."""
    context = web_of(request)
    place = request.match_info
    address = context.service.watch_head(who(request), place["wall"], place["head"])
    ws = await open_socket(request)
    _limit_unsent(request)
    with context.video.watch(address, who(request).name) as viewer:
        await serve(request, ws, _send_video(ws, viewer))
    return ws


async def close_sockets(app: web.Application) -> None:
    """Tell every client that the daemon stops; those that do not read that in time are cut off."""
    open_sockets = app[OPEN_SOCKETS]
    closing = [ws.close(code=WSCloseCode.GOING_AWAY, message=b"stopping") for ws in open_sockets]
    try:
        async with asyncio.timeout(_STOP_S):
            await asyncio.gather(*closing)
    except TimeoutError:
        for request in open_sockets.values():
            if request.transport is not None:
                request.transport.abort()


async def open_socket(
    request: web.Request, *, heartbeat_s: float = _HEARTBEAT_S, max_bytes: int = _MAX_RECEIVED_BYTES
) -> web.WebSocketResponse:
    """Return the WebSocket that ``request`` asks for; raises 426 where it asks for none.

    ``max_bytes`` is what a message of the client may have.
    """
    # Compression would cost the control plane a core and the clients nothing less.
    ws = web.WebSocketResponse(
        heartbeat=heartbeat_s, timeout=_CLOSE_S, compress=False, max_msg_size=max_bytes
    )
    if not ws.can_prepare(request):
        raise web.HTTPUpgradeRequired(reason="this is a WebSocket: ask for the upgrade")
    try:
        await ws.prepare(request)
    except ConnectionError:
        raise web.HTTPServiceUnavailable from None  # The client went away; nobody reads this.
    return ws


@contextmanager
def held_open(request: web.Request, ws: web.WebSocketResponse) -> Iterator[None]:
    """Have the client of ``ws`` told when the daemon stops."""
    open_sockets = request.app[OPEN_SOCKETS]
    open_sockets[ws] = request
    try:
        yield
    finally:
        open_sockets.pop(ws, None)


async def serve(request: web.Request, ws: web.WebSocketResponse, sending: Coroutine[Any, Any, None]) -> None:
    """Send until the client goes, the daemon stops, or the right to look has ended."""
    open_sockets = request.app[OPEN_SOCKETS]
    open_sockets[ws] = request
    tasks = [
        asyncio.create_task(work, name=f"{name} {request.path}")
        for name, work in (
            ("send", sending),
            ("receive", _until_closed(ws)),
            ("guard", _until_signed_out(request, ws)),
        )
    ]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    except ConnectionError:
        pass  # The client went away while something was sent.
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        open_sockets.pop(ws, None)
        await ws.close()


async def _until_closed(ws: web.WebSocketResponse) -> None:
    async for _ in ws:
        pass  # Clients have nothing to say here; reading answers pings and notices the end.


async def _until_signed_out(request: web.Request, ws: web.WebSocketResponse) -> None:
    """Ask from time to time whether the session or token still holds; this keeps a session in use."""
    while True:
        await asyncio.sleep(_ASK_AGAIN_S)
        try:
            principal = await identify(request)
        except AccessRefusedError:
            principal = None
        except StoreError:
            continue  # A disk in trouble takes no picture away.
        if principal is None:
            await ws.close(code=_SIGNED_OUT, message=b"signed out")
            return


async def send_events(
    ws: web.WebSocketResponse,
    subscription: Subscription,
    log: EventLog,
    wanted: Callable[[Event], bool] = lambda _: True,
) -> None:
    """Send the events that are ``wanted``, and now and then that there were none, until cancelled."""
    while True:
        try:
            async with asyncio.timeout(_KEEP_ALIVE_S):
                event = await subscription.next()
                while not wanted(event):
                    event = await subscription.next()
        except TimeoutError:  # Pages do not see pings; this tells them that nothing happened.
            event = Event(log.newest, HELLO, {"resumed": True})
        await ws.send_str(event.text)


async def _send_video(ws: web.WebSocketResponse, viewer: Viewer) -> None:
    async for message in viewer:
        if isinstance(message, bytes):
            await ws.send_bytes(message)
        else:
            await ws.send_str(message)


def _limit_unsent(request: web.Request) -> None:
    """Keep the kernel from buffering seconds of video for a slow viewer (TCP_NOTSENT_LOWAT)."""
    connection = request.get_extra_info("socket")
    if connection is not None and connection.family in (socket.AF_INET, socket.AF_INET6):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _MAX_UNSENT_BYTES)


ROUTES = (
    Route(
        "GET",
        f"{API}/events",
        events,
        "What happens (WebSocket)",
        Permission.VIEW,
        status=101,
        query=(Query("after", "the last sequence number that was seen, to miss nothing"),),
        problems=(422, 426),
    ),
    Route(
        "GET",
        f"{API}/walls/{{wall}}/heads/{{head}}/video",
        video,
        "The encoded frames of a head (WebSocket)",
        Permission.VIEW,
        status=101,
        problems=(404, 426),
    ),
)
