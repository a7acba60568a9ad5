"""Cameras without a network: sessions that a test opens, feeds and ends by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from commandwall.ingest.feed import UnitListener
from commandwall.ipc.messages import FeedSpec
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.model.camera import StreamName, Transport
from commandwall.model.reason import Reason

WAIT_S = 20.0


def spec(camera: str = "cam", stream: StreamName = StreamName.SUB, *, on_demand: bool = False) -> FeedSpec:
    url = f"rtsp://127.0.0.1/{camera}/{stream}"
    return FeedSpec(f"{camera}/{stream}", camera, stream, url, Transport.TCP, on_demand=on_demand, audio=True)


async def until(condition: Callable[[], object]) -> None:
    """Wait until ``condition`` is true, at most ``WAIT_S``."""
    async with asyncio.timeout(WAIT_S):
        while not condition():
            await asyncio.sleep(0.002)


class FakeSession:
    """An open session; ``on_unit`` is what the camera sends with."""

    def __init__(
        self, on_unit: UnitListener, info: StreamInfo, audio_info: StreamInfo, audio_fault: Reason
    ) -> None:
        self.on_unit = on_unit
        self.on_audio: UnitListener | None = None
        self.info = info
        self.audio_info = audio_info
        self.audio_fault = audio_fault
        self.counts = (0, 0)
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.torn_down = False
        self.in_lots = False
        self.lots_read = 0
        self.waiting: list[AccessUnit] = []
        self.report: tuple[int, int] | None = None

    def sender_clock(self) -> tuple[int, int] | None:
        return self.report

    def read_in_lots(self, lots: bool) -> None:
        self.in_lots = lots

    def read_lot(self) -> None:
        self.lots_read += 1
        waiting, self.waiting = self.waiting, []
        for unit in waiting:
            self.on_unit(unit)

    def listen(self, listener: UnitListener | None) -> None:
        self.on_audio = listener

    def packet_counts(self) -> tuple[int, int]:
        return self.counts

    async def closed(self) -> None:
        await self.over


class FakeCameras:
    """Opens :class:`FakeSession`; ``failures`` are raised, one a try, before one succeeds."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.sessions: dict[str, FakeSession] = {}
        self.tries = 0
        self.asked_for_sound: list[bool] = []
        self.info = StreamInfo("h264", 128, 96)
        self.audio_info = StreamInfo("pcm_alaw", sample_rate=8000, channels=1)
        self.audio_fault = Reason()
        self.early: tuple[AccessUnit, ...] = ()

    @asynccontextmanager
    async def open(self, spec: FeedSpec, on_unit: UnitListener) -> AsyncIterator[FakeSession]:
        self.tries += 1
        self.asked_for_sound.append(spec.audio)
        if self.failures:
            raise self.failures.pop(0)
        session = FakeSession(on_unit, self.info, self.audio_info, self.audio_fault)
        self.sessions[spec.id] = session
        for unit in self.early:
            on_unit(unit)
        try:
            yield session
        finally:
            session.torn_down = True


class Collector:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.infos: list[StreamInfo] = []
        self.units: list[AccessUnit] = []
        self.ended = False

    def end(self) -> None:
        self.ended = True

    def describe(self, info: StreamInfo) -> None:
        self.infos.append(info)

    def push(self, unit: AccessUnit) -> None:
        self.units.append(unit)
