from __future__ import annotations

import asyncio
import gc
import os
import socket
from itertools import pairwise
from pathlib import Path

import pytest

from commandwall.base.errors import ProtocolError
from commandwall.conference.worker import sound_process
from commandwall.ipc.channel import Channel, Received
from commandwall.ipc.messages import Drain
from commandwall.ipc.packets import Subscription
from commandwall.ipc.sound_messages import EVERYBODY, EndSound, VoiceFault
from tests.unit.conference.stage import Choir, Stage, stage, tone_db

TONES = {"wang": 440, "li": 700, "zhao": 1130, "sun": 1700, "qian": 2300}
HEARD_DB, UNHEARD_DB = -40.0, -50.0

pytestmark = pytest.mark.blocks_loop  # participants and mixer share this loop with what analyses sound


@pytest.fixture(autouse=True)
def no_traces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the sound process from going before others, with all of this test process, for good."""
    monkeypatch.setattr(os, "nice", lambda by: 0)
    monkeypatch.setattr(gc, "freeze", lambda: None)


def first(count: int) -> dict[str, int]:
    return dict(list(TONES.items())[:count])


def heard(samples: object, among: dict[str, int]) -> set[str]:
    """Return whose tone is in ``samples``; a tone that is neither there nor absent fails the test."""
    levels = {name: tone_db(samples, hz) for name, hz in among.items()}  # type: ignore[arg-type]
    assert all(db > HEARD_DB or db < UNHEARD_DB for db in levels.values()), levels
    return {name for name, db in levels.items() if db > HEARD_DB}


async def test_everybody_hears_everybody_else_and_never_themselves(short_dir: Path) -> None:
    voices = first(3)
    async with stage(short_dir, Choir(dict(voices))) as standing:
        standing.arrange(*map(standing.input, voices), listeners=(*voices, "guest"))
        listeners = (*voices, "guest", EVERYBODY)
        mixes = await asyncio.gather(*map(standing.listen, listeners))
    for name, (samples, _) in zip(listeners, mixes, strict=True):
        assert heard(samples, voices) == voices.keys() - {name}


async def test_who_does_not_speak_hears_the_same_packets_as_all_those(short_dir: Path) -> None:
    voices = first(5)
    choir = Choir(dict(voices))
    async with stage(short_dir, choir) as standing:
        standing.arrange(*map(standing.input, voices), listeners=(*voices, "guest"))
        report = await standing.report()
        while sum(voice.speaking for voice in report.voices) < 5:
            report = await standing.report()
        listeners = (*voices, "guest", EVERYBODY)
        listening = asyncio.gather(*map(standing.listen, listeners))
        while (await standing.report()).encoded != 4:
            assert not listening.done(), "three who are heard and one mix for all others"
        mixes = dict(zip(listeners, await listening, strict=True))
    speakers = heard(mixes[EVERYBODY][0], voices)
    assert len(speakers) == 3
    for name in voices:
        assert heard(mixes[name][0], voices) == speakers - {name}
    shared = set(mixes[EVERYBODY][1])
    for name in listeners:
        assert bool(shared & set(mixes[name][1])) == (name not in speakers)


async def test_a_closed_voice_is_measured_and_not_heard(short_dir: Path) -> None:
    voices = first(2)
    async with stage(short_dir, Choir(dict(voices))) as standing:
        standing.arrange(standing.input("wang"), standing.input("li", is_open=False), listeners=("li",))
        samples, _ = await standing.listen(EVERYBODY)
        assert heard(samples, voices) == {"wang"}
        wang, li = (await standing.newest()).voices
        assert wang.speaking and not li.speaking
        assert li.level_db == pytest.approx(-17, abs=1)
        standing.arrange(*map(standing.input, voices), listeners=("li",))
        samples, _ = await standing.listen(EVERYBODY)
        assert heard(samples, voices) == {"wang", "li"}


async def said_of(standing: Stage, name: str, fault: VoiceFault) -> None:
    while True:
        report = await standing.report()
        if any(voice.participant == name and voice.fault is fault for voice in report.voices):
            return


async def test_a_voice_that_ends_is_silent_and_comes_back(short_dir: Path) -> None:
    voices = first(2)
    choir = Choir(dict(voices))
    async with stage(short_dir, choir) as standing:
        standing.arrange(*map(standing.input, voices), listeners=())
        await said_of(standing, "li", VoiceFault.NONE)
        choir.leave("li")
        await said_of(standing, "li", VoiceFault.ABSENT)
        assert heard((await standing.listen(EVERYBODY))[0], voices) == {"wang"}
        choir.voices["li"] = voices["li"]
        await said_of(standing, "li", VoiceFault.NONE)
        assert heard((await standing.listen(EVERYBODY))[0], voices) == {"wang", "li"}


async def test_garbage_is_told_and_leaves_the_others_alone(short_dir: Path) -> None:
    choir = Choir(first(2))
    choir.silent.add("li")
    async with stage(short_dir, choir) as standing:
        standing.arrange(standing.input("wang"), standing.input("li"), listeners=())
        listening = asyncio.create_task(standing.listen(EVERYBODY, 100))
        while not choir.listened("li"):
            await asyncio.sleep(0.01)
        for number in range(2000):
            choir.push("li", bytes([number % 256]) * (number % 90), number)
        telling = asyncio.create_task(said_of(standing, "li", VoiceFault.UNREADABLE))
        while not telling.done():
            choir.push("li", b"\xff\x00 is no packet", 2000)
            await asyncio.sleep(0.01)
        samples, _ = await listening
        assert heard(samples, {"wang": 440}) == {"wang"}


async def test_the_mix_goes_on_in_silence_and_its_times_by_20_ms(short_dir: Path) -> None:
    async with stage(short_dir, Choir({})) as standing:
        standing.arrange(listeners=("wang",))
        subscription = await standing.mix("wang")
        times = []
        async for unit in subscription.records():
            times.append(unit.pts_90k)  # type: ignore[union-attr]
            if len(times) == 10:
                break
        assert [after - before for before, after in pairwise(times)] == [1800] * 9
        standing.channel.post(EndSound("c"))
        async for _ in subscription.records():
            pass  # until it is ended


async def test_a_mix_that_is_not_there_ends_at_once(short_dir: Path) -> None:
    async with stage(short_dir, Choir({})) as standing:
        standing.arrange(listeners=("wang",))
        (await standing.mix("wang")).close()
        for stream in ("mix/c/nobody", "mix/other/all", "head/a", "voice/wang", "mix/c"):
            subscription = await Subscription.open(standing.mix_path, stream)
            assert [record async for record in subscription.records()] == []


async def test_what_is_meant_for_another_process_is_refused() -> None:
    left, right = socket.socketpair()
    ours, theirs = await Channel.from_socket(left), await Channel.from_socket(right)
    async with sound_process(ours) as process:
        with pytest.raises(ProtocolError, match="does not take Drain"):
            await process.handle(Received(Drain(), b"", 0))
    await ours.close()
    await theirs.close()
