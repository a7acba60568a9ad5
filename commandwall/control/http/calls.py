"""Calls: accounts are asked into conferences, at the pages that they have open."""

from __future__ import annotations

from aiohttp import web

from commandwall.control.call_desk import CallDesk, CallDocument, CalleeDocument
from commandwall.control.conference_changes import NewCall
from commandwall.control.conference_documents import MemberDocument
from commandwall.control.http.context import web_of, who
from commandwall.control.http.exchange import Items, answer, read
from commandwall.control.http.routes import API, Route
from commandwall.control.roles import Permission


async def reachable(request: web.Request) -> web.Response:
    """Return who can be called."""
    return answer(Items(_desk(request).reachable(who(request), _conference(request))), Items[CalleeDocument])


async def call(request: web.Request) -> web.Response:
    """Call somebody."""
    asked = await read(request, NewCall)
    return answer(_desk(request).call(who(request), _conference(request), asked), CallDocument, status=201)


async def own_calls(request: web.Request) -> web.Response:
    """Return what rings at one's own pages."""
    return answer(Items(_desk(request).mine(who(request))), Items[CallDocument])


async def accept(request: web.Request) -> web.Response:
    """Accept a call, for a seat."""
    return answer(_desk(request).accept(who(request), _conference(request)), MemberDocument)


async def decline(request: web.Request) -> web.Response:
    """Decline a call."""
    _desk(request).decline(who(request), _conference(request))
    return web.Response(status=204)


def _desk(request: web.Request) -> CallDesk:
    return web_of(request).conferences.calls


def _conference(request: web.Request) -> str:
    return request.match_info["conference"]


_CALL = f"{API}/conferences/{{conference}}/call"

ROUTES = (
    Route(
        "GET",
        _CALL,
        reachable,
        "The accounts that can be called into a conference",
        gives=Items[CalleeDocument],
        problems=(403, 404),
    ),
    Route(
        "POST",
        _CALL,
        call,
        "Call an account into a conference, at its open pages",
        takes=NewCall,
        gives=CallDocument,
        status=201,
        problems=(403, 404, 415, 422),
    ),
    Route(
        "GET",
        f"{API}/calls",
        own_calls,
        "The calls that ring at one's own pages",
        Permission.VIEW,
        gives=Items[CallDocument],
    ),
    Route(
        "POST",
        f"{_CALL}/accept",
        accept,
        "Accept a call, for a seat of one's own",
        gives=MemberDocument,
        problems=(404,),
    ),
    Route("POST", f"{_CALL}/decline", decline, "Decline a call", status=204, problems=(404,)),
)
