"""Recordings: the list of them, and their files."""

from __future__ import annotations

from aiohttp import web

from commandwall.control.http.context import web_of, who
from commandwall.control.http.exchange import Items, answer
from commandwall.control.http.routes import API, Route
from commandwall.control.recordings import RecordingDocument
from commandwall.control.roles import Permission

_MATROSKA = "video/x-matroska"


async def list_recordings(request: web.Request) -> web.Response:
    """Return all recordings, the newest first."""
    return answer(Items(web_of(request).conferences.recordings(who(request))), Items[RecordingDocument])


async def recording(request: web.Request) -> web.FileResponse:
    """Return the file of a recording; parts of it as well (RFC 9110 section 14)."""
    file = web_of(request).conferences.recording(who(request), request.match_info["recording"])
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"', "Cache-Control": "no-store"}
    response = web.FileResponse(file, headers=headers)
    response.content_type = _MATROSKA
    return response


async def delete_recording(request: web.Request) -> web.Response:
    """Delete a recording."""
    web_of(request).conferences.delete_recording(who(request), request.match_info["recording"])
    return web.Response(status=204)


ROUTES = (
    Route(
        "GET",
        f"{API}/recordings",
        list_recordings,
        "All recordings, the newest first",
        Permission.OPERATE,
        gives=Items[RecordingDocument],
    ),
    Route(
        "GET",
        f"{API}/recordings/{{recording}}",
        recording,
        "The file of a recording",
        Permission.OPERATE,
        gives=_MATROSKA,
        problems=(404,),
    ),
    Route(
        "DELETE",
        f"{API}/recordings/{{recording}}",
        delete_recording,
        "Delete a recording that is not being written",
        Permission.OPERATE,
        status=204,
        problems=(404, 409, 503),
    ),
)
