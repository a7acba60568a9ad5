"""The demo, as somebody starts it for the first time, and for the second."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from tests.bench.plan import Plan
from tests.bench.scenarios import Figures
from tests.bench.streams import Streams
from tests.e2e.site import program

NAME = "demo"
_SIGN_IN = "  sign in"
_PATIENCE_S, _POLL_S = 600.0, 0.25


async def run(plan: Plan, _: Streams) -> Figures:
    """Start the demo without a cache, and again with the one that is there then."""
    with TemporaryDirectory(prefix="demo-cache-") as cache:
        first_picture_s, first_all_s = await _start(plan.feeds, Path(cache))
        again_picture_s, again_all_s = await _start(plan.feeds, Path(cache))
    return {
        f"{NAME}.first_picture_s": first_picture_s,
        f"{NAME}.first_all_s": first_all_s,
        f"{NAME}.again_picture_s": again_picture_s,
        f"{NAME}.again_all_s": again_all_s,
    }


async def _start(cameras: int, cache: Path) -> tuple[float, float]:
    """Return after how many seconds a tile is live, and all cameras are."""
    began_s = time.monotonic()
    async with asyncio.timeout(_PATIENCE_S), _demo(cameras, cache) as session:
        while "live" not in await _states(session, "/api/v1/walls/main", "tiles"):
            await asyncio.sleep(_POLL_S)
        picture_s = time.monotonic() - began_s
        while await _states(session, "/api/v1/cameras", "items") != {"live"}:
            await asyncio.sleep(_POLL_S)
        return picture_s, time.monotonic() - began_s


@asynccontextmanager
async def _demo(cameras: int, cache: Path) -> AsyncIterator[aiohttp.ClientSession]:
    """Run the demo; yields its API, signed in with what it printed."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    arguments = ("commandwall", "demo", "--cameras", str(cameras), "--port", str(port))
    jar = aiohttp.CookieJar(unsafe=True)
    async with (
        program(*arguments, ready=_SIGN_IN, XDG_CACHE_HOME=str(cache)) as (_, line),
        aiohttp.ClientSession(f"http://127.0.0.1:{port}", cookie_jar=jar) as session,
    ):
        user, password = line.removeprefix(_SIGN_IN).strip().split(" / ")
        async with session.post("/api/v1/login", json={"username": user, "password": password}) as response:
            response.raise_for_status()
        yield session


async def _states(session: aiohttp.ClientSession, path: str, what: str) -> set[str]:
    """Return the states that ``what`` of the document at ``path`` are in."""
    async with session.get(path) as response:
        response.raise_for_status()
        return {each["state"] for each in (await response.json())[what]}
