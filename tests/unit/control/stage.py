"""Two real walls without processes, for what is done with walls by name and by the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from commandwall.control.conference_book import BookLinks, ConferenceBook
from commandwall.control.cores import Cores
from commandwall.control.decoding import Decoding
from commandwall.control.events import EventLog
from commandwall.control.sources import CameraBook, Sources
from commandwall.control.state import CameraBoard
from commandwall.control.walls import WallControl, WallLinks
from commandwall.model.camera import StreamName
from commandwall.model.head import Head
from commandwall.model.layout import Cell, Layout
from commandwall.model.rect import Rect
from commandwall.model.source import Source
from commandwall.model.wall import Wall


def grid(columns: int, rows: int) -> Layout:
    cells = tuple(Cell(str(i + 1), i % columns, i // columns) for i in range(columns * rows))
    name = "1" if columns * rows == 1 else f"{columns}x{rows}"
    return Layout(name, f"{columns} × {rows}", columns, rows, cells)


LAYOUTS = {layout.id: layout for layout in (grid(1, 1), grid(2, 2), grid(20, 20))}
WALL = Wall(
    "main", "主墙", 3840, 2160, 25, "2x2",
    (Head("left", Rect(0, 0, 1920, 2160)), Head("right", Rect(1920, 0, 1920, 2160))),
)  # fmt: skip


class Hands:
    """A clock that stands still until a test moves it; seconds."""

    def __init__(self, now_s: float) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s


class Stage:
    """Two real walls without processes, and what they asked for."""

    def __init__(
        self,
        board: CameraBoard,
        events: EventLog,
        directory: Path,
        layouts: Mapping[str, Layout] = LAYOUTS,
    ) -> None:
        self.warmed: list[list[str]] = []
        self.book = ConferenceBook(
            BookLinks(board.area, lambda *_: None, lambda *_: None, self._put, self._removed)
        )
        self.sources = Sources([CameraBook(board), self.book])
        links = WallLinks(
            lambda shown: None,
            lambda tiles: self.warmed.append(
                sorted(tile.source.id for tile in tiles if tile.stream is StreamName.MAIN)
            ),
            Decoding(Cores()),
            events.publish,
            lambda wall, arrangement: None,
        )
        self.walls = {
            wall.id: WallControl(wall, layouts, self.sources, links, directory / wall.id, "zh")
            for wall in (WALL, replace(WALL, id="side", name="副墙"))
        }
        for control in self.walls.values():
            control.restore(None)

    def _put(self, source: Source) -> None:
        for wall in self.walls.values():
            wall.source_put(source)

    def _removed(self, source: Source) -> None:
        for wall in self.walls.values():
            wall.source_removed(source)

    def shows(self, wall: str = "main") -> list[str]:
        """Return the ids of the cameras in the cells of ``wall``, ``""`` for an empty one."""
        return [source.id for source in self.walls[wall].arrangement.sources]
