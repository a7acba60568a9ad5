"""Data panels: making them, and feeding them values, points and pictures."""

from __future__ import annotations

from aiohttp import web

from commandwall.control.http.cameras import picture
from commandwall.control.http.context import web_of, who
from commandwall.control.http.exchange import Items, answer, number, read
from commandwall.control.http.routes import API, Query, Route
from commandwall.control.panel_documents import PanelDocument, PanelSettings
from commandwall.control.panel_values import PointsValue
from commandwall.control.roles import Permission
from commandwall.settings.panels import PanelEntry

PICTURES = ("image/png", "image/jpeg")
_MAX_PICTURE_BYTES = 16 << 20
_MAX_MS = 9_999_999_999_999
_NS_PER_MS = 1_000_000


async def list_panels(request: web.Request) -> web.Response:
    """Return all data panels as they are now."""
    return answer(Items(web_of(request).service.panels.panels(who(request))), Items[PanelDocument])


async def panel(request: web.Request) -> web.Response:
    """Return one data panel as it is now."""
    desk = web_of(request).service.panels
    return answer(desk.panel(who(request), request.match_info["panel"]), PanelDocument)


async def panel_settings(request: web.Request) -> web.Response:
    """Return how a data panel is set up."""
    desk = web_of(request).service.panels
    return answer(desk.settings(who(request), request.match_info["panel"]), PanelSettings)


async def panel_snapshot(request: web.Request) -> web.Response:
    """Return a data panel as it would be painted now."""
    desk = web_of(request).service.panels
    return picture(await desk.snapshot(who(request), request.match_info["panel"]))


async def add_panel(request: web.Request) -> web.Response:
    """Make a data panel."""
    entry = await read(request, PanelEntry)
    return answer(await web_of(request).service.panels.add(who(request), entry), PanelDocument, status=201)


async def change_panel(request: web.Request) -> web.Response:
    """Set up a data panel anew."""
    entry = await read(request, PanelEntry)
    desk, panel_id = web_of(request).service.panels, request.match_info["panel"]
    return answer(await desk.change(who(request), panel_id, entry), PanelDocument)


async def remove_panel(request: web.Request) -> web.Response:
    """Remove a data panel."""
    await web_of(request).service.panels.remove(who(request), request.match_info["panel"])
    return web.Response(status=204)


async def set_panel_value(request: web.Request) -> web.Response:
    """Show another value, JSON or a picture."""
    principal = who(request)  # Of strangers nothing is read.
    desk, panel_id = web_of(request).service.panels, request.match_info["panel"]
    if request.content_type in PICTURES:
        at_ms = number(request, "at", 0, _MAX_MS)
        at_utc_ns = None if at_ms is None else at_ms * _NS_PER_MS
        data = await request.clone(client_max_size=_MAX_PICTURE_BYTES).read()
        return answer(await desk.set_picture(principal, panel_id, data, at_utc_ns), PanelDocument)
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(
            reason="send JSON as application/json, a picture as image/png or jpeg"
        )
    return answer(desk.set_value(principal, panel_id, await request.read()), PanelDocument)


async def add_panel_points(request: web.Request) -> web.Response:
    """Add points to a series."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(reason="send JSON as application/json")
    desk, panel_id = web_of(request).service.panels, request.match_info["panel"]
    return answer(desk.add_points(who(request), panel_id, await request.read()), PanelDocument)


_PANELS = f"{API}/data"
_PANEL = f"{_PANELS}/{{panel}}"
_FED = (404, 413, 415, 422)

ROUTES = (
    Route("GET", _PANELS, list_panels, "All data panels", Permission.VIEW, gives=Items[PanelDocument]),
    Route(
        "POST",
        _PANELS,
        add_panel,
        "Make a data panel",
        Permission.OPERATE,
        takes=PanelEntry,
        gives=PanelDocument,
        status=201,
        problems=(415, 422, 503),
    ),
    Route("GET", _PANEL, panel, "One data panel", Permission.VIEW, gives=PanelDocument, problems=(404,)),
    Route(
        "PUT",
        _PANEL,
        change_panel,
        "Set up a data panel anew that was made here",
        Permission.OPERATE,
        takes=PanelEntry,
        gives=PanelDocument,
        problems=(404, 415, 422, 503),
    ),
    Route(
        "DELETE",
        _PANEL,
        remove_panel,
        "Remove a data panel that was made here",
        Permission.OPERATE,
        status=204,
        problems=(404, 422, 503),
    ),
    Route(
        "GET",
        f"{_PANEL}/settings",
        panel_settings,
        "How a data panel is set up",
        Permission.VIEW,
        gives=PanelSettings,
        problems=(404,),
    ),
    Route(
        "GET",
        f"{_PANEL}/snapshot.png",
        panel_snapshot,
        "A data panel as it would be painted now",
        Permission.VIEW,
        gives="image/png",
        problems=(404, 503),
    ),
    Route(
        "PUT",
        f"{_PANEL}/value",
        set_panel_value,
        "Show another value",
        Permission.FEED,
        takes=("application/json", *PICTURES),
        gives=PanelDocument,
        query=(Query("at", "of a picture: since when it is so, in milliseconds UTC"),),
        problems=(*_FED, 503),
    ),
    Route(
        "POST",
        f"{_PANEL}/points",
        add_panel_points,
        "Add points to a series",
        Permission.FEED,
        takes=PointsValue,
        gives=PanelDocument,
        problems=_FED,
    ),
)
