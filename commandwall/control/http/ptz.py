"""Operating cameras: pan, tilt, zoom and picture settings."""

from __future__ import annotations

from aiohttp import web

from commandwall.control.changes import ImagingChange, PtzCommand
from commandwall.control.documents import LeaseDocument, PtzDocument
from commandwall.control.http.context import web_of, who
from commandwall.control.http.exchange import answer, read
from commandwall.control.http.routes import API, Route
from commandwall.control.roles import Permission
from commandwall.onvif.imaging import Setting

_Settings = dict[str, Setting]


async def ptz(request: web.Request) -> web.Response:
    """Return what a camera can be made to do, where it looks and who operates it."""
    document = await web_of(request).service.ptz(who(request), request.match_info["camera"])
    return answer(document, PtzDocument)


async def operate(request: web.Request) -> web.Response:
    """Make a camera do something."""
    command = await read(request, PtzCommand)
    service = web_of(request).service
    return answer(await service.operate(who(request), request.match_info["camera"], command), LeaseDocument)


async def imaging(request: web.Request) -> web.Response:
    """Return a camera's picture settings with their bounds."""
    settings = await web_of(request).service.imaging(who(request), request.match_info["camera"])
    return answer(settings, _Settings)


async def set_imaging(request: web.Request) -> web.Response:
    """Change a camera's picture settings and return them."""
    change = await read(request, ImagingChange)
    service, camera = web_of(request).service, request.match_info["camera"]
    await service.set_imaging(who(request), camera, change)
    return answer(await service.imaging(who(request), camera), _Settings)


_CAMERA = f"{API}/cameras/{{camera}}"
_CHANGES = (404, 409, 415, 422, 503)

ROUTES = (
    Route(
        "GET",
        f"{_CAMERA}/ptz",
        ptz,
        "What a camera can be made to do, and who operates it",
        Permission.VIEW,
        gives=PtzDocument,
        problems=(404, 503),
    ),
    Route(
        "POST",
        f"{_CAMERA}/ptz",
        operate,
        "Move a camera",
        Permission.OPERATE,
        takes=PtzCommand,
        gives=LeaseDocument,
        problems=_CHANGES,
    ),
    Route(
        "GET",
        f"{_CAMERA}/imaging",
        imaging,
        "The picture settings of a camera",
        Permission.VIEW,
        gives=_Settings,
        problems=(404, 503),
    ),
    Route(
        "PUT",
        f"{_CAMERA}/imaging",
        set_imaging,
        "Change the picture settings of a camera",
        Permission.OPERATE,
        takes=ImagingChange,
        gives=_Settings,
        problems=_CHANGES,
    ),
)
