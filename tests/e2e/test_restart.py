"""A daemon that was killed, or ended, and runs again: conferences, their content, walls, and links."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from simulators.conference.connection import Connection
from simulators.conference.desk import Desk
from simulators.conference.faults import Faults
from simulators.conference.film import CONTENT, film
from simulators.conference.hooks import on_loopback
from simulators.conference.peer import Peer, Person, Seat
from simulators.conference.sources import Clock, FilmSource
from tests.e2e.site import Daemon, Site, cameras, farm, until

pytestmark = [pytest.mark.timeout(180), pytest.mark.blocks_loop]

BEFORE = [f"camera:cam-{number}" for number in (1, 2, 3, 4)]
LARGE = ["conference:flood/dongmen", *BEFORE[1:]]
COMES_BACK = {
    "flood": "head:main/left",
    "camera": "camera:cam-5",
    "scene": "scene:gate",
    "panel": "data:level",
}
GONE = {"removed": "camera:cam-6"}
SHARED = {"shared": "screen:desk"}


async def post(daemon: Daemon, path: str, body: Any) -> Any:
    """Return the JSON of a POST to ``/api/v1{path}`` that makes something."""
    async with daemon.session.post(f"/api/v1{path}", json=body) as response:
        assert response.status == 201, await response.text()
        return await response.json()


async def opens(daemon: Daemon, conference: str, content: str) -> None:
    """Open a conference that reacts on the wall, and show something in it."""
    await post(daemon, "/conferences", {"id": conference, "name": conference, "wall": "main"})
    await Desk(daemon.session, conference).chair("present", content)


async def contents(daemon: Daemon) -> dict[str, str]:
    """Return what is the content of each conference."""
    return {each["id"]: each["content_holder"] for each in (await daemon.get("/conferences"))["items"]}


async def until_wall_shows(daemon: Daemon, expected: list[str]) -> None:
    """Wait until these are the sources of the wall, from cell to cell."""

    async def shows() -> bool:
        return [tile["source"] for tile in (await daemon.get("/walls/main"))["tiles"]] == expected

    await until(f"the wall shows {expected}", shows)


async def on_disk(daemon: Daemon) -> None:
    """Wait until what has changed is on disk: writing takes its turns, and at this one a client waits."""
    for name in ("大门", "东门"):
        async with daemon.session.patch("/api/v1/scenes/gate", json={"name": name}) as response:
            assert response.status == 200, await response.text()


@asynccontextmanager
async def shared_screen(daemon: Daemon, films: Path) -> AsyncIterator[None]:
    """Share the screen ``desk``."""
    picture = await asyncio.to_thread(film, 9, "desk", CONTENT, films)
    connection = Connection(daemon.session, "/whip/screens/desk")
    connection.send("video", FilmSource(picture, Clock(0), Faults().device))
    try:
        await connection.open()
        yield
    finally:
        await connection.close()


@asynccontextmanager
async def broadcast(daemon: Daemon, token: str, films: Path) -> AsyncIterator[None]:
    """Let the site ``dongmen`` be in the conference, broadcast and large on the wall."""
    seat = Seat(daemon.site.url, "flood", "dongmen", token)
    async with Peer(Person(2, "东门"), seat, films) as peer:
        await peer.join()
        desk = Desk(daemon.session, "flood")

        async def seen() -> bool:
            return any(one["people"] for one in (await desk.roster())["participants"])

        await until("the site sends a picture", seen)
        await desk.chair("broadcast", "dongmen")
        await until_wall_shows(daemon, LARGE)
        yield


@pytest.fixture
async def set_up(site: Site) -> AsyncIterator[Site]:
    async with farm(6) as base:
        site.cameras = cameras(base, 6)
        site.extra = {
            "data": [{"id": "level", "name": "水位", "kind": "gauge", "unit": "m", "min": 0, "max": 5}]
        }
        yield site


async def fill(daemon: Daemon) -> str:
    """Make what conferences show, and a site for one of them; return its token."""
    assert (await daemon.put("/walls/main/layout", {"layout": "2x2", "sources": BEFORE}))[0] == 200
    gate = {"wall": "main", "layout": "1", "sources": ["camera:cam-2"]}
    await post(daemon, "/scenes", {"id": "gate", "name": "大门", "walls": [gate]})
    for conference, content in (COMES_BACK | GONE | SHARED).items():
        await opens(daemon, conference, content)
    above = {"url": "http://127.0.0.1:9", "conference": "duty", "token": "none"}
    await post(daemon, "/conferences/flood/links", above)
    site = {"name": "东门", "role": "site", "participant": "dongmen"}
    return str((await post(daemon, "/conferences/flood/members", site))["token"])


async def test_what_conferences_showed_comes_back_as_far_as_it_is_there(set_up: Site, films: Path) -> None:
    on_loopback()
    async with AsyncExitStack() as running:
        daemon = await running.enter_async_context(set_up.run())
        async with shared_screen(daemon, films):
            token = await fill(daemon)
            assert await contents(daemon) == COMES_BACK | GONE | SHARED
        async with broadcast(daemon, token, films):

            async def ended() -> bool:
                return await contents(daemon) == COMES_BACK | GONE | dict.fromkeys(SHARED, "")

            await until("content has ended with the screen that it was", ended)
            await on_disk(daemon)
            os.kill(daemon.pid, signal.SIGKILL)
            await running.aclose()
    set_up.cameras = set_up.cameras[:5]
    async with set_up.run() as daemon:
        assert await contents(daemon) == COMES_BACK | dict.fromkeys(GONE | SHARED, "")
        await until_wall_shows(daemon, BEFORE)
        flood = await Desk(daemon.session, "flood").roster()
        assert flood["content_name"] == "主墙 left" and flood["mode"] == "broadcast"
        assert [link["above"] for link in flood["links"]] == [True]
        async with broadcast(daemon, token, films):
            await Desk(daemon.session, "flood").chair("gallery")
            await until_wall_shows(daemon, BEFORE)


async def test_a_wall_shows_the_conferences_again_that_it_showed_when_the_daemon_ended(set_up: Site) -> None:
    shown = [BEFORE[0], "conference:flood/picture", "conference:flood/dongmen", "conference:flood/content"]
    async with set_up.run() as daemon:
        await opens(daemon, "flood", COMES_BACK["camera"])
        site = {"name": "东门", "role": "site", "participant": "dongmen"}
        await post(daemon, "/conferences/flood/members", site)
        assert (await daemon.put("/walls/main/layout", {"layout": "2x2", "sources": shown}))[0] == 200
    async with set_up.run() as daemon:
        await until_wall_shows(daemon, shown)
