from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from commandwall.base.errors import NotFoundError
from commandwall.ingest import feed_set as feed_set_module
from commandwall.ingest.audio import NO_SOUND
from commandwall.ingest.feed import Feed
from commandwall.ingest.feed_set import FeedSet
from commandwall.ingest.waiting import WaitingRoom
from commandwall.model.access_unit import StreamInfo
from commandwall.model.camera import FeedState, StreamName
from commandwall.model.reason import Reason, ReasonCode
from tests.unit.ingest.cameras import Collector, FakeCameras, FakeSession, spec, until

MAIN = spec(stream=StreamName.MAIN, on_demand=True)


@asynccontextmanager
async def feed_set(cameras: FakeCameras) -> AsyncIterator[FeedSet]:
    async with asyncio.TaskGroup() as group:
        async with FeedSet(cameras.open, group, lambda _: None) as feeds:
            watch = group.create_task(feeds.watch())
            yield feeds
        watch.cancel()


async def test_steady_feeds_open_at_once_and_are_torn_down_at_the_end() -> None:
    cameras = FakeCameras()
    async with feed_set(cameras) as feeds:
        feeds.add(spec("a"))
        feeds.add(spec("b"))
        await until(lambda: len(cameras.sessions) == 2)
        assert len(list(feeds.open_feeds())) == 2
    assert all(session.torn_down for session in cameras.sessions.values())


async def test_an_on_demand_feed_is_open_while_somebody_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_set_module, "LINGER_S", 0.0)
    cameras = FakeCameras()
    sink = Collector()
    async with feed_set(cameras) as feeds:
        feeds.add(MAIN)
        await asyncio.sleep(0)
        assert not list(feeds.open_feeds())
        feed = feeds.attach(MAIN.id, sink)
        assert feed is feeds.find("cam", StreamName.MAIN)
        await until(lambda: cameras.sessions)
        feeds.detach(MAIN.id, sink)
        assert list(feeds.open_feeds()) == [feed]
        await until(lambda: cameras.sessions[MAIN.id].torn_down)


async def test_who_comes_back_in_time_finds_the_feed_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_set_module, "LINGER_S", 0.0)
    looked = asyncio.Event()
    monkeypatch.setattr(WaitingRoom, "scout", lambda _: looked.set())
    cameras = FakeCameras()
    sink = Collector()
    async with feed_set(cameras) as feeds:
        feeds.add(MAIN)
        feeds.attach(MAIN.id, sink)
        await until(lambda: cameras.sessions)
        feeds.detach(MAIN.id, sink)
        feed = feeds.attach(MAIN.id, sink)
        looked.clear()
        await looked.wait()  # What is wanted no more would be closed then.
        assert list(feeds.open_feeds()) == [feed]
        assert cameras.tries == 1
        assert sink.infos == [cameras.info] * 2


async def test_what_is_about_to_be_wanted_is_opened_and_closed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    cameras = FakeCameras()
    async with feed_set(cameras) as feeds:
        feeds.add(MAIN)
        feeds.add(spec())
        feeds.warm([MAIN.id, "cam/sub", "unknown/main"])
        await until(lambda: MAIN.id in cameras.sessions)
        assert cameras.tries == 2
        monkeypatch.setattr(feed_set_module, "WARM_S", 0.0)
        feeds.warm([MAIN.id])
        await until(lambda: cameras.sessions[MAIN.id].torn_down)
        assert not cameras.sessions["cam/sub"].torn_down
        assert cameras.tries == 2


async def test_what_was_opened_ahead_is_one_session_with_what_then_wants_it() -> None:
    cameras = FakeCameras()
    sink = Collector()
    async with feed_set(cameras) as feeds:
        feeds.add(MAIN)
        feeds.warm([MAIN.id])
        await until(lambda: cameras.sessions)
        feeds.attach(MAIN.id, sink)
        feeds.warm([MAIN.id])
        feeds.attach(MAIN.id, Collector())
        await until(lambda: sink.infos)
        assert cameras.tries == 1


