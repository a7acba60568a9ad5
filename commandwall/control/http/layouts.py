"""Layouts: looking at them, and making them."""

from __future__ import annotations

from aiohttp import web

from commandwall.control.http.context import web_of, who
from commandwall.control.http.exchange import Items, answer, read
from commandwall.control.http.routes import API, Route
from commandwall.control.roles import Permission
from commandwall.model.layout import Layout
from commandwall.settings.schema import LayoutFile


async def list_layouts(request: web.Request) -> web.Response:
    """Return all layouts."""
    return answer(Items(web_of(request).service.layouts.all(who(request))), Items[Layout])


async def layout(request: web.Request) -> web.Response:
    """Return one layout."""
    return answer(web_of(request).service.layouts.get(who(request), request.match_info["layout"]), Layout)


async def put_layout(request: web.Request) -> web.Response:
    """Make a layout, or draw it anew."""
    entry, layout_id = await read(request, LayoutFile), request.match_info["layout"]
    return answer(await web_of(request).service.layouts.put(who(request), layout_id, entry), Layout)


async def remove_layout(request: web.Request) -> web.Response:
    """Forget a layout."""
    web_of(request).service.layouts.remove(who(request), request.match_info["layout"])
    return web.Response(status=204)


_LAYOUTS = f"{API}/layouts"
_LAYOUT = f"{_LAYOUTS}/{{layout}}"

ROUTES = (
    Route("GET", _LAYOUTS, list_layouts, "All layouts", Permission.VIEW, gives=Items[Layout]),
    Route("GET", _LAYOUT, layout, "One layout", Permission.VIEW, gives=Layout, problems=(404,)),
    Route(
        "PUT",
        _LAYOUT,
        put_layout,
        "Make a layout, or draw one anew that no wall shows",
        Permission.OPERATE,
        takes=LayoutFile,
        gives=Layout,
        problems=(409, 415, 422),
    ),
    Route(
        "DELETE",
        _LAYOUT,
        remove_layout,
        "Forget a layout that was made here and that no wall shows",
        Permission.OPERATE,
        status=204,
        problems=(404, 409, 422),
    ),
)
