"""Areas and cameras."""

from __future__ import annotations

from aiohttp import web

from commandwall.control.feeds import StillPicture
from commandwall.control.http.context import web_of, who
from commandwall.control.http.exchange import Items, answer
from commandwall.control.http.routes import API, Route
from commandwall.control.roles import Permission
from commandwall.control.state import CameraStatus
from commandwall.model.camera import Area


async def list_areas(request: web.Request) -> web.Response:
    """Return the tree of areas."""
    areas = web_of(request).service.areas(who(request))
    return answer(Items(areas), Items[Area])


async def list_cameras(request: web.Request) -> web.Response:
    """Return all cameras with their states and figures."""
    cameras = web_of(request).service.cameras(who(request))
    return answer(Items(cameras), Items[CameraStatus])


async def camera(request: web.Request) -> web.Response:
    """Return one camera."""
    status = web_of(request).service.camera(who(request), request.match_info["camera"])
    return answer(status, CameraStatus)


async def snapshot(request: web.Request) -> web.Response:
    """Return the newest picture of a camera."""
    camera_id = request.match_info["camera"]
    return picture(await web_of(request).service.camera_snapshot(who(request), camera_id))


def picture(still: StillPicture) -> web.Response:
    """Return a still; the header ``Age`` says how old what it shows is, in whole seconds."""
    headers = {"Cache-Control": "no-store", "Age": str(max(0, int(still.age_s)))}
    return web.Response(body=still.data, content_type=still.content_type, headers=headers)


ROUTES = (
    Route("GET", f"{API}/areas", list_areas, "The tree of areas", Permission.VIEW, gives=Items[Area]),
    Route("GET", f"{API}/cameras", list_cameras, "All cameras", Permission.VIEW, gives=Items[CameraStatus]),
    Route(
        "GET",
        f"{API}/cameras/{{camera}}",
        camera,
        "One camera",
        Permission.VIEW,
        gives=CameraStatus,
        problems=(404,),
    ),
    Route(
        "GET",
        f"{API}/cameras/{{camera}}/snapshot.jpg",
        snapshot,
        "The newest picture of a camera",
        Permission.VIEW,
        gives="image/jpeg",
        problems=(404, 503),
    ),
)
