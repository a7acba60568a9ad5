from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from commandwall.base.errors import InvalidError, NotFoundError
from commandwall.control.sources import CameraBook, Painters, Sources
from commandwall.control.state import CameraBoard
from commandwall.ipc.messages import ShowTiles, TileSpec
from commandwall.model.camera import Camera, FeedState, StreamAddress, StreamName
from commandwall.model.layout import Aspect
from commandwall.model.reason import Reason, ReasonCode
from commandwall.model.source import EMPTY, Source, SourceKind

ADDRESS = StreamAddress("rtsp://h/x")
DONGMEN, MAIN_ONLY, GONE = (Source(SourceKind.CAMERA, name) for name in ("dm-1", "dm-2", "gone"))


@pytest.fixture
def board() -> CameraBoard:
    cameras = [
        Camera("dm-1", "东门 01", "dongmen", ADDRESS, ADDRESS),
        Camera("dm-2", "东门 02", "dongmen", ADDRESS, None),
    ]
    return CameraBoard(cameras, lambda kind, body: None)


@pytest.fixture
def sources(board: CameraBoard) -> Sources:
    return Sources([CameraBook(board)])


def test_a_source_that_is_not_there_is_named_with_its_field(sources: Sources) -> None:
    sources.check(DONGMEN, "source")
    sources.check(EMPTY, "source")
    assert sources.exists(DONGMEN) and sources.exists(EMPTY) and not sources.exists(GONE)
    with pytest.raises(InvalidError, match=r"sources\[2\]: no camera is called 'gone'") as caught:
        sources.check(GONE, "sources[2]")
    assert caught.value.zh == "sources[2]：没有名为 'gone' 的摄像机"
    with pytest.raises(NotFoundError):
        sources.name(GONE)


def test_cameras_are_sources_by_their_names_and_streams(sources: Sources) -> None:
    assert list(sources.all(SourceKind.CAMERA)) == [DONGMEN, MAIN_ONLY]
    assert sources.name(DONGMEN) == "东门 01"
    assert sources.stream(DONGMEN, 320, 180) is StreamName.SUB
    assert sources.stream(DONGMEN, 1920, 1080) is StreamName.MAIN
    assert sources.on_demand(DONGMEN, StreamName.MAIN) and not sources.on_demand(DONGMEN, StreamName.SUB)
    assert not sources.on_demand(MAIN_ONLY, StreamName.MAIN)


def test_a_change_of_state_is_told_of_the_source(board: CameraBoard, sources: Sources) -> None:
    told: list[Source] = []
    sources.watch(told.append)
    board.feed_changed("dm-1/sub", FeedState.REFUSED, Reason(ReasonCode.WRONG_PASSWORD))
    assert told == [DONGMEN]
    state = sources.state(DONGMEN)
    assert (state.source, state.state, state.reason.code) == (
        "camera:dm-1",
        FeedState.REFUSED,
        ReasonCode.WRONG_PASSWORD,
    )


@pytest.fixture
def tile() -> Callable[[str], TileSpec]:
    return lambda cell: TileSpec(cell, DONGMEN, StreamName.SUB, "/arena", 0, 640, 360, Aspect.FIT, 1.0)


def test_each_painter_gets_the_tiles_of_its_kind(tile: Callable[[str], TileSpec]) -> None:
    shown: list[ShowTiles] = []
    painters = Painters({SourceKind.CAMERA: shown.append})
    painters.show(ShowTiles("main", (tile("1"), tile("2"))))
    painters.show(ShowTiles("main", ()))
    assert shown == [ShowTiles("main", (tile("1"), tile("2"))), ShowTiles("main", ())]


def test_who_paints_two_kinds_gets_the_tiles_of_both_at_once(tile: Callable[[str], TileSpec]) -> None:
    shown: list[ShowTiles] = []
    painters = Painters({SourceKind.CAMERA: shown.append, SourceKind.SCREEN: shown.append})
    screen = replace(tile("2"), source=Source(SourceKind.SCREEN, "desk"))
    painters.show(ShowTiles("main", (tile("1"), screen)))
    assert shown == [ShowTiles("main", (tile("1"), screen))]


def test_the_feeds_of_a_camera_have_its_name_and_others_their_text() -> None:
    assert DONGMEN.owner == "dm-1"
    assert EMPTY.owner == "none"
