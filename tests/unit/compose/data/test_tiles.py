"""When pictures are painted and published, and of which time they say that they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from commandwall.base.clock import NS_PER_S as S
from commandwall.base.clock import monotonic_ns, utc_ns
from commandwall.compose.data.board import PanelBoard
from commandwall.compose.data.studio import Studio
from commandwall.compose.data.tiles import PERIOD_NS
from commandwall.ipc.arena import ArenaHandle, create_arena
from commandwall.ipc.data_messages import PanelValue
from commandwall.ipc.messages import TileSpec
from commandwall.ipc.slots import Arena, SlotFlag
from commandwall.model.camera import FeedState, StreamName
from commandwall.model.data import Figure, Panel, PanelKind, PictureFile, Value
from commandwall.model.layout import Aspect
from commandwall.model.map_camera import MapCamera
from commandwall.model.source import Source, SourceKind
from tests.unit.compose.data.views import PANELS

GAUGE = PANELS[PanelKind.GAUGE]


@pytest.fixture
def handle() -> Iterator[ArenaHandle]:
    handle = create_arena([(240, 134)] * 3, 6)
    yield handle
    handle.close()


def spec(handle: ArenaHandle, index: int, panel: str = "p") -> TileSpec:
    source = Source(SourceKind.DATA, panel)
    return TileSpec(f"c{index}", source, StreamName.MAIN, handle.path, index, 240, 134, Aspect.FIT, 1.0)


class Desk:
    """A studio over one board, and the arena that it paints."""

    def __init__(self, handle: ArenaHandle, *panels: Panel) -> None:
        self.handle, self.board = handle, PanelBoard()
        self.board.put_panels(panels)
        self.studio = Studio(self.board, "zh")
        self.arena = Arena(handle.path)

    def show(self, *specs: TileSpec) -> None:
        self.studio.show("w", specs)
        self.paint()

    def paint(self) -> list[str]:
        return self.studio.job().run()

    def tell(self, figure: float, at_utc_ns: int) -> None:
        self.board.put_values([PanelValue("p", Value(at_utc_ns, True, Figure(figure)))])
        self.paint()

    def newest(self, index: int = 0) -> tuple[int, int, int, int, int]:
        """Return captured, arrival, changed, period and flags of the newest picture."""
        slot = (int(self.arena.published[index]) - 1) % self.arena.slots
        record = self.arena.table[index]["slots"][slot]
        names = ("captured_ns", "arrival_ns", "changed_ns", "period_ns", "flags")
        captured, arrival, changed, period, flags = (int(record[name]) for name in names)
        return captured, arrival, changed, period, flags

    @property
    def published(self) -> list[int]:
        return [int(count) for count in self.arena.published]


def test_a_panel_is_painted_when_it_changes_and_else_not(handle: ArenaHandle) -> None:
    desk = Desk(handle, GAUGE)
    desk.show(spec(handle, 0), spec(handle, 2))
    assert desk.published == [1, 0, 1], "a panel without a value is painted too"
    desk.paint()
    assert desk.published == [1, 0, 1]
    desk.tell(1.5, utc_ns())
    assert desk.published == [2, 0, 2]
    desk.show(spec(handle, 2), spec(handle, 1))
    assert desk.published == [2, 1, 2], "a tile that moved keeps its picture"


def test_a_picture_holds_since_the_time_of_its_value(handle: ArenaHandle) -> None:
    desk = Desk(handle, GAUGE)
    desk.show(spec(handle, 0))
    before = desk.newest()[0]
    at = utc_ns()
    desk.tell(1.5, at)
    captured, arrival, changed, period, flags = desk.newest()
    assert abs(captured - (monotonic_ns() - utc_ns() + at)) < S // 2
    assert captured > before and changed == arrival and period == PERIOD_NS
    assert flags == SlotFlag.TIMED | SlotFlag.HELD


def test_pictures_of_a_tile_never_go_back_in_time(handle: ArenaHandle) -> None:
    desk = Desk(handle, replace(GAUGE, stale_after_s=None))
    desk.show(spec(handle, 0))
    first = desk.newest()[0]
    desk.tell(1.5, utc_ns() - 3600 * S)
    second = desk.newest()[0]
    assert second == first + 1, "the panel said until now that it has no value"


def test_a_panel_that_stands_still_is_published_each_second(handle: ArenaHandle) -> None:
    desk = Desk(handle, GAUGE)
    desk.tell(1.5, utc_ns())
    desk.show(spec(handle, 0))
    view, since = desk.board.view("p", utc_ns())
    (tile,) = desk.studio.tiles
    now_ns = monotonic_ns()
    assert not tile.due(view, now_ns) and tile.due(view, now_ns + PERIOD_NS)
    captured = desk.newest()[0]
    tile.publish()
    assert desk.published[0] == 2 and desk.newest()[0] == captured
    assert since <= utc_ns()


def test_an_old_value_is_another_picture_each_minute() -> None:
    board = PanelBoard()
    board.put_panels([GAUGE])
    at = utc_ns()
    board.put_values([PanelValue("p", Value(at, True, Figure(1)))])
    ages = (59, 61, 90, 121, 3600)
    views = [board.view("p", at + age * S) for age in ages]
    assert [view.stale_s for view, _ in views] == [0, 60, 60, 120, 3600]
    assert views[1][0] == views[2][0] and views[2][0] != views[3][0]
    assert views[3][1] == at + 120 * S, "since when the age is so"


@pytest.mark.parametrize("stale_after_s", [60.0, None])
def test_a_value_of_before_the_clock_was_put_back_never_seems_fresh(
    handle: ArenaHandle, monkeypatch: pytest.MonkeyPatch, stale_after_s: float | None
) -> None:
    desk, ahead = Desk(handle, replace(GAUGE, stale_after_s=stale_after_s)), utc_ns() + 3600 * S
    with monkeypatch.context() as patch:
        patch.setattr("commandwall.compose.data.board.utc_ns", lambda: ahead)
        desk.board.put_values([PanelValue("p", Value(ahead, False, Figure(4.5)))])
    desk.show(spec(handle, 0))
    view, since = desk.board.view("p", utc_ns())
    assert (view.value is None) == (stale_after_s is not None) and since <= utc_ns()
    desk.tell(1.5, utc_ns())
    value = desk.board.view("p", utc_ns())[0].value
    assert value is not None and value.body == Figure(1.5)


def test_a_map_shows_the_cameras_of_its_area() -> None:
    board = PanelBoard()
    board.put_panels([Panel("m", "图", PanelKind.MAP, area="dongmen"), Panel("all", "图", PanelKind.MAP)])
    inside = MapCamera("a", 22.5, 114.1, ("gate", "dongmen", "luohu"), FeedState.LIVE)
    outside = MapCamera("b", 22.6, 114.2, ("liantang",), FeedState.LIVE)
    before = board.view("m", utc_ns())[0]
    board.put_cameras([inside, outside])
    after = board.view("m", utc_ns())[0]
    assert after.cameras == (inside,) and after != before
    assert board.view("all", utc_ns())[0].cameras == (inside, outside)
    board.remove_cameras(["a"])
    assert board.view("m", utc_ns())[0].cameras == ()


def test_a_panel_that_cannot_be_painted_keeps_its_picture(handle: ArenaHandle) -> None:
    desk = Desk(handle, PANELS[PanelKind.PICTURE])
    desk.show(spec(handle, 0), spec(handle, 1, "ghost"))
    assert desk.published == [1, 0, 0]
    gone = Value(utc_ns(), True, PictureFile("/nowhere/x.png"))
    desk.board.put_values([PanelValue("p", gone), PanelValue("ghost", gone)])
    (fault,) = desk.paint()
    assert "data panel p" in fault and "cannot be read" in fault
    assert desk.published == [2, 0, 0], "what it had is still so"


def test_a_tile_whose_arena_is_gone_is_left_out(handle: ArenaHandle) -> None:
    desk = Desk(handle, GAUGE)
    gone = create_arena([(240, 134)])
    gone.close()
    desk.show(spec(gone, 0), spec(handle, 1))
    assert desk.published == [0, 1, 0]
