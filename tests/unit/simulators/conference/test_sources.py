from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from commandwall.rtp.h264 import H264Format
from simulators.conference.eyes import read_code
from simulators.conference.faults import DeviceFaults
from simulators.conference.film import KEY_APART, PEOPLE, Film, age_ms, film, loop_pictures, offset_s
from simulators.conference.sources import Clock, FilmSource, NoisySource, Outgoing, VoiceSource
from simulators.conference.tones import FRAME, LEVEL_DBOV, SILENT_DBOV, voice

pytestmark = pytest.mark.blocks_loop
NUMBER = 3


class FastTime:
    """A time of day in which waiting takes none."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 1_795_300_000.123
        monkeypatch.setattr(asyncio, "sleep", self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.now_s += seconds + 1e-5

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Film:
    return film(NUMBER, "东门街道", PEOPLE, tmp_path_factory.mktemp("films"))


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> FastTime:
    return FastTime(monkeypatch)


def pictures(film: Film, frames: list[Outgoing]) -> list[int]:
    """Return the numbers in the bar codes of ``frames``, decoded one after the other."""
    packing, decoder = H264Format({"packetization-mode": "1"}), av.CodecContext.create("h264", "r")
    found = []
    for frame in frames:
        for payload in frame.payloads:
            packing.push(payload, 0, len(payload))
        data, _ = packing.take()
        for picture in decoder.decode(av.Packet(data)):
            code = read_code(picture.to_ndarray(format="gray").astype(np.uint8))
            assert code is not None and code.camera == film.number
            found.append(code.value)
    return found


async def test_a_film_shows_the_time(people: Film, fast: FastTime) -> None:
    source = FilmSource(people, Clock(utc=fast), DeviceFaults())
    frames, ages = [], []
    for _ in range(40):
        frames.append(await source.next_frame())
        ages.append(fast.now_s)
    shown = pictures(people, frames)
    assert all((later - earlier) % loop_pictures(PEOPLE) == 1 for earlier, later in pairwise(shown))
    seen_s = ages[-len(shown) :]
    late_ms = [age_ms(NUMBER, value, at_s * 1000) for value, at_s in zip(shown, seen_s, strict=True)]
    assert late_ms == pytest.approx([0] * len(shown), abs=1)
    assert [frame.timestamp for frame in frames] == [6000 * number for number in range(40)]


async def test_a_key_frame_comes_soon_after_it_was_asked_for(people: Film, fast: FastTime) -> None:
    source = FilmSource(people, Clock(utc=fast), DeviceFaults())
    for _ in range(7):
        await source.next_frame()
    source.want_key()
    after = [await source.next_frame() for _ in range(KEY_APART)]
    keys = [any(part[0] & 0x1F == 7 for part in frame.payloads) for frame in after]
    assert keys.count(True) == 1
    going_on = after[keys.index(True) :] + [await source.next_frame() for _ in range(20)]
    assert len(pictures(people, going_on)) == len(going_on)


async def test_a_slow_processor_shows_fewer_pictures(people: Film, fast: FastTime) -> None:
    source = FilmSource(people, Clock(utc=fast), DeviceFaults(stall_ms=240))
    begin_s = fast.now_s
    frames = [await source.next_frame() for _ in range(12)]
    assert 12 / (fast.now_s - begin_s) < 9
    pictures(people, frames)


async def test_a_voice_goes_on_every_20_ms(fast: FastTime) -> None:
    spoken = voice(NUMBER)
    source = VoiceSource(spoken, Clock(utc=fast), DeviceFaults())
    first = await source.next_frame()
    begun_s = fast.now_s
    frames = [await source.next_frame() for _ in range(100)]
    assert fast.now_s - begun_s == pytest.approx(2.0, abs=0.001)
    assert [frame.timestamp for frame in (first, *frames)] == [FRAME * number for number in range(101)]
    assert {frame.level_dbov for frame in frames} == {LEVEL_DBOV}
    assert [frame.payloads[0] for frame in frames[:50]] == [frame.payloads[0] for frame in frames[50:]]
    source.talking = False
    assert (await source.next_frame()).level_dbov == SILENT_DBOV


async def test_a_clock_drifts(fast: FastTime) -> None:
    source = VoiceSource(voice(NUMBER), Clock(300, utc=fast), DeviceFaults())
    await source.next_frame()
    begun_s = fast.now_s
    for _ in range(5000):
        await source.next_frame()
    assert fast.now_s - begun_s == pytest.approx(100 * (1 - 300e-6), abs=0.002)


async def test_after_a_pause_it_goes_on_from_now(fast: FastTime) -> None:
    source = VoiceSource(voice(NUMBER), Clock(utc=fast), DeviceFaults())
    first = await source.next_frame()
    fast.now_s += 5
    late = await source.next_frame()
    assert (late.timestamp - first.timestamp) / 48_000 == pytest.approx(5, abs=0.05)


async def test_noise_takes_the_place_of_some(fast: FastTime) -> None:
    inner = VoiceSource(voice(NUMBER), Clock(utc=fast), DeviceFaults())
    source = NoisySource(inner, 0.5, 1)
    frames = [await source.next_frame() for _ in range(200)]
    spoilt = [frame for frame in frames if frame.payloads[0] not in voice(NUMBER).packets]
    assert 70 < len(spoilt) < 130


def test_a_film_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = PEOPLE.__class__(192, 108, 15, 100_000, constrained_baseline=True)
    made = film(1, "a/b", spec, tmp_path)
    monkeypatch.setattr("simulators.conference.film._encoded", lambda *_: pytest.fail("made again"))
    assert film(1, "a/b", spec, tmp_path) == made
    assert len(made.payloads) == loop_pictures(spec) // KEY_APART
    assert 0 <= offset_s(1, spec) < 1 / 15
