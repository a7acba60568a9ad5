"""Heads: encoded once for all who watch, never for nobody, and never in the tick's way."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable

import av
import numpy as np
import pytest

from commandwall.base.clock import NS_PER_S
from commandwall.base.errors import CommandwallError, NotFoundError
from commandwall.compose import heads as heads_module
from commandwall.compose.canvas import Canvas, fill
from commandwall.compose.faces import Faces
from commandwall.compose.head import KEY_APART_NS, KEY_EVERY_NS, Encoding
from commandwall.compose.headpicture import HeadPicture
from commandwall.compose.heads import CANVAS, Heads, head_stream
from commandwall.compose.palette import rgb
from commandwall.compose.patches import PatchBook
from commandwall.compose.view import View
from commandwall.compose.words import words_of
from commandwall.ipc.packets import Subscriber
from commandwall.media.encoder import H264Encoder, RawPicture
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.model.head import Head
from commandwall.model.rect import Rect
from commandwall.model.wall import Wall

TICK = NS_PER_S // 25
FACES = Faces(words_of("zh"), PatchBook())
WALL = Wall(
    "w",
    "主墙",
    320,
    180,
    25,
    "x",
    (Head("left", Rect(0, 0, 160, 180)), Head("right", Rect(160, 0, 160, 180))),
)


class Listener(Subscriber):
    """A subscriber that keeps what is pushed to it."""

    def __init__(self) -> None:
        self.infos: list[StreamInfo] = []
        self.units: list[AccessUnit] = []
        self._decoder = av.CodecContext.create("h264", "r")

    def describe(self, info: StreamInfo) -> None:
        self.infos.append(info)

    def push(self, unit: AccessUnit) -> None:
        self.units.append(unit)

    def decoded(self) -> list[np.ndarray]:
        """Return the luma of all pictures."""
        pictures = []
        for unit in self.units:
            for frame in self._decoder.decode(av.Packet(unit.data)):
                assert isinstance(frame, av.VideoFrame)
                pictures.append(frame.to_ndarray(format="yuv420p")[: frame.height])
        return pictures


class Stand:
    """Heads over a canvas; :meth:`tick` offers them a picture and waits until all is encoded."""

    def __init__(self, wall: Wall) -> None:
        self.canvas = Canvas(wall.width, wall.height)
        self.heads = Heads(wall, FACES)
        self.now_ns = 100 * NS_PER_S
        self.tick_number = 0
        self.version = 0

    async def tick(self, *, changed: bool = True, after_ns: int = TICK) -> None:
        self.now_ns += after_ns
        self.tick_number += 1
        self.version += changed
        self.heads.offer(self.canvas, self.version, self.tick_number, self.now_ns)
        await until(self._idle)

    def _idle(self) -> bool:
        running = [stream.encoding for stream in self.heads._all if stream.encoding is not None]
        return all(len(encoding._free) == 2 for encoding in running)


def small_picture() -> HeadPicture:
    return HeadPicture(View(Rect(0, 0, 160, 90), (160, 90)))


async def until(condition: Callable[[], bool]) -> None:
    """Return when ``condition`` holds and what it depends on was handed to the loop."""
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.001)
    await asyncio.sleep(0)
    await asyncio.sleep(0)


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    opened = Stand(WALL)
    yield opened
    await opened.heads.close()


async def test_each_head_shows_its_part_of_the_canvas(stand: Stand) -> None:
    left, right, whole = Listener(), Listener(), Listener()
    for name, listener in ((head_stream("left"), left), (head_stream("right"), right), (CANVAS, whole)):
        stand.heads.subscribe(name, listener)
    fill(stand.canvas.region(Rect(0, 0, 160, 180)), rgb(255, 255, 255))
    fill(stand.canvas.region(Rect(160, 0, 160, 180)), rgb(64, 64, 64))
    await stand.tick()
    assert left.infos == [StreamInfo("h264", 160, 180, 25)]
    assert whole.infos == [StreamInfo("h264", 320, 180, 25)]
    assert abs(left.decoded()[0].mean() - 235) < 2
    assert abs(right.decoded()[0].mean() - 71) < 2
    picture = whole.decoded()[0]
    assert abs(picture[:, :150].mean() - 235) < 2 and abs(picture[:, 170:].mean() - 71) < 2


async def test_pictures_carry_the_tick_they_were_taken_at(stand: Stand) -> None:
    left, right = Listener(), Listener()
    stand.heads.subscribe(head_stream("left"), left)
    stand.heads.subscribe(head_stream("right"), right)
    for _ in range(5):
        await stand.tick()
    assert [unit.pts_90k for unit in left.units] == [tick * 3600 for tick in range(1, 6)]
    assert [unit.arrival_ns for unit in left.units] == [100 * NS_PER_S + tick * TICK for tick in range(1, 6)]
    assert [u.pts_90k for u in left.units] == [u.pts_90k for u in right.units]
    assert all(unit.capture_utc_ns > 1_600_000_000 * NS_PER_S for unit in left.units)


async def test_nothing_is_encoded_while_nobody_watches(stand: Stand) -> None:
    name, listener = head_stream("left"), Listener()
    await stand.tick()
    assert [figures.encoded for figures in stand.heads.figures()] == [0, 0]
    stand.heads.subscribe(name, listener)
    await stand.tick()
    stand.heads.unsubscribe(name, listener)
    await stand.tick()
    left, right = stand.heads.figures()
    assert (left.head, left.encoded, left.subscribers) == ("left", 1, 0)
    assert (right.head, right.encoded, right.subscribers) == ("right", 0, 0)


async def test_a_picture_is_encoded_once_for_all_viewers(stand: Stand) -> None:
    name, listeners = head_stream("left"), [Listener() for _ in range(3)]
    for listener in listeners:
        stand.heads.subscribe(name, listener)
    await stand.tick()
    await stand.tick()
    assert all(listener.units == listeners[0].units for listener in listeners)
    assert stand.heads.figures()[0].encoded == 2
    assert stand.heads.figures()[0].subscribers == 3


async def test_a_viewer_that_joins_later_begins_with_a_key_frame(stand: Stand) -> None:
    name, first, second = head_stream("left"), Listener(), Listener()
    stand.heads.subscribe(name, first)
    for _ in range(10):
        await stand.tick()
    stand.heads.subscribe(name, second)
    await stand.tick()
    assert [unit.key for unit in first.units] == [True] + [False] * 9 + [True]
    assert [unit.key for unit in second.units] == [True]


async def test_viewers_that_join_together_share_one_key_frame(stand: Stand) -> None:
    name, first, others = head_stream("left"), Listener(), []
    stand.heads.subscribe(name, first)
    for _ in range(3 + KEY_APART_NS // TICK):
        await stand.tick()
        others.append(Listener())
        stand.heads.subscribe(name, others[-1])
    keys = [index for index, unit in enumerate(first.units) if unit.key]
    assert len(keys) == 2
    assert keys[1] * TICK >= KEY_APART_NS
    assert all(not other.units or other.units[0].key for other in others)


async def test_key_frames_come_when_asked_for_and_every_four_seconds(stand: Stand) -> None:
    name, listener = head_stream("left"), Listener()
    stand.heads.subscribe(name, listener)
    for tick in range(1 + 2 * KEY_EVERY_NS // TICK):
        if tick == 50:
            stand.heads.request_key(name)
        await stand.tick()
    keys = [index for index, unit in enumerate(listener.units) if unit.key]
    assert keys == [0, 50, 50 + KEY_EVERY_NS // TICK]


async def test_a_wall_that_stands_still_sends_five_pictures_a_second(stand: Stand) -> None:
    listener = Listener()
    stand.heads.subscribe(head_stream("left"), listener)
    for _ in range(50):
        await stand.tick(changed=False)
    assert len(listener.units) == 10


async def test_a_stream_that_the_wall_has_not_is_refused_by_name(stand: Stand) -> None:
    with pytest.raises(NotFoundError, match="head/nowhere"):
        stand.heads.subscribe("head/nowhere", Listener())
    stand.heads.unsubscribe("head/nowhere", Listener())


async def test_the_canvas_is_scaled_to_1920_and_shares_the_encoder_of_a_head_that_shows_all() -> None:
    whole = Rect(0, 0, 3840, 2160)
    listener, small = Listener(), Listener()
    stand = Stand(Wall("w", "", 3840, 2160, 25, "x", (Head("all", whole),)))
    fill(stand.canvas.planes, rgb(200, 200, 200))
    stand.heads.subscribe(CANVAS, listener)
    await stand.tick()
    assert listener.infos == [StreamInfo("h264", 1920, 1080, 25)]
    assert listener.decoded()[0].shape == (1080, 1920)
    await stand.heads.close()
    stand = Stand(Wall("w", "", 320, 180, 25, "x", (Head("all", Rect(0, 0, 320, 180)),)))
    stand.heads.subscribe(CANVAS, small)
    assert stand.heads.figures()[0].subscribers == 1
    await stand.heads.close()


async def test_a_canvas_that_does_not_divide_is_scaled_all_the_same() -> None:
    stand, listener = Stand(Wall("w", "", 2560, 722, 25, "x", ())), Listener()
    fill(stand.canvas.planes, rgb(200, 200, 200))
    stand.heads.subscribe(CANVAS, listener)
    await stand.tick()
    assert listener.infos == [StreamInfo("h264", 1920, 542, 25)]
    assert abs(listener.decoded()[0].mean() - 188) < 2
    await stand.heads.close()


async def test_an_encoder_that_is_behind_loses_pictures_and_the_tick_loses_no_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = threading.Event()
    units: list[AccessUnit] = []
    encode = H264Encoder.encode

    def slow(self: H264Encoder, picture: RawPicture, pts_90k: int, *, key: bool) -> tuple[bytes, bool]:
        gate.wait()
        return encode(self, picture, pts_90k, key=key)

    monkeypatch.setattr(H264Encoder, "encode", slow)
    encoding = Encoding(StreamInfo("h264", 160, 90, 25), small_picture(), units.append)
    canvas = Canvas(160, 90)
    for tick in range(5):
        encoding.offer(canvas, tick, tick, tick * TICK)
    assert encoding.dropped == 3
    gate.set()
    encoding.stop()
    encoding.join()
    assert [unit.pts_90k for unit in units] == [0, 3600]


async def test_an_encoder_that_fails_begins_anew_with_a_key_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    units: list[AccessUnit] = []
    encode, calls = H264Encoder.encode, []

    def failing(self: H264Encoder, picture: RawPicture, pts_90k: int, *, key: bool) -> tuple[bytes, bool]:
        calls.append(pts_90k)
        if len(calls) == 2:
            raise CommandwallError("head encoder: out of order")
        return encode(self, picture, pts_90k, key=key)

    monkeypatch.setattr(H264Encoder, "encode", failing)
    encoding = Encoding(StreamInfo("h264", 160, 90, 25), small_picture(), units.append)
    canvas = Canvas(160, 90)
    for tick in range(4):
        encoding.offer(canvas, tick, tick, tick * TICK)
        await until(lambda: len(encoding._free) == 2)
    encoding.stop()
    encoding.join()
    assert [unit.pts_90k // 3600 for unit in units] == [0, 2, 3]
    assert [unit.key for unit in units] == [True, True, False]
    assert not encoding.running


async def test_an_encoder_that_cannot_be_opened_is_tried_once_a_second_and_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    units: list[AccessUnit] = []
    tries: list[int] = []
    open_encoder = H264Encoder.__init__

    def failing(self: H264Encoder, width: int, height: int, fps: int) -> None:
        tries.append(width)
        if len(tries) <= 2:
            raise CommandwallError("head encoder: cannot be opened: no memory")
        open_encoder(self, width, height, fps)

    monkeypatch.setattr(H264Encoder, "__init__", failing)
    encoding = Encoding(StreamInfo("h264", 160, 90, 25), small_picture(), units.append)
    canvas = Canvas(160, 90)
    for tick in range(52):
        encoding.offer(canvas, tick, tick, tick * TICK)
        await until(lambda: len(encoding._free) == 2)
        assert encoding.ready
    encoding.stop()
    encoding.join()
    assert len(tries) == 3
    assert [unit.pts_90k // 3600 for unit in units] == [50, 51]


async def test_pictures_of_an_encoder_that_ended_reach_nobody_who_comes_after_it(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    published: list[Callable[[AccessUnit], object]] = []

    class Held:
        running = False

        def __init__(self, _: object, __: object, publish: Callable[[AccessUnit], object]) -> None:
            published.append(publish)

        def stop(self) -> None: ...

        def join(self) -> None: ...

    monkeypatch.setattr(heads_module, "Encoding", Held)
    name, listener = head_stream("left"), Listener()
    stand.heads.subscribe(name, Listener())
    for subscriber in tuple(stand.heads._stream(name)._started):
        stand.heads.unsubscribe(name, subscriber)
    stand.heads.subscribe(name, listener)
    key, late = (AccessUnit(b"", 0, key, False, 0) for key in (True, False))
    published[1](key)
    published[0](late)
    await asyncio.sleep(0)
    assert listener.units == [key]
