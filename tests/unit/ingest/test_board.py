from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

import commandwall.ingest.board as board_module
from commandwall.base.clock import NS_PER_S, monotonic_ns
from commandwall.ingest.board import Board
from commandwall.ingest.feed_set import FeedSet
from commandwall.ingest.pool import DecodePool
from commandwall.ingest.stream_decoder import StreamDecoder
from commandwall.ipc.decoding import DecodeBudget, TileReport
from commandwall.ipc.messages import ShowTiles, TileSpec
from commandwall.ipc.slots import SlotFlag
from commandwall.media.park import DecoderPark
from commandwall.model.access_unit import StreamInfo
from commandwall.model.camera import StreamName
from commandwall.model.wall import DecodeLevel
from tests.unit.ingest.arenas import Canvas
from tests.unit.ingest.cameras import FakeCameras, spec, until
from tests.unit.media.streams import luma_of, stream

MakeCanvas = Callable[..., Canvas]
SUB, MAIN = StreamName.SUB, StreamName.MAIN


class Desk:
    """A board over fake cameras, and what it reports."""

    def __init__(self, feeds: FeedSet, cameras: FakeCameras, pool: DecodePool, budget_cores: float) -> None:
        self.feeds = feeds
        self.cameras = cameras
        self.reports: list[TileReport] = []
        self.board = Board(feeds, pool, budget_cores, self.reports.append, DecoderPark())

    async def add(self, *cameras: str, main: bool = False) -> None:
        """Open the sub streams of ``cameras``; main streams are there on demand."""
        for camera in cameras:
            self.feeds.add(spec(camera))
            if main:
                self.feeds.add(spec(camera, MAIN, on_demand=True))
        await until(lambda: all(f"{camera}/sub" in self.cameras.sessions for camera in cameras))
        await asyncio.sleep(0)

    def send(self, feed: str, first: int, count: int = 1) -> None:
        """Have ``feed``'s camera send pictures ``first`` and so on."""
        for unit in stream()[first : first + count]:
            self.cameras.sessions[feed].on_unit(unit)

    async def give_room_late(self, feed: str) -> StreamDecoder:
        """Have four pictures of ``feed`` come and the first decoded ahead; then there is room for more."""
        for number, unit in enumerate(stream()[:4]):
            self.cameras.sessions[feed].on_unit(replace(unit, arrival_ns=monotonic_ns() + number))
        self.board.warm([feed])
        decoder = self.board._decoders[feed]
        await until(lambda: decoder.decoded == 1)
        self.board.afford(DecodeBudget(8.0, 8.0))
        return decoder

    def show(self, *tiles: TileSpec, wall: str = "main") -> None:
        self.board.show(ShowTiles(wall, tiles))

    def sinks(self, feed: str) -> int:
        camera, _, name = feed.partition("/")
        found = self.feeds.find(camera, StreamName(name))
        return len(found.sinks) if found is not None else 0


@asynccontextmanager
async def desk(pool: DecodePool, budget_cores: float = 8.0) -> AsyncIterator[Desk]:
    cameras = FakeCameras()
    async with asyncio.TaskGroup() as group:
        async with FeedSet(cameras.open, group, lambda _: None) as feeds:
            made = Desk(feeds, cameras, pool, budget_cores)
            govern = group.create_task(made.board.govern())
            yield made
            made.show()
        govern.cancel()


async def test_a_shown_camera_is_painted_from_its_cache_and_followed(
    pool: DecodePool, canvas: MakeCanvas
) -> None:
    wall = canvas()
    async with desk(pool) as this:
        await this.add("cam")
        this.send("cam/sub", 0, 5)
        this.show(wall.tile())
        await until(lambda: wall.published() and abs(wall.luma() - luma_of(4)) < 3)
        this.send("cam/sub", 5)
        await until(lambda: abs(wall.luma() - luma_of(5)) < 3)


