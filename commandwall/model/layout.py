"""Layouts: named arrangements of cells, on a grid or free of it, with no sources in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from commandwall.base.errors import InvalidError, NotFoundError
from commandwall.model.rect import Rect

AUTO = "auto"
"""Instead of a layout's id: the one that fits what is to be shown."""
MOST_CELLS = 64 * 64
_EPSILON = 1e-6
"""Edges that differ by less, in units of the grid, are one: 0.1 + 0.2 is 0.3 to whoever writes it."""


class Aspect(StrEnum):
    """How a picture fills a cell of another shape."""

    FIT = "fit"
    FILL = "fill"
    STRETCH = "stretch"


@dataclass(frozen=True, slots=True)
class Cell:
    """One rectangle of a layout, in units of the layout's grid; free-form cells lie between its lines.

    A cell with a greater ``z`` lies over those with a smaller one.
    """

    id: str
    column: float
    row: float
    columns: float = 1
    rows: float = 1
    aspect: Aspect = Aspect.FIT
    z: int = 0

    @property
    def area(self) -> float:
        """How large it is, in units of the grid."""
        return self.columns * self.rows

    def overlaps(self, other: Cell) -> bool:
        """Return whether the two share more than an edge, whichever lies over the other."""
        return (
            self.column < other.column + other.columns - _EPSILON
            and other.column < self.column + self.columns - _EPSILON
            and self.row < other.row + other.rows - _EPSILON
            and other.row < self.row + self.rows - _EPSILON
        )


@dataclass(frozen=True, slots=True)
class Layout:
    """Cells on a grid of ``columns`` x ``rows``; they may leave gaps, and overlap where their z differs.

    Raises :class:`InvalidError` when a cell is empty, off the grid, named twice, or overlaps another
    one of the same z.
    """

    id: str
    name: str
    columns: int
    rows: int
    cells: tuple[Cell, ...]

    def __post_init__(self) -> None:
        if self.columns < 1 or self.rows < 1:
            raise InvalidError("a grid has at least one column and one row", field="grid")
        if not self.cells:
            raise InvalidError("a layout has at least one cell", field="cells")
        if len(self.cells) > MOST_CELLS:
            raise InvalidError("a layout has at most {most} cells", most=MOST_CELLS, field="cells")
        seen: set[str] = set()
        for index, cell in enumerate(self.cells):
            where = f"cells[{index}]"
            if cell.id in seen:
                raise InvalidError("cell {id!r} is named twice", id=cell.id, field=where)
            seen.add(cell.id)
            self._check_place(cell, where)
        if (collision := min(_collisions(self.cells), default=None)) is not None:
            index, other = collision
            raise InvalidError(
                "cell {id!r} overlaps cell {other!r}; move it, or give it another z",
                id=self.cells[index].id,
                other=self.cells[other].id,
                field=f"cells[{index}]",
            )

    def _check_place(self, cell: Cell, where: str) -> None:
        if cell.columns < _EPSILON or cell.rows < _EPSILON:
            raise InvalidError("cell {id!r} is empty", id=cell.id, field=where)
        on_grid = (
            -_EPSILON <= cell.column <= self.columns - cell.columns + _EPSILON
            and -_EPSILON <= cell.row <= self.rows - cell.rows + _EPSILON
        )
        if not on_grid:
            raise InvalidError(
                "cell {id!r} leaves the grid of {columns} x {rows}",
                id=cell.id,
                columns=self.columns,
                rows=self.rows,
                field=where,
            )

    @property
    def layered(self) -> bool:
        """Whether cells lie over others (picture in picture)."""
        return any(cell.z != self.cells[0].z for cell in self.cells)

    @property
    def biggest(self) -> Cell:
        """The largest cell, the first of them in the layout's order."""
        return max(self.cells, key=lambda cell: cell.area)

    def cell(self, cell_id: str) -> Cell:
        """Return the cell named ``cell_id``; raises :class:`NotFoundError`."""
        return self.cells[self.position(cell_id)]

    def position(self, cell_id: str) -> int:
        """Return where in the layout's order the cell ``cell_id`` is; raises :class:`NotFoundError`."""
        for position, cell in enumerate(self.cells):
            if cell.id == cell_id:
                return position
        raise NotFoundError("layout {id!r} has no cell {cell_id!r}", id=self.id, cell_id=cell_id)

    def rects(self, width: int, height: int) -> dict[str, Rect]:
        """Return each cell's rectangle on a canvas of ``width`` x ``height`` pixels (even numbers).

        Edges are rounded to even pixels, so neighbours share them exactly, every pixel of a gap-free
        grid belongs to one cell, and cells that do not overlap in the layout do not on any canvas.
        Raises :class:`InvalidError` when the canvas is too small (a cell would have no pixel).
        """
        rects = {}
        for cell in self.cells:
            x, right = (_line(at, self.columns, width) for at in (cell.column, cell.column + cell.columns))
            y, bottom = (_line(at, self.rows, height) for at in (cell.row, cell.row + cell.rows))
            if right - x < 2 or bottom - y < 2:
                raise InvalidError(
                    "a canvas of {width} x {height} is too small for layout {id!r}",
                    width=width,
                    height=height,
                    id=self.id,
                    field="size",
                )
            rects[cell.id] = Rect(x, y, right - x, bottom - y)
        return rects

    def check(self, width: int, height: int, *, field: str) -> None:
        """Raise :class:`InvalidError` naming ``field`` where :meth:`rects` raises."""
        try:
            self.rects(width, height)
        except InvalidError as error:
            raise InvalidError(error.reason, field=field) from None

    def fits(self, width: int, height: int) -> bool:
        """Return whether every cell has pixels on a canvas of ``width`` x ``height``."""
        try:
            self.rects(width, height)
        except InvalidError:
            return False
        return True


def _line(at: float, parts: int, length: int) -> int:
    """Return the even pixel at ``at`` of ``parts`` on ``length`` pixels; lines are spread evenly."""
    return 2 * int((length // 2) * at / parts + _EPSILON)


def _collisions(cells: Sequence[Cell]) -> Iterator[tuple[int, int]]:
    """Yield pairs of positions in ``cells``, the later first, that overlap at the same z.

    Cells are gone through from top to bottom, each against those that begin above its lower edge.
    """
    order = sorted(range(len(cells)), key=lambda position: cells[position].row)
    for number, position in enumerate(order):
        cell = cells[position]
        for following in order[number + 1 :]:
            other = cells[following]
            if other.row >= cell.row + cell.rows:
                break
            if cell.z == other.z and cell.overlaps(other):
                yield max(position, following), min(position, following)
