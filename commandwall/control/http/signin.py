"""Who makes a request: session cookie, token cookie of a display, or bearer token."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlsplit

from aiohttp import web

from commandwall.base.errors import AccessRefusedError
from commandwall.base.readable import readable
from commandwall.control.http.context import PRINCIPAL, web_of
from commandwall.control.http.problems import Handler
from commandwall.control.invitations import PREFIX
from commandwall.control.roles import Principal
from commandwall.control.users import SESSION_ABSOLUTE_S, NotSignedInError

_DISPLAY_COOKIE_S = 400 * 24 * 3600  # The longest that browsers keep.
_MOST_ORIGIN_CHARS = 200
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def session_cookie(request: web.Request) -> str:
    """Return the name of the session cookie: cookies know no ports, so each site has its own."""
    return f"commandwall_{web_of(request).service.place.site.id}"


def display_cookie(request: web.Request) -> str:
    """Return the name of the cookie that holds a display's token."""
    return f"{session_cookie(request)}_display"


@web.middleware
async def sign_in(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Find out in whose name ``request`` is made; handlers and service decide what that may do."""
    principal = await identify(request)
    if principal is not None:
        request[PRINCIPAL] = principal
    return await handler(request)


async def identify(request: web.Request) -> Principal | None:
    """Return who makes ``request``, ``None`` if it does not say.

    Raises :class:`NotSignedInError` for a wrong or ended token, :class:`AccessRefusedError` when a
    foreign page uses the cookie.
    """
    service = web_of(request).service
    token = bearer(request)
    if token is not None:
        if token.startswith(PREFIX):
            guest = web_of(request).conferences.by_token(token)
            await service.confirm(guest)
            return guest
        return await service.by_token(token)
    for cookie, find in ((session_cookie, service.by_session), (display_cookie, service.by_token)):
        if secret := request.cookies.get(cookie(request)):
            with suppress(NotSignedInError):  # As good as no cookie: the sign-in page must stay within reach.
                principal = await find(secret)
                check_origin(request)
                return principal
    return None


def bearer(request: web.Request) -> str | None:
    """Return the token that ``request`` brings, ``None`` if it brings none.

    Pages cannot give a WebSocket a header, so an invitation may stand in its address. Raises
    :class:`NotSignedInError` for any other kind of ``Authorization``.
    """
    authorization = request.headers.get("Authorization")
    if authorization is None:
        token = request.query.get("token", "")
        return token if _upgrades(request) and token.startswith(PREFIX) else None
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise NotSignedInError("Authorization takes 'Bearer TOKEN' only")
    return token.strip()


def check_origin(request: web.Request) -> None:
    """Raise :class:`AccessRefusedError` if a page of another origin makes this write or WebSocket.

    Cookies are SameSite=Strict as well; this also stops pages of other ports of the same host,
    which count as the same site.
    """
    origin = request.headers.get("Origin")
    if origin is None or (request.method in _SAFE_METHODS and not _upgrades(request)):
        return
    if not _is_of(origin, request.host):
        raise AccessRefusedError(
            "pages of {origin} may not act here", origin=readable(origin, _MOST_ORIGIN_CHARS)
        )


def _is_of(origin: str, host: str) -> bool:
    try:
        return urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


def _upgrades(request: web.Request) -> bool:
    return request.headers.get("Upgrade", "").lower() == "websocket"


def set_session(request: web.Request, response: web.Response, secret: str) -> None:
    """Hand the session to the browser."""
    _set_cookie(request, response, session_cookie(request), secret, SESSION_ABSOLUTE_S)


def set_display_token(request: web.Request, response: web.Response, token: str) -> None:
    """Hand a display the token it came with."""
    _set_cookie(request, response, display_cookie(request), token, _DISPLAY_COOKIE_S)


def _set_cookie(request: web.Request, response: web.Response, name: str, value: str, max_age_s: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=max_age_s,
        path="/",
        secure=web_of(request).secure,
        httponly=True,
        samesite="Strict",
    )
