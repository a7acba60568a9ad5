from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from commandwall.control.cores import Cores
from commandwall.control.decoding import Decoding
from commandwall.control.sources import CameraBook, Sources
from commandwall.control.state import CameraBoard
from commandwall.control.walls import WallControl, WallLinks
from commandwall.ipc.channel import Received
from commandwall.ipc.messages import HeadFigures, Message, WallReport
from commandwall.model.camera import Camera, StreamAddress
from commandwall.model.head import Head
from commandwall.model.layout import Cell, Layout
from commandwall.model.rect import Rect
from commandwall.model.wall import Wall

Says = Callable[[Message], None]


@pytest.fixture
def board() -> CameraBoard:
    address = StreamAddress("rtsp://10.1.1.11/sub")
    cameras = [Camera(f"c-{i}", f"东门 {i}", "dongmen", address, address) for i in range(3)]
    return CameraBoard(cameras, lambda kind, body: None)


@pytest.fixture
def decoding() -> Decoding:
    return Decoding(Cores())


@pytest.fixture
def wall(board: CameraBoard, decoding: Decoding) -> WallControl:
    """Return a wall whose process never runs."""
    layout = Layout("1", "1", 1, 1, (Cell("1", 0, 0),))
    heads = (Head("left", Rect(0, 0, 960, 1080)), Head("right", Rect(960, 0, 960, 1080)))
    model = Wall("main", "主墙", 1920, 1080, 25, "1", heads)
    links = WallLinks(
        lambda tiles: None,
        lambda cameras: None,
        decoding,
        lambda kind, body: None,
        lambda wall, arrangement: None,
    )
    control = WallControl(model, {"1": layout}, Sources([CameraBook(board)]), links, Path("/run/x"), "zh")
    control.restore(None)
    return control


@pytest.fixture
def says(wall: WallControl) -> Says:
    """Return a function that lets the wall's process say something."""
    return lambda message: wall._hear(wall.worker, Received(message, b"", 0))


def report(tick: int) -> WallReport:
    buckets = (0, 10, 60, 90, 95, 98, 99, 99)
    return WallReport(1, tick, 2, 0.5, buckets, (), (HeadFigures("left", 75, 1), HeadFigures("right", 0, 0)))
