"""The sound process as the daemon runs it, killed while people talk: it comes back with all it was told."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from commandwall.conference.listeners import INFO
from commandwall.control.sound import SoundControl
from commandwall.ipc.packets import BusAddress, PacketServer, Subscription
from commandwall.ipc.sound_messages import SoundInput, SoundReport
from commandwall.media.sound import Samples, SoundDecoder
from commandwall.model.access_unit import AccessUnit
from commandwall.workers.processes import Processes
from tests.unit.conference.stage import Choir, tone_db

pytestmark = pytest.mark.blocks_loop

TONES = {"wang": 440, "li": 700}


@asynccontextmanager
async def mixing(directory: Path) -> AsyncIterator[tuple[SoundControl, asyncio.Queue[SoundReport]]]:
    """Run a sound process that mixes two who hum, under its supervisor; yields what it reports, too."""
    reports: asyncio.Queue[SoundReport] = asyncio.Queue()
    choir = Choir(dict(TONES))
    sound = SoundControl(directory / "mixes")
    sound.watch(reports.put_nowait)
    async with PacketServer(directory / "choir", choir), Processes() as processes:
        tasks = [asyncio.create_task(sound.worker.run(processes)), asyncio.create_task(choir.sing())]
        addresses = {name: BusAddress(str(directory / "choir"), f"voice/{name}", "") for name in TONES}
        sound.arrange("c", [SoundInput(name, bus, True) for name, bus in addresses.items()], TONES)
        try:
            yield sound, reports
        finally:
            sound.worker.drain()
            await tasks[0]
            tasks[1].cancel()


async def both_speak(reports: asyncio.Queue[SoundReport]) -> None:
    async with asyncio.timeout(30):
        while True:
            report = await reports.get()
            if [voice.participant for voice in report.voices if voice.speaking] == [*TONES]:
                return


async def heard(sound: SoundControl, listener: str) -> Samples:
    """Return a second of what ``listener`` hears (n,)."""
    address = sound.address("c", listener)
    subscription = await Subscription.open(Path(address.packet_path), address.stream)
    decoder, blocks = SoundDecoder(INFO), list[Samples]()
    async with asyncio.timeout(10):
        async for unit in subscription.records():
            if isinstance(unit, AccessUnit):
                blocks.append(decoder.decode(unit.data))
            if len(blocks) == 60:
                break
    subscription.close()
    return np.concatenate(blocks[10:])


async def test_a_killed_mixer_comes_back_with_the_same_mixes(short_dir: Path) -> None:
    async with mixing(short_dir) as (sound, reports):
        await both_speak(reports)
        before = sound.worker.status.pid
        os.kill(before, signal.SIGKILL)
        async with asyncio.timeout(30):
            while sound.worker.status.pid in (0, before) or not sound.worker.ready:
                await asyncio.sleep(0.02)
        while not reports.empty():
            reports.get_nowait()
        await both_speak(reports)
        assert sound.worker.status.restarts == 1
        for listener, other in (("wang", "li"), ("li", "wang")):
            levels: list[tuple[float, float]] = []
            while not levels or not (levels[-1][0] > -35 and levels[-1][1] < -50):
                assert len(levels) < 10, f"{listener} never hears {other} and nobody else: {levels}"
                samples = await heard(sound, listener)
                levels.append((tone_db(samples, TONES[other]), tone_db(samples, TONES[listener])))
