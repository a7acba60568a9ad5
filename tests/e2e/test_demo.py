"""The demo, as somebody tries it who has just come: what it prints is right, and Ctrl-C ends it."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from contextlib import closing

import aiohttp
import pytest

from tests.conftest import ROOT
from tests.e2e.site import until

pytestmark = [pytest.mark.timeout(120), pytest.mark.blocks_loop]


async def printed(stream: asyncio.StreamReader, *words: str) -> list[str]:
    """Return what stands behind each of ``words`` at the begin of a line, in this order."""
    found = []
    for word in words:
        while not (line := (await stream.readline()).decode()).strip().startswith(word):
            assert line, f"the demo ended before it said {word!r}"
        found.append(line.strip().removeprefix(word).strip())
    return found


async def test_the_demo_shows_its_wall_and_ends_at_ctrl_c(free_port: Callable[[], int]) -> None:
    command = ("-m", "commandwall", "demo", "--cameras", "4", "--port", str(free_port()), "--sites", "2")
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        panel, rtsp, sign_in = await printed(process.stdout, "panel", "RTSP", "sign in")
        user, password = sign_in.split(" / ")
        async with aiohttp.ClientSession(panel, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            body = {"username": user, "password": password}
            async with session.post("/api/v1/login", json=body) as response:
                assert response.status == 200

            async def live() -> bool:
                async with session.get("/api/v1/walls/main") as response:
                    tiles = (await response.json())["tiles"]
                return [tile["state"] for tile in tiles[:4]] == ["live"] * 4

            await until("the first four tiles are live", live)

            async def met() -> bool:
                async with session.get("/api/v1/conferences/demo") as response:
                    roster = (await response.json()).get("participants", [])
                return [(one["state"], one["people"]) for one in roster] == [("connected", True)] * 2

            await until("two sites have met", met)
        address, path = rtsp.removeprefix("rtsp://").split("/", 1)
        host, _, port = address.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        with closing(writer):
            writer.write(f"DESCRIBE rtsp://{address}/{path} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
            assert await reader.readline() == b"RTSP/1.0 200 OK\r\n"
    finally:
        process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(process.wait(), 10) == 0
