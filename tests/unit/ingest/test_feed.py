from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from commandwall.base.clock import NS_PER_S, monotonic_ns, utc_ns
from commandwall.base.errors import AccessRefusedError, ConnectionLostError, UnavailableError
from commandwall.base.tasks import Backoff
from commandwall.ingest import feed as feed_module
from commandwall.ingest.admission import Admission
from commandwall.ingest.audio import NO_SOUND
from commandwall.ingest.feed import Feed
from commandwall.ingest.gop import GopBudget
from commandwall.ingest.retry import FLAP_LOSSES
from commandwall.ingest.waiting import WaitingRoom
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.model.camera import FeedState
from commandwall.model.clock import ClockSource
from commandwall.model.reason import Reason, ReasonCode
from tests.unit.ingest.cameras import Collector, FakeCameras, FakeSession, spec, until


def unit(*, key: bool = False, at_ns: int | None = None, size: int = 10) -> AccessUnit:
    return AccessUnit(bytes(size), 0, key, False, monotonic_ns() if at_ns is None else at_ns)


def in_future_ns(seconds: float) -> int:
    return monotonic_ns() + round(seconds * NS_PER_S)


@pytest.fixture
def no_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Backoff, "next_s", lambda _: 0.001)


@asynccontextmanager
async def running(
    cameras: FakeCameras,
    on_change: Callable[[Feed], None] = lambda _: None,
    room: WaitingRoom | None = None,
) -> AsyncIterator[Feed]:
    feed = Feed(spec(), cameras.open, Admission(), room or WaitingRoom(), GopBudget(), on_change)
    task = asyncio.create_task(feed.run())
    try:
        yield feed
    finally:
        task.cancel()
        await asyncio.wait([task])


async def opened(cameras: FakeCameras) -> None:
    await until(lambda: cameras.sessions)
    await asyncio.sleep(0)


async def nth_session(cameras: FakeCameras, number: int) -> FakeSession:
    await until(lambda: cameras.tries == number)
    return cameras.sessions["cam/sub"]


async def test_a_feed_is_live_from_its_first_key_frame_and_says_each_step() -> None:
    cameras = FakeCameras()
    told: list[tuple[FeedState, ReasonCode]] = []
    async with running(cameras, lambda f: told.append((f.state, f.reason.code))) as feed:
        await opened(cameras)
        session = cameras.sessions["cam/sub"]
        session.on_unit(unit())
        assert feed.state is FeedState.CONNECTING
        session.on_unit(unit(key=True))
        assert feed.live
    assert told == [
        (FeedState.CONNECTING, ReasonCode.OPENING),
        (FeedState.CONNECTING, ReasonCode.NO_KEY_FRAME),
        (FeedState.LIVE, ReasonCode.NONE),
        (FeedState.DISABLED, ReasonCode.ON_DEMAND),
    ]
    assert session.torn_down


async def test_what_nobody_thought_of_is_logged_once_and_tried_again(
    no_delay: None, caplog: pytest.LogCaptureFixture
) -> None:
    cameras = FakeCameras(ValueError("rtsp://x?secret"), ValueError("again"))
    told: list[Reason] = []
    async with running(cameras, lambda feed: told.append(feed.reason)):
        await opened(cameras)
    (lost,) = (reason for reason in told if reason.code is ReasonCode.PROTOCOL)
    assert (lost.detail, cameras.tries) == ("unforeseen ValueError; the log has more", 3)
    assert [record.message for record in caplog.records if record.exc_info] == ["feed cam/sub"]


async def test_sinks_get_the_description_first_and_then_every_frame() -> None:
    cameras = FakeCameras()
    early, late = Collector(), Collector()
    async with running(cameras) as feed:
        feed.attach(early)
        await opened(cameras)
        session = cameras.sessions["cam/sub"]
        units = [unit(key=True), unit(), unit()]
        session.on_unit(units[0])
        feed.attach(late)
        session.on_unit(units[1])
        feed.detach(early)
        session.on_unit(units[2])
    assert early.infos == late.infos == [cameras.info]
    assert early.units == units[:2]
    assert late.units == units[1:]


