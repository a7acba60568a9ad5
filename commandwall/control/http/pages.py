"""The pages and their files."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web
from yarl import URL

from commandwall.control.http.context import PRINCIPAL, web_of, who
from commandwall.control.http.problems import Handler
from commandwall.control.http.routes import Route
from commandwall.control.http.signin import set_display_token
from commandwall.control.roles import Permission

_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}

_INVITATION_HEADERS = {
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), "
    "geolocation=(), payment=(), usb=(), serial=()",
    "X-Robots-Tag": "noindex",
}


def _page(name: str) -> Handler:
    """Return a handler that serves the page ``name`` to those who may look at everything."""

    async def page(request: web.Request) -> web.StreamResponse:
        if PRINCIPAL not in request:
            return _to_sign_in(request)
        who(request).require(Permission.VIEW)
        return _file(web_of(request).pages / name)

    return page


async def login(request: web.Request) -> web.StreamResponse:
    """Serve the sign-in page."""
    return _file(web_of(request).pages / "login.html")


async def head(request: web.Request) -> web.StreamResponse:
    """Serve the full-screen page of a head.

    A display without a keyboard comes with ``?token=``; the token is put into a cookie and taken
    out of the address.
    """
    place, token = request.match_info, request.query.get("token")
    if token is None:
        if PRINCIPAL not in request:
            return _to_sign_in(request)
        who(request).require_head(place["wall"], place["head"])
        return _file(web_of(request).pages / "head.html")
    display = await web_of(request).service.by_token(token)
    display.require_head(place["wall"], place["head"])
    query = [(name, value) for name, value in request.query.items() if name != "token"]
    response = _see(request.url.with_query(query))
    set_display_token(request, response, token)
    return response


async def join(request: web.Request) -> web.StreamResponse:
    """Serve the page of a conference to whoever was invited; the page itself asks what its token is good for.

    The token stays in the address, so that the page can be opened again: nothing may keep or pass it on.
    """
    response = _file(web_of(request).pages / "join.html")
    response.headers.update(_INVITATION_HEADERS)
    return response


async def asset(request: web.Request) -> web.StreamResponse:
    """Serve one file of the pages."""
    root = web_of(request).pages.resolve()
    path = (root / request.match_info["path"]).resolve()
    if not path.is_relative_to(root):
        raise web.HTTPNotFound
    return _file(path)


def _to_sign_in(request: web.Request) -> web.Response:
    return _see(request.url.with_path("/login").with_query({"next": request.path_qs}))


def _see(url: URL) -> web.Response:
    """Return a redirection to ``url``, without its host: a proxy may know us by another name."""
    return web.Response(status=303, headers={"Location": str(url.relative()), "Cache-Control": "no-store"})


def _file(path: Path) -> web.FileResponse:
    """Return a file that browsers keep but ask about each time (ETag), as pages change with releases."""
    content_type = _TYPES.get(path.suffix)
    if content_type is None or not path.is_file():
        raise web.HTTPNotFound
    response = web.FileResponse(path, headers={"Cache-Control": "no-cache"})
    response.content_type = content_type
    if content_type.startswith("text/"):
        response.charset = "utf-8"
    return response


ROUTES = (
    Route("GET", "/", _page("index.html"), "The operator's page"),
    Route("GET", "/ops", _page("ops.html"), "The ops team's page"),
    Route("GET", "/login", login, "The sign-in page", signed_in=False),
    Route("GET", "/head/{wall}/{head}", head, "A head on a whole screen"),
    Route("GET", "/join/{token}", join, "The page of a conference", signed_in=False),
    Route("GET", "/panel/{path:.+}", asset, "The files of the pages", signed_in=False),
)