async def test_feeds_are_read_for_the_ticks_of_the_fastest_wall_that_shows_something(
    pool: DecodePool, canvas: MakeCanvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall = canvas()
    async with desk(pool) as this:
        followed: list[int] = []
        monkeypatch.setattr(this.feeds, "follow_wall", followed.append)
        this.board.show(ShowTiles("slow", (wall.tile(),), 25))
        this.board.show(ShowTiles("fast", (wall.tile(),), 50))
        this.board.show(ShowTiles("fast", (), 50))
        assert followed == [25, 50, 25]
        this.board.show(ShowTiles("slow", ()))


async def test_what_is_not_shown_is_not_decoded(pool: DecodePool, canvas: MakeCanvas) -> None:
    wall = canvas((64, 48), (64, 48))
    async with desk(pool) as this:
        await this.add("a", "b")
        this.show(wall.tile(0, "a"), wall.tile(1, "b"))
        assert this.sinks("a/sub") == this.sinks("b/sub") == 1
        this.show(wall.tile(0, "a"))
        assert (this.sinks("a/sub"), this.sinks("b/sub")) == (1, 0)
        this.show()
        assert this.sinks("a/sub") == 0


async def test_unchanged_tiles_go_on_undisturbed(pool: DecodePool, canvas: MakeCanvas) -> None:
    wall = canvas((64, 48), (64, 48))
    async with desk(pool) as this:
        await this.add("a", "b")
        this.send("a/sub", 0)
        this.show(wall.tile(0, "a"))
        await until(lambda: wall.published(0) == 1)
        this.show(wall.tile(0, "a"), wall.tile(1, "b"))
        this.send("b/sub", 0)
        await until(lambda: wall.published(1) == 1)
        assert wall.published(0) == 1
        this.send("a/sub", 1)
        await until(lambda: wall.published(0) == 2)


async def test_a_camera_that_moves_to_another_arena_is_there_at_once(
    pool: DecodePool, canvas: MakeCanvas
) -> None:
    before, after = canvas((64, 48)), canvas((32, 24), (32, 24))
    async with desk(pool) as this:
        await this.add("cam")
        this.send("cam/sub", 0, 3)
        this.show(before.tile())
        await until(lambda: before.published() and abs(before.luma() - luma_of(2)) < 3)
        this.show(after.tile(0), after.tile(1))
        await until(lambda: after.published(0) and after.published(1))
        assert abs(after.luma(1) - luma_of(2)) < 3


async def test_two_walls_share_one_decoder(pool: DecodePool, canvas: MakeCanvas) -> None:
    left, right = canvas(), canvas((32, 24))
    async with desk(pool) as this:
        await this.add("cam")
        this.show(left.tile(), wall="left")
        this.show(right.tile(), wall="right")
        assert this.sinks("cam/sub") == 1
        this.send("cam/sub", 0)
        await until(lambda: left.published() and right.published())
        this.show(wall="left")
        assert this.sinks("cam/sub") == 1


async def test_a_picture_is_counted_as_decoded_once_however_many_tiles_show_it(
    pool: DecodePool, canvas: MakeCanvas
) -> None:
    first, second = canvas(), canvas()
    async with desk(pool) as this:
        await this.add("cam")
        this.show(first.tile())
        this.show(second.tile(), wall="second")
        this.send("cam/sub", 0, 5)
        await until(lambda: this.reports and this.reports[-1].decoded == 5)
        assert {tile.wall for tile in this.reports[-1].tiles} == {"main", "second"}
        this.show()
        this.show(wall="second")
        await until(lambda: not this.reports[-1].tiles)
        assert this.reports[-1].decoded == 5  # The count outlives the decoder.


async def test_sub_is_shown_until_main_is_there(pool: DecodePool, canvas: MakeCanvas) -> None:
    wall = canvas()
    async with desk(pool) as this:
        await this.add("cam", main=True)
        this.send("cam/sub", 0)
        this.show(wall.tile(stream=MAIN))
        await until(lambda: wall.published() == 1)
        await until(lambda: "cam/main" in this.cameras.sessions)
        await asyncio.sleep(0)
        this.send("cam/main", 10)
        await until(lambda: abs(wall.luma() - luma_of(10)) < 3)
        await until(lambda: this.sinks("cam/sub") == 0)
        assert this.reports[-1].tiles[0].stream is MAIN
        this.cameras.sessions["cam/main"].over.set_result(None)
        await until(lambda: this.sinks("cam/sub") == 1)
        this.cameras.sessions["cam/sub"].on_unit(stream(frames=41)[40])
        await until(lambda: abs(wall.luma() - luma_of(40)) < 3)


async def test_a_camera_with_only_one_stream_shows_that(pool: DecodePool, canvas: MakeCanvas) -> None:
    wall = canvas()
    async with desk(pool) as this:
        await this.add("cam")
        this.show(wall.tile(stream=MAIN))
        this.send("cam/sub", 0)
        await until(lambda: wall.published() == 1)


async def test_an_arena_that_is_gone_costs_only_its_tiles(pool: DecodePool, canvas: MakeCanvas) -> None:
    wall = canvas()
    lost = replace(wall.tile(camera="b"), arena="/proc/self/fd/9999#gone")
    async with desk(pool) as this:
        await this.add("a", "b")
        this.show(wall.tile(0, "a"), lost)
        assert (this.sinks("a/sub"), this.sinks("b/sub")) == (1, 0)


async def test_a_camera_that_comes_later_is_painted(pool: DecodePool, canvas: MakeCanvas) -> None:
    wall = canvas()
    async with desk(pool) as this:
        this.show(wall.tile())
        await this.add("cam")
        this.send("cam/sub", 0)
        await until(lambda: wall.published() == 1)


async def test_the_least_important_fall_to_key_frames_when_the_budget_is_small(
    pool: DecodePool, canvas: MakeCanvas
) -> None:
    wall = canvas(*[(64, 48)] * 4)
    names = ("a", "b", "c", "d")
    async with desk(pool, budget_cores=0.02) as this:
        this.cameras.info = StreamInfo("h264", 640, 360)
        await this.add(*names)
        this.show(*(wall.tile(n, name, importance=float(n)) for n, name in enumerate(names)))
        await until(lambda: this.reports and len(this.reports[-1].tiles) == 4)
        rungs = [tile.decode for tile in this.reports[-1].tiles]
        assert rungs == [DecodeLevel.KEY, DecodeLevel.KEY, DecodeLevel.KEY, DecodeLevel.NODEBLOCK]


async def test_a_smaller_budget_is_obeyed_and_a_larger_one_restores(
    pool: DecodePool, canvas: MakeCanvas
) -> None:
    wall = canvas((64, 48), (64, 48))

    def rungs() -> list[DecodeLevel]:
        return [tile.decode for tile in this.reports[-1].tiles] if this.reports else []

    async with desk(pool) as this:
        this.cameras.info = StreamInfo("h264", 640, 360)
        await this.add("a", "b")
        this.show(wall.tile(0, "a", importance=2.0), wall.tile(1, "b"))
        await until(lambda: rungs() == [DecodeLevel.NODEBLOCK] * 2)
        this.board.afford(DecodeBudget(keep_cores=0.015, take_cores=0.012))
        await until(lambda: rungs() == [DecodeLevel.NODEBLOCK, DecodeLevel.KEY])
        this.board.afford(DecodeBudget(keep_cores=1.0, take_cores=0.85))
        await until(lambda: rungs() == [DecodeLevel.NODEBLOCK] * 2)


def seconds(count: float) -> int:
    """Return ``count`` seconds in ns."""
    return round(count * NS_PER_S)


async def test_a_picture_may_stay_for_as_long_as_its_feed_takes_to_the_next_one(
    pool: DecodePool, canvas: MakeCanvas
) -> None:
    wall = canvas()
    async with desk(pool) as this:
        await this.add("cam")
        feed = this.feeds.find("cam", SUB)
        assert feed is not None
        this.send("cam/sub", 0)
        this.show(wall.tile())
        await until(lambda: wall.published() == 1)
        shown = wall.info()
        assert shown.period_ns == seconds(1 / 25)
        feed.meter.gap_s = 20.0
        await until(lambda: wall.info().period_ns == seconds(20))
        feed.meter.gap_s = 0.1
        reports = len(this.reports)
        await until(lambda: len(this.reports) > reports)
        assert (wall.published(), wall.info()) == (1, shown._replace(period_ns=seconds(20)))
        this.send("cam/sub", 1)
        await until(lambda: wall.published() == 2)
        assert wall.info().period_ns == seconds(0.1)


async def test_who_falls_to_key_frames_is_not_late_while_others_come_before_the_next_one(
    pool: DecodePool, canvas: MakeCanvas
) -> None:
    wall = canvas()

    def rung() -> DecodeLevel:
        return this.reports[-1].tiles[0].decode

    async with desk(pool) as this:
        await this.add("cam")
        camera, units = this.cameras.sessions["cam/sub"], stream(frames=22)
        now_ns = monotonic_ns()
        camera.on_unit(replace(units[0], arrival_ns=now_ns - seconds(20)))
        camera.on_unit(replace(units[10], arrival_ns=now_ns))
        this.show(wall.tile())
        await until(lambda: wall.published() == 1)
        shown = wall.info()
        assert shown.period_ns == seconds(0.04)
        this.board.afford(DecodeBudget(0.0, 0.0))
        await until(lambda: wall.info() == shown._replace(period_ns=seconds(1.04)))
        camera.on_unit(replace(units[11], arrival_ns=now_ns + seconds(6)))
        await until(lambda: wall.info() == shown._replace(period_ns=seconds(7.04)))
        this.board.afford(DecodeBudget(8.0, 8.0))
        await until(lambda: rung() is DecodeLevel.NODEBLOCK)
        camera.on_unit(replace(units[12], arrival_ns=now_ns + seconds(9)))
        await until(lambda: wall.info().period_ns == seconds(10.04))
        assert wall.published() == 1
        camera.on_unit(replace(units[20], arrival_ns=now_ns + seconds(20)))
        await until(lambda: wall.published() == 2)
        assert wall.info().period_ns == seconds(0.04)


async def test_a_feed_that_is_not_live_gives_its_picture_no_more_time(
    pool: DecodePool, canvas: MakeCanvas
) -> None:
    wall = canvas()
    async with desk(pool, budget_cores=0.0001) as this:
        await this.add("cam")
        camera, units = this.cameras.sessions["cam/sub"], stream()
        feed = this.feeds.find("cam", SUB)
        assert feed is not None
        now_ns = monotonic_ns()
        camera.on_unit(replace(units[0], arrival_ns=now_ns))
        this.show(wall.tile())
        await until(lambda: wall.published() == 1)
        camera.on_unit(replace(units[1], arrival_ns=now_ns + seconds(4)))
        feed._lifecycle.silent(4.0)
        reports = len(this.reports)
        await until(lambda: len(this.reports) > reports + 1)
        assert wall.info().period_ns == seconds(1.04)


async def test_only_a_tile_as_large_as_the_picture_is_deblocked(pool: DecodePool, canvas: MakeCanvas) -> None:
    wall = canvas((128, 96), (64, 48))
    async with desk(pool) as this:
        await this.add("a", "b")
        this.show(wall.tile(0, "a"), wall.tile(1, "b"))
        await until(lambda: this.reports and len(this.reports[-1].tiles) == 2)
        assert [tile.decode for tile in this.reports[-1].tiles] == [DecodeLevel.FULL, DecodeLevel.NODEBLOCK]


async def test_a_key_frame_that_is_due_is_waited_for(
    pool: DecodePool, canvas: MakeCanvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_module, "KEY_SOON_S", 60)
    wall = canvas()
    async with desk(pool) as this:
        await this.add("cam")
        now_ns = monotonic_ns()
        group = [replace(unit, arrival_ns=now_ns - seconds(21)) for unit in stream()[:1]]
        later_ns = now_ns - seconds(1)
        group += [replace(unit, arrival_ns=later_ns + n) for n, unit in enumerate(stream()[10:18])]
        camera = this.cameras.sessions["cam/sub"]
        camera.on_unit(replace(group[0], arrival_ns=now_ns - seconds(41)))
        for unit in group:
            camera.on_unit(unit)
        this.show(wall.tile())
        await until(lambda: wall.published() == 1)
        assert wall.info().flags == SlotFlag.CATCHING_UP
        assert abs(wall.luma() - luma_of(10)) < 3
        camera.on_unit(replace(stream()[0], arrival_ns=now_ns + 1))
        await until(lambda: not wall.info().flags)
        assert wall.published() == 2


async def test_what_is_about_to_be_shown_is_decoded_ahead_and_then_let_go(
    pool: DecodePool, canvas: MakeCanvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall = canvas()
    async with desk(pool) as this:
        await this.add("a", "b")
        this.send("a/sub", 0, 8)
        this.send("b/sub", 0, 8)
        this.board.warm(["a/sub", "nobody/sub"])
        assert (this.sinks("a/sub"), this.sinks("b/sub")) == (1, 0)
        decoder = this.board._decoders["a/sub"]
        await until(lambda: decoder.decoded == 8)
        this.show(wall.tile(0, "a"))
        await until(lambda: wall.published() == 1)
        assert (
            wall.luma() == pytest.approx(luma_of(7), abs=3) and not wall.info().flags & SlotFlag.CATCHING_UP
        )
        monkeypatch.setattr(board_module, "WARM_S", -1.0)
        this.board.warm(["a/sub", "b/sub"])
        assert (this.sinks("a/sub"), this.sinks("b/sub")) == (1, 0)
        this.show()
        await until(lambda: this.sinks("a/sub") == 0)


async def test_what_was_told_ahead_and_shown_is_not_decoded_on_when_it_is_shown_no_more(
    pool: DecodePool, canvas: MakeCanvas
) -> None:
    wall = canvas()
    async with desk(pool) as this:
        await this.add("a", "b")
        for feed in ("a/sub", "b/sub"):
            this.send(feed, 0, 8)
        this.board.warm(["a/sub"])
        for camera in ("a", "b"):
            this.show(wall.tile(0, camera))
            assert [this.sinks("a/sub"), this.sinks("b/sub")] == [camera == "a", camera == "b"]


async def test_without_room_for_more_the_key_frame_is_decoded_ahead(
    pool: DecodePool, canvas: MakeCanvas
) -> None:
    wall = canvas()
    async with desk(pool, budget_cores=0.0001) as this:
        await this.add("cam")
        decoder = await this.give_room_late("cam/sub")
        this.show(wall.tile())
        await until(lambda: wall.published() and abs(wall.luma() - luma_of(3)) < 3)
        assert decoder is this.board._decoders["cam/sub"] and decoder.decoded == 4


async def test_what_gets_room_while_nobody_sees_it_does_not_wait_for_a_key_frame(
    pool: DecodePool, canvas: MakeCanvas
) -> None:
    wall = canvas()
    async with desk(pool, budget_cores=0.0001) as this:
        await this.add("cam")
        decoder = await this.give_room_late("cam/sub")
        this.board.warm(["cam/sub"])
        await until(lambda: decoder.decoded == 4)
        this.show(wall.tile())
        await until(lambda: wall.published() and abs(wall.luma() - luma_of(3)) < 3)
