from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from commandwall.base.errors import InvalidError, NotFoundError, StaleError
from commandwall.control.cores import Cores
from commandwall.control.decoding import Decoding
from commandwall.control.documents import Cause
from commandwall.control.rearranging import Biggest, CellView, FullScreen, Swap
from commandwall.control.sources import CameraBook, Sources
from commandwall.control.state import CameraBoard
from commandwall.control.walls import WallControl, WallLinks
from commandwall.ipc.channel import Received
from commandwall.ipc.decoding import TileFigures
from commandwall.ipc.messages import (
    Message,
    ShowTiles,
    SwitchDone,
    TileTruth,
    WallReport,
)
from commandwall.model.arrangement import Arrangement
from commandwall.model.camera import Camera, StreamAddress, StreamName
from commandwall.model.layout import Aspect, Cell, Layout
from commandwall.model.overlays import AlarmLevel
from commandwall.model.source import EMPTY, Source, SourceKind
from commandwall.model.view import Crop, View
from commandwall.model.wall import DecodeLevel, TileState, Wall


def grid(columns: int, rows: int) -> Layout:
    cells = tuple(Cell(str(i + 1), i % columns, i // columns) for i in range(columns * rows))
    return Layout(f"{columns}x{rows}", "", columns, rows, cells)


class Stage:
    """A wall control with everything it says; its process never runs."""

    def __init__(self) -> None:
        self.shown: list[ShowTiles] = []
        self.warmed: list[list[str]] = []
        self.events: list[tuple[str, Any]] = []
        self.saved: list[Arrangement] = []
        address = StreamAddress("rtsp://h/x")
        cameras = [Camera(f"c{i}", f"东门 {i}", "dongmen", address, address) for i in range(9)]
        self.board = CameraBoard(cameras, lambda kind, body: None)
        links = WallLinks(
            self.shown.append,
            lambda tiles: self.warmed.append(
                [tile.source.id for tile in tiles if tile.stream is StreamName.MAIN]
            ),
            Decoding(Cores()),
            lambda kind, body: self.events.append((kind, body)),
            lambda wall, arrangement: self.saved.append(arrangement),
        )
        self.layouts = {layout.id: layout for layout in (grid(1, 1), grid(2, 2), grid(3, 3))}
        wall = Wall("main", "主墙", 1920, 1080, 25, "2x2", ())
        self.wall = WallControl(
            wall, self.layouts, Sources([CameraBook(self.board)]), links, Path("/run/x"), "zh"
        )
        self.wall.restore(None)

    def says(self, message: Message) -> None:
        self.wall._hear(self.wall.worker, Received(message, b"", 0))

    def sources(self) -> list[str]:
        return [tile.source for tile in self.wall.tiles()]


@pytest.fixture
def stage() -> Stage:
    return Stage()


def camera(number: int) -> Source:
    return Source(SourceKind.CAMERA, f"c{number}")


def cameras(*numbers: int) -> list[str]:
    return [f"camera:c{number}" for number in numbers]


def report(revision: int, *tiles: TileTruth) -> WallReport:
    return WallReport(revision, 100, 2, 0.5, (0,) * 8, tiles, ())


def test_a_new_wall_shows_the_first_cameras(stage: Stage) -> None:
    assert stage.sources() == cameras(0, 1, 2, 3)
    assert stage.wall.arrangement.revision == 1
    assert not stage.saved


def test_a_restart_brings_back_what_was_shown(stage: Stage) -> None:
    sources = tuple(Source(SourceKind.CAMERA, name) for name in ("c5", "gone", "c6"))
    stage.wall.restore(Arrangement(41, "3x3", sources))
    document = stage.wall.document()
    assert (document.revision, document.layout) == (41, "3x3")
    assert stage.sources() == [*cameras(5), "none", *cameras(6), *["none"] * 6]


def test_a_restart_without_the_layout_uses_that_of_the_configuration(stage: Stage) -> None:
    stage.wall.restore(Arrangement(41, "gone", (Source(SourceKind.CAMERA, "c5"),) * 9))
    assert stage.wall.document().layout == "2x2"
    assert stage.sources() == cameras(5, 5, 5, 5)


def test_a_layout_and_its_sources_are_shown_told_and_kept(stage: Stage) -> None:
    document = stage.wall.set_layout("3x3", cameras(8, 7), None)
    assert (document.revision, document.layout) == (2, "3x3")
    assert stage.sources() == [*cameras(8, 7), *["none"] * 7]
    assert [tile.source.id for tile in stage.shown[-1].tiles] == ["c8", "c7"]
    assert stage.events[-1][0] == "wall" and stage.events[-1][1].wall.revision == 2
    assert stage.saved[-1] == stage.wall.arrangement


def test_without_sources_what_is_shown_stays_in_its_place(stage: Stage) -> None:
    stage.wall.set_cell("2", "none", None)
    stage.wall.set_layout("3x3", None, None)
    assert stage.sources() == [*cameras(0), *["none"] * 5, *cameras(2), "none", *cameras(3)]
    stage.wall.set_layout("2x2", None, None)
    assert stage.sources() == [*cameras(0), "none", *cameras(2, 3)]
    stage.wall.set_layout("1x1", None, None)
    assert stage.sources() == cameras(0)


def test_the_layout_that_fits_is_found(stage: Stage) -> None:
    document = stage.wall.set_layout("auto", cameras(8, 3, 7, 2, 6), None)
    assert document.layout == "3x3"
    assert stage.sources()[:3] == cameras(8, 7, 6)
    assert (stage.sources()[6], stage.sources()[8]) == tuple(cameras(2, 3))
    stage.wall.set_cell("7", "none", None)
    assert stage.wall.set_layout("auto", None, None).layout == "2x2"
    with pytest.raises(InvalidError, match="no layout for 10 sources; the largest has 9 cells"):
        stage.wall.set_layout("auto", cameras(*range(9), 0), None)


def test_a_cell_fills_the_wall_and_everything_comes_back(stage: Stage) -> None:
    stage.wall.rearrange(CellView(cell="3", crop=(0, 0, 0.5, 0.5)), None)
    before = stage.wall.document()
    document = stage.wall.rearrange(FullScreen(cell="3"), before.revision)
    assert (document.full, document.layout) == ("3", "2x2")
    (tile,) = document.tiles
    assert (tile.cell, tile.rect, tile.crop) == ("3", (0, 0, 1920, 1080), (0, 0, 0.5, 0.5))
    assert [tile.cell for tile in stage.shown[-1].tiles] == ["3"]
    assert stage.saved[-1].full == "3"
    back = stage.wall.rearrange(FullScreen(cell=None), document.revision)
    assert replace(back, revision=before.revision) == before
    assert stage.wall.rearrange(FullScreen(cell=None), None).revision == back.revision


def test_a_cell_that_fills_the_wall_takes_another_source_and_ends_with_it(stage: Stage) -> None:
    stage.wall.rearrange(FullScreen(cell="3"), None)
    stage.wall.set_cell("3", "camera:c8", None)
    assert stage.sources() == cameras(8)
    stage.wall.source_removed(Source(SourceKind.CAMERA, "c8"))
    assert stage.wall.arrangement.full == ""
    assert stage.sources() == [*cameras(0, 1), "none", *cameras(3)]
    stage.wall.rearrange(FullScreen(cell="4"), None)
    assert stage.wall.set_layout("2x2", None, None).full == ""


def test_a_camera_that_is_under_the_full_screen_and_goes_is_not_there_afterwards(stage: Stage) -> None:
    stage.wall.rearrange(FullScreen(cell="3"), None)
    stage.wall.source_removed(Source(SourceKind.CAMERA, "c1"))
    assert stage.wall.arrangement.full == "3"
    stage.wall.rearrange(FullScreen(cell=None), None)
    assert stage.sources() == [*cameras(0), "none", *cameras(2, 3)]


def test_a_part_and_its_shape_are_chosen_one_by_one(stage: Stage) -> None:
    stage.wall.rearrange(CellView(cell="2", crop=(0.5, 0.5, 0.5, 0.5)), None)
    stage.wall.rearrange(CellView(cell="2", aspect=Aspect.FILL), None)
    assert stage.wall.arrangement.views[1] == View(Aspect.FILL, Crop(0.5, 0.5, 0.5, 0.5))
    stage.wall.rearrange(CellView(cell="2", crop=None), None)
    assert stage.wall.arrangement.views[1] == View(Aspect.FILL)


def test_a_restart_brings_views_and_full_screen_back(stage: Stage) -> None:
    stage.wall.rearrange(CellView(cell="2", aspect=Aspect.FILL), None)
    stage.wall.rearrange(FullScreen(cell="2"), None)
    again = Stage()
    again.wall.restore(stage.saved[-1])
    assert again.wall.document() == stage.wall.document()


def test_a_whole_arrangement_is_shown_as_far_as_it_exists(stage: Stage) -> None:
    sources = (Source(SourceKind.CAMERA, "c8"), Source(SourceKind.CAMERA, "gone"))
    document = stage.wall.show(Arrangement(700, "2x2", sources), Cause.SCENE)
    assert (document.revision, stage.sources()) == (2, [*cameras(8), "none", "none", "none"])
    assert stage.wall.show(Arrangement(3, "2x2", sources[:1]), Cause.SCENE).revision == 2


def test_a_cell_takes_a_source(stage: Stage) -> None:
    stage.wall.set_cell("3", "camera:c8", 1)
    assert stage.sources() == cameras(0, 1, 8, 3)


REFUSALS: list[tuple[Callable[[WallControl], object], type[Exception], str]] = [
    (lambda wall: wall.set_layout("9x9", None, None), NotFoundError, "'9x9'"),
    (lambda wall: wall.set_layout("1x1", cameras(1, 2), None), InvalidError, "1 cells, not 2"),
    (
        lambda wall: wall.set_layout("2x2", ["camera:c1", "camera:no"], None),
        InvalidError,
        r"sources\[1\].*'no'",
    ),
    (lambda wall: wall.rearrange(FullScreen(cell="9"), None), NotFoundError, "'9'"),
    (lambda wall: wall.rearrange(Swap(first="1", second="9"), None), NotFoundError, "'9'"),
    (lambda wall: wall.rearrange(Biggest(source="camera:no"), None), InvalidError, "source.*'no'"),
    (lambda wall: wall.rearrange(Biggest(source="no"), None), InvalidError, "source.*'no'"),
    (lambda wall: wall.rearrange(CellView(cell="1", crop=(0.6, 0, 0.5, 1)), None), InvalidError, "crop"),
    (lambda wall: wall.rearrange(Swap(first="1", second="2"), 7), StaleError, "not 7"),
    (lambda wall: wall.set_layout("2x2", ["rubbish"], None), InvalidError, r"sources\[0\].*rubbish"),
    (lambda wall: wall.set_layout("2x2", None, 7), StaleError, "revision 1, not 7"),
    (lambda wall: wall.set_cell("17", "none", None), NotFoundError, "'17'"),
    (lambda wall: wall.set_cell("1", "camera:", None), InvalidError, "source"),
    (lambda wall: wall.set_cell("1", "none", 0), StaleError, "revision 1, not 0"),
]


@pytest.mark.parametrize(("change", "error", "words"), REFUSALS)
def test_a_wrong_change_is_named_and_changes_nothing(
    stage: Stage, change: Callable[[WallControl], object], error: type[Exception], words: str
) -> None:
    before = stage.wall.document()
    with pytest.raises(error, match=words):
        change(stage.wall)
    assert stage.wall.document() == before
    assert len(stage.shown) == 1 and not stage.saved and not stage.events


def test_tiles_say_what_the_wall_process_and_the_workers_report(stage: Stage) -> None:
    stage.says(report(1, TileTruth("2", "camera:c1", TileState.LIVE, 0.08, 99, True, True, -12.5)))
    stage.wall.take_figures(
        [
            TileFigures("main", "2", StreamName.SUB, DecodeLevel.NODEBLOCK, 15.0, 99),
            TileFigures("other", "1", StreamName.SUB, DecodeLevel.FULL, 15.0, 99),
        ]
    )
    first, second = stage.wall.tiles()[:2]
    assert (first.skew_ms, second.skew_ms) == (None, -12.5)
    assert (first.state, first.age_s, first.decode) == (TileState.CONNECTING, -1.0, DecodeLevel.OFF)
    assert (second.state, second.age_s, second.decode, second.fps) == (
        TileState.LIVE, 0.08, DecodeLevel.NODEBLOCK, 15.0,
    )  # fmt: skip
    assert (first.damaged, second.damaged) == (False, True)
    kind, event = stage.events[-1]
    assert kind == "tiles"
    assert [(tile.damaged, tile.loss) for tile in event.tiles[:2]] == [(False, False), (True, True)]


def test_the_report_of_an_older_revision_says_nothing_of_the_new_tiles(stage: Stage) -> None:
    stage.wall.set_cell("2", "camera:c8", None)
    stage.says(report(1, TileTruth("2", "camera:c1", TileState.LIVE, 0.08, 99)))
    assert stage.wall.tiles()[1].state is TileState.CONNECTING


def test_an_empty_cell_is_empty(stage: Stage) -> None:
    stage.wall.set_cell("1", "none", None)
    assert stage.wall.arrangement.sources[0] == EMPTY
    assert stage.wall.tiles()[0].state is TileState.EMPTY


def test_decoded_pictures_are_counted_over_all_that_a_cell_showed(stage: Stage) -> None:
    for cell, decoded in (("1", 10), ("2", 5), ("1", 25), ("1", 3), ("1", 4)):
        stage.wall.take_figures([TileFigures("main", cell, StreamName.SUB, DecodeLevel.FULL, 15.0, decoded)])
    stage.wall.take_figures([TileFigures("other", "1", StreamName.SUB, DecodeLevel.FULL, 15.0, 99)])
    assert stage.wall.decoded_total == 25 + 5 + 4


def test_shown_pictures_are_counted_over_all_that_a_cell_showed(stage: Stage) -> None:
    for revision, shown, missed in ((1, 10, 0), (1, 25, 2), (0, 99, 9)):
        truth = TileTruth("1", "camera:c0", TileState.LIVE, 0.08, shown, missed=missed)
        stage.says(report(revision, truth))
    stage.wall.set_cell("1", "camera:c8", None)
    stage.says(report(2, TileTruth("1", "camera:c8", TileState.LIVE, 0.08, 3, missed=1)))
    assert (stage.wall.shown_total, stage.wall.missed_total) == (25 + 3, 2 + 1)


def test_switch_times_are_observed(stage: Stage) -> None:
    stage.says(SwitchDone(1, 0.08, 0.4))
    assert stage.wall.switch_first.sum_s == 0.08
    assert dict(stage.wall.switch_live.cumulative())["0.5"] == 1


def test_a_larger_sub_picture_frees_the_main_stream(stage: Stage) -> None:
    assert {tile.stream for tile in stage.shown[-1].tiles} == {StreamName.MAIN}
    status = stage.board.get("c0")
    status.width, status.height = 1280, 720
    stage.wall.source_resized(camera(0))
    assert stage.shown[-1].tiles[0].stream is StreamName.SUB
    stage.wall.source_resized(camera(8))
    assert len(stage.shown) == 2


async def test_a_snapshot_of_an_unknown_head_is_refused(stage: Stage) -> None:
    with pytest.raises(NotFoundError, match="'nowhere'"):
        await stage.wall.snapshot("nowhere", "jpg", "vera")


def test_a_removed_camera_leaves_empty_cells(stage: Stage) -> None:
    stage.wall.set_layout("2x2", cameras(1, 2, 1), None)
    stage.wall.source_removed(camera(1))
    assert stage.sources() == ["none", "camera:c2", "none", "none"]
    assert stage.wall.arrangement.revision == 3 and stage.saved[-1] == stage.wall.arrangement
    stage.wall.source_removed(camera(8))
    assert stage.wall.arrangement.revision == 3


def test_a_camera_that_is_set_up_anew_is_shown_so(stage: Stage) -> None:
    address = StreamAddress("rtsp://h/x")
    stage.wall.set_layout("2x2", cameras(1), None)
    stage.board.put(Camera("c1", "新名", "dongmen", address, None))
    stage.wall.source_put(camera(1))
    (tile, *_) = stage.wall.tiles()
    assert tile.name == "新名" and stage.shown[-1].tiles[0].stream is StreamName.MAIN
    revision = stage.wall.arrangement.revision
    stage.wall.source_put(camera(8))
    assert stage.wall.arrangement.revision == revision


def test_what_a_change_would_need_is_opened_ahead_and_nothing_changes(stage: Stage) -> None:
    shown = len(stage.shown)
    assert stage.wall.prepare("1x1", None, dry_run=False).cameras == ("c0",)
    assert stage.wall.prepare("2x2", cameras(3, 5, 3), dry_run=False).cameras == ("c3", "c5")
    assert stage.wall.prepare("3x3", None, dry_run=False).cameras == ()
    assert stage.warmed == [["c0"], ["c3", "c5", "c3"], []]
    assert (len(stage.shown), stage.wall.arrangement.revision) == (shown, 1)


def test_what_cannot_be_shown_is_not_prepared(stage: Stage) -> None:
    with pytest.raises(NotFoundError, match="5x5"):
        stage.wall.prepare("5x5", None, dry_run=False)
    with pytest.raises(InvalidError, match="nobody"):
        stage.wall.prepare("1x1", ["camera:nobody"], dry_run=False)
    assert stage.warmed == []


def test_asking_what_a_change_would_cost_opens_nothing(stage: Stage) -> None:
    prepared = stage.wall.prepare("2x2", cameras(3, 5, 3), dry_run=True)
    assert prepared.cameras == ("c3", "c5") and stage.warmed == []
    assert prepared.budget.tiles == 3 and prepared.budget.budget_share > 0


def test_a_pin_follows_what_it_was_put_on(stage: Stage) -> None:
    stage.wall.set_layout("2x2", cameras(3, 5), None)
    document = stage.wall.pin("2", pinned=True)
    assert [tile.pinned for tile in document.tiles] == [False, True, False, False]
    assert document.revision == stage.wall.arrangement.revision
    stage.wall.set_layout("3x3", cameras(5, 3), None)
    five, three = stage.shown[-1].tiles
    assert five.importance > three.importance
    assert [tile.pinned for tile in stage.wall.tiles()[:2]] == [True, False]
    stage.wall.pin("1", pinned=False)
    five, three = stage.shown[-1].tiles
    assert five.importance == three.importance and stage.wall.pinned == frozenset()


def test_an_alarm_makes_a_small_tile_more_important_than_a_large_one(stage: Stage) -> None:
    stage.wall.set_layout("2x2", cameras(3, 5), None)
    stage.board.set_alarm("c5", AlarmLevel.WARNING)
    stage.wall.weigh()
    three, five = stage.shown[-1].tiles
    assert five.importance > three.importance
    stage.board.set_alarm("c5", None)
    stage.wall.weigh()
    three, five = stage.shown[-1].tiles
    assert five.importance == three.importance


def test_who_speaks_goes_before_a_larger_tile_and_is_weighed_once(stage: Stage) -> None:
    stage.wall.set_layout("2x2", cameras(3, 5), None)
    stage.wall.hear(frozenset({camera(5)}))
    told = len(stage.shown)
    stage.wall.hear(frozenset({camera(5)}))
    three, five = stage.shown[-1].tiles
    assert five.importance > three.importance and len(stage.shown) == told
    stage.wall.hear(frozenset())
    three, five = stage.shown[-1].tiles
    assert five.importance == three.importance


def test_nothing_cannot_be_pinned(stage: Stage) -> None:
    stage.wall.set_layout("2x2", cameras(3), None)
    with pytest.raises(InvalidError, match="cell '2' is empty"):
        stage.wall.pin("2", pinned=True)
    with pytest.raises(NotFoundError):
        stage.wall.pin("9", pinned=True)


def test_the_wall_tells_how_far_its_tiles_are_decoded(stage: Stage) -> None:
    stage.wall.set_layout("2x2", cameras(3, 5, 6), None)
    rungs = (DecodeLevel.KEY, DecodeLevel.NODEBLOCK, DecodeLevel.NODEBLOCK)
    stage.wall.take_figures(
        TileFigures("main", str(number), StreamName.SUB, rung, 1.0, 1) for number, rung in enumerate(rungs, 1)
    )
    told = stage.wall.document().budget
    assert (told.tiles, told.key_only, told.nodeblock, told.full) == (3, 1, 2, 0)


@pytest.fixture
def fine() -> Layout:
    """Return a layout of three cells that are too low for a wall of 1080 lines."""
    return Layout("fine", "", 1, 600, tuple(Cell(str(row), 0, row) for row in range(3)))


def test_a_wall_that_was_made_smaller_shows_its_own_layout(
    stage: Stage, fine: Layout, caplog: pytest.LogCaptureFixture
) -> None:
    stage.layouts["fine"] = fine
    stage.wall.restore(Arrangement(41, "fine", (Source(SourceKind.CAMERA, "c5"),) * 3))
    assert (stage.wall.document().layout, stage.sources()) == ("2x2", [*cameras(5, 5, 5), "none"])
    assert "wall main: layout fine is gone, or too fine for 1920 x 1080 pixels: it shows 2x2" in caplog.text


def test_a_layout_too_fine_for_the_wall_is_refused_by_name_and_not_found_by_itself(
    stage: Stage, fine: Layout
) -> None:
    stage.layouts["fine"] = fine
    for refused in (
        lambda: stage.wall.set_layout("fine", None, None),
        lambda: stage.wall.prepare("fine", None, dry_run=True),
        lambda: stage.wall.arranged("fine", []),
    ):
        with pytest.raises(InvalidError, match="layout: a canvas of 1920 x 1080 is too small") as caught:
            refused()
        assert caught.value.field == "layout"
    assert stage.wall.set_layout("auto", cameras(1, 2, 3), None).layout == "2x2"
