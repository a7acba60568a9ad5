from __future__ import annotations

import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from commandwall.cli.daemon import ask, daemon_session
from commandwall.control.roles import Role
from commandwall.settings.load import load_settings
from commandwall.settings.site import Tls
from tests.certificates import signed_by_authority
from tests.conftest import ROOT

pytestmark = pytest.mark.blocks_loop  # the configuration and certificates are read


async def test_a_daemon_with_the_certificate_of_an_authority_is_asked(tmp_path: Path) -> None:
    _, chain, key = signed_by_authority(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(chain, key)
    daemon = web.Application()
    daemon.router.add_get("/api/v1/walls", _walls)
    runner = web.AppRunner(daemon)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    settings = load_settings(ROOT / "config" / "luohu.yaml")
    listen = replace(settings.http.listen, host="127.0.0.1", port=runner.addresses[0][1])
    http = replace(settings.http, listen=listen, tls=Tls(chain, key))
    site = replace(settings, http=http, state_dir=tmp_path / "state")
    try:
        async with daemon_session(site, "status", Role.OPS) as session:
            assert await ask(session, "GET", "/walls") == {"items": []}
    finally:
        await runner.cleanup()


async def _walls(_: web.Request) -> web.Response:
    return web.json_response({"items": []})