async def test_frames_before_the_answer_to_play_reach_sinks_after_the_description() -> None:
    cameras = FakeCameras()
    cameras.early = (unit(key=True), unit())
    sink = Collector()
    async with running(cameras) as feed:
        feed.attach(sink)
        await until(lambda: sink.units)
        assert feed.live
    assert sink.infos == [cameras.info]
    assert sink.units == list(cameras.early)


async def test_of_another_session_sinks_get_nothing_before_its_key_frame(no_delay: None) -> None:
    cameras = FakeCameras()
    sink = Collector()
    async with running(cameras) as feed:
        feed.attach(sink)
        await opened(cameras)
        first = cameras.sessions["cam/sub"]
        first.on_unit(unit(key=True))
        first.over.set_exception(ConnectionLostError("reset"))
        second = await nth_session(cameras, 2)
        units = [unit(), unit(key=True), unit()]
        for each in units:
            second.on_unit(each)
    assert sink.units[1:] == units[1:]


async def test_a_feed_compares_the_clock_of_its_camera_with_ours() -> None:
    cameras = FakeCameras()
    async with running(cameras) as feed:
        await opened(cameras)
        session = cameras.sessions["cam/sub"]
        session.on_unit(unit(key=True))
        feed.watch(monotonic_ns())
        assert feed.figures(monotonic_ns()).clock.source is ClockSource.UNKNOWN
        session.on_unit(unit())
        session.report = (0, utc_ns() - 3 * NS_PER_S)
        feed.watch(monotonic_ns())
        clock = feed.figures(monotonic_ns()).clock
        assert clock.source is ClockSource.RTCP and clock.drift_ppm is None
        assert clock.skew_ms is not None and abs(clock.skew_ms + 3000) < 500 and clock.off
        assert feed.clock.epoch_ns == 0, "the wall does not go by it"
        session.report = (90, utc_ns())
        feed.clock.restart()
        feed.watch(monotonic_ns())
        assert feed.clock.epoch_ns != 0


async def test_a_change_of_the_stream_is_passed_on() -> None:
    cameras = FakeCameras()
    sink = Collector()
    async with running(cameras) as feed:
        feed.attach(sink)
        await opened(cameras)
        cameras.sessions["cam/sub"].info = StreamInfo("h264", 640, 360)
        feed.watch(monotonic_ns())
        assert sink.infos[-1].width == feed.info.width == 640


async def test_silence_stalls_the_feed_and_a_frame_brings_it_back() -> None:
    cameras = FakeCameras()
    async with running(cameras) as feed:
        await opened(cameras)
        came_ns = monotonic_ns()
        cameras.sessions["cam/sub"].on_unit(unit(key=True, at_ns=came_ns))
        feed.watch(came_ns + round(2.9 * NS_PER_S))
        assert feed.live
        feed.watch(in_future_ns(3.5))
        assert (feed.state.value, feed.reason.code) == ("stalled", ReasonCode.NO_FRAMES)
        cameras.sessions["cam/sub"].on_unit(unit())
        assert feed.live


async def test_a_slow_camera_is_given_three_of_its_own_intervals() -> None:
    cameras = FakeCameras()
    async with running(cameras) as feed:
        await opened(cameras)
        came_ns = monotonic_ns()
        cameras.sessions["cam/sub"].on_unit(unit(key=True, at_ns=came_ns))
        feed.meter.gap_s = 4.0
        feed.watch(came_ns + round(11.5 * NS_PER_S))
        assert feed.live
        feed.watch(in_future_ns(12.5))
        assert feed.state is FeedState.STALLED


