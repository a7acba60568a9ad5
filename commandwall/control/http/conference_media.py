"""Pictures and sound of conferences: WHIP in, WHEP out, for whoever has a seat."""

from __future__ import annotations

from aiohttp import web

from commandwall.control.conference_lines import Part
from commandwall.control.http.agents import device_of
from commandwall.control.http.context import web_of, who
from commandwall.control.http.problems import Handler
from commandwall.control.http.routes import Route
from commandwall.control.http.webrtc import PROBLEMS, SDP, created, offer_of
from commandwall.control.roles import Seat


def _publish(part: Part) -> Handler:
    async def publish(request: web.Request) -> web.StreamResponse:
        offer = await offer_of(request)
        desk, device = web_of(request).conferences, _device(request)
        return created(request, await desk.publish(who(request), _seat(request), part, offer, device))

    publish.__name__ = f"publish_{part}"
    return publish


def _watch(part: Part) -> Handler:
    async def watch(request: web.Request) -> web.StreamResponse:
        offer = await offer_of(request)
        desk, device = web_of(request).conferences, _device(request)
        return created(request, await desk.watch(who(request), _seat(request), part, offer, device))

    watch.__name__ = f"watch_{part}"
    return watch


async def publish_feed(request: web.Request) -> web.StreamResponse:
    """Take the own picture of somebody beyond a link."""
    offer = await offer_of(request)
    links, person = web_of(request).conferences.links, request.match_info["person"]
    return created(request, await links.publish_feed(who(request), _seat(request), person, offer))


def _seat(request: web.Request) -> Seat:
    return Seat(request.match_info["conference"], request.match_info["participant"])


def _device(request: web.Request) -> str:
    return device_of(request.headers.get("User-Agent", ""))


def _route(way: str, part: Part, handler: Handler, summary: str) -> Route:
    place = f"/{way}/conferences/{{conference}}/{{participant}}"
    path = place if part is Part.PEOPLE else f"{place}/{part}"
    return Route(
        "POST", path, handler, summary, takes=(SDP,), gives=SDP, status=201, problems=(*PROBLEMS, 403, 409)
    )


ROUTES = (
    Route(
        "POST",
        "/whip/conferences/{conference}/{participant}/feeds/{person}",
        publish_feed,
        "Send up the own picture of somebody whom a link brings and who was chosen above (WHIP)",
        takes=(SDP,),
        gives=SDP,
        status=201,
        problems=(*PROBLEMS, 403),
    ),
    _route("whip", Part.PEOPLE, _publish(Part.PEOPLE), "Send picture and voice into a conference (WHIP)"),
    _route("whip", Part.CONTENT, _publish(Part.CONTENT), "Send content into a conference (WHIP)"),
    _route("whep", Part.PEOPLE, _watch(Part.PEOPLE), "Watch and hear a conference (WHEP)"),
    _route("whep", Part.CONTENT, _watch(Part.CONTENT), "Watch the content of a conference (WHEP)"),
)
