"""Networks that lose, double and reorder packets: loss is counted exactly, and nothing smeared is clean."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pytest
from numpy.typing import NDArray

from commandwall.base.clock import Clock
from commandwall.base.tasks import spawn
from commandwall.media.decoder import VideoDecoder
from commandwall.model.access_unit import AccessUnit
from commandwall.model.camera import Transport
from commandwall.rtp.receiver import ReceiverStats
from commandwall.rtsp.client import RtspClient, StreamRequest
from commandwall.rtsp.server import RtspServer
from commandwall.rtsp.server_track import Track
from simulators.encoder import Encoder
from simulators.faults.fault import Fault
from simulators.faults.network import Duplicates, Loss, Reorder
from simulators.faults.packet import Packet
from simulators.faults.wire import Wire
from simulators.loopfile import Unit
from simulators.loops import LoopTrack
from simulators.pacer import Pacer
from simulators.spec import VideoSpec
from tests.contract.rtsp_servers import OwnTime
from tests.watcher import Watcher

Picture = NDArray[np.uint8]
SPEC = VideoSpec(320, 180, 50, 3_000_000, gop_s=1)
CLEAN_S, FAULTY_S = 1.0, 4.0
AFTER_UNITS = 3 * SPEC.gop

pytestmark = [pytest.mark.timeout(60), pytest.mark.blocks_loop]  # encoding and decoding do


@dataclass
class Tap(Fault):
    """Does nothing and remembers which packets pass."""

    kind = "tap"
    passed: list[int] = field(default_factory=list)
    by_timestamp: dict[int, set[int]] = field(default_factory=dict)

    def carry(self, packets: list[Packet]) -> list[Packet]:
        for packet in packets:
            self.passed.append(packet.sequence)
            self.by_timestamp.setdefault(packet.timestamp, set()).add(packet.sequence)
        return packets


class Camera:
    """The catalogue of one camera that plays a loop of pictures in which everything moves."""

    def __init__(self, pacer: Pacer, clock: Clock) -> None:
        self._track = LoopTrack(list(loop()), SPEC.codec.payload, SPEC.fps, 1, pacer, clock)

    async def open(self, path: str) -> tuple[Track, ...]:
        return (self._track,)


def loop() -> Iterator[Unit]:
    noise = np.random.default_rng(7).integers(0, 255, (SPEC.height, SPEC.width, 3), np.uint8)
    encoder = Encoder(SPEC)
    for number in range(SPEC.loop_frames):
        yield from encoder.encode(np.roll(noise, 3 * number, axis=1))


@dataclass
class Run:
    """What came through a network with a fault. ``lost`` and ``doubled`` are what it did meanwhile.

    ``whole`` are the times (90 kHz) of the access units of which every packet arrived.
    """

    units: list[AccessUnit]
    stats: ReceiverStats
    lost: int
    doubled: int
    whole: set[int]


@asynccontextmanager
async def camera(*faults: Fault) -> AsyncIterator[str]:
    """Run the camera with ``faults`` on its next connection; yields its URL."""
    async with asyncio.TaskGroup() as group:
        clock = OwnTime()  # What it missed while all stood would come at once, too much for a socket to hold.
        pacer = Pacer(clock)
        pacing = spawn(group, pacer.run(), "pacer")
        protocol = partial(Wire, find=lambda _: list(faults))
        async with RtspServer(Camera(pacer, clock), "127.0.0.1", 0, clock=clock, protocol=protocol) as server:
            yield f"rtsp://127.0.0.1:{server.port}/cam/0001/main"
        pacing.cancel()


async def receive(fault: Fault) -> Run:
    """Receive over UDP through ``fault`` until it is over and clean pictures have come after it."""
    sent, arrived, watcher = Tap(), Tap(), Watcher()
    async with camera(sent, fault, arrived) as url:
        request = StreamRequest(url, Transport.UDP)
        async with RtspClient.open(request, on_access_unit=watcher) as session:
            await watcher.until(lambda _: bool(sent.passed) and fault.line.playing_s > CLEAN_S + FAULTY_S)
            count = len(watcher.units)
            await watcher.until(lambda units: len(units) >= count + AFTER_UNITS)
            stats = session.stats
    reached = sent.passed.index(arrived.passed[0]) + stats.packets + stats.lost
    on_the_way = sent.passed[sent.passed.index(arrived.passed[0]) : reached]
    lost = set(on_the_way) - set(arrived.passed)
    doubled = len(arrived.passed) - len(set(arrived.passed))
    began, *_ = arrived.by_timestamp
    there = arrived.by_timestamp.get
    whole = {at - began & 0xFFFFFFFF for at, packets in sent.by_timestamp.items() if packets == there(at)}
    return Run(watcher.units, stats, len(lost), doubled, whole)


async def clean_pictures() -> dict[bytes, Picture]:
    """Return what every access unit of the loop is decoded to when nothing is lost."""
    watcher = Watcher()
    async with camera() as url, RtspClient.open(StreamRequest(url), on_access_unit=watcher):
        await watcher.until(lambda units: len(units) >= SPEC.loop_frames)
    units = watcher.units[: SPEC.loop_frames]
    pictures = {unit.data: picture for unit, picture, _ in decoded(units)}
    assert len(pictures) == SPEC.loop_frames
    return pictures


def decoded(units: list[AccessUnit]) -> Iterator[tuple[AccessUnit, Picture, bool]]:
    """Yield the picture (luma) of every access unit that has one, and whether it is said to be damaged."""
    decoder = VideoDecoder("h264")
    begun = False
    for unit in units:
        begun = begun or unit.key
        if begun:
            for picture in decoder.decode(unit):
                yield picture.unit, picture.planes().y.copy(), picture.damaged


@pytest.mark.parametrize(
    "fault",
    [
        Loss(0.02, after_s=CLEAN_S, for_s=FAULTY_S),
        Loss(0.1, burst=3, after_s=CLEAN_S, for_s=FAULTY_S),
        Loss(0.3, after_s=CLEAN_S, for_s=FAULTY_S),
    ],
    ids=["2 %", "10 % in bursts", "30 %"],
)
async def test_loss_is_counted_exactly_and_nothing_smeared_is_clean(fault: Loss) -> None:
    reference = await clean_pictures()
    run = await receive(fault)
    assert run.stats.lost == run.lost > 10
    shown = list(decoded(run.units))
    clean = [(unit, picture) for unit, picture, damaged in shown if not damaged]
    assert all(np.array_equal(picture, reference[unit.data]) for unit, picture in clean)
    assert any(damaged for *_, damaged in shown)
    whole_keys = [unit for unit in run.units if unit.key and unit.pts_90k in run.whole]
    assert len(whole_keys) >= AFTER_UNITS // SPEC.gop
    assert not any(unit.damaged for unit in whole_keys), "a loss ends with the next whole key frame"
    assert not any(unit.damaged for unit in run.units[-SPEC.gop :])


@pytest.mark.parametrize(
    "fault",
    [Duplicates(0.2, for_s=FAULTY_S), Reorder(0.1, by=3, for_s=FAULTY_S)],
    ids=lambda fault: fault.kind,
)
async def test_what_comes_twice_or_late_is_no_loss(fault: Fault) -> None:
    reference = await clean_pictures()
    run = await receive(fault)
    assert (run.stats.lost, run.stats.damaged, run.lost) == (0, 0, 0)
    assert run.stats.late == run.doubled
    first_key = next(index for index, unit in enumerate(run.units) if unit.key)
    assert all(unit.data in reference and not unit.damaged for unit in run.units[first_key:])
