from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, WSServerHandshakeError, web
from aiohttp.test_utils import TestServer

from commandwall.control.events import EventLog
from commandwall.control.http import sockets
from commandwall.control.roles import Role
from commandwall.ipc.packets import PacketServer, Subscriber
from commandwall.model.access_unit import AccessUnit, StreamInfo
from tests.unit.control.http.conftest import Connect
from tests.unit.control.rig import Rig

SPS = b"\0\0\0\1" + bytes.fromhex("6742c01fd90040016ec0")
VIDEO = "/api/v1/walls/main/heads/left/video"


class Heads:
    """Head encoders that send one key frame to whoever subscribes, and what is pushed."""

    def __init__(self) -> None:
        self.streams: list[str] = []
        self.subscribers: set[Subscriber] = set()

    def subscribe(self, stream: str, subscriber: Subscriber) -> None:
        self.streams.append(stream)
        self.subscribers.add(subscriber)
        subscriber.describe(StreamInfo("h264", 1920, 2160, 25.0))
        subscriber.push(AccessUnit(SPS + b"\0\0\1\x65key", 3600, key=True))

    def unsubscribe(self, stream: str, subscriber: Subscriber) -> None:
        self.subscribers.discard(subscriber)

    def request_key(self, stream: str) -> None:
        return


@pytest.fixture
async def heads(rig: Rig) -> AsyncIterator[Heads]:
    heads = Heads()
    async with PacketServer(rig.wall.packet_path, heads):
        yield heads


async def told(ws: ClientWebSocketResponse) -> dict[str, Any]:
    """Return the next event."""
    event: dict[str, Any] = await ws.receive_json(timeout=10)
    return event


async def test_events_begin_with_hello_and_go_on_with_what_happens(connect: Connect, rig: Rig) -> None:
    client = await connect(Role.OPERATOR)
    async with client.ws_connect("/api/v1/events") as ws:
        hello = await told(ws)
        assert (hello["type"], hello["resumed"]) == ("hello", False)
        await client.put("/api/v1/walls/main/cells/1", json={"source": "camera:c-1"})
        event = await told(ws)
    assert (event["type"], event["seq"], event["wall"]["revision"]) == ("wall", hello["seq"] + 1, 2)
    assert event["wall"]["tiles"][0]["source"] == "camera:c-1"


async def test_events_that_were_missed_come_first(connect: Connect, rig: Rig) -> None:
    client = await connect(Role.ADMIN)
    async with client.ws_connect("/api/v1/events") as ws:
        seen = (await told(ws))["seq"]
    rig.events.publish("camera", {"camera": {"id": "c-1"}})
    async with client.ws_connect(f"/api/v1/events?after={seen}") as ws:
        assert (await told(ws))["resumed"] is True
        assert (await told(ws))["camera"] == {"id": "c-1"}


async def test_only_those_who_may_hear_the_audit_log_do(connect: Connect, rig: Rig) -> None:
    viewer, admin = await connect(Role.VIEWER), await connect(Role.ADMIN)
    async with viewer.ws_connect("/api/v1/events") as low, admin.ws_connect("/api/v1/events") as high:
        await told(low)
        await told(high)
        rig.events.publish("audit", {"audit": {"who": "lin"}})
        rig.events.publish("camera", {"camera": {"id": "c-1"}})
        assert (await told(low))["type"] == "camera"
        assert (await told(high))["audit"] == {"who": "lin"}


async def test_silence_is_filled_with_a_sign_of_life(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "_KEEP_ALIVE_S", 0.01)
    client = await connect(Role.VIEWER)
    async with client.ws_connect("/api/v1/events") as ws:
        first, second = await told(ws), await told(ws)
    assert second == {"seq": first["seq"], "type": "hello", "resumed": True}


async def test_what_concerns_others_is_no_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "_KEEP_ALIVE_S", 0.05)
    log, heard = EventLog(first_seq=1), asyncio.Queue[dict[str, Any]]()

    class Page(web.WebSocketResponse):
        async def send_str(self, data: str, compress: int | None = None) -> None:
            heard.put_nowait(json.loads(data))

    async def others() -> None:
        while True:
            log.publish("conference", {"conference": "of others"})
            await asyncio.sleep(0)

    with log.subscribe() as subscription:
        sending = sockets.send_events(Page(), subscription, log, lambda event: event.type == "hello")
        tasks = [asyncio.create_task(work) for work in (others(), sending)]
        async with asyncio.timeout(10):
            first, second = await heard.get(), await heard.get()
        for task in tasks:
            task.cancel()
    assert (first["seq"], first["resumed"], second["resumed"]) == (0, False, True)
    assert 0 < second["seq"] <= log.newest


