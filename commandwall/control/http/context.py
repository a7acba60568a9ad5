"""What handlers find in the application and in a request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiohttp import web

from commandwall.control.conference_desk import ConferenceDesk
from commandwall.control.decor import Decor
from commandwall.control.events import EventLog
from commandwall.control.roles import Principal
from commandwall.control.service import Service
from commandwall.control.talk_desk import TalkDesk
from commandwall.control.users import NotSignedInError
from commandwall.control.webrtc import WebRtc
from commandwall.outputs.websocket import HeadVideo


@dataclass(frozen=True, slots=True)
class Probes:
    """What the monitoring of the site asks for.

    ``metrics`` gives the Prometheus text and its content type; ``not_ready`` gives the reasons why
    the daemon is not ready, none when it is; ``warnings`` what else is not well.
    """

    metrics: Callable[[], Awaitable[tuple[bytes, str]]]
    not_ready: Callable[[], list[str]]
    warnings: Callable[[], list[str]]


@dataclass(frozen=True, slots=True)
class Web:
    """All that the handlers need, put together by the composition root.

    ``secure`` says that browsers come by HTTPS; ``pages`` is the directory of the static pages.
    """

    service: Service
    decor: Decor
    webrtc: WebRtc
    conferences: ConferenceDesk
    talks: TalkDesk
    events: EventLog
    video: HeadVideo
    probes: Probes
    pages: Path
    secure: bool = False


WEB = web.AppKey("web", Web)
OPENAPI = web.AppKey("openapi", Mapping[str, Any])
PRINCIPAL = web.RequestKey("principal", Principal)


def web_of(request: web.Request) -> Web:
    """Return what the handlers need."""
    return request.app[WEB]


def who(request: web.Request) -> Principal:
    """Return in whose name ``request`` is made; raises :class:`NotSignedInError` when in nobody's."""
    principal: Principal | None = request.get(PRINCIPAL)
    if principal is None:
        raise NotSignedInError("sign in, or send a token as 'Authorization: Bearer'")
    return principal


def address_of(request: web.Request) -> str:
    """Return the address that ``request`` comes from, by what a proxy on this machine says of it.

    Each proxy appends who came to it to ``X-Forwarded-For``, so the last one there is who came to ours;
    all others could have been made up.
    """
    peer = request.remote or ""
    forwarded = ",".join(request.headers.getall("X-Forwarded-For", ()))
    if forwarded and is_loopback(peer):
        return forwarded.rpartition(",")[2].strip()
    return peer


def is_loopback(address: str) -> bool:
    """Return whether ``address`` is one of this machine's own, which nobody else can come from."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
