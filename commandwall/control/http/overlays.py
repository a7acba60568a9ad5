"""Alarms, banners, labels and privacy masks."""

from __future__ import annotations

from aiohttp import web

from commandwall.control.http.context import web_of, who
from commandwall.control.http.exchange import Items, answer, read
from commandwall.control.http.routes import API, Route
from commandwall.control.overlay_changes import AlarmChange, BannerChange, LabelsChange, MasksChange
from commandwall.control.overlay_documents import AlarmDocument, MasksDocument, OverlaysDocument
from commandwall.control.roles import Permission


async def list_alarms(request: web.Request) -> web.Response:
    """Return all alarms."""
    return answer(Items(web_of(request).decor.alarms(who(request))), Items[AlarmDocument])


async def raise_alarm(request: web.Request) -> web.Response:
    """Raise an alarm of a camera, or change it."""
    change = await read(request, AlarmChange)
    camera = request.match_info["camera"]
    return answer(web_of(request).decor.raise_alarm(who(request), camera, change.alarm()), AlarmDocument)


async def clear_alarm(request: web.Request) -> web.Response:
    """End an alarm."""
    web_of(request).decor.clear_alarm(who(request), request.match_info["camera"])
    return web.Response(status=204)


async def overlays(request: web.Request) -> web.Response:
    """Return what is drawn over a wall."""
    document = web_of(request).decor.overlays(who(request), request.match_info["wall"])
    return answer(document, OverlaysDocument)


async def set_labels(request: web.Request) -> web.Response:
    """Change what the tiles of a wall say."""
    change = await read(request, LabelsChange)
    decor, wall = web_of(request).decor, request.match_info["wall"]
    labels = change.labels(decor.labels(who(request), wall))
    return answer(decor.set_labels(who(request), wall, labels), OverlaysDocument)


async def set_banner(request: web.Request) -> web.Response:
    """Show words across the top of a wall."""
    change = await read(request, BannerChange)
    wall = request.match_info["wall"]
    return answer(web_of(request).decor.set_banner(who(request), wall, change.banner()), OverlaysDocument)


async def clear_banner(request: web.Request) -> web.Response:
    """Take the words off a wall."""
    web_of(request).decor.clear_banner(who(request), request.match_info["wall"])
    return web.Response(status=204)


async def masks(request: web.Request) -> web.Response:
    """Return the privacy masks of a camera."""
    return answer(web_of(request).decor.masks(who(request), request.match_info["camera"]), MasksDocument)


async def set_masks(request: web.Request) -> web.Response:
    """Replace the privacy masks of a camera."""
    change = await read(request, MasksChange)
    camera = request.match_info["camera"]
    document = await web_of(request).decor.set_masks(who(request), camera, change.model_masks())
    return answer(document, MasksDocument)


async def reset_masks(request: web.Request) -> web.Response:
    """Go back to the masks of the configuration."""
    document = await web_of(request).decor.reset_masks(who(request), request.match_info["camera"])
    return answer(document, MasksDocument)


_CAMERA, _WALL = f"{API}/cameras/{{camera}}", f"{API}/walls/{{wall}}"
_CHANGE = (404, 415, 422)

ROUTES = (
    Route("GET", f"{API}/alarms", list_alarms, "All alarms", Permission.VIEW, gives=Items[AlarmDocument]),
    Route(
        "PUT",
        f"{_CAMERA}/alarm",
        raise_alarm,
        "Raise an alarm of a camera",
        Permission.OPERATE,
        takes=AlarmChange,
        gives=AlarmDocument,
        problems=_CHANGE,
    ),
    Route(
        "DELETE",
        f"{_CAMERA}/alarm",
        clear_alarm,
        "End the alarm of a camera",
        Permission.OPERATE,
        status=204,
        problems=(404,),
    ),
    Route(
        "GET",
        f"{_WALL}/overlays",
        overlays,
        "What is drawn over a wall",
        Permission.VIEW,
        gives=OverlaysDocument,
        problems=(404,),
    ),
    Route(
        "PUT",
        f"{_WALL}/overlays",
        set_labels,
        "Change what the tiles of a wall say",
        Permission.OPERATE,
        takes=LabelsChange,
        gives=OverlaysDocument,
        problems=_CHANGE,
    ),
    Route(
        "PUT",
        f"{_WALL}/banner",
        set_banner,
        "Show words across the top of a wall",
        Permission.OPERATE,
        takes=BannerChange,
        gives=OverlaysDocument,
        problems=_CHANGE,
    ),
    Route(
        "DELETE",
        f"{_WALL}/banner",
        clear_banner,
        "Take the words off a wall",
        Permission.OPERATE,
        status=204,
        problems=(404,),
    ),
    Route(
        "GET",
        f"{_CAMERA}/masks",
        masks,
        "The privacy masks of a camera",
        Permission.VIEW,
        gives=MasksDocument,
        problems=(404,),
    ),
    Route(
        "PUT",
        f"{_CAMERA}/masks",
        set_masks,
        "Replace the privacy masks of a camera",
        Permission.CAMERAS,
        takes=MasksChange,
        gives=MasksDocument,
        problems=(*_CHANGE, 503),
    ),
    Route(
        "DELETE",
        f"{_CAMERA}/masks",
        reset_masks,
        "Go back to the privacy masks of the configuration",
        Permission.CAMERAS,
        gives=MasksDocument,
        problems=(404, 503),
    ),
)