@pytest.mark.parametrize("path", ["/api/v1/events", VIDEO])
async def test_sockets_are_for_those_who_are_signed_in_and_for_our_own_pages(
    connect: Connect, path: str
) -> None:
    stranger, viewer = await connect(), await connect(Role.VIEWER)
    with pytest.raises(WSServerHandshakeError, match="401"):
        await stranger.ws_connect(path)
    with pytest.raises(WSServerHandshakeError, match="403"):
        await viewer.ws_connect(path, origin="http://evil.example")
    assert (await viewer.get(path)).status == 426


@pytest.mark.parametrize("path", ["/api/v1/walls/main/heads/up/video", "/api/v1/walls/side/heads/left/video"])
async def test_an_unknown_head_is_not_found(connect: Connect, path: str) -> None:
    viewer = await connect(Role.VIEWER)
    with pytest.raises(WSServerHandshakeError, match="404"):
        await viewer.ws_connect(path)


@pytest.mark.parametrize(("head", "stream"), [("left", "head/left"), ("_canvas", "canvas")])
async def test_a_head_is_watched(connect: Connect, heads: Heads, head: str, stream: str) -> None:
    client = await connect(Role.VIEWER)
    async with client.ws_connect(f"/api/v1/walls/main/heads/{head}/video") as ws:
        config = json.loads(await ws.receive_str(timeout=10))
        frame = await ws.receive_bytes(timeout=10)
    assert (config["type"], config["codec"], config["wall"], config["head"]) == (
        "config", "avc1.42C01F", "main", head,
    )  # fmt: skip
    assert frame[:5] == b"CWV1\1"
    assert frame.endswith(b"key")
    assert heads.streams == [stream]


async def test_a_client_that_goes_away_leaves_nothing_behind(connect: Connect, heads: Heads) -> None:
    client = await connect(Role.VIEWER)
    async with client.ws_connect(VIDEO) as ws:
        await ws.receive_str(timeout=10)
    async with asyncio.timeout(10):
        while heads.subscribers or any("/video" in task.get_name() for task in asyncio.all_tasks()):
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("path", ["/api/v1/events", VIDEO])
async def test_a_session_that_ends_ends_its_sockets(
    connect: Connect, rig: Rig, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(sockets, "_ASK_AGAIN_S", 0.05)
    client = await connect(Role.VIEWER)
    async with client.ws_connect(path) as ws:
        await rig.users.remove("viewer")
        async with asyncio.timeout(10):
            while (message := await ws.receive()).type is not WSMsgType.CLOSE:
                pass
    assert message.data == 4401


async def test_when_the_daemon_stops_sockets_are_told(connect: Connect) -> None:
    client = await connect(Role.VIEWER)
    async with client.ws_connect("/api/v1/events") as ws:
        await told(ws)
        closing = asyncio.create_task(client.server.close())
        message = await ws.receive(timeout=10)
        await ws.close()
        await closing
    assert (message.type, message.data) == (WSMsgType.CLOSE, 1001)


async def test_one_who_reads_nothing_does_not_keep_the_daemon_from_stopping() -> None:
    stuck = asyncio.Event()

    async def pour(request: web.Request) -> web.StreamResponse:
        ws = await sockets.open_socket(request)

        async def sending() -> None:
            while True:
                written = asyncio.ensure_future(ws.send_bytes(bytes(1 << 20)))
                for _ in range(10):  # A machine that stands still makes one of them last, and not ten.
                    await asyncio.wait([written], timeout=0.05)
                if not written.done():
                    stuck.set()
                await written

        await sockets.serve(request, ws, sending())
        return ws

    app = web.Application()
    app[sockets.OPEN_SOCKETS] = {}
    app.on_shutdown.append(sockets.close_sockets)
    app.router.add_get("/", pour)
    server = TestServer(app)
    await server.start_server(shutdown_timeout=60.0)
    async with ClientSession() as client, client.ws_connect(server.make_url("/")):
        async with asyncio.timeout(30):
            await stuck.wait()
            await server.close()
