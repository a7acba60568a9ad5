"""Sound alone: conferences of 12 and of 40, mixed by the sound process as it runs, all of them listening."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from commandwall.base.clock import monotonic_s
from commandwall.conference.listeners import INFO
from commandwall.control.sound import SoundControl
from commandwall.ipc.packets import BusAddress, PacketServer, Subscription
from commandwall.ipc.sound_messages import EVERYBODY, SoundInput, SoundReport
from commandwall.media.opus import FRAME_SAMPLES, SAMPLE_RATE, OpusEncoder
from commandwall.media.sound import Samples, SoundDecoder
from commandwall.model.access_unit import AccessUnit
from commandwall.workers.processes import Processes
from tests.bench.plan import Plan
from tests.bench.proctree import parse_stat
from tests.bench.quantiles import median, percentile
from tests.bench.scenarios import Figures
from tests.bench.streams import Streams
from tests.unit.conference.line import packets, tone
from tests.unit.conference.stage import Choir

NAME = "sound"
_SIZES = (12, 40)
_CONFERENCE = "bench"
_CLAPPER = "clapper"
_CLAP_EVERY, _CLAP_LASTS = 25, 5
_LOUD = 0.25


class _Hall(Choir):
    """Two who hum, many who are all but silent, and one who claps twice a second and notes when."""

    def __init__(self, voices: int) -> None:
        sites = {f"site{number}": 300 + 10 * number for number in range(voices - 1)}
        super().__init__({_CLAPPER: 1000, **sites}, 0.02)
        self.clapped_s: deque[float] = deque()
        self._claps = _claps()
        self._quiet = packets(100, 1.0, 0.0005)
        self._begins_s = _onset(SoundDecoder(INFO).decode(self._claps[0])) / SAMPLE_RATE

    def push(self, name: str, data: bytes, number: int) -> None:
        """Publish a packet, of which the choir thinks that it is to hum."""
        at = number % _CLAP_EVERY
        if name == _CLAPPER:
            data = self._claps[at]
            if at == 0 and self.listened(name):
                self.clapped_s.append(monotonic_s() + self._begins_s)
        elif name not in ("site0", "site1"):
            data = self._quiet[number % len(self._quiet)]
        super().push(name, data, number)


async def run(plan: Plan, _: Streams) -> Figures:
    """Mix each conference for the plan's window; return what a tick takes and how long sound stays."""
    figures: Figures = {}
    for voices in _SIZES:
        figures |= await _measured(plan, voices)
    return figures


async def _measured(plan: Plan, voices: int) -> Figures:
    hall = _Hall(voices)
    names = tuple(hall.voices)
    reports: deque[SoundReport] = deque()
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(TemporaryDirectory()))
        await stack.enter_async_context(PacketServer(directory / "hall", hall))
        processes = await stack.enter_async_context(Processes())
        sound = SoundControl(directory / "mixes")
        sound.watch(reports.append)
        running = asyncio.create_task(sound.worker.run(processes))
        humming = asyncio.create_task(hall.sing())
        sound.arrange(
            _CONFERENCE,
            [
                SoundInput(name, BusAddress(str(directory / "hall"), f"voice/{name}", ""), True)
                for name in names
            ],
            names,
        )
        while not reports or any(voice.fault for voice in reports[-1].voices):
            await asyncio.sleep(0.1)
        listening = [asyncio.create_task(_listen(sound, name)) for name in names]
        claps: list[float] = []
        listening.append(asyncio.create_task(_hear_claps(sound, hall, claps)))
        await asyncio.sleep(plan.settle_s)
        claps.clear()
        reports.clear()
        before_s = _cpu_s(sound)
        await asyncio.sleep(plan.window_s)
        cpu_s = _cpu_s(sound) - before_s
        for task in (*listening, humming):
            task.cancel()
        sound.worker.drain()
        await running
    last = reports[-1]
    return {
        f"{NAME}.{voices}.tick_ms": median([report.tick_ms for report in reports]),
        f"{NAME}.{voices}.cpu_pct": 100 * cpu_s / plan.window_s,
        f"{NAME}.{voices}.through_p50_ms": percentile(claps, 50) * 1000,
        f"{NAME}.{voices}.through_p95_ms": percentile(claps, 95) * 1000,
        f"{NAME}.{voices}.late_ticks_pct": 100
        * (last.late_ticks - reports[0].late_ticks)
        / (last.ticks - reports[0].ticks),
        f"{NAME}.{voices}.encoders": float(last.encoded),
        f"{NAME}.{voices}.concealed_ms": float(sum(voice.concealed_ms for voice in last.voices)),
    }


async def _listen(sound: SoundControl, name: str) -> None:
    """Take in the mix of ``name``."""
    address = sound.address(_CONFERENCE, name)
    subscription = await Subscription.open(Path(address.packet_path), address.stream)
    async for _ in subscription.records():
        pass


async def _hear_claps(sound: SoundControl, hall: _Hall, claps: list[float]) -> None:
    """Add to ``claps`` how long after each one it came out of the mix, in seconds."""
    address = sound.address(_CONFERENCE, EVERYBODY)
    subscription = await Subscription.open(Path(address.packet_path), address.stream)
    decoder, loud_before = SoundDecoder(INFO), _CLAP_EVERY
    async for unit in subscription.records():
        if not isinstance(unit, AccessUnit):
            continue
        block = decoder.decode(unit.data)
        loud = np.abs(block).max() > _LOUD
        if loud and loud_before > _CLAP_LASTS and hall.clapped_s:
            claps.append(monotonic_s() + _onset(block) / SAMPLE_RATE - hall.clapped_s[-1])
        loud_before = 0 if loud else loud_before + 1


def _claps() -> list[bytes]:
    """Return packets that can be sent over and over: a short tone, then next to nothing."""
    sound = tone(1000, _CLAP_EVERY * FRAME_SAMPLES / SAMPLE_RATE, 0.9)
    sound[_CLAP_LASTS * FRAME_SAMPLES :] *= 0.001
    encoder = OpusEncoder()
    sent = [encoder.encode(block) for block in (*sound.reshape(-1, FRAME_SAMPLES),) * 2]
    return sent[_CLAP_EVERY:]


def _onset(block: Samples) -> int:
    """Return where in ``block`` (``FRAME_SAMPLES``,) it becomes loud; its length if it does not."""
    loud = np.flatnonzero(np.abs(block) > _LOUD)
    return int(loud[0]) if len(loud) else FRAME_SAMPLES


def _cpu_s(sound: SoundControl) -> float:
    return parse_stat(Path(f"/proc/{sound.worker.status.pid}/stat").read_text())[2]
