"""Links to the conferences of other levels, and bridges to those of other systems."""

from __future__ import annotations

from aiohttp import web

from commandwall.conference.links.line import HEARTBEAT_S
from commandwall.conference.links.messages import MAX_MESSAGE_BYTES
from commandwall.control.conference_documents import LinkDocument
from commandwall.control.http import sockets
from commandwall.control.http.context import web_of, who
from commandwall.control.http.exchange import answer, read
from commandwall.control.http.routes import API, Route
from commandwall.control.link_changes import NewBridge, NewLink
from commandwall.control.link_desk import LinkDesk
from commandwall.control.roles import Permission


async def open_link(request: web.Request) -> web.Response:
    """Join the conference of the level above."""
    new = await read(request, NewLink)
    return answer(
        await _desk(request).open_link(who(request), _conference(request), new), LinkDocument, status=201
    )


async def open_bridge(request: web.Request) -> web.Response:
    """Join a conference of another system."""
    new = await read(request, NewBridge)
    return answer(
        await _desk(request).open_bridge(who(request), _conference(request), new), LinkDocument, status=201
    )


async def close_link(request: web.Request) -> web.Response:
    """Take a link or a bridge down."""
    await _desk(request).close(who(request), _conference(request), request.match_info["link"])
    return web.Response(status=204)


async def serve_link(request: web.Request) -> web.StreamResponse:
    """Be the upper end of a link."""
    seat = _desk(request).seat(who(request), _conference(request))
    ws = await sockets.open_socket(request, heartbeat_s=HEARTBEAT_S, max_bytes=MAX_MESSAGE_BYTES)
    with sockets.held_open(request, ws):
        await _desk(request).serve(seat, ws)
    await ws.close()
    return ws


def _desk(request: web.Request) -> LinkDesk:
    return web_of(request).conferences.links


def _conference(request: web.Request) -> str:
    return request.match_info["conference"]


_CONFERENCE = f"{API}/conferences/{{conference}}"
_JOINING = (404, 415, 422, 503)

ROUTES = (
    Route(
        "POST",
        f"{_CONFERENCE}/links",
        open_link,
        "Join the conference of the level above, at another daemon",
        Permission.OPERATE,
        takes=NewLink,
        gives=LinkDocument,
        status=201,
        problems=_JOINING,
    ),
    Route(
        "DELETE",
        f"{_CONFERENCE}/links/{{link}}",
        close_link,
        "Take a link or a bridge down",
        Permission.OPERATE,
        status=204,
        problems=(404,),
    ),
    Route(
        "POST",
        f"{_CONFERENCE}/bridges",
        open_bridge,
        "Join a conference of another system: Janus, or a WHIP/WHEP server",
        Permission.OPERATE,
        takes=NewBridge,
        gives=LinkDocument,
        status=201,
        problems=_JOINING,
    ),
    Route(
        "GET",
        f"{_CONFERENCE}/links/ws",
        serve_link,
        "The signalling of a link, for the daemon below (WebSocket)",
        status=101,
        problems=(403, 404, 426),
    ),
)
