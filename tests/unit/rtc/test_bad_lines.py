"""Lines that lose packets, and peers that send garbage."""

from __future__ import annotations

import asyncio
import contextlib
import random
import struct
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pylibsrtp
import pytest

from commandwall.base.clock import NS_PER_S
from commandwall.ipc.packets import PacketServer, Subscription
from commandwall.media.encoder import H264Encoder, RawPicture
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.rtc import picture_intake
from commandwall.rtc.sound_queue import SoundQueue
from commandwall.rtc.viewer import Viewer
from commandwall.rtp.h264_packetise import packetise_h264
from tests.unit.rtc.clients import ENDED, Bench, Client, clients, frame, open_bench, opus
from tests.unit.rtc.streams import units, until

EVERY_S = 0.01


pytestmark = pytest.mark.blocks_loop  # aiortc is at both ends of one loop, and makes keys there.


@pytest.fixture
async def bench(short_dir: Path) -> AsyncIterator[Bench]:
    async with asyncio.TaskGroup() as tasks, open_bench(short_dir, tasks) as opened:
        yield opened


class Camera:
    """Sends pictures of several packets each, and a key frame when one is asked for."""

    def __init__(self) -> None:
        self.viewer = Viewer(lambda _: None, self._key)
        self.keys_asked = 0
        self._key_wanted = False

    def _key(self) -> None:
        self.keys_asked += 1
        self._key_wanted = True

    async def run(self) -> None:
        """Send until cancelled."""
        encoder, picture, noise = H264Encoder(64, 64, 25), RawPicture(64, 64), random.Random(1)
        number = 0
        while True:
            for plane in picture.planes:
                plane[:] = noise.randrange(60, 200)
            data, key = encoder.encode(picture, number * 3600, key=number == 0 or self._key_wanted)
            self._key_wanted = self._key_wanted and not key
            unit = AccessUnit(data, number * 3600, key)
            self.viewer.push(frame(unit, packetise_h264(data, 60)))
            number += 1
            await asyncio.sleep(EVERY_S)


def lose(client: Client, is_lost: Callable[[bytes], bool]) -> None:
    """Lose those of the RTP packets that ``client`` sends; RTCP arrives."""
    transport = client.pc.getTransceivers()[0].receiver.transport
    send = transport._send_rtp

    async def send_some(data: bytes) -> None:
        if 192 <= data[1] <= 208 or not is_lost(data):
            await send(data)

    transport._send_rtp = send_some  # type: ignore[method-assign]


async def read(subscription: Subscription, count: int) -> list[AccessUnit]:
    """Return the next units."""
    got: list[AccessUnit] = []
    async for record in subscription.records():
        if not isinstance(record, StreamInfo):
            got.append(record)
        if len(got) == count:
            break
    return got


async def find(subscription: Subscription, *, damaged: bool) -> AccessUnit:
    """Return the next unit that is damaged, or is not."""
    while True:
        (unit,) = await read(subscription, 1)
        if unit.damaged is damaged:
            return unit


async def test_pictures_that_lose_packets_are_whole_again_without_a_key_frame(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_intake, "_MAX_DELAY_NS", 10 * NS_PER_S)  # A busy machine gives up nothing.
    bus, camera, chance = bench.path.with_name("rtc"), Camera(), random.Random(7)
    async with PacketServer(bus, bench.published), clients(1) as (client,):
        sending = asyncio.create_task(camera.run())
        await bench.publish("s", client, camera.viewer, None)
        subscription = await Subscription.open(bus, "people")
        await read(subscription, 5)
        first = client.pc.getSenders()[0]._ssrc
        asked = camera.keys_asked
        lose(client, lambda data: int.from_bytes(data[8:12], "big") == first and chance.random() < 0.05)
        got = await read(subscription, 100)
        sending.cancel()
    assert not any(unit.damaged for unit in got)
    assert camera.keys_asked - asked <= 1
    times = [unit.pts_90k for unit in got]
    assert times == list(range(times[0], times[0] + 360_000, 3600))


