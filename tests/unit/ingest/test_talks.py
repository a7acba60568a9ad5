"""Talking to the loudspeakers of the farm's cameras, and to addresses, with the sound process behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from commandwall.conference.listeners import LOUDSPEAKERS
from commandwall.ingest import talks as talks_module
from commandwall.ingest.feed_set import FeedSet
from commandwall.ingest.opening import open_feed
from commandwall.ingest.talks import Talks
from commandwall.ipc.messages import FeedSpec
from commandwall.ipc.packets import BusAddress, PacketServer, Subscriber
from commandwall.ipc.talk_messages import CameraTarget, StopTalk, TalkChanged, TalkTo
from commandwall.model.access_unit import AccessUnit
from commandwall.model.camera import StreamName, Transport
from commandwall.model.reason import ReasonCode
from commandwall.model.talk import RtpAddress, SpeakerCodec, TalkState
from commandwall.rtp.packet import parse_header
from commandwall.rtsp.server import RtspServer
from simulators.loudspeaker import HEADER, TalkingConnection
from tests.unit.simulators.test_loudspeaker import Street

BLOCK = {"pcm_mulaw": b"\x01" * 160, "pcm_alaw": b"\x02" * 160, "opus": b"\x03" * 80}
STATES = (TalkState.OPENING, TalkState.TALKING)


class Mix:
    """Publishes what everybody says, as the sound process does, a packet whenever it is told to."""

    def __init__(self) -> None:
        self.subscribers: dict[str, set[Subscriber]] = {}
        self.number = 0

    def subscribe(self, stream: str, subscriber: Subscriber) -> None:
        self.subscribers.setdefault(stream, set()).add(subscriber)

    def unsubscribe(self, stream: str, subscriber: Subscriber) -> None:
        self.subscribers.get(stream, set()).discard(subscriber)

    def request_key(self, stream: str) -> None:
        raise AssertionError("sound has no key frames")

    def say(self) -> None:
        self.number += 1
        for stream, subscribers in self.subscribers.items():
            codec = stream.removeprefix("mix/c/all").removeprefix("/") or "opus"
            for subscriber in subscribers:
                subscriber.push(AccessUnit(BLOCK[codec], 1800 * self.number, True))


class Bench:
    """What talks, and what it says of it."""

    def __init__(self, group: asyncio.TaskGroup, bus: Path, folder: Path) -> None:
        self.changes: list[TalkChanged] = []
        self.mix = Mix()
        self.folder = folder
        self.feeds = FeedSet(open_feed, group, lambda _: None)
        self.talks = Talks(self.feeds, group, self.changes.append)
        self.sound = BusAddress(str(bus), "mix/c/all", "")

    def know(self, camera: str, url: str) -> None:
        """Know a camera by its main stream, which nobody wants to see."""
        spec = FeedSpec(f"{camera}/main", camera, StreamName.MAIN, url, Transport.TCP, on_demand=True)
        self.feeds.add(spec)

    def talk(self, target: CameraTarget | RtpAddress) -> None:
        self.talks.take(TalkTo("it", target, self.sound))

    @property
    def newest(self) -> TalkState | None:
        return self.changes[-1].state if self.changes else None

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for ``condition``, while somebody speaks."""
        async with asyncio.timeout(20):
            while not condition():
                self.mix.say()
                await asyncio.sleep(0.005)

    def heard(self) -> int:
        """Return how much the farm's camera has played, in bytes."""
        file = self.folder / "0001.wav"
        return max(0, file.stat().st_size - HEADER.size) if file.exists() else 0


@pytest.fixture
async def bench(short_dir: Path) -> AsyncIterator[Bench]:
    async with asyncio.TaskGroup() as group:
        made = Bench(group, short_dir / "mix", short_dir)
        async with PacketServer(short_dir / "mix", made.mix), made.feeds:
            yield made
            made.talks.close()


@asynccontextmanager
async def street(folder: Path | None, port: int = 0) -> AsyncIterator[RtspServer]:
    def protocol(server: object) -> TalkingConnection:
        return TalkingConnection(server, folder)  # type: ignore[arg-type]

    more = {"protocol": protocol} if folder is not None else {}
    async with RtspServer(Street(), "127.0.0.1", port, **more) as server:  # type: ignore[arg-type]
        yield server


def camera_url(server: RtspServer) -> str:
    return f"rtsp://127.0.0.1:{server.port}/cam/0001/main"


