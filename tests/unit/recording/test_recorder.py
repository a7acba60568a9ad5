from __future__ import annotations

import asyncio
import itertools
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

import commandwall.recording.recorder as recorder_module
from commandwall.base.clock import monotonic_ns
from commandwall.base.errors import CommandwallError, NotFoundError
from commandwall.ipc.packets import BusAddress, PacketServer, Subscriber
from commandwall.media.encoder import H264Encoder, RawPicture
from commandwall.media.matroska import MatroskaWriter
from commandwall.media.opus import FRAME_SAMPLES, OpusEncoder
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.recording.recorder import Recorder

pytestmark = pytest.mark.blocks_loop  # It encodes here, and the recorder waits for the disk in its loop.
PICTURE, SOUND = "head/main", "mix/flood/all"
_PERIOD_90K, _TICK_90K, _TICK_NS = 6000, 1800, 20_000_000


class Studio:
    """Publishes pictures and sound of a packet bus, whose times begin at different numbers.

    By when they arrived they are in step, however slowly this machine publishes them.
    """

    def __init__(self) -> None:
        self.subscribers: dict[str, list[Subscriber]] = {PICTURE: [], SOUND: []}
        self._encoder, self._opus = H264Encoder(320, 180, 15), OpusEncoder()
        self._pictures, self._ticks = itertools.count(), itertools.count()
        self._begun_ns = monotonic_ns()

    def subscribe(self, stream: str, subscriber: Subscriber) -> None:
        if stream not in self.subscribers:
            raise NotFoundError(stream)
        video = stream == PICTURE
        subscriber.describe(StreamInfo("h264", 320, 180) if video else StreamInfo("opus", sample_rate=48000))
        self.subscribers[stream].append(subscriber)

    def unsubscribe(self, stream: str, subscriber: Subscriber) -> None:
        self.subscribers[stream].remove(subscriber)

    def request_key(self, stream: str) -> None:
        pass

    def publish(self, ticks: int) -> None:
        """Publish ``ticks`` of 20 ms of sound, and as many pictures as go with them."""
        for _ in range(ticks):
            number = next(self._ticks)
            now_ns = self._begun_ns + number * _TICK_NS
            block = np.zeros(FRAME_SAMPLES, np.float32)
            for subscriber in self.subscribers[SOUND]:
                subscriber.push(
                    AccessUnit(self._opus.encode(block), 90_000 + number * _TICK_90K, True, arrival_ns=now_ns)
                )
            if number % 10 < 3:
                self._picture(now_ns)

    def _picture(self, now_ns: int) -> None:
        number = next(self._pictures)
        picture = RawPicture(320, 180)
        pts = 5_000_000 + number * _PERIOD_90K
        data, key = self._encoder.encode(picture, pts, key=number % 15 == 0)
        for subscriber in self.subscribers[PICTURE]:
            subscriber.push(AccessUnit(data, pts, key, arrival_ns=now_ns))


@asynccontextmanager
async def recording(path: Path, bus: Path, least_free_bytes: int = 0) -> AsyncIterator[asyncio.Task[None]]:
    picture, sound = (BusAddress(str(bus), stream, "") for stream in (PICTURE, SOUND))
    recorder = Recorder(path, picture, sound, least_free_bytes)
    task = asyncio.create_task(recorder.run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, ExceptionGroup):
            await task


async def until_subscribed(studio: Studio) -> None:
    while not all(studio.subscribers.values()):
        await asyncio.sleep(0.01)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Return how many pictures and packets of sound have been written so far."""
    counts: Counter[str] = Counter()
    for name in ("write_picture", "write_sound"):
        monkeypatch.setattr(MatroskaWriter, name, counted(getattr(MatroskaWriter, name), name, counts))
    return counts


def counted(write: Callable[..., None], name: str, counts: Counter[str]) -> Callable[..., None]:
    def spy(*unit: Any, **more: Any) -> None:
        write(*unit, **more)
        counts[name] += 1

    return spy


async def until_written(written: Counter[str], pictures: int, sound: int) -> None:
    while written["write_picture"] < pictures or written["write_sound"] < sound:
        await asyncio.sleep(0.01)


def content(path: Path) -> Iterator[tuple[str, float, bool]]:
    """Yield kind, time in seconds and whether it is a key frame of what is in the file; all of it decodes."""
    with av.open(str(path)) as file:
        for packet in file.demux():
            if packet.size:
                assert packet.pts is not None and packet.time_base is not None
                packet.decode()
                yield packet.stream.type, float(packet.pts * packet.time_base), packet.is_keyframe


async def test_pictures_and_sound_are_in_one_file_in_step(
    short_dir: Path, tmp_path: Path, written: Counter[str]
) -> None:
    studio, path = Studio(), tmp_path / "flood.mkv"
    async with PacketServer(short_dir / "bus", studio), recording(path, short_dir / "bus"):
        await until_subscribed(studio)
        studio.publish(1)
        await until_written(written, 1, 0)
        studio.publish(99)
        await until_written(written, 30, 99)
    kinds = list(content(path))
    pictures = [at_s for kind, at_s, _ in kinds if kind == "video"]
    sound = [at_s for kind, at_s, _ in kinds if kind == "audio"]
    assert kinds[0][2] and pictures[0] < 0.05
    assert len(pictures) == 30 and pictures[-1] == pytest.approx(29 / 15, abs=0.05)
    assert sound[0] < 0.1 and sound[-1] == pytest.approx(99 / 50, abs=0.1)


async def test_a_publisher_that_comes_back_goes_on_in_the_same_file(
    short_dir: Path, tmp_path: Path, written: Counter[str]
) -> None:
    path, bus = tmp_path / "flood.mkv", short_dir / "bus"
    async with recording(path, bus):
        for expected in (15, 30):
            studio = Studio()
            async with PacketServer(bus, studio):
                await until_subscribed(studio)
                studio.publish(50)
                await until_written(written, expected, 0)
    pictures = [at_s for kind, at_s, _ in content(path) if kind == "video"]
    assert len(pictures) == 30 and pictures == sorted(pictures)


async def test_what_cannot_be_written_ends_the_recording_with_a_word(short_dir: Path, tmp_path: Path) -> None:
    studio, path = Studio(), tmp_path / "flood.mkv"
    path.mkdir()
    async with PacketServer(short_dir / "bus", studio), recording(path, short_dir / "bus") as task:
        await until_subscribed(studio)
        studio.publish(10)
        with pytest.raises(ExceptionGroup) as caught:
            await task
    (error,) = caught.value.exceptions
    assert isinstance(error, CommandwallError) and str(error) == "flood.mkv: Is a directory"


async def test_a_recording_ends_before_it_fills_the_disk_and_is_whole(
    short_dir: Path, tmp_path: Path, written: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "_LOOK_S", 0.05)
    disk = shutil.disk_usage(tmp_path)
    free = [200_000_000]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: disk._replace(free=free[0]))
    studio, path = Studio(), tmp_path / "flood.mkv"
    async with (
        PacketServer(short_dir / "bus", studio),
        recording(path, short_dir / "bus", least_free_bytes=200_000_000) as task,
    ):
        await until_subscribed(studio)
        studio.publish(50)
        await until_written(written, 15, 0)
        free[0] -= 1
        with pytest.raises(ExceptionGroup) as caught:
            await task
    (error,) = caught.value.exceptions
    assert isinstance(error, CommandwallError)
    assert str(error) == "flood.mkv: only 199 MB of its disk are free; delete recordings or make room"
    assert sum(kind == "video" for kind, *_ in content(path)) == 15
