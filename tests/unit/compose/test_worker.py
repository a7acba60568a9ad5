"""The real wall process, driven as the control plane drives it and watched from outside."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from commandwall.base.clock import monotonic_ns
from commandwall.base.errors import CommandwallError
from commandwall.compose.palette import STATE
from commandwall.ipc.channel import Received
from commandwall.ipc.messages import (
    Arrange,
    ConfigureWall,
    Picture,
    SnapshotWall,
    SourceStates,
    SwitchDone,
    WallReport,
    WallTile,
)
from commandwall.ipc.packets import Subscription
from commandwall.ipc.slots import Plane, Planes
from commandwall.media.still import to_bgr
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.model.camera import FeedState
from commandwall.model.head import Head
from commandwall.model.reason import ReasonCode
from commandwall.model.rect import Rect
from commandwall.model.wall import TileState, Wall
from commandwall.workers.processes import Processes
from commandwall.workers.worker import Timing, Worker
from tests.unit.compose.scenery import Scenery, scenery, told

LEFT, RIGHT = Rect(0, 0, 240, 134), Rect(240, 0, 240, 134)
WALL = Wall("w", "主墙", 480, 134, 25, "x", (Head("left", LEFT), Head("right", RIGHT)))


class Site:
    """A wall worker, what it said, and the pictures that keep coming to its tiles."""

    def __init__(self, scene: Scenery, directory: Path) -> None:
        self.scene = scene
        self.path = directory / "wall.sock"
        self.reports: list[WallReport] = []
        self.switches: list[SwitchDone] = []
        self.arrange = Arrange(1, monotonic_ns(), scene.tiles)
        self.values = {0: 90, 1: 200}
        self.worker = Worker(
            "wall",
            "wall-w",
            "commandwall.compose.worker",
            on_ready=self._configure,
            on_message=self._hear,
            on_down=lambda _: None,
            timing=Timing(ping_every_s=0.1, drain_s=20.0),
        )

    def _configure(self, worker: Worker) -> None:
        worker.post(ConfigureWall(WALL, str(self.path), "zh", ()))
        worker.post(self.arrange)

    def _hear(self, _: Worker, received: Received) -> None:
        match received.message:
            case WallReport() as report:
                self.reports.append(report)
            case SwitchDone() as done:
                self.switches.append(done)

    async def feed(self) -> None:
        """Publish a picture to each tile in ``values``, fifteen a second."""
        while True:
            for index, value in self.values.items():
                self.scene.publish(index, value, monotonic_ns())
            await asyncio.sleep(1 / 15)

    async def until(self, condition: Callable[[], bool], timeout_s: float = 20.0) -> None:
        async with asyncio.timeout(timeout_s):
            while not condition():
                await asyncio.sleep(0.01)

    async def state(self, *states: TileState) -> None:
        """Wait until the wall reports these states."""
        await self.until(lambda: bool(self.reports) and self.states() == states)

    def states(self) -> tuple[TileState, ...]:
        return tuple(tile.state for tile in self.reports[-1].tiles)

    async def picture(self, head: str) -> np.ndarray:
        received = await self.worker.call(SnapshotWall(head, "png"))
        assert isinstance(received.message, Picture)
        picture = cv2.imdecode(np.frombuffer(received.blob, np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        return picture


@pytest.fixture
async def site(short_dir: Path, processes: Processes) -> AsyncIterator[Site]:
    with scenery(LEFT, RIGHT) as scene:
        site = Site(scene, short_dir)
        async with asyncio.TaskGroup() as group:
            feeding = group.create_task(site.feed())
            running = group.create_task(site.worker.run(processes))
            await site.until(lambda: bool(site.switches))
            yield site
            site.worker.drain()
            await running
            feeding.cancel()
    assert not list(short_dir.iterdir()), "the socket is taken away"


def bgr_of(colour: tuple[int, int, int]) -> Plane:
    """Return the blue, green and red of a colour."""
    y, u, v = (np.full((size, size), value, np.uint8) for size, value in zip((2, 1, 1), colour, strict=True))
    pixel: Plane = to_bgr(Planes(y, u, v))[0, 0]
    return pixel


async def first_pictures(path: Path, stream: str, count: int) -> tuple[StreamInfo, list[AccessUnit]]:
    subscription = await Subscription.open(path, stream)
    info, units = None, []
    async for record in subscription.records():
        if isinstance(record, StreamInfo):
            info = record
        else:
            units.append(record)
        if len(units) == count:
            break
    subscription.close()
    assert info is not None
    return info, units


def decode(units: list[AccessUnit]) -> list[np.ndarray]:
    decoder = av.VideoCodecContext.create("h264", "r")
    return [
        frame.to_ndarray(format="yuv420p") for unit in units for frame in decoder.decode(av.Packet(unit.data))
    ]


async def test_the_whole_life_of_a_wall(site: Site) -> None:
    """One process, started once, because starting it takes most of the time."""
    await site.state(TileState.LIVE, TileState.LIVE)
    assert site.switches[0].revision == 1
    assert 0 < site.switches[0].first_picture_s <= site.switches[0].live_s

    info, units = await first_pictures(site.path, "head/right", 5)
    assert info == StreamInfo("h264", 240, 134, 25)
    assert units[0].key
    luma = decode(units)[-1][:134]
    assert abs(float(luma[40:100, 20:200].mean()) - 200) < 3

    _, units = await first_pictures(site.path, "canvas", 2)
    assert decode(units)[0].shape == (134 * 3 // 2, 480)

    whole, left = await site.picture(""), await site.picture("left")
    assert whole.shape == (134, 480, 3)
    assert left.shape == (134, 240, 3)
    assert np.abs(whole[60, 60].astype(int) - bgr_of((90, 165, 45))).max() <= 2
    for head, picture_format, word in (("nowhere", "png", "nowhere"), ("left", "gif", "gif")):
        with pytest.raises(CommandwallError, match=word):
            await site.worker.call(SnapshotWall(head, picture_format))

    del site.values[0]
    site.worker.post(SourceStates((told("camera:0", FeedState.LOST, ReasonCode.WORKER_DOWN),)))
    await site.state(TileState.LOST, TileState.LIVE)
    lost = await site.picture("left")
    assert (np.abs(lost[0, :200].astype(int) - bgr_of(STATE[TileState.LOST])).max(axis=1) <= 2).all()

    site.worker.post(Arrange(2, monotonic_ns(), (WallTile("odd", Rect(1, 1, 3, 3), "none", ""),)))
    site.worker.post(Arrange(3, monotonic_ns(), (WallTile("e", LEFT, "none", ""), site.scene.tiles[1])))
    await site.until(lambda: site.reports[-1].revision == 3)
    assert site.states() == (TileState.EMPTY, TileState.LIVE)
    report = site.reports[-1]
    assert [figures.head for figures in report.heads] == ["left", "right"]
    assert report.heads[1].encoded >= 5
    assert report.tick > report.late_ticks
    assert list(report.tick_buckets) == sorted(report.tick_buckets)


async def test_a_wall_that_is_killed_comes_back_with_everything(site: Site) -> None:
    os.kill(site.worker.status.pid, signal.SIGKILL)
    await site.until(lambda: site.worker.status.restarts == 1)
    site.reports.clear()  # Those that were on their way are of the one that is no more.
    await site.until(lambda: bool(site.reports))
    await site.state(TileState.LIVE, TileState.LIVE)
    info, _ = await first_pictures(site.path, "head/left", 1)
    assert info.width == 240
