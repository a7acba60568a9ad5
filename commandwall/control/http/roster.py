"""Adding, changing and removing cameras and their credentials."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from commandwall.control.http.context import web_of, who
from commandwall.control.http.exchange import Items, answer, number, read
from commandwall.control.http.routes import API, Query, Route
from commandwall.control.roles import Permission
from commandwall.control.roster import CameraSettings, CredentialDocument
from commandwall.control.sheet_import import ImportReport
from commandwall.control.state import CameraStatus
from commandwall.settings.schema import CameraEntry
from commandwall.settings.sheets import SHEETS
from commandwall.settings.site import Credential
from commandwall.settings.values import Id

_MAX_SHEET_BYTES = 16 << 20

_Line = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^[^\x00-\x1f\x7f]*$", repr=False)]


class NewLogin(BaseModel):
    """The user and password that a camera asks for; any characters but control characters."""

    model_config = ConfigDict(extra="forbid")

    user: _Line
    password: _Line

    @property
    def credential(self) -> Credential:
        """Both as the daemon keeps them."""
        return Credential(self.user, self.password)


class NewCredentials(NewLogin):
    """A user and password under the ``name`` that cameras refer to."""

    name: Id


async def camera_settings(request: web.Request) -> web.Response:
    """Return how a camera is set up."""
    settings = web_of(request).service.camera_settings(who(request), request.match_info["camera"])
    return answer(settings, CameraSettings)


async def add_camera(request: web.Request) -> web.Response:
    """Add a camera."""
    entry = await read(request, CameraEntry)
    return answer(await web_of(request).service.add_camera(who(request), entry), CameraStatus, status=201)


async def change_camera(request: web.Request) -> web.Response:
    """Set up a camera anew."""
    entry = await read(request, CameraEntry)
    camera = request.match_info["camera"]
    return answer(await web_of(request).service.change_camera(who(request), camera, entry), CameraStatus)


async def remove_camera(request: web.Request) -> web.Response:
    """Remove a camera."""
    await web_of(request).service.remove_camera(who(request), request.match_info["camera"])
    return web.Response(status=204)


async def import_cameras(request: web.Request) -> web.Response:
    """Add and change cameras from a spreadsheet."""
    principal = who(request)  # Of strangers nothing is read.
    if request.content_type not in SHEETS:
        raise web.HTTPUnsupportedMediaType(reason="send a spreadsheet as text/csv or XLSX")
    dry_run = bool(number(request, "dry_run", 0, 1))
    data = await request.clone(client_max_size=_MAX_SHEET_BYTES).read()
    report = await web_of(request).service.import_cameras(principal, data, dry_run=dry_run)
    return answer(report, ImportReport)


async def list_credentials(request: web.Request) -> web.Response:
    """Return the names of all credential sets."""
    return answer(Items(web_of(request).service.credentials(who(request))), Items[CredentialDocument])


async def add_credentials(request: web.Request) -> web.Response:
    """Keep a credential set."""
    new = await read(request, NewCredentials)
    await web_of(request).service.add_credentials(who(request), new.name, new.credential)
    return web.Response(status=204)


async def replace_credentials(request: web.Request) -> web.Response:
    """Replace user and password of a credential set."""
    login = await read(request, NewLogin)
    name = request.match_info["credentials"]
    await web_of(request).service.replace_credentials(who(request), name, login.credential)
    return web.Response(status=204)


async def remove_credentials(request: web.Request) -> web.Response:
    """Remove a credential set."""
    await web_of(request).service.remove_credentials(who(request), request.match_info["credentials"])
    return web.Response(status=204)


_CAMERA = f"{API}/cameras/{{camera}}"
_SETS = f"{API}/credentials"
_NEW = (415, 422, 503)
_OLD = (404, *_NEW)

ROUTES = (
    Route(
        "POST",
        f"{API}/cameras",
        add_camera,
        "Add a camera",
        Permission.CAMERAS,
        takes=CameraEntry,
        gives=CameraStatus,
        status=201,
        problems=_NEW,
    ),
    Route(
        "PUT",
        _CAMERA,
        change_camera,
        "Set up an added camera anew",
        Permission.CAMERAS,
        takes=CameraEntry,
        gives=CameraStatus,
        problems=_OLD,
    ),
    Route(
        "DELETE",
        _CAMERA,
        remove_camera,
        "Remove an added camera",
        Permission.CAMERAS,
        status=204,
        problems=(404, 422, 503),
    ),
    Route(
        "GET",
        f"{_CAMERA}/settings",
        camera_settings,
        "How a camera is set up",
        Permission.CAMERAS,
        gives=CameraSettings,
        problems=(404,),
    ),
    Route(
        "POST",
        f"{API}/cameras/import",
        import_cameras,
        "Add and change cameras from a spreadsheet",
        Permission.CAMERAS,
        takes=SHEETS,
        gives=ImportReport,
        query=(Query("dry_run", "1: report only, change nothing"),),
        problems=(413, *_NEW),
    ),
    Route(
        "GET",
        _SETS,
        list_credentials,
        "The names of all credential sets",
        Permission.CAMERAS,
        gives=Items[CredentialDocument],
    ),
    Route(
        "POST",
        _SETS,
        add_credentials,
        "Keep a credential set for cameras",
        Permission.CAMERAS,
        takes=NewCredentials,
        status=204,
        problems=_NEW,
    ),
    Route(
        "PUT",
        f"{_SETS}/{{credentials}}",
        replace_credentials,
        "Replace user and password of an added credential set",
        Permission.CAMERAS,
        takes=NewLogin,
        status=204,
        problems=_OLD,
    ),
    Route(
        "DELETE",
        f"{_SETS}/{{credentials}}",
        remove_credentials,
        "Remove an added credential set that no camera uses",
        Permission.CAMERAS,
        status=204,
        problems=(404, 422, 503),
    ),
)