async def test_the_second_frame_of_a_slow_camera_is_waited_for() -> None:
    cameras = FakeCameras()
    async with running(cameras) as feed:
        await opened(cameras)
        session = cameras.sessions["cam/sub"]
        session.on_unit(unit(key=True))
        feed.figures(monotonic_ns())
        feed.watch(in_future_ns(19.5))
        assert (feed.state, session.torn_down) == (FeedState.STALLED, False)
        session.on_unit(unit(key=True, at_ns=in_future_ns(20)))
        feed.figures(in_future_ns(20.5))
        feed.watch(in_future_ns(79))
        assert feed.live
        feed.watch(in_future_ns(82))
        assert feed.state is FeedState.STALLED


async def test_a_second_frame_is_not_waited_for_for_ever(no_delay: None) -> None:
    cameras = FakeCameras()
    async with running(cameras) as feed:
        await opened(cameras)
        cameras.sessions["cam/sub"].on_unit(unit(key=True))
        feed.watch(in_future_ns(91))
        await until(lambda: cameras.tries == 2)


async def test_longer_silence_ends_the_session_and_opens_another(no_delay: None) -> None:
    cameras = FakeCameras()
    states: list[tuple[FeedState, ReasonCode]] = []
    async with running(cameras, lambda f: states.append((f.state, f.reason.code))) as feed:
        await opened(cameras)
        first = cameras.sessions["cam/sub"]
        first.on_unit(unit(key=True))
        first.on_unit(unit())
        feed.watch(in_future_ns(9.5))
        await until(lambda: cameras.sessions["cam/sub"] is not first)
        assert first.torn_down
        assert states[-1] == (FeedState.LOST, ReasonCode.NO_FRAMES)
        assert feed.gop.units() == []
        cameras.sessions["cam/sub"].on_unit(unit(key=True))
        assert feed.live
        assert feed.figures(monotonic_ns()).reconnects == 1


async def test_a_session_without_any_frame_is_given_up_too(no_delay: None) -> None:
    cameras = FakeCameras()
    async with running(cameras) as feed:
        await opened(cameras)
        feed.watch(in_future_ns(9.5))
        await until(lambda: cameras.tries == 2)
        assert feed.reason.code is ReasonCode.NO_FRAMES


async def test_a_first_frame_is_waited_for_longer_each_time_that_none_came(no_delay: None) -> None:
    cameras = FakeCameras()
    async with running(cameras) as feed:
        for number, given_s in enumerate((9, 18, 36, 72, 90, 90), 1):
            session = await nth_session(cameras, number)
            await asyncio.sleep(0)
            feed.watch(in_future_ns(given_s - 1))
            assert feed._patience is not None
            feed.watch(in_future_ns(given_s + 1))
            await until(lambda session=session: session.torn_down)  # type: ignore[misc]
        session = await nth_session(cameras, 7)
        session.on_unit(unit(key=True))
        session.over.set_exception(ConnectionLostError("gone"))
        await nth_session(cameras, 8)
        await asyncio.sleep(0)
        feed.watch(in_future_ns(10))
        await nth_session(cameras, 9)


async def test_a_camera_that_becomes_slow_is_waited_for_longer_until_its_pace_is_known(
    no_delay: None,
) -> None:
    cameras, at_ns = FakeCameras(), monotonic_ns()

    async def frame(number: int, *, key: bool = False) -> None:
        nonlocal at_ns
        session = await nth_session(cameras, number)
        await asyncio.sleep(0)
        session.on_unit(unit(key=key, at_ns=at_ns))
        feed.figures(at_ns)
        at_ns += 12 * NS_PER_S

    async with running(cameras) as feed:
        await frame(1, key=True)
        at_ns -= 11 * NS_PER_S
        await frame(1)  # a frame a second ...
        feed.watch(at_ns)
        await frame(2, key=True)  # ... and now one in 12
        feed.watch(at_ns)
        for _ in range(3):
            await frame(3, key=True)
            feed.watch(at_ns - NS_PER_S)
            assert feed._patience is not None
        feed.watch(at_ns + 20 * NS_PER_S)
        assert feed.live


