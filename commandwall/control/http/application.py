"""The aiohttp application, made of the table of routes, and the server around it."""

from __future__ import annotations

import ssl

from aiohttp import web

from commandwall.base.errors import UnavailableError
from commandwall.control.http import (
    accounts,
    calls,
    cameras,
    conference_media,
    conferences,
    data,
    layouts,
    lineup,
    links,
    overlays,
    pages,
    ptz,
    recordings,
    roster,
    scenes,
    schedule,
    sessions,
    sockets,
    system,
    talks,
    tours,
    walls,
    webrtc,
)
from commandwall.control.http.context import OPENAPI, WEB, Web
from commandwall.control.http.openapi import describe
from commandwall.control.http.problems import problems
from commandwall.control.http.routes import Route
from commandwall.control.http.signin import sign_in
from commandwall.settings.site import HttpSettings

_MAX_BODY_BYTES = 1 << 20
_SHUTDOWN_S = 0.5
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob: data:; style-src 'self'; connect-src 'self' ws: wss:;"
        " object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

ROUTES: tuple[Route, ...] = (
    *sessions.ROUTES,
    *cameras.ROUTES,
    *roster.ROUTES,
    *ptz.ROUTES,
    *data.ROUTES,
    *layouts.ROUTES,
    *walls.ROUTES,
    *overlays.ROUTES,
    *lineup.ROUTES,
    *scenes.ROUTES,
    *tours.ROUTES,
    *schedule.ROUTES,
    *sockets.ROUTES,
    *webrtc.ROUTES,
    *conferences.ROUTES,
    *links.ROUTES,
    *calls.ROUTES,
    *conference_media.ROUTES,
    *recordings.ROUTES,
    *talks.ROUTES,
    *accounts.ROUTES,
    *system.ROUTES,
    *pages.ROUTES,
)

_DESCRIPTION = describe([route for route in ROUTES if route.api])
"""Written when this is loaded, since it takes some 40 ms."""


def application(context: Web) -> web.Application:
    """Return the application over ``context``."""
    app = web.Application(middlewares=[problems, sign_in], client_max_size=_MAX_BODY_BYTES)
    app[WEB] = context
    app[OPENAPI] = _DESCRIPTION
    app[sockets.OPEN_SOCKETS] = {}
    for route in ROUTES:
        app.router.add_route(route.method, route.path, route.handler)
    app.on_response_prepare.append(_secure)
    app.on_response_prepare.append(webrtc.allow_origins)
    app.on_shutdown.append(sockets.close_sockets)
    return app


async def _secure(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)


class HttpServer:
    """Serves an application where the configuration says; an async context manager."""

    def __init__(self, app: web.Application, settings: HttpSettings) -> None:
        # The access log would show tokens that displays bring in their address.
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_S)
        self._settings = settings
        self.port = settings.listen.port

    @property
    def url(self) -> str:
        """The address for browsers."""
        scheme = "https" if self._settings.tls else "http"
        host = self._settings.listen.host
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"

    async def __aenter__(self) -> HttpServer:
        """Listen; raises :class:`UnavailableError` when the address or the certificate cannot be had."""
        listen, tls = self._settings.listen, self._tls()
        await self._runner.setup()
        try:
            site = web.TCPSite(self._runner, listen.host, listen.port, ssl_context=tls)
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            raise UnavailableError(
                f"http.listen {listen}: {error.strerror}; choose another address"
            ) from error
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close every connection within a second and a half."""
        await self._runner.cleanup()

    def _tls(self) -> ssl.SSLContext | None:
        files = self._settings.tls
        if files is None:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(files.cert, files.key)
        except OSError as error:
            raise UnavailableError(f"http.tls {files.cert}, {files.key}: {error.strerror}") from error
        return context
