from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from commandwall.base.errors import UnavailableError
from commandwall.control.http.application import HttpServer, application
from commandwall.control.http.context import Probes, Web
from commandwall.control.roles import Role
from commandwall.outputs.websocket import HeadVideo
from commandwall.settings.site import Address, HttpSettings, Tls
from tests.certificates import self_signed
from tests.unit.control.http.conftest import metrics
from tests.unit.control.rig import PASSWORD, Rig


@pytest.fixture
async def app(rig: Rig, pages: Path) -> AsyncIterator[web.Application]:
    async with HeadVideo() as video:
        yield application(
            Web(
                rig.service,
                rig.decor,
                rig.webrtc,
                rig.hall.desk,
                rig.hall.talk_desk,
                rig.events,
                video,
                Probes(metrics, list, list),
                pages,
                secure=True,
            )
        )


async def test_the_server_says_where_it_listens(app: web.Application) -> None:
    async with HttpServer(app, HttpSettings(Address("127.0.0.1", 0))) as server, ClientSession() as client:
        assert server.url == f"http://127.0.0.1:{server.port}"
        async with client.get(f"{server.url}/healthz") as response:
            assert response.status == 200


async def test_an_address_that_is_taken_is_named(app: web.Application) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = Address("127.0.0.1", taken.getsockname()[1])
        with pytest.raises(UnavailableError, match=f"http.listen {address}.*choose another"):
            async with HttpServer(app, HttpSettings(address)):
                pass


async def test_a_certificate_that_is_none_is_named(app: web.Application, tmp_path: Path) -> None:
    cert = tmp_path / "cert.pem"
    cert.write_text("not a certificate")
    with pytest.raises(UnavailableError, match=f"http.tls {cert}"):
        async with HttpServer(app, HttpSettings(Address("127.0.0.1", 0), Tls(cert, cert))):
            pass


async def test_with_tls_cookies_are_secure(app: web.Application, tmp_path: Path) -> None:
    pem = self_signed(tmp_path / "daemon.pem")
    settings = HttpSettings(Address("127.0.0.1", 0), Tls(pem, pem))
    trust = ssl.create_default_context(cafile=str(pem))
    async with HttpServer(app, settings) as server, ClientSession() as client:
        assert server.url.startswith("https://")
        body = {"username": Role.VIEWER, "password": PASSWORD}
        async with client.post(f"{server.url}/api/v1/login", json=body, ssl=trust) as response:
            assert response.status == 200
            assert "; Secure" in response.headers["Set-Cookie"]
