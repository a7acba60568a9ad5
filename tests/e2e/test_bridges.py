"""A conference of the daemon and one of a Janus meet by a bridge: both see and hear the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from commandwall.conference.bridges.janus import JanusBridge, JanusRooms
from commandwall.conference.bridges.janus_session import JanusServer
from simulators.conference.desk import Desk
from simulators.conference.peer import Peer, Person, Seat
from simulators.conference.tones import tone_hz
from simulators.loopfile import cache_root
from tests.contract.bridge_peer import BridgePeer
from tests.contract.janus_server import PIN, ROOM, SECRET, Janus, janus
from tests.e2e.site import Daemon, Site, until

pytestmark = [pytest.mark.needs("janus"), pytest.mark.timeout(180), pytest.mark.blocks_loop]

CENTRE = (8, 1100)
"""Bar code and tone of who is in the Janus."""
BRIDGE = {"id": "centre", "name": "市中心", "kind": "janus", "video": ROOM, "audio": ROOM}


@pytest.fixture
async def centre(tmp_path: Path, free_port: Callable[[], int]) -> AsyncIterator[Janus]:
    folder = tmp_path / "janus"
    folder.mkdir()
    async with janus(folder, free_port()) as server:
        yield server


@pytest.fixture
async def foreigner(centre: Janus) -> AsyncIterator[BridgePeer]:
    """Let somebody be in the rooms of the Janus."""
    peer = BridgePeer(*CENTRE)
    bridge = JanusBridge(JanusServer(centre.url, SECRET), JanusRooms(ROOM, ROOM, "mayor", pin=PIN))
    staying = asyncio.create_task(bridge.run(peer, lambda _: None))
    yield peer
    staying.cancel()
    await asyncio.gather(staying, return_exceptions=True)
    await peer.close()


async def bridged(daemon: Daemon, body: dict[str, Any]) -> tuple[int, Any]:
    async with daemon.session.post("/api/v1/conferences/duty/bridges", json=body) as response:
        return response.status, await response.json(content_type=None)


async def link(desk: Desk) -> dict[str, Any]:
    """Return the bridge as the roster has it."""
    links: list[dict[str, Any]] = (await desk.roster())["links"]
    return links[0] if links else {}


async def test_a_conference_and_a_janus_meet(site: Site, centre: Janus, foreigner: BridgePeer) -> None:
    async with AsyncExitStack() as stack:
        daemon = await stack.enter_async_context(site.run())
        desk = Desk(daemon.session, "duty")
        await desk.open("值班会商")
        participant, token = await desk.invite("陈", "chair")
        seat = Seat(site.url, "duty", participant, token)
        person = await stack.enter_async_context(Peer(Person(1, "陈"), seat, cache_root()))
        await person.join()

        secrets = {"url": centre.url, "secret": SECRET}
        status, said = await bridged(daemon, {**BRIDGE, **secrets, "pin": "wrong"})
        assert (status, said["errors"][0]["field"]) == (422, "token")
        assert not any(secret in str(said) for secret in (SECRET, "wrong"))
        status, said = await bridged(daemon, {**BRIDGE, **secrets, "pin": PIN})
        assert status == 201, said

        async def joined() -> bool:
            return (await link(desk)).get("state") == "connected"

        async def seen() -> bool:
            return foreigner.seen == 1

        async def heard_there() -> bool:
            return foreigner.level_db(tone_hz(1)) > -40 and foreigner.level_db(CENTRE[1]) < -50

        async def heard_here() -> bool:
            levels = await asyncio.to_thread(person.ears.levels_db, [CENTRE[1], tone_hz(1)], 1.2)
            return levels[CENTRE[1]] > -40 and levels[tone_hz(1)] < -50

        async def comes() -> bool:
            line = next(one for one in (await desk.roster())["participants"] if one["id"] == "centre")
            return bool(line["people"] and line["voice"] and line["state"] == "connected")

        await until("the bridge stands", joined, 30)
        await until("their picture and sound come", comes, 30)
        await until("ours is seen there", seen, 30)
        await until("ours is heard there, theirs not", heard_there, 30)
        await until("theirs is heard here, ours not", heard_here, 30)

        centre.process.kill()
        await centre.process.wait()

        async def lost() -> bool:
            return (await link(desk)).get("state") == "lost"

        await until("the loss is told", lost, 20)
        assert PIN not in str(await desk.roster())
        async with daemon.session.delete("/api/v1/conferences/duty/links/centre") as response:
            assert response.status == 204
        assert await link(desk) == {}