async def test_after_a_loss_for_good_the_next_key_frame_is_asked_for_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus, camera = bench.path.with_name("rtc"), Camera()
    async with PacketServer(bus, bench.published), clients(1) as (client,):
        sending = asyncio.create_task(camera.run())
        await bench.publish("s", client, camera.viewer, None)
        subscription = await Subscription.open(bus, "people")
        await read(subscription, 40)
        monkeypatch.setattr(
            picture_intake, "KEY_APART_S", 5.0
        )  # On a busy machine a key frame takes its time.
        asked, first = camera.keys_asked, client.pc.getSenders()[0]._ssrc
        to_lose = iter(range(20))
        lose(
            client, lambda data: int.from_bytes(data[8:12], "big") != first or next(to_lose, None) is not None
        )
        await find(subscription, damaged=True)
        assert (await find(subscription, damaged=False)).key
        assert camera.keys_asked - asked == 1
        assert not any(unit.damaged for unit in await read(subscription, 10))
        sending.cancel()


async def test_a_voice_that_loses_packets_has_gaps_and_no_delay(bench: Bench) -> None:
    bus, chance = bench.path.with_name("rtc"), random.Random(3)
    queue = SoundQueue(lambda _: None)
    async with PacketServer(bus, bench.published), clients(1) as (client,):
        await bench.publish("s", client, None, queue)
        subscription = await Subscription.open(bus, "voice")
        lose(client, lambda _: chance.random() < 0.2)
        reading = asyncio.create_task(read(subscription, 40))
        number = 0
        while not reading.done():
            unit = opus(number)
            queue.push(frame(unit, [unit.data]))
            number += 1
            await asyncio.sleep(0.005)
        got = [int.from_bytes(unit.data[1:], "big") for unit in reading.result()]
        places = [unit.pts_90k // 1800 for unit in reading.result()]
        assert [place + got[0] - places[0] for place in places] == got
        assert number - got[-1] <= 20  # On a busy machine some are on their way.
        await until(lambda: "s" in bench.figures and bench.figures["s"].loss_ratio > 0.05)


def garbage(chance: random.Random) -> bytes:
    """Return what looks like RTP or RTCP from outside."""
    body = bytearray(chance.randbytes(chance.randrange(1, 200)))
    body[0] = 0x80 | chance.randrange(64)
    if len(body) > 1 and chance.random() < 0.7:
        body[1] = chance.choice([96, 97, 98, 99, 111, 200, 201, 205, 206])
    return bytes(body)


def broken_stun(chance: random.Random) -> bytes:
    """Return a binding request with attributes that are too short for what they are."""
    kind = chance.choice([0x0020, 0x0024, 0x8028, 0x8029, 0x802A, 0x0008])
    attribute = struct.pack("!HH", kind, 2) + bytes(4)
    return struct.pack("!HHI", 1, len(attribute), 0x2112A442) + chance.randbytes(12) + attribute


async def test_a_peer_that_sends_garbage_harms_nobody(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    chance = random.Random(5)
    async with clients(2) as (well, bad):
        await bench.watch("well", well, sound=True)
        await bench.watch("bad", bad, sound=True)
        transport = bad.pc.getTransceivers()[0].receiver.transport
        ice = transport.transport._connection
        pair = next(iter(ice._nominated.values()))
        for _ in range(500):
            with contextlib.suppress(pylibsrtp.Error):
                await transport._send_rtp(garbage(chance).ljust(12, b"\0"))
            await pair.protocol.send_data(chance.randbytes(chance.randrange(200)), pair.remote_addr)
            await pair.protocol.send_data(broken_stun(chance), pair.remote_addr)
        for number, picture in enumerate(units(50), 1):
            bench.publisher.push(picture)
            bench.publisher.push(opus(number), stream="mix")
            for client in (well, bad):
                await until(lambda n=number, c=client: sum(p.marker for p in c.sink.packets) >= n)
                await until(lambda n=number, c=client: len(c.heard.packets) >= n)
        assert [phase for _, phase in bench.told if phase is ENDED] == []
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []
