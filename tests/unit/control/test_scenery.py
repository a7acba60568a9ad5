from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from commandwall.control.conference_book import BookLinks, ConferenceBook
from commandwall.control.scenery import Scenery
from commandwall.control.sources import CameraBook, Sources
from commandwall.control.state import CameraBoard
from commandwall.ipc.slots import Arena
from commandwall.model.arrangement import Arrangement, with_full, with_view
from commandwall.model.camera import Camera, StreamAddress, StreamName
from commandwall.model.layout import Aspect, Cell, Layout
from commandwall.model.overlays import Seen
from commandwall.model.rect import Rect
from commandwall.model.source import EMPTY, Source, SourceKind
from commandwall.model.view import Crop, View
from commandwall.model.wall import Wall

WALL = Wall("main", "主墙", 1920, 1080, 50, "2x2", ())


def grid(columns: int, rows: int, aspect: Aspect = Aspect.FIT) -> Layout:
    cells = tuple(
        Cell(str(row * columns + column + 1), column, row, aspect=aspect)
        for row in range(rows)
        for column in range(columns)
    )
    return Layout(f"{columns}x{rows}", "", columns, rows, cells)


def camera_source(number: int) -> Source:
    return Source(SourceKind.CAMERA, f"c{number}")


def arranged(layout: Layout, sources: Sequence[Source]) -> Arrangement:
    return Arrangement(1, layout.id, tuple(sources))


def arrange(scenery: Scenery, layout: Layout, sources: Sequence[Source]) -> None:
    scenery.arrange(layout, arranged(layout, sources))


@pytest.fixture
def board() -> CameraBoard:
    cameras = [
        Camera(f"c{i}", f"东门 {i}", "dongmen", StreamAddress("rtsp://h/m"), StreamAddress("rtsp://h/s"))
        for i in range(10)
    ]
    return CameraBoard(cameras, lambda kind, body: None)


@pytest.fixture
def scenery(board: CameraBoard) -> Scenery:
    return Scenery(WALL, Sources([CameraBook(board)]))


def test_each_source_gets_slots_of_its_size(scenery: Scenery) -> None:
    arrange(scenery, grid(2, 2), (camera_source(0), EMPTY, camera_source(1), camera_source(2)))
    shown = scenery.show_tiles()
    assert [(tile.cell, tile.source.id, tile.index) for tile in shown.tiles] == [
        ("1", "c0", 0),
        ("3", "c1", 1),
        ("4", "c2", 2),
    ]
    assert {(tile.width, tile.height) for tile in shown.tiles} == {(960, 540)}
    assert shown.fps == WALL.fps
    arena = Arena(shown.tiles[0].arena)
    assert arena.planes(2, 0).y.shape == (540, 960)
    assert scenery.sources() == {camera_source(n) for n in range(3)}


@pytest.mark.parametrize(("align_ms", "slots"), [(0, 3), (40, 4), (500, 16), (1000, 28)])
def test_an_aligned_wall_keeps_the_pictures_of_its_longest_wait(
    board: CameraBoard, align_ms: int, slots: int
) -> None:
    for wall in (replace(WALL, align_ms=align_ms), replace(WALL, voice_ms=align_ms)):
        scenery = Scenery(wall, Sources([CameraBook(board)]))
        arrange(scenery, grid(1, 1), (camera_source(0),))
        assert Arena(scenery.show_tiles().tiles[0].arena).slots == slots


def test_the_wall_and_the_workers_are_told_the_same_slots(scenery: Scenery) -> None:
    arrange(scenery, grid(2, 2), tuple(camera_source(i) for i in range(4)))
    painted = {tile.cell: (tile.arena, tile.index) for tile in scenery.show_tiles().tiles}
    shown = {tile.cell: (tile.arena, tile.index) for tile in scenery.wall_tiles()}
    assert painted == shown


def test_a_picture_of_the_same_size_keeps_its_slots_wherever_it_goes(scenery: Scenery) -> None:
    arrange(scenery, grid(2, 2), tuple(camera_source(i) for i in range(4)))
    before = {tile.source.id: (tile.arena, tile.index) for tile in scenery.show_tiles().tiles}
    arrange(scenery, grid(2, 2), (camera_source(3), camera_source(0), camera_source(5), EMPTY))
    after = {tile.source.id: (tile.arena, tile.index) for tile in scenery.show_tiles().tiles}
    assert (after["c3"], after["c0"]) == (before["c3"], before["c0"])
    assert after["c5"][0] != before["c0"][0]


def test_a_picture_of_another_size_or_aspect_gets_new_slots(scenery: Scenery) -> None:
    sources = tuple(camera_source(i) for i in range(4))
    arrange(scenery, grid(2, 2), sources)
    before = scenery.show_tiles().tiles[0].arena
    arrange(scenery, grid(2, 2, Aspect.FILL), sources)
    assert scenery.show_tiles().tiles[0].arena != before


def test_the_same_camera_twice_has_two_sets_of_slots(scenery: Scenery) -> None:
    twice = (camera_source(0), camera_source(0), EMPTY, EMPTY)
    for _ in range(2):
        arrange(scenery, grid(2, 2), twice)
        slots = {(tile.arena, tile.index) for tile in scenery.show_tiles().tiles}
        assert len(slots) == 2


