"""Whole sessions over the loopback, with aiortc at the other end too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.rtcconfiguration import RTCConfiguration

from commandwall.base.errors import InvalidError, NotFoundError, UnavailableError
from commandwall.ipc.packets import PacketServer, Subscription
from commandwall.ipc.rtc_messages import PublishScreen, SessionChanged, SessionPhase, WatchStream
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.rtc import hooks, peer, sessions
from commandwall.rtc.screen import ScreenBus
from commandwall.rtc.sessions import Sessions
from commandwall.rtc.viewer import PacketisedFrame, Viewer
from commandwall.rtp.annexb import split_annexb
from commandwall.rtp.h264_packetise import packetise_h264
from tests.unit.rtc.streams import OFFER, Publisher, units, until

CONNECTED, LIVE, ENDED = SessionPhase


@dataclass
class Sink:
    """What a client received."""

    packets: list[Any] = field(default_factory=list)

    def take_packet(self, packet: Any) -> None:
        self.packets.append(packet)

    def take_report(self, report: Any) -> None:
        return


class Client:
    """A browser's part, by aiortc; it has no ICE servers."""

    def __init__(self) -> None:
        self.pc = RTCPeerConnection(RTCConfiguration([]))
        self.sink = Sink()

    async def wants(self, *, sound: bool = False) -> str:
        """Return an offer to receive; players ask for ``sound`` too, and first."""
        if sound:
            self.pc.addTransceiver("audio", "recvonly")
        receiver = self.pc.addTransceiver("video", "recvonly").receiver
        hooks.receive_into(receiver, self.sink, 1_000_000)
        return await self._offer()

    async def has(self, viewer: Viewer) -> str:
        """Return an offer to send what ``viewer`` is given."""
        sender = self.pc.addTransceiver(hooks.PayloadTrack(), "sendonly").sender
        hooks.send_from(sender, viewer)
        return await self._offer()

    async def accept(self, answer: str) -> None:
        await self.pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def _offer(self) -> str:
        await self.pc.setLocalDescription(await self.pc.createOffer())
        return str(self.pc.localDescription.sdp)


@dataclass
class Bench:
    """Sessions over the stream ``head/a``, and what they told."""

    sessions: Sessions
    publisher: Publisher
    screens: ScreenBus
    path: Path
    told: list[tuple[str, SessionPhase]]

    async def watch(self, name: str, client: Client, *, sound: bool = False) -> None:
        message = WatchStream(name, str(self.path), "head/a", True, await client.wants(sound=sound))
        await client.accept(await self.sessions.watch(message))
        await until(lambda: (name, CONNECTED) in self.told)


@pytest.fixture
async def bench(short_dir: Path) -> AsyncIterator[Bench]:
    hooks.install()
    publisher, screens, told = Publisher(), ScreenBus(), list[tuple[str, SessionPhase]]()
    publisher.greeting = units(1)

    def tell(change: SessionChanged) -> None:
        told.append((change.session, change.phase))

    async with publisher.serve(short_dir / "bus"), asyncio.TaskGroup() as group:
        opened = Sessions(group, screens, (), tell)
        yield Bench(opened, publisher, screens, short_dir / "bus", told)
        opened.close()


@asynccontextmanager
async def clients(count: int) -> AsyncIterator[list[Client]]:
    made = [Client() for _ in range(count)]
    try:
        yield made
    finally:
        for client in made:
            await client.pc.close()


async def test_all_viewers_get_the_same_packets_of_one_subscription(bench: Bench) -> None:
    async with clients(3) as viewers:
        for number, client in enumerate(viewers):
            await bench.watch(f"s{number}", client)
        await until(lambda: bench.publisher.keys_asked)
        assert len(bench.publisher.subscribers) == 1
        pictures = units(5)
        bench.publisher.push(*pictures)
        sent = [payload for unit in pictures for payload in packetise_h264(unit.data, 1200)]
        for client in viewers:
            await until(lambda client=client: len(client.sink.packets) >= len(sent))
            assert [packet.payload for packet in client.sink.packets] == sent
            assert [packet.marker for packet in client.sink.packets].count(1) == 5
        bench.sessions.end("s1")
        await until(lambda: ("s1", ENDED) in bench.told)
    await until(lambda: [phase for _, phase in bench.told].count(ENDED) == 3)
    await until(lambda: not bench.publisher.subscribers)


async def test_a_player_that_asks_for_sound_too_gets_the_pictures(bench: Bench) -> None:
    async with clients(1) as (client,):
        await bench.watch("s", client, sound=True)
        await until(lambda: bench.publisher.keys_asked)
        bench.publisher.push(*units(1))
        await until(lambda: client.sink.packets)
        directions = [each.currentDirection for each in client.pc.getTransceivers()]
        assert directions == ["inactive", "recvonly"]


