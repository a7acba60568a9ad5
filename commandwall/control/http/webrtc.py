"""WHEP (draft-ietf-wish-whep) and WHIP (RFC 9725): offers in, answers out; and the shared screens."""

from __future__ import annotations

from aiohttp import web

from commandwall.base.errors import StaleError
from commandwall.control.http.context import web_of, who
from commandwall.control.http.exchange import Items, answer
from commandwall.control.http.routes import API, Query, Route
from commandwall.control.roles import Permission
from commandwall.control.rtc import Opened
from commandwall.control.screens import ScreenStatus

SDP = "application/sdp"
_FRAGMENT = "application/trickle-ice-sdpfrag"
_PLACES = ("/whep/", "/whip/", "/webrtc/")
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Location, ETag, Link, Accept-Patch",
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "POST, PATCH, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match",
    "Access-Control-Max-Age": "86400",
    "Accept-Post": SDP,
}


async def list_screens(request: web.Request) -> web.Response:
    """Return every screen that is shared, or was."""
    return answer(Items(web_of(request).webrtc.screens(who(request))), Items[ScreenStatus])


async def watch_head(request: web.Request) -> web.Response:
    """Send a head to whoever offers."""
    place, offer = request.match_info, await offer_of(request)
    webrtc = web_of(request).webrtc
    return created(request, await webrtc.watch_head(who(request), place["wall"], place["head"], offer))


async def watch_camera(request: web.Request) -> web.Response:
    """Send a camera to whoever offers."""
    camera, stream, offer = (
        request.match_info["camera"],
        request.query.get("stream", ""),
        await offer_of(request),
    )
    return created(request, await web_of(request).webrtc.watch_camera(who(request), camera, stream, offer))


async def share_screen(request: web.Request) -> web.Response:
    """Take a screen from whoever offers."""
    screen, name, offer = request.match_info["screen"], request.query.get("name", ""), await offer_of(request)
    return created(request, await web_of(request).webrtc.publish_screen(who(request), screen, name, offer))


async def trickle(request: web.Request) -> web.Response:
    """Take further candidates of the peer (RFC 8840)."""
    principal, session = who(request), request.match_info["session"]
    if request.content_type != _FRAGMENT:
        raise web.HTTPUnsupportedMediaType(reason="send candidates as application/trickle-ice-sdpfrag")
    if request.headers.get("If-Match", "*") not in ("*", _tag(session)):
        raise StaleError("the entity tag is another one than this session's")
    fragment = (await request.read()).decode(errors="replace")
    await web_of(request).webrtc.trickle(principal, session, fragment)
    return web.Response(status=204)


async def end_session(request: web.Request) -> web.Response:
    """End a session."""
    web_of(request).webrtc.end(who(request), request.match_info["session"])
    return web.Response(status=204)


async def preflight(request: web.Request) -> web.Response:
    """Tell pages of other origins what they may send; a token is needed all the same."""
    return web.Response(status=204, headers=_PREFLIGHT | _ice_links(request))


async def allow_origins(request: web.Request, response: web.StreamResponse) -> None:
    """Let pages of other origins read what WHEP and WHIP answer. Cookies count for none of them."""
    if request.path.startswith(_PLACES):
        response.headers.update(_CORS)


async def offer_of(request: web.Request) -> str:
    """Return the SDP in ``request``, of somebody who is signed in."""
    who(request)
    if request.content_type != SDP:
        raise web.HTTPUnsupportedMediaType(reason="send the offer as application/sdp")
    try:
        offer = (await request.read()).decode()
    except UnicodeDecodeError:
        offer = ""
    if not offer.startswith("v=0"):
        raise web.HTTPBadRequest(reason="this is no SDP: an offer begins with v=0")
    return offer


def created(request: web.Request, opened: Opened) -> web.Response:
    """Return the answer of a session that was opened, with the address where it is ended."""
    headers = {
        "Location": _SESSION.format(session=opened.session),
        "ETag": _tag(opened.session),
        "Accept-Patch": _FRAGMENT,
        "Cache-Control": "no-store",
    }
    return web.Response(status=201, text=opened.sdp, content_type=SDP, headers=headers | _ice_links(request))


def _tag(session: str) -> str:
    """Return the entity tag of the ICE session, of which there is one for each session."""
    return f'"{session}"'


def _ice_links(request: web.Request) -> dict[str, str]:
    servers = web_of(request).webrtc.ice_servers
    return {"Link": ", ".join(f'<{url}>; rel="ice-server"' for url in servers)} if servers else {}


PROBLEMS = (400, 404, 415, 422, 503)
_SESSION = "/webrtc/sessions/{session}"

ROUTES = (
    Route(
        "GET",
        f"{API}/screens",
        list_screens,
        "The screens that are shared, or were",
        Permission.VIEW,
        gives=Items[ScreenStatus],
    ),
    Route(
        "POST",
        "/whep/walls/{wall}/{head}",
        watch_head,
        "Watch a head by WebRTC (WHEP)",
        Permission.VIEW,
        takes=(SDP,),
        gives=SDP,
        status=201,
        problems=PROBLEMS,
    ),
    Route(
        "POST",
        "/whep/cameras/{camera}",
        watch_camera,
        "Watch a camera by WebRTC (WHEP)",
        Permission.VIEW,
        takes=(SDP,),
        gives=SDP,
        status=201,
        query=(Query("stream", "main or sub; without it main, if the camera has one", "string"),),
        problems=PROBLEMS,
    ),
    Route(
        "POST",
        "/whip/screens/{screen}",
        share_screen,
        "Share a screen by WebRTC (WHIP)",
        Permission.SHARE,
        takes=(SDP,),
        gives=SDP,
        status=201,
        query=(Query("name", "what the screen is called; without it as its id", "string"),),
        problems=(*PROBLEMS, 409),
    ),
    Route(
        "PATCH",
        _SESSION,
        trickle,
        "Add candidates to a WebRTC session of one's own",
        takes=(_FRAGMENT,),
        status=204,
        problems=(404, 412, 415, 422, 503),
    ),
    Route("DELETE", _SESSION, end_session, "End a WebRTC session of one's own", status=204, problems=(404,)),
    *(
        Route("OPTIONS", f"{place}{{rest:.+}}", preflight, "What may be sent", signed_in=False)
        for place in _PLACES
    ),
)
