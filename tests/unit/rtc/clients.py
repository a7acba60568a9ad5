"""Sessions over the loopback, and aiortc at the other end in a browser's place."""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.rtcconfiguration import RTCConfiguration

from commandwall.ipc.rtc_messages import (
    PublishStream,
    RtcReport,
    SessionAnswer,
    SessionChanged,
    SessionFigures,
    SessionPhase,
    StreamAt,
    WatchStream,
)
from commandwall.model.access_unit import AccessUnit
from commandwall.rtc import hooks
from commandwall.rtc.published import PublishedBus
from commandwall.rtc.sessions import Sessions
from commandwall.rtc.sound_queue import SoundQueue
from commandwall.rtc.viewer import PacketisedFrame, Viewer
from tests.unit.rtc.streams import Publisher, units, until

CONNECTED, LIVE, ENDED = SessionPhase


@dataclass
class Sink:
    """What a client received."""

    packets: list[Any] = field(default_factory=list)

    def take_packet(self, packet: Any) -> None:
        self.packets.append(packet)

    def take_report(self, report: Any) -> None:
        return

    @property
    def payloads(self) -> list[bytes]:
        return [packet.payload for packet in self.packets]


class Client:
    """A browser's part, by aiortc; it has no ICE servers."""

    def __init__(self) -> None:
        self.pc = RTCPeerConnection(RTCConfiguration([]))
        self.sink = Sink()
        self.heard = Sink()

    async def wants(self, *, sound: bool = False, video: bool = True) -> str:
        """Return an offer to receive; players ask for ``sound`` first."""
        if sound:
            hooks.receive_into(self.pc.addTransceiver("audio", "recvonly").receiver, self.heard)
        if video:
            receiver = self.pc.addTransceiver("video", "recvonly").receiver
            hooks.receive_into(receiver, self.sink, 1_000_000)
        return await self._offer()

    async def has(self, viewer: Viewer | None = None, sound: SoundQueue | None = None) -> str:
        """Return an offer to send what ``viewer`` and ``sound`` are given."""
        if sound is not None:
            sender = self.pc.addTransceiver(hooks.PayloadTrack("audio"), "sendonly").sender
            hooks.send_from(sender, sound)
        if viewer is not None:
            sender = self.pc.addTransceiver(hooks.PayloadTrack("video"), "sendonly").sender
            hooks.send_from(sender, viewer)
        return await self._offer()

    async def accept(self, answer: str) -> None:
        await self.pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def _offer(self) -> str:
        await self.pc.setLocalDescription(await self.pc.createOffer())
        return str(self.pc.localDescription.sdp)


@dataclass
class Bench:
    """Sessions over streams of ``publisher``, and what they told."""

    sessions: Sessions
    publisher: Publisher
    published: PublishedBus
    path: Path
    told: list[tuple[str, SessionPhase]]
    live: list[str]
    figures: dict[str, SessionFigures]

    def at(self, stream: str = "head/a", codec: str = "") -> StreamAt:
        return StreamAt(str(self.path), stream, True, codec=codec)

    async def watch(
        self,
        name: str,
        client: Client,
        *,
        sound: bool = False,
        of: Sequence[str] = ("head/a",),
        to: str = "mix",
    ) -> SessionAnswer:
        """Let ``client`` watch the rungs ``of``, and with ``sound`` hear ``to``, until it is connected."""
        message = WatchStream(
            name,
            tuple(self.at(each) for each in of),
            self.at(to) if sound and to else None,
            await client.wants(sound=sound, video=bool(of)),
        )
        answer = await self.sessions.watch(message)
        await client.accept(answer.sdp)
        await until(lambda: (name, CONNECTED) in self.told)
        return answer

    async def publish(
        self, name: str, client: Client, viewer: Viewer | None, sound: SoundQueue | None
    ) -> None:
        """Let ``client`` send until it is connected, as ``people`` and ``voice``."""
        message = PublishStream(name, "people", "voice", await client.has(viewer, sound))
        await client.accept((await self.sessions.publish(message)).sdp)
        await until(lambda: (name, CONNECTED) in self.told)


@asynccontextmanager
async def open_bench(directory: Path, tasks: Any) -> AsyncIterator[Bench]:
    """Open sessions whose tasks belong to the group ``tasks``."""
    hooks.install()
    publisher, published = Publisher(), PublishedBus()
    publisher.greeting = units(10)  # Too many to be sent to who comes: a key frame is asked for.
    told, live, figures = list[tuple[str, SessionPhase]](), list[str](), dict[str, SessionFigures]()

    def tell(message: SessionChanged | RtcReport) -> None:
        if isinstance(message, RtcReport):
            figures.update({each.session: each for each in message.sessions})
            return
        told.append((message.session, message.phase))
        if message.stream:
            live.append(message.stream)

    async with publisher.serve(directory / "bus"):
        opened = Sessions(tasks, published, (), tell)
        yield Bench(opened, publisher, published, directory / "bus", told, live, figures)
        opened.close()


@asynccontextmanager
async def clients(count: int) -> AsyncIterator[list[Client]]:
    """Make clients and close them."""
    made = [Client() for _ in range(count)]
    try:
        yield made
    finally:
        for client in made:
            await client.pc.close()


def frame(unit: AccessUnit, payloads: list[bytes]) -> PacketisedFrame:
    """Return ``unit`` as a sender is given it."""
    return PacketisedFrame(payloads, len(unit.data), unit.pts_90k, unit.key, unit.arrival_ns, unit.level_dbov)


def opus(number: int, level_dbov: int = -30) -> AccessUnit:
    """Return what stands for the ``number``-th packet of 20 ms of Opus."""
    return AccessUnit(b"\x78" + struct.pack("!I", number), number * 1800, True, level_dbov=level_dbov)