async def test_a_camera_whose_pace_is_known_is_waited_for_no_longer_than_usual(no_delay: None) -> None:
    cameras = FakeCameras()
    async with running(cameras) as feed:
        for number, given_s in enumerate((9, 18, 36), 1):
            await nth_session(cameras, number)
            await asyncio.sleep(0)
            feed.watch(in_future_ns(given_s + 1))
        session = await nth_session(cameras, 4)
        await asyncio.sleep(0)
        for _ in range(3):
            session.on_unit(unit(key=True))
        feed.watch(in_future_ns(9.5))
        await nth_session(cameras, 5)


async def test_failures_are_told_and_tried_again(no_delay: None) -> None:
    cameras = FakeCameras(ConnectionLostError("connect: gone"), ConnectionLostError("connect: gone"))
    async with running(cameras) as feed:
        await until(lambda: feed.state is FeedState.LOST)
        assert feed.reason.detail == "connect: gone"
        await opened(cameras)
        assert cameras.tries == 3
        cameras.sessions["cam/sub"].on_unit(unit(key=True))
        assert feed.live


async def test_a_refusal_is_tried_again_only_slowly(no_delay: None, monkeypatch: pytest.MonkeyPatch) -> None:
    delays: list[float] = []
    real_sleep = asyncio.sleep

    async def sleep(delay_s: float) -> None:
        delays.append(delay_s)
        await real_sleep(0)

    cameras = FakeCameras(AccessRefusedError("DESCRIBE: wrong password"))
    monkeypatch.setattr(asyncio, "sleep", sleep)
    states: list[FeedState] = []
    async with running(cameras, lambda f: states.append(f.state)):
        async with asyncio.timeout(20):
            while not cameras.sessions:
                await real_sleep(0.001)
    assert delays[0] == feed_module.REFUSED_RETRY_S
    assert FeedState.REFUSED in states