async def test_a_wish_for_a_key_frame_reaches_the_publisher(bench: Bench) -> None:
    async with clients(1) as (client,):
        await bench.watch("s", client)
        bench.publisher.push(*units(1))
        await until(lambda: client.sink.packets)
        asked = bench.publisher.keys_asked
        receiver = client.pc.getReceivers()[0]

        async def pleaded() -> bool:
            await hooks.ask_key(receiver, client.sink.packets[0].ssrc)
            return bench.publisher.keys_asked > asked

        while not await pleaded():
            await asyncio.sleep(0.05)


async def test_a_viewer_that_vanishes_harms_nobody(bench: Bench) -> None:
    async with clients(2) as (well, vanishing):
        await bench.watch("well", well)
        await bench.watch("vanishing", vanishing)
        await until(lambda: bench.publisher.keys_asked)
        for protocol in vanishing.pc.getReceivers()[0].transport.transport._connection._protocols:
            protocol.transport.abort()
        for number, picture in enumerate(units(100), 1):
            bench.publisher.push(picture)
            await until(lambda number=number: sum(packet.marker for packet in well.sink.packets) == number)


async def test_a_screen_is_received_and_published(bench: Bench) -> None:
    pictures = units(6)
    frames = [
        PacketisedFrame(packetise_h264(unit.data, 300), len(unit.data), unit.pts_90k, unit.key)
        for unit in pictures
    ]

    def begin(viewer: Viewer) -> None:
        for frame in frames:
            viewer.push(frame)

    sending = Viewer(begin, lambda: None)
    bus = bench.path.with_name("screens")
    async with PacketServer(bus, bench.screens), clients(1) as (client,):
        message = PublishScreen("s", "desk", (await client.has(sending)).replace("sendrecv", "sendonly"))
        answer = await bench.sessions.publish(message)
        assert "H264" in answer and "VP8" not in answer
        subscription = await Subscription.open(bus, "screen/desk")
        await client.accept(answer)
        records = subscription.records()
        assert await anext(records) == StreamInfo("h264", 64, 64)
        got = [unit async for unit in _first(records, 6)]
        assert [unit.key for unit in got] == [True] + [False] * 5
        assert [split_annexb(unit.data) for unit in got] == [split_annexb(unit.data) for unit in pictures]
        assert bench.told[:2] == [("s", CONNECTED), ("s", LIVE)]
        bench.sessions.end("s")
        assert await anext(records, None) is None


async def _first(records: AsyncIterator[Any], count: int) -> AsyncIterator[AccessUnit]:
    for _ in range(count):
        yield await anext(records)


async def test_a_screen_that_is_shared_again_replaces_the_one_before(bench: Bench) -> None:
    async with clients(2) as (first, second):
        for name, client in (("old", first), ("new", second)):
            offer = await client.has(Viewer(lambda _: None, lambda: None))
            await client.accept(await bench.sessions.publish(PublishScreen(name, "desk", offer)))
        await until(lambda: ("old", ENDED) in bench.told)
        bench.screens.request_key("screen/desk")


async def test_what_cannot_be_opened_leaves_nothing_behind(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "_FIRST_KEY_S", 0.05)
    path = str(bench.path)
    with pytest.raises(InvalidError, match="an offer that can be answered"):
        await bench.sessions.watch(WatchStream("s", path, "head/a", True, "v=0\r\nm=video"))
    with pytest.raises(UnavailableError, match="no picture"):
        await bench.sessions.watch(WatchStream("s", path + "x", "head/a", True, OFFER))
    with pytest.raises(InvalidError, match="VP8"):
        await bench.sessions.publish(
            PublishScreen("s", "desk", OFFER.replace("H264", "VP9").replace("recvonly", "sendonly"))
        )
    with pytest.raises(NotFoundError, match="is over"):
        await bench.sessions.trickle("s", "")
    await until(lambda: not bench.publisher.subscribers)
    assert bench.told == []


async def test_there_is_a_limit(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MAX_SESSIONS", 0)
    with pytest.raises(UnavailableError, match="0 WebRTC sessions are open"):
        await bench.sessions.watch(WatchStream("s", str(bench.path), "head/a", True, OFFER))


async def test_a_connection_that_never_comes_about_ends(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer, "CONNECT_S", 0.05)
    await bench.sessions.watch(WatchStream("s", str(bench.path), "head/a", True, OFFER))
    await bench.sessions.trickle("s", "a=mid:0\r\na=candidate:9 1 udp 1 127.0.0.1 9 typ host\r\n")
    with pytest.raises(InvalidError, match="not restarted"):
        await bench.sessions.trickle("s", "a=ice-ufrag:other\r\n")
    await until(lambda: bench.told == [("s", ENDED)])
