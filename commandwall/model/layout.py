"""Layouts: named arrangements of cells on a grid, with no sources in them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from commandwall.base.errors import InvalidError, NotFoundError
from commandwall.model.rect import Rect


class Aspect(StrEnum):
    """How a picture fills a cell of another shape."""

    FIT = "fit"
    FILL = "fill"
    STRETCH = "stretch"


@dataclass(frozen=True, slots=True)
class Cell:
    """One rectangle of a layout, in units of the layout's grid."""

    id: str
    column: int
    row: int
    columns: int = 1
    rows: int = 1
    aspect: Aspect = Aspect.FIT


@dataclass(frozen=True, slots=True)
class Layout:
    """Cells on a grid of ``columns`` x ``rows``; they may leave gaps but never overlap.

    Raises :class:`InvalidError` when a cell is empty, off the grid, named twice or overlaps.
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
        taken: dict[tuple[int, int], str] = {}
        seen: set[str] = set()
        for index, cell in enumerate(self.cells):
            where = f"cells[{index}]"
            if cell.id in seen:
                raise InvalidError("cell {id!r} is named twice", id=cell.id, field=where)
            seen.add(cell.id)
            self._place(cell, where, taken)

    def _place(self, cell: Cell, where: str, taken: dict[tuple[int, int], str]) -> None:
        if cell.columns < 1 or cell.rows < 1:
            raise InvalidError("cell {id!r} is empty", id=cell.id, field=where)
        on_grid = 0 <= cell.column <= self.columns - cell.columns and 0 <= cell.row <= self.rows - cell.rows
        if not on_grid:
            raise InvalidError(
                "cell {id!r} leaves the grid of {columns} x {rows}",
                id=cell.id,
                columns=self.columns,
                rows=self.rows,
                field=where,
            )
        for row in range(cell.row, cell.row + cell.rows):
            for column in range(cell.column, cell.column + cell.columns):
                other = taken.setdefault((column, row), cell.id)
                if other != cell.id:
                    raise InvalidError(
                        "cell {id!r} overlaps cell {other!r}", id=cell.id, other=other, field=where
                    )

    def cell(self, cell_id: str) -> Cell:
        """Return the cell named ``cell_id``; raises :class:`NotFoundError`."""
        for cell in self.cells:
            if cell.id == cell_id:
                return cell
        raise NotFoundError("layout {id!r} has no cell {cell_id!r}", id=self.id, cell_id=cell_id)

    def rects(self, width: int, height: int) -> dict[str, Rect]:
        """Return each cell's rectangle on a canvas of ``width`` x ``height`` pixels (even numbers).

        Grid lines are rounded to even pixels, so neighbours share their edges exactly and every
        pixel of a gap-free layout belongs to one cell. Raises :class:`InvalidError` when the
        canvas is too small for the grid (a cell would have no pixel).
        """
        xs = _grid_lines(self.columns, width)
        ys = _grid_lines(self.rows, height)
        rects = {}
        for cell in self.cells:
            x, y = xs[cell.column], ys[cell.row]
            rect = Rect(x, y, xs[cell.column + cell.columns] - x, ys[cell.row + cell.rows] - y)
            if rect.width < 2 or rect.height < 2:
                raise InvalidError(
                    "a canvas of {width} x {height} is too small for layout {id!r}",
                    width=width,
                    height=height,
                    id=self.id,
                    field="size",
                )
            rects[cell.id] = rect
        return rects


def _grid_lines(parts: int, length: int) -> list[int]:
    """Return ``parts + 1`` even positions from 0 to ``length``, as evenly spread as they can be."""
    return [2 * ((length // 2) * i // parts) for i in range(parts + 1)]
