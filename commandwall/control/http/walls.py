"""Layouts, walls, and the two changes an operator makes all day."""

from __future__ import annotations

from aiohttp import web

from commandwall.control.changes import CellChange, LayoutChange
from commandwall.control.documents import PreparedDocument, WallDocument
from commandwall.control.http.cameras import picture
from commandwall.control.http.context import web_of, who
from commandwall.control.http.exchange import Items, answer, expected_revision, read, wall_answer
from commandwall.control.http.routes import API, Route
from commandwall.control.roles import Permission
from commandwall.model.layout import Layout


async def list_layouts(request: web.Request) -> web.Response:
    """Return all layouts."""
    return answer(Items(web_of(request).service.layouts(who(request))), Items[Layout])


async def layout(request: web.Request) -> web.Response:
    """Return one layout."""
    return answer(web_of(request).service.layout(who(request), request.match_info["layout"]), Layout)


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
        who(request), request.match_info["wall"], change.layout, change.sources, expected_revision(request)
    )
    return wall_answer(document)


async def prepare(request: web.Request) -> web.Response:
    """Open ahead what a change of layout and sources would need."""
    change = await read(request, LayoutChange)
    service = web_of(request).service
    wall_id = request.match_info["wall"]
    return answer(service.prepare(who(request), wall_id, change.layout, change.sources), PreparedDocument)


async def set_cell(request: web.Request) -> web.Response:
    """Change the source of one cell."""
    change = await read(request, CellChange)
    place = request.match_info
    document = web_of(request).service.set_cell(
        who(request), place["wall"], place["cell"], change.source, expected_revision(request)
    )
    return wall_answer(document)


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

ROUTES = (
    Route("GET", f"{API}/layouts", list_layouts, "All layouts", Permission.VIEW, gives=Items[Layout]),
    Route(
        "GET",
        f"{API}/layouts/{{layout}}",
        layout,
        "One layout",
        Permission.VIEW,
        gives=Layout,
        problems=(404,),
    ),
    Route("GET", f"{API}/walls", list_walls, "All walls", Permission.VIEW, gives=Items[WallDocument]),
    Route("GET", _WALL, wall, "One wall", Permission.VIEW, gives=WallDocument, problems=(404,)),
    Route(
        "PUT",
        f"{_WALL}/layout",
        set_layout,
        "Change the layout of a wall",
        Permission.OPERATE,
        takes=LayoutChange,
        gives=WallDocument,
        problems=_CHANGES,
    ),
    Route(
        "POST",
        f"{_WALL}/prepare",
        prepare,
        "Open ahead what a layout change would need",
        Permission.OPERATE,
        takes=LayoutChange,
        gives=PreparedDocument,
        problems=(404, 415, 422),
    ),
    Route(
        "PUT",
        f"{_WALL}/cells/{{cell}}",
        set_cell,
        "Change one cell of a wall",
        Permission.OPERATE,
        takes=CellChange,
        gives=WallDocument,
        problems=_CHANGES,
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
