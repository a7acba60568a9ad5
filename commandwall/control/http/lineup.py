"""Names and test patterns on the heads of a wall."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from commandwall.control.documents import WallDocument
from commandwall.control.http.context import web_of, who
from commandwall.control.http.exchange import read, wall_answer
from commandwall.control.http.routes import API, Route
from commandwall.control.lineup import WHOLE, IdentifyCommand, PatternCommand
from commandwall.control.roles import Permission

Handler = Callable[[web.Request], Awaitable[web.Response]]


async def identify(request: web.Request) -> web.Response:
    """Let the heads of a wall say what they are called."""
    command = await read(request, IdentifyCommand)
    lineups = web_of(request).service.lineups
    return wall_answer(lineups.identify(who(request), request.match_info["wall"], command))


async def show_pattern(request: web.Request) -> web.Response:
    """Show a test pattern over a wall."""
    return await _show(request, WHOLE)


async def show_head_pattern(request: web.Request) -> web.Response:
    """Show a test pattern on one head."""
    return await _show(request, request.match_info["head"])


async def hide_patterns(request: web.Request) -> web.Response:
    """Take all test patterns of a wall away."""
    return _hide(request, WHOLE)


async def hide_head_pattern(request: web.Request) -> web.Response:
    """Take the test pattern of one head away."""
    return _hide(request, request.match_info["head"])


async def _show(request: web.Request, head: str) -> web.Response:
    command = await read(request, PatternCommand)
    lineups = web_of(request).service.lineups
    return wall_answer(lineups.show_pattern(who(request), request.match_info["wall"], head, command))


def _hide(request: web.Request, head: str) -> web.Response:
    lineups = web_of(request).service.lineups
    return wall_answer(lineups.hide_pattern(who(request), request.match_info["wall"], head))


_WALL = f"{API}/walls/{{wall}}"
_PATTERN, _HEAD_PATTERN = f"{_WALL}/test-pattern", f"{_WALL}/heads/{{head}}/test-pattern"
_TAKES = (404, 415, 422)


def _show_route(path: str, handler: Handler, summary: str) -> Route:
    return Route(
        "PUT",
        path,
        handler,
        summary,
        Permission.OPERATE,
        takes=PatternCommand,
        gives=WallDocument,
        problems=_TAKES,
    )


def _hide_route(path: str, handler: Handler, summary: str) -> Route:
    return Route("DELETE", path, handler, summary, Permission.OPERATE, gives=WallDocument, problems=(404,))


ROUTES = (
    Route(
        "POST",
        f"{_WALL}/identify",
        identify,
        "Let all heads of a wall show what they are called",
        Permission.OPERATE,
        takes=IdentifyCommand,
        gives=WallDocument,
        problems=_TAKES,
    ),
    _show_route(_PATTERN, show_pattern, "Show a test pattern over a wall"),
    _show_route(_HEAD_PATTERN, show_head_pattern, "Show a test pattern on a head"),
    _hide_route(_PATTERN, hide_patterns, "Take away all test patterns of a wall"),
    _hide_route(_HEAD_PATTERN, hide_head_pattern, "Take away the test pattern of a head"),
)
