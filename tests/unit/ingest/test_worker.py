"""The real worker process, under the real supervisor, against the camera farm."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest

from commandwall.base.errors import CommandwallError
from commandwall.ipc.channel import Received
from commandwall.ipc.decoding import TileReport
from commandwall.ipc.messages import (
    AddFeeds,
    ConfigureIngest,
    FeedChanged,
    FeedFigures,
    FeedReport,
    FeedSpec,
    Picture,
    RemoveFeeds,
    ShowTiles,
    SnapshotCamera,
    WarmFeeds,
)
from commandwall.ipc.packets import Subscription
from commandwall.ipc.slots import SlotFlag
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.model.camera import FeedState, StreamName, Transport
from commandwall.model.reason import Reason, ReasonCode
from commandwall.workers.processes import Processes
from commandwall.workers.worker import Worker
from simulators import barcode
from tests.e2e.site import farm
from tests.unit.ingest.arenas import Canvas

MakeCanvas = Callable[..., Canvas]
PATIENCE_S = 40.0
OPTIONS = ("--main", "640x360@10:400k", "--sub", "320x180@10:200k")


class Bench:
    """One worker process and what it says."""

    def __init__(self, url: str, bus: Path) -> None:
        self.url = url
        self.bus = bus
        self.changes: dict[str, FeedChanged] = {}
        self.figures: dict[str, FeedFigures] = {}
        self.tiles = TileReport((), 0.0, 0)
        self.worker = Worker(
            "ingest",
            "ingest-test",
            "commandwall.ingest.worker",
            on_ready=lambda worker: worker.post(ConfigureIngest(str(bus), 2, 2, 4.0, 200, 16)),
            on_message=self._hear,
            on_down=lambda _: None,
        )

    def _hear(self, _: Worker, received: Received) -> None:
        match received.message:
            case FeedChanged() as changed:
                self.changes[changed.id] = changed
            case FeedReport(feeds):
                self.figures = {figures.id: figures for figures in feeds}
            case TileReport() as report:
                self.tiles = report

    def add(self, *numbers: int, password: str = "", transport: Transport = Transport.TCP) -> None:
        """Receive the cameras of the farm with these numbers."""
        self.worker.post(
            AddFeeds(
                tuple(
                    FeedSpec(
                        f"cam-{number}/{stream}",
                        f"cam-{number}",
                        stream,
                        f"{self.url}/cam/{number:04}/{stream}",
                        transport,
                        "viewer" if password else "",
                        password,
                        on_demand=stream is StreamName.MAIN,
                    )
                    for number in numbers
                    for stream in StreamName
                )
            )
        )

    def state(self, feed: str) -> FeedState | None:
        changed = self.changes.get(feed)
        return changed.state if changed else None

    def reason(self, feed: str) -> Reason:
        changed = self.changes.get(feed)
        return changed.reason if changed else Reason()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running(url: str, bus: Path) -> AsyncIterator[Bench]:
    bench = Bench(url, bus)
    async with Processes() as processes:
        task = asyncio.create_task(bench.worker.run(processes))
        try:
            await until(lambda: bench.worker.ready)
            yield bench
        finally:
            bench.worker.drain()
            await asyncio.wait_for(task, 20)
    assert bench.worker.status.restarts == 0


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    async with farm(3, *OPTIONS, "--cache", str(tmp_path)) as url:
        yield url


def camera_in(wall: Canvas, index: int) -> int | None:
    """Return the number of the camera whose bar code is in a tile."""
    newest = wall.readers[index].newest()
    payload = barcode.read(newest[1].y) if newest else None
    return payload.camera if payload else None


async def test_cameras_are_received_shown_photographed_and_published(
    url: str, short_dir: Path, canvas: MakeCanvas
) -> None:
    wall = canvas((240, 134), (240, 134), (480, 270))
    async with running(url, short_dir / "bus") as bench:
        bench.add(1, 2, 3)
        await until(lambda: all(bench.state(f"cam-{n}/sub") is FeedState.LIVE for n in (1, 2, 3)))
        main = wall.tile(2, "cam-3", StreamName.MAIN)
        bench.worker.post(ShowTiles("w", (wall.tile(0, "cam-1"), wall.tile(1, "cam-2"), main)))
        await until(lambda: [camera_in(wall, index) for index in range(3)] == [1, 2, 3])
        await until(lambda: not any(wall.info(index).flags & ~SlotFlag.TIMED for index in range(3)))
        await until(lambda: [tile.stream for tile in bench.tiles.tiles] == ["sub", "sub", "main"])
        await until(lambda: all(8 < tile.fps < 12 for tile in bench.tiles.tiles))

        await until(lambda: 9 < bench.figures["cam-1/sub"].fps < 11)
        figures = bench.figures["cam-1/sub"]
        assert (figures.codec, figures.width, figures.height) == ("h264", 320, 180)
        assert figures.lost_packets == figures.reconnects == 0
        assert figures.packets >= figures.frames > 0

        answer = await bench.worker.call(SnapshotCamera("cam-2"))
        assert isinstance(answer.message, Picture)
        assert answer.message.age_s < 20
        still = cv2.imdecode(np.frombuffer(answer.blob, np.uint8), cv2.IMREAD_GRAYSCALE)
        assert still is not None
        payload = barcode.read(still.astype(np.uint8))
        assert payload is not None
        assert payload.camera == 2

        subscription = await Subscription.open(bench.bus, "camera/cam-1/main")
        records = subscription.records()
        first, second = await anext(records), await anext(records)
        assert first == StreamInfo("h264", 640, 360)
        assert isinstance(second, AccessUnit)
        assert second.key
        subscription.close()


async def test_a_layout_switch_is_followed_from_the_caches(
    url: str, short_dir: Path, canvas: MakeCanvas
) -> None:
    before, after = canvas((240, 134)), canvas((240, 134), (240, 134))
    async with running(url, short_dir / "bus") as bench:
        bench.add(1, 2)
        await until(lambda: bench.state("cam-1/sub") is bench.state("cam-2/sub") is FeedState.LIVE)
        bench.worker.post(ShowTiles("w", (before.tile(0, "cam-1"),)))
        await until(lambda: camera_in(before, 0) == 1)
        bench.worker.post(ShowTiles("w", (after.tile(0, "cam-2"), after.tile(1, "cam-1"))))
        await until(lambda: [camera_in(after, 0), camera_in(after, 1)] == [2, 1])
        await until(lambda: not (after.info(0).flags | after.info(1).flags) & SlotFlag.CATCHING_UP)
        painted = before.published()
        await until(lambda: after.published(1) > 5)
        assert before.published() == painted


async def test_a_main_stream_is_opened_before_anybody_shows_it(url: str, short_dir: Path) -> None:
    async with running(url, short_dir / "bus") as bench:
        bench.add(1)
        bench.worker.post(WarmFeeds(("cam-1/main",)))
        await until(lambda: bench.state("cam-1/main") is FeedState.LIVE)
        await until(lambda: bench.figures.keys() == {"cam-1/main", "cam-1/sub"})


async def test_what_cannot_be_received_says_why_and_harms_nobody(
    url: str, short_dir: Path, free_port: Callable[[], int]
) -> None:
    async with running(url, short_dir / "bus") as bench:
        bench.add(1, 77)
        bench.worker.post(
            AddFeeds(
                (
                    FeedSpec(
                        "dead/sub",
                        "dead",
                        StreamName.SUB,
                        f"rtsp://127.0.0.1:{free_port()}/x",
                        Transport.TCP,
                    ),
                )
            )
        )
        await until(lambda: bench.reason("cam-77/sub").code is ReasonCode.NOT_FOUND)
        await until(lambda: bench.reason("dead/sub").code is ReasonCode.REFUSED_CONNECTION)
        await until(lambda: bench.state("dead/sub") is bench.state("cam-77/sub") is FeedState.LOST)
        await until(lambda: bench.state("cam-1/sub") is FeedState.LIVE)
        with pytest.raises(CommandwallError, match="no picture"):
            await bench.worker.call(SnapshotCamera("dead"))
        bench.worker.post(RemoveFeeds(("dead/sub", "cam-77/sub")))
        await until(lambda: bench.figures.keys() == {"cam-1/sub"})


async def test_a_wrong_password_is_refused_without_being_told(tmp_path: Path, short_dir: Path) -> None:
    secret = ("--user", "viewer", "--password", "right-7", "--cache", str(tmp_path))
    async with farm(1, *OPTIONS, *secret) as url, running(url, short_dir / "bus") as bench:
        bench.add(1, password="wrong-canary")
        await until(lambda: bench.state("cam-1/sub") is FeedState.REFUSED)
        reason = bench.reason("cam-1/sub")
        assert reason.code is ReasonCode.WRONG_PASSWORD
        assert "canary" not in reason.en
        bench.add(1, password="right-7")
        await until(lambda: bench.state("cam-1/sub") is FeedState.LIVE)


async def test_udp_is_received_like_tcp(url: str, short_dir: Path, canvas: MakeCanvas) -> None:
    wall = canvas((240, 134))
    async with running(url, short_dir / "bus") as bench:
        bench.add(2, transport=Transport.UDP)
        bench.worker.post(ShowTiles("w", (wall.tile(0, "cam-2"),)))
        await until(lambda: camera_in(wall, 0) == 2)


async def test_a_tile_says_that_packets_were_lost_until_the_next_key_frame(
    tmp_path: Path, short_dir: Path, canvas: MakeCanvas
) -> None:
    wall = canvas((240, 134))
    faults = tmp_path / "faults.yaml"
    faults.write_text("[{cameras: 1, faults: [{kind: loss, ratio: 0.02, after_s: 1}]}]")
    options = ("--cache", str(tmp_path), "--faults", str(faults))
    async with farm(1, *OPTIONS, *options) as url, running(url, short_dir / "bus") as bench:
        bench.add(1, transport=Transport.UDP)
        bench.worker.post(ShowTiles("w", (wall.tile(0, "cam-1"),)))
        await until(lambda: camera_in(wall, 0) == 1)
        for _ in range(2):
            await until(lambda: wall.info(0).flags & SlotFlag.DAMAGED)
            await until(lambda: not wall.info(0).flags & SlotFlag.DAMAGED)
        await until(lambda: bench.figures["cam-1/sub"].lost_packets > 0)
