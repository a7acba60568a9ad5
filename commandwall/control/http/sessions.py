"""Signing in and out, and who one is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from commandwall.control.http.context import address_of, web_of, who
from commandwall.control.http.exchange import answer, read_of_anybody
from commandwall.control.http.routes import API, Route
from commandwall.control.http.signin import check_origin, session_cookie, set_session
from commandwall.control.roles import Principal, Role
from commandwall.settings.site import Language, Site

_MAX_CREDENTIALS_BYTES = 16 << 10
"""What the longest name and password take, however they are escaped; anybody may send so much."""


class Credentials(BaseModel):
    """What a person signs in with."""

    model_config = ConfigDict(extra="forbid")

    username: str = Field(max_length=256)
    password: str = Field(max_length=1024, repr=False)


@dataclass(frozen=True, slots=True)
class SessionDocument:
    """Who is signed in, and where; ``language`` is the centre's own.

    ``heads`` is all that may be watched, where the token is for those only.
    """

    name: str
    role: Role
    site: Site
    language: Language
    heads: Sequence[str]


async def login(request: web.Request) -> web.Response:
    """Open a session; its secret goes into an HttpOnly cookie."""
    check_origin(request)
    credentials = await read_of_anybody(request.clone(client_max_size=_MAX_CREDENTIALS_BYTES), Credentials)
    service = web_of(request).service
    secret = await service.sign_in(credentials.username, credentials.password, address_of(request))
    response = answer(_document(request, await service.by_session(secret)), SessionDocument)
    set_session(request, response, secret)
    return response


async def logout(request: web.Request) -> web.Response:
    """End the session of the cookie."""
    secret = request.cookies.get(session_cookie(request), "")
    await web_of(request).service.sign_out(who(request), secret)
    response = web.Response(status=204)
    response.del_cookie(session_cookie(request), path="/")
    return response


async def session(request: web.Request) -> web.Response:
    """Return who is signed in."""
    return answer(_document(request, who(request)), SessionDocument)


def _document(request: web.Request, principal: Principal) -> SessionDocument:
    place = web_of(request).service.place
    return SessionDocument(principal.name, principal.role, place.site, place.language, principal.heads)


ROUTES = (
    Route(
        "POST",
        f"{API}/login",
        login,
        "Sign in",
        signed_in=False,
        takes=Credentials,
        gives=SessionDocument,
        problems=(401, 413, 429),
    ),
    Route("POST", f"{API}/logout", logout, "Sign out", status=204),
    Route("GET", f"{API}/session", session, "Who is signed in", gives=SessionDocument),
)
