"""One suite over every bridge: two of them, at either side of a foreign conference, meet each other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from commandwall.base.errors import AccessRefusedError, CommandwallError, ConnectionLostError
from commandwall.conference.bridges.bridge import Bridge
from commandwall.conference.bridges.janus import JanusBridge, JanusRooms
from commandwall.conference.bridges.janus_session import JanusServer
from commandwall.conference.bridges.whip import Endpoint, WhipBridge
from tests.contract.bridge_peer import BridgePeer
from tests.contract.janus_server import PIN, ROOM, SECRET, VP8_ROOM, janus
from tests.contract.whip_server import TOKEN, whip_server
from tests.e2e.site import until

pytestmark = [pytest.mark.timeout(90), pytest.mark.blocks_loop]

HERE, THERE = (7, 440), (8, 1100)
"""The bar code and the tone of either side."""


@dataclass
class Foreign:
    """A foreign conference: bridges of either side into it, and its end."""

    here: Callable[[], Bridge]
    there: Callable[[], Bridge]
    stranger: Callable[[], Bridge]
    stop: Callable[[], object]


@asynccontextmanager
async def whip_foreign(_: Path, __: int) -> AsyncIterator[Foreign]:
    async with whip_server() as server:

        def bridge(out: str, into: str, token: str = TOKEN) -> WhipBridge:
            return WhipBridge(
                Endpoint(f"{server.url}/whip/{out}", token), Endpoint(f"{server.url}/whep/{into}", token)
            )

        yield Foreign(
            lambda: bridge("a", "b"), lambda: bridge("b", "a"), lambda: bridge("a", "b", "x"), server.drop_all
        )


@asynccontextmanager
async def janus_foreign(folder: Path, port: int) -> AsyncIterator[Foreign]:
    async with janus(folder, port) as server:

        def bridge(name: str, pin: str = PIN) -> JanusBridge:
            return JanusBridge(JanusServer(server.url, SECRET), JanusRooms(ROOM, ROOM, name, pin=pin))

        async def stop() -> None:
            server.process.kill()
            await server.process.wait()

        yield Foreign(lambda: bridge("here"), lambda: bridge("there"), lambda: bridge("x", "wrong"), stop)


KINDS = [
    pytest.param(whip_foreign, id="whip"),
    pytest.param(janus_foreign, id="janus", marks=pytest.mark.needs("janus")),
]


@pytest.fixture(params=KINDS)
async def foreign(
    request: pytest.FixtureRequest, tmp_path: Path, free_port: Callable[[], int]
) -> AsyncIterator[Foreign]:
    async with request.param(tmp_path, free_port()) as running:
        yield running


class Side:
    """A bridge that runs, and is tried again as long as the other side is not there."""

    def __init__(self, bridge: Callable[[], Bridge], number: int, tone_hz: int) -> None:
        self.peer = BridgePeer(number, tone_hz)
        self.told: list[str] = []
        self.fault: CommandwallError | None = None
        self._bridge = bridge
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            try:
                await self._bridge().run(self.peer, self.told.append)
            except CommandwallError as error:
                self.fault = error
            await asyncio.sleep(0.3)

    async def tells(self) -> bool:
        """Return whether it has said anything of what is lacking."""
        return bool(self.told)

    async def leave(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        await self.peer.close()


@asynccontextmanager
async def side(bridge: Callable[[], Bridge], known: tuple[int, int]) -> AsyncIterator[Side]:
    running = Side(bridge, *known)
    try:
        yield running
    finally:
        await running.leave()


async def sees(side: Side, number: int | None) -> None:
    async def seen() -> bool:
        return side.peer.seen == number

    await until(f"{number} is seen", seen, 30)


async def hears(side: Side, tone_hz: int) -> None:
    async def heard() -> bool:
        return side.peer.level_db(tone_hz) > -30

    await until(f"{tone_hz} Hz is heard", heard, 30)


async def hears_not(side: Side, tone_hz: int) -> None:
    async def unheard() -> bool:
        return side.peer.level_db(tone_hz) < -50

    await until(f"{tone_hz} Hz is not heard", unheard, 30)


async def test_both_sides_see_and_hear_the_other_and_not_themselves(foreign: Foreign) -> None:
    async with side(foreign.here, HERE) as here, side(foreign.there, THERE) as there:
        await sees(here, THERE[0])
        await sees(there, HERE[0])
        await hears(here, THERE[1])
        await hears(there, HERE[1])
        await hears_not(here, HERE[1])
        await hears_not(there, THERE[1])
        assert here.told[-1] == there.told[-1] == ""


async def test_one_who_comes_back_is_seen_again(foreign: Foreign) -> None:
    async with side(foreign.here, HERE) as here:
        async with side(foreign.there, THERE):
            await sees(here, THERE[0])
        here.peer.seen = None
        async with side(foreign.there, THERE) as again:
            await sees(here, THERE[0])
            await sees(again, HERE[0])


async def test_who_has_no_right_is_told_so_without_a_secret(foreign: Foreign) -> None:
    with pytest.raises(AccessRefusedError) as refused:
        await foreign.stranger().run(BridgePeer(*HERE), lambda _: None)
    said = f"{refused.value} {refused.value.zh}"
    assert not any(secret in said for secret in (TOKEN, SECRET, PIN, "wrong"))
    assert "127.0.0.1" in said


async def test_the_end_of_the_foreign_conference_is_noticed(foreign: Foreign) -> None:
    async with side(foreign.here, HERE) as here, side(foreign.there, THERE) as there:
        await sees(here, THERE[0])
        await sees(there, HERE[0])
        there.fault = None
        stopping = foreign.stop()
        assert asyncio.iscoroutine(stopping)
        await stopping

        async def told() -> bool:
            return isinstance(there.fault, ConnectionLostError)

        await until("the loss is told", told, 20)


@pytest.mark.needs("janus")
async def test_a_picture_of_another_codec_is_said_and_sound_goes_on(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    async with janus(tmp_path, free_port()) as server:

        def bridge(name: str) -> Callable[[], Bridge]:
            rooms = JanusRooms(VP8_ROOM, ROOM, name, pin=PIN)
            return lambda: JanusBridge(JanusServer(server.url, SECRET), rooms)

        async with side(bridge("here"), HERE) as here, side(bridge("there"), THERE):
            await hears(here, THERE[1])
            await until("what is lacking is said", here.tells, 30)
            assert here.told == ['the room takes no H.264, which ours is: set videocodec = "h264" for it']
        assert here.fault is None


async def test_nobody_there_is_told(free_port: Callable[[], int]) -> None:
    bridge = WhipBridge(Endpoint(f"http://127.0.0.1:{free_port()}/whip/secret-path", "t"), None)
    with pytest.raises(ConnectionLostError, match=r"127\.0\.0\.1") as lost:
        await bridge.run(BridgePeer(*HERE), lambda _: None)
    assert "secret-path" not in str(lost.value)
    with pytest.raises(ConnectionLostError, match=r"127\.0\.0\.1"):
        server = JanusServer(f"ws://127.0.0.1:{free_port()}")
        await JanusBridge(server, JanusRooms(ROOM, ROOM, "here")).run(BridgePeer(*HERE), lambda _: None)
