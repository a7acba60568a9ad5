"""The first start of a site: what it tells once is told, whatever becomes of the start."""

from __future__ import annotations

import asyncio
import re
import socket
import sys
from asyncio.subprocess import PIPE

import pytest

from commandwall.cli.accounts import open_users
from commandwall.settings.load import load_settings
from tests.e2e.site import ROOT, Site

pytestmark = [pytest.mark.timeout(120), pytest.mark.blocks_loop]


async def test_the_first_password_is_told_though_the_address_is_taken(site: Site) -> None:
    site.write()
    with socket.create_server(("127.0.0.1", site.port)):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "commandwall", "run", "-c", str(site.file), cwd=ROOT, stderr=PIPE
        )
        _, output = await process.communicate()
    said = output.decode()
    assert process.returncode == 1 and "choose another address" in said.splitlines()[-1]
    assert "Traceback" not in said
    found = re.search(r"^first sign-in: (\S+) / (\S+)$", said, re.MULTILINE)
    assert found is not None, said
    async with open_users(load_settings(site.file)) as users:
        assert await users.sign_in(found[1], found[2], "127.0.0.1")