class Lobby(WaitingRoom):
    """Notes who waits, and why, and lets nobody wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[tuple[int, ReasonCode]] = []

    async def wait(self, last_ns: int, delay_s: float, why: ReasonCode) -> None:
        self.waited.append((last_ns, why))


async def test_a_feed_waits_as_one_first_tried_then_and_lost_for_its_own_reason() -> None:
    cameras, lobby, began_ns = (
        FakeCameras(UnavailableError("503"), ConnectionLostError("x")),
        Lobby(),
        monotonic_ns(),
    )
    async with running(cameras, room=lobby):
        await opened(cameras)
        session = cameras.sessions["cam/sub"]
        session.on_unit(unit(key=True, at_ns=7))
        session.over.set_exception(ConnectionLostError("gone"))
        await until(lambda: len(lobby.waited) == 3)
    (first_ns, _), (again_ns, _), (last_ns, _) = lobby.waited
    assert began_ns <= first_ns == again_ns <= monotonic_ns()
    assert last_ns == 7
    assert [why for _, why in lobby.waited] == [ReasonCode.BUSY, ReasonCode.CLOSED, ReasonCode.CLOSED]


async def test_the_camera_ending_the_stream_is_told(no_delay: None) -> None:
    cameras = FakeCameras()
    reasons: list[ReasonCode] = []
    async with running(cameras, lambda f: reasons.append(f.reason.code)):
        await opened(cameras)
        session = cameras.sessions["cam/sub"]
        session.counts = (100, 3)
        session.over.set_exception(ConnectionLostError("the camera closed the connection"))
        await until(lambda: cameras.tries == 2)
    assert ReasonCode.CLOSED in reasons


async def test_a_camera_that_hangs_is_opened_without_its_sound_from_then_on(no_delay: None) -> None:
    cameras = FakeCameras()
    cameras.audio_info, cameras.audio_fault = NO_SOUND, Reason(ReasonCode.TIMEOUT, "SETUP: no answer")
    async with running(cameras) as feed:
        await opened(cameras)
        cameras.audio_fault = Reason()
        cameras.sessions["cam/sub"].over.set_exception(ConnectionLostError("gone"))
        await until(lambda: cameras.tries == 2)
        told = feed.figures(monotonic_ns())
    assert cameras.asked_for_sound == [True, False]
    assert told.audio_fault.startswith("camera does not answer: SETUP: no answer; its sound")
    assert told.audio_fault_zh.startswith("摄像机无应答：SETUP: no answer；")


async def test_figures_count_over_all_sessions(no_delay: None) -> None:
    cameras = FakeCameras()
    async with running(cameras) as feed:
        await opened(cameras)
        first = cameras.sessions["cam/sub"]
        first.counts = (100, 3)
        first.on_unit(unit(key=True, size=500))
        first.over.set_result(None)
        await until(lambda: cameras.sessions["cam/sub"] is not first)
        await until(lambda: feed.figures(monotonic_ns()).reconnects == 1)
        cameras.sessions["cam/sub"].counts = (10, 1)
        figures = feed.figures(monotonic_ns())
    assert (figures.packets, figures.lost_packets) == (110, 4)
    assert (figures.frames, figures.bytes) == (1, 500)
    assert (figures.codec, figures.width, figures.height) == ("h264", 128, 96)
    assert figures.last_frame_age_s >= 0


async def test_openings_are_limited() -> None:
    gate = asyncio.Event()
    opening = 0

    @asynccontextmanager
    async def open_slowly(*_: object) -> AsyncIterator[None]:
        nonlocal opening
        opening += 1
        await gate.wait()
        if opening:
            raise ConnectionLostError("no")
        yield None

    admission, room = Admission(per_host=2), WaitingRoom()
    feeds = [Feed(spec(), open_slowly, admission, room, GopBudget(), lambda _: None) for _ in range(5)]  # type: ignore[arg-type]
    tasks = [asyncio.create_task(feed.run()) for feed in feeds]
    await until(lambda: opening == 2)
    await asyncio.sleep(0)
    assert opening == 2
    gate.set()
    await until(lambda: opening == 5)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def test_a_feed_that_is_back_calls_those_that_were_lost_together_with_it(no_delay: None) -> None:
    cameras = FakeCameras()
    room = WaitingRoom()
    returned: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "returned", returned.append)
        async with running(cameras, room=room):
            await opened(cameras)
            first = cameras.sessions["cam/sub"]
            first.on_unit(unit(key=True, at_ns=4711))
            first.over.set_result(None)
            await until(lambda: cameras.sessions["cam/sub"] is not first)
            assert not returned
            cameras.sessions["cam/sub"].on_unit(unit(key=True))
            assert returned == [4711]
            cameras.sessions["cam/sub"].on_unit(unit(key=True))
    assert returned == [4711]


async def test_a_camera_that_comes_and_goes_says_so(no_delay: None) -> None:
    cameras = FakeCameras()
    codes: list[ReasonCode] = []
    async with running(cameras, lambda feed: codes.append(feed.reason.code)):
        for tries in range(1, FLAP_LOSSES + 1):
            session = await nth_session(cameras, tries)
            session.on_unit(unit(key=True))
            session.over.set_result(None)
        await until(lambda: ReasonCode.FLAPPING in codes)
    assert codes.count(ReasonCode.CLOSED) == FLAP_LOSSES - 1


async def test_sessions_that_never_showed_anything_are_no_flapping(no_delay: None) -> None:
    cameras = FakeCameras()
    codes: set[ReasonCode] = set()
    async with running(cameras, lambda feed: codes.add(feed.reason.code)):
        for tries in range(1, FLAP_LOSSES + 2):
            (await nth_session(cameras, tries)).over.set_result(None)
    assert ReasonCode.CLOSED in codes and ReasonCode.FLAPPING not in codes
