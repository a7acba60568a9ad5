"""Walls, and the changes an operator makes all day."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web
from pydantic import BaseModel

from commandwall.control.changes import CellChange, LayoutChange
from commandwall.control.documents import PreparedDocument, WallDocument
from commandwall.control.http.cameras import picture
from commandwall.control.http.context import web_of, who
from commandwall.control.http.exchange import Items, answer, expected_revision, number, read, wall_answer
from commandwall.control.http.routes import API, Query, Route
from commandwall.control.rearranging import Biggest, CellView, FullScreen, Rearrangement, Swap, ViewChange
from commandwall.control.roles import Permission

Handler = Callable[[web.Request], Awaitable[web.Response]]


async def list_walls(request: web.Request) -> web.Response:
    """Return all walls."""
    return answer(Items(web_of(request).service.walls(who(request))), Items[WallDocument])


async def wall(request: web.Request) -> web.Response:
    """Return one wall."""
    return wall_answer(web_of(request).service.wall(who(request), request.match_info["wall"]))


async def set_layout(request: web.Request) -> web.Response:
    """Change layout and sources, all at one tick."""
    change = await read(request, LayoutChange)
    document = web_of(request).service.set_layout(
        who(request),
        request.match_info["wall"],
        change.layout,
        change.sources,
        expected_revision(request),
        change.passage,
    )
    return wall_answer(document)


async def prepare(request: web.Request) -> web.Response:
    """Say what a change of layout and sources would cost, and open ahead what it would need."""
    change = await read(request, LayoutChange)
    dry_run = bool(number(request, "dry_run", 0, 1))
    prepared = web_of(request).service.prepare(
        who(request), request.match_info["wall"], change.layout, change.sources, dry_run=dry_run
    )
    return answer(prepared, PreparedDocument)


async def pin(request: web.Request) -> web.Response:
    """Pin what a cell shows."""
    return await _pin(request, pinned=True)


async def unpin(request: web.Request) -> web.Response:
    """Let go what a cell shows."""
    return await _pin(request, pinned=False)


async def _pin(request: web.Request, *, pinned: bool) -> web.Response:
    place = request.match_info
    service = web_of(request).service
    return wall_answer(await service.pin(who(request), place["wall"], place["cell"], pinned=pinned))


async def set_cell(request: web.Request) -> web.Response:
    """Change the source of one cell."""
    change = await read(request, CellChange)
    place = request.match_info
    document = web_of(request).service.set_cell(
        who(request), place["wall"], place["cell"], change.source, expected_revision(request)
    )
    return wall_answer(document)


async def swap(request: web.Request) -> web.Response:
    """Exchange what two cells show."""
    return await _rearranged(request, Swap)


async def set_biggest(request: web.Request) -> web.Response:
    """Bring a source into the biggest cell."""
    return await _rearranged(request, Biggest)


async def set_full(request: web.Request) -> web.Response:
    """Let a cell fill the whole wall."""
    return await _rearranged(request, FullScreen)


async def clear_full(request: web.Request) -> web.Response:
    """Go back from there to exactly what was before."""
    return _answer(request, FullScreen(cell=None))


async def set_view(request: web.Request) -> web.Response:
    """Choose the part of its picture that a tile shows, and how that fills it."""
    view = await read(request, ViewChange)
    fields = view.model_dump(exclude_unset=True)
    return _answer(request, CellView(cell=request.match_info["cell"], **fields))


async def clear_view(request: web.Request) -> web.Response:
    """Show the whole picture again, as the cell says."""
    return _answer(request, CellView(cell=request.match_info["cell"], aspect=None, crop=None))


async def _rearranged(request: web.Request, model: type[Swap | Biggest | FullScreen]) -> web.Response:
    return _answer(request, await read(request, model))


def _answer(request: web.Request, change: Rearrangement) -> web.Response:
    service, wall_id = web_of(request).service, request.match_info["wall"]
    return wall_answer(service.rearrange(who(request), wall_id, change, expected_revision(request)))


async def wall_snapshot(request: web.Request) -> web.Response:
    """Return the whole canvas as shown now."""
    service = web_of(request).service
    return picture(await service.wall_snapshot(who(request), request.match_info["wall"], "", "png"))


async def head_snapshot(request: web.Request) -> web.Response:
    """Return one head as shown now."""
    place = request.match_info
    service = web_of(request).service
    return picture(await service.wall_snapshot(who(request), place["wall"], place["head"], "jpg"))


_WALL = f"{API}/walls/{{wall}}"
_CHANGES = (404, 412, 415, 422)


def _change(method: str, path: str, handler: Handler, summary: str, takes: type[BaseModel] | None) -> Route:
    """Return the route of a change to a wall, answered with the wall."""
    return Route(
        method,
        f"{_WALL}/{path}",
        handler,
        summary,
        Permission.OPERATE,
        takes=takes,
        gives=WallDocument,
        problems=_CHANGES if takes else (404, 412, 422),
    )


ROUTES = (
    Route("GET", f"{API}/walls", list_walls, "All walls", Permission.VIEW, gives=Items[WallDocument]),
    Route("GET", _WALL, wall, "One wall", Permission.VIEW, gives=WallDocument, problems=(404,)),
    _change("PUT", "layout", set_layout, "Change the layout of a wall", LayoutChange),
    Route(
        "POST",
        f"{_WALL}/prepare",
        prepare,
        "What a layout change would cost; opens ahead what it would need",
        Permission.OPERATE,
        takes=LayoutChange,
        gives=PreparedDocument,
        query=(Query("dry_run", "1: only say what it would cost, open nothing"),),
        problems=(404, 415, 422),
    ),
    _change("PUT", "cells/{cell}", set_cell, "Change one cell of a wall", CellChange),
    _change("PUT", "cells/{cell}/view", set_view, "Crop, zoom or shape the picture in a cell", ViewChange),
    _change("DELETE", "cells/{cell}/view", clear_view, "Show the whole picture in a cell again", None),
    _change("PUT", "biggest", set_biggest, "Bring a source into the biggest cell", Biggest),
    _change("PUT", "full", set_full, "Let a cell fill the whole wall", FullScreen),
    _change("DELETE", "full", clear_full, "Go back to what was before", None),
    _change("POST", "swap", swap, "Exchange what two cells show", Swap),
    *(
        Route(
            method,
            f"{_WALL}/cells/{{cell}}/pin",
            handler,
            summary,
            Permission.OPERATE,
            gives=WallDocument,
            problems=(404, 422, 503),
        )
        for method, handler, summary in (
            ("PUT", pin, "Decode what a cell shows in full before all others"),
            ("DELETE", unpin, "Let go what a cell shows"),
        )
    ),
    Route(
        "GET",
        f"{_WALL}/snapshot.png",
        wall_snapshot,
        "A wall as shown now",
        Permission.VIEW,
        gives="image/png",
        problems=(404, 503),
    ),
    Route(
        "GET",
        f"{_WALL}/heads/{{head}}/snapshot.jpg",
        head_snapshot,
        "A head as shown now",
        Permission.VIEW,
        gives="image/jpeg",
        problems=(404, 503),
    ),
)