async def test_a_feed_has_one_session_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    teardown = asyncio.Event()
    alive: list[int] = [0]
    most = 0

    @asynccontextmanager
    async def slow_to_end(*_: object) -> AsyncIterator[FakeSession]:
        nonlocal most
        alive[0] += 1
        most = max(most, alive[0])
        try:
            yield FakeSession(lambda _: None, StreamInfo("h264"), NO_SOUND, Reason())
        finally:
            await teardown.wait()
            alive[0] -= 1

    async with asyncio.TaskGroup() as group, FeedSet(slow_to_end, group, lambda _: None) as feeds:  # type: ignore[arg-type]
        for number in range(3):
            feeds.add(replace(spec(), url=f"rtsp://127.0.0.1/{number}"))
            await until(lambda: alive[0])
        teardown.set()
        await until(lambda: alive[0] == 1 and next(iter(feeds)).reason.code is ReasonCode.NO_KEY_FRAME)
    assert most == 1


async def test_adding_the_same_again_disturbs_nothing_and_a_change_opens_anew() -> None:
    cameras = FakeCameras()
    sink = Collector()
    async with feed_set(cameras) as feeds:
        feeds.add(spec())
        feeds.attach("cam/sub", sink)
        await until(lambda: cameras.sessions)
        first = cameras.sessions["cam/sub"]
        feeds.add(spec())
        feeds.add(replace(spec(), url="rtsp://127.0.0.1/elsewhere"))
        await until(lambda: cameras.sessions["cam/sub"] is not first)
        assert cameras.tries == 2
        await until(lambda: first.torn_down)
        await until(lambda: len(sink.infos) == 2)
        assert not sink.ended


async def test_a_feed_that_is_gone_or_replaced_says_nothing_more() -> None:
    cameras = FakeCameras()
    said: list[tuple[str, FeedState]] = []

    def note(feed: Feed) -> None:
        said.append((feed.spec.url[-4:], feed.state))

    async with asyncio.TaskGroup() as group, FeedSet(cameras.open, group, note) as feeds:
        feeds.add(spec())
        await until(lambda: cameras.sessions)
        first = cameras.sessions["cam/sub"]
        feeds.add(replace(spec(), url="rtsp://127.0.0.1/else"))
        await until(lambda: first.torn_down and cameras.sessions["cam/sub"] is not first)
        feeds.remove("cam/sub")
        await until(lambda: cameras.sessions["cam/sub"].torn_down)
    assert FeedState.DISABLED not in {state for _, state in said}
    assert [url for url, _ in said] == sorted(url for url, _ in said)


async def test_a_removed_feed_is_torn_down_and_unknown() -> None:
    cameras = FakeCameras()
    async with feed_set(cameras) as feeds:
        feeds.add(spec())
        await until(lambda: cameras.sessions)
        sink, listener = Collector(), Collector()
        feeds.attach("cam/sub", sink)
        feeds.attach_audio("cam/sub", listener)
        feeds.remove("cam/sub")
        feeds.remove("cam/sub")
        await until(lambda: cameras.sessions["cam/sub"].torn_down)
        assert sink.ended and listener.ended
        assert feeds.find("cam", StreamName.SUB) is None
        with pytest.raises(NotFoundError, match="cam/sub"):
            feeds.attach("cam/sub", Collector())
        feeds.detach("cam/sub", Collector())


async def test_a_camera_that_never_answers_teardown_delays_the_end_only_so_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feed_set_module, "DRAIN_S", 0.05)
    forever = asyncio.Event()
    opened = asyncio.Event()

    @asynccontextmanager
    async def never_closes(*_: object) -> AsyncIterator[FakeCameras]:
        opened.set()
        try:
            await asyncio.Event().wait()
            yield FakeCameras()
        finally:
            await forever.wait()

    async with asyncio.TaskGroup() as group:
        async with asyncio.timeout(20):
            async with FeedSet(never_closes, group, lambda _: None) as feeds:  # type: ignore[arg-type]
                feeds.add(spec())
                await opened.wait()
        forever.set()