def test_what_shows_something_else_by_the_same_name_gets_new_slots_and_says_what_is_seen(
    board: CameraBoard,
) -> None:
    content = Source.parse("conference:flood/content")
    book = ConferenceBook(BookLinks(board.area, *4 * [lambda *_: None]))
    book.put(content.id, "会商")
    scenery = Scenery(WALL, Sources([CameraBook(board), book]))

    def slots() -> tuple[str, int]:
        arrange(scenery, grid(2, 2), (content, camera_source(0), EMPTY, EMPTY))
        tile = scenery.show_tiles().tiles[0]
        return tile.arena, tile.index

    before = slots()
    assert scenery.wall_tiles()[0].seen == () and not scenery.shows(camera_source(1))
    book.contain(content.id, ("c1",))
    assert slots() == before and scenery.wall_tiles()[0].seen == (Seen("c1", "dongmen"),)
    assert scenery.shows(camera_source(1)), "it is told when the camera hangs elsewhere"
    book.contain(content.id, ("c1",), anew=True)
    assert slots() != before


def test_arenas_that_nobody_shows_are_let_go(scenery: Scenery) -> None:
    arrange(scenery, grid(2, 2), tuple(camera_source(i) for i in range(4)))
    path = scenery.show_tiles().tiles[0].arena.partition("#")[0]
    arrange(scenery, grid(2, 2), (EMPTY,) * 4)
    assert not scenery.show_tiles().tiles
    with pytest.raises(OSError):
        Path(path).open().close()


def test_large_tiles_deserve_the_main_stream(scenery: Scenery, board: CameraBoard) -> None:
    arrange(scenery, grid(2, 2), tuple(camera_source(i) for i in range(4)))
    assert {tile.stream for tile in scenery.show_tiles().tiles} == {StreamName.MAIN}
    arrange(scenery, grid(4, 4), (camera_source(0),) + (EMPTY,) * 15)
    assert {tile.stream for tile in scenery.show_tiles().tiles} == {StreamName.SUB}


def test_streams_are_chosen_anew_when_a_sub_picture_is_larger_than_thought(
    scenery: Scenery, board: CameraBoard
) -> None:
    arrange(scenery, grid(2, 2), tuple(camera_source(i) for i in range(4)))
    assert not scenery.streams_change()
    board.get("c1").width, board.get("c1").height = 1280, 720
    assert scenery.streams_change()
    streams = {tile.source.id: tile.stream for tile in scenery.show_tiles().tiles}
    assert (streams["c0"], streams["c1"]) == (StreamName.MAIN, StreamName.SUB)


def test_tiles_lie_where_their_cells_are(scenery: Scenery) -> None:
    arrange(scenery, grid(2, 2), tuple(camera_source(i) for i in range(4)))
    last = list(scenery.tiles())[-1]
    assert (last.cell, last.rect, last.name) == ("4", Rect(960, 540, 960, 540), "东门 3")


def test_mains_are_those_that_tiles_would_be_too_large_for_without(
    scenery: Scenery, board: CameraBoard
) -> None:
    only_main = Camera("c10", "东门 10", "dongmen", StreamAddress("rtsp://h/m"), None)
    board.put(only_main)
    sources = (camera_source(2), camera_source(10), EMPTY, camera_source(1))
    assert scenery.mains(scenery.plan(grid(2, 2), arranged(grid(2, 2), sources))) == ["c1", "c2"]
    assert scenery.mains(scenery.plan(grid(3, 3), arranged(grid(3, 3), sources + (EMPTY,) * 5))) == []


def test_a_part_of_a_picture_has_slots_of_its_own_and_deserves_the_stream_that_the_whole_would(
    scenery: Scenery,
) -> None:
    layout = grid(4, 4)
    whole = arranged(layout, (camera_source(0), camera_source(1), *(EMPTY,) * 14))
    scenery.arrange(layout, whole)
    before = {tile.cell: tile for tile in scenery.show_tiles().tiles}
    scenery.arrange(layout, with_view(whole, layout, "1", View(Aspect.FILL, Crop(0.5, 0.5, 0.25, 0.25))))
    after = {tile.cell: tile for tile in scenery.show_tiles().tiles}
    assert (after["1"].crop, after["1"].aspect) == (Crop(0.5, 0.5, 0.25, 0.25), Aspect.FILL)
    assert (before["1"].stream, after["1"].stream) == (StreamName.SUB, StreamName.MAIN)
    assert after["1"].arena != before["1"].arena
    assert (after["2"].arena, after["2"].stream) == (before["2"].arena, StreamName.SUB)


def test_a_cell_on_the_whole_wall_is_its_only_tile(scenery: Scenery) -> None:
    layout = grid(2, 2)
    shown = arranged(layout, [camera_source(i) for i in range(4)])
    scenery.arrange(layout, with_full(shown, layout, "3"))
    (tile,) = scenery.tiles()
    assert (tile.cell, tile.rect, tile.source) == ("3", Rect(0, 0, 1920, 1080), camera_source(2))
    assert [tile.cell for tile in scenery.wall_tiles()] == ["3"]
    scenery.arrange(layout, shown)
    assert [tile.cell for tile in scenery.tiles()] == ["1", "2", "3", "4"]


def test_the_wall_is_told_tiles_from_the_lowest_to_the_topmost(scenery: Scenery) -> None:
    cells = (Cell("1", 0.5, 0.5, 1, 1, z=2), Cell("2", 0, 0, 2, 2), Cell("3", 0, 0, z=-1))
    layout = Layout("layered", "", 2, 2, cells)
    arrange(scenery, layout, [camera_source(i) for i in range(3)])
    assert [tile.cell for tile in scenery.wall_tiles()] == ["3", "2", "1"]
    assert [tile.cell for tile in scenery.tiles()] == ["1", "2", "3"]