async def test_a_camera_plays_what_everybody_says_until_it_is_stopped(bench: Bench) -> None:
    async with street(bench.folder) as server:
        bench.know("cam", camera_url(server))
        bench.talk(CameraTarget("cam", StreamName.MAIN))
        await bench.until(lambda: bench.heard() >= 800)
        assert [change.state for change in bench.changes] == [*STATES]
        file = bench.folder / "0001.wav"
        assert set(file.read_bytes()[HEADER.size :]) == {2}
        bench.talks.take(StopTalk("it"))
        await bench.until(lambda: server.connections == 0)
        assert not any(bench.mix.subscribers.values())


async def test_a_camera_that_goes_away_is_talked_to_again(bench: Bench, free_port: Callable[[], int]) -> None:
    port = free_port()
    async with street(bench.folder, port) as server:
        bench.know("cam", camera_url(server))
        bench.talk(CameraTarget("cam", StreamName.MAIN))
        await bench.until(lambda: bench.heard() > 0)
    await bench.until(lambda: bench.newest is TalkState.LOST)
    (bench.folder / "0001.wav").unlink()
    async with street(bench.folder, port):
        await bench.until(lambda: bench.newest is TalkState.TALKING and bench.heard() > 0)


async def test_a_camera_without_a_loudspeaker_is_not_asked_again(bench: Bench) -> None:
    async with street(None) as server:
        bench.know("cam", camera_url(server))
        bench.talk(CameraTarget("cam", StreamName.MAIN))
        await bench.until(lambda: bench.newest is TalkState.REFUSED)
        assert bench.changes[-1].reason.code is ReasonCode.NO_LOUDSPEAKER
        assert "551" in bench.changes[-1].reason.detail


async def test_a_camera_that_is_not_received_here(bench: Bench) -> None:
    bench.talk(CameraTarget("gone", StreamName.MAIN))
    await bench.until(lambda: bench.newest is TalkState.REFUSED)
    assert bench.changes[-1].reason.code is ReasonCode.NOT_FOUND


async def test_what_nobody_thought_of_is_tried_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise ValueError("unforeseen")

    async with street(bench.folder) as server:
        bench.know("cam", camera_url(server))
        with monkeypatch.context() as patch:
            patch.setattr(talks_module, "request_of", fail)
            bench.talk(CameraTarget("cam", StreamName.MAIN))
            await bench.until(lambda: bench.newest is TalkState.LOST)
        await bench.until(lambda: bench.newest is TalkState.TALKING)


class Ear(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.packets: list[bytes] = []

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        self.packets.append(data)


@pytest.mark.parametrize(
    ("codec", "payload_type", "ticks"),
    [(SpeakerCodec.PCM_MULAW, 0, 160), (SpeakerCodec.PCM_ALAW, 8, 160), (SpeakerCodec.OPUS, 111, 960)],
)
async def test_an_address_is_sent_what_it_takes(
    bench: Bench, codec: SpeakerCodec, payload_type: int, ticks: int
) -> None:
    loop = asyncio.get_running_loop()
    transport, ear = await loop.create_datagram_endpoint(Ear, ("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    bench.talk(RtpAddress("127.0.0.1", port, codec, payload_type))
    await bench.until(lambda: len(ear.packets) >= 5)
    transport.close()
    headers = [parse_header(packet) for packet in ear.packets]
    assert {header.payload_type for header in headers} == {payload_type}
    steps = np.diff([header.timestamp for header in headers])
    assert set(steps.tolist()) <= {ticks, ticks - (1 << 32)}
    assert ear.packets[0][headers[0].start :] == BLOCK[codec]
    await bench.until(lambda: bench.newest is TalkState.LOST)  # now that nobody listens there
    assert bench.changes[-1].reason.detail.startswith("nobody listens")


async def test_sound_that_ends_comes_back_without_the_loudspeaker_being_left(bench: Bench) -> None:
    async with street(bench.folder) as server:
        bench.know("cam", camera_url(server))
        bench.talk(CameraTarget("cam", StreamName.MAIN))
        await bench.until(lambda: bench.heard() > 0)
        stream = next(name for name in bench.mix.subscribers if name.removeprefix("mix/c/") in LOUDSPEAKERS)
        before, (subscriber,) = bench.heard(), bench.mix.subscribers[stream]
        subscriber.end()
        await bench.until(lambda: bench.mix.subscribers[stream] - {subscriber})
        await bench.until(lambda: bench.heard() > before)
        assert [change.state for change in bench.changes] == [*STATES]
