"""Layout files: one YAML a layout, its file's name the layout's id."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

import commandwall
from commandwall.base.errors import InvalidError
from commandwall.model.layout import Aspect, Cell, Layout
from commandwall.settings.document import DocumentPlace, read_document
from commandwall.settings.faults import Fault, SettingsError, invalid_fault, schema_faults
from commandwall.settings.schema import FreeCellEntry, LayoutFile, keys_of
from commandwall.settings.values import LayoutId

_GAP = "."
_PERCENT = 100
"""The grid of a layout without a drawing."""
_DIGITS = 9
_IDS: TypeAdapter[str] = TypeAdapter(LayoutId)


def shipped_layouts() -> Path:
    """Return the directory of the layouts that come along: in the package, or beside it in a checkout."""
    package = Path(commandwall.__file__).parent
    inside = package / "layouts"
    return inside if inside.is_dir() else package.parent / "layouts"


def load_layouts(directory: Path) -> dict[str, Layout]:
    """Return the layouts of ``directory`` by id, those with the fewest cells first.

    Raises :class:`SettingsError` with every fault of every file.
    """
    if not directory.is_dir():
        raise SettingsError([Fault(directory, 1, "", "is not a directory")])
    layouts, faults = [], []
    for file in sorted(directory.glob("*.yaml")):
        try:
            layouts.append(load_layout(file))
        except SettingsError as error:
            faults += error.faults
    if faults:
        raise SettingsError(faults)
    layouts.sort(key=lambda layout: (len(layout.cells), layout.id))
    return {layout.id: layout for layout in layouts}


def load_layout(file: Path) -> Layout:
    """Return the layout in ``file``; raises :class:`SettingsError`."""
    document = read_document(file)
    place = DocumentPlace(document)
    faults = list(document.repeated)
    try:
        _IDS.validate_python(file.stem)
        entry = LayoutFile.model_validate(document.data)
        if not faults:
            return layout_of(file.stem, entry)
    except ValidationError as error:
        faults += schema_faults(error, place, keys_of(LayoutFile))
    except InvalidError as error:
        faults.append(invalid_fault(error, place))
    raise SettingsError(faults)


def layout_of(layout_id: str, entry: LayoutFile) -> Layout:
    """Return the layout that ``entry`` describes; raises :class:`InvalidError`."""
    drawing = [row.split() for row in entry.cells or ()]
    if entry.grid is not None:
        columns, rows = entry.grid
        drawing = [[str(row * columns + column + 1) for column in range(columns)] for row in range(rows)]
    drawn = _cells(drawing, entry.aspect)
    columns, rows = (len(drawing[0]), len(drawing)) if drawing else (_PERCENT, _PERCENT)
    cells = drawn + [_free_cell(free, columns, rows, entry.aspect) for free in entry.free or ()]
    unknown = set(entry.aspect) - {cell.id for cell in cells}
    if unknown:
        raise InvalidError("names no cell of this layout; remove it", field=f"aspect.{min(unknown)}")
    try:
        layout = Layout(layout_id, entry.name, columns, rows, tuple(cells))
    except InvalidError as error:
        raise InvalidError(error.reason, field=_written_at(error.field, len(drawn))) from None
    return replace(layout, cells=tuple(sorted(cells, key=_order)))


def _free_cell(entry: FreeCellEntry, columns: int, rows: int, aspects: dict[str, Aspect]) -> Cell:
    """Return a free-form cell in units of a grid of ``columns`` x ``rows``."""
    x, width = (round(value * columns / _PERCENT, _DIGITS) for value in entry.rect[::2])
    y, height = (round(value * rows / _PERCENT, _DIGITS) for value in entry.rect[1::2])
    return Cell(entry.id, x, y, width, height, aspects.get(entry.id, Aspect.FIT), entry.z)


def _written_at(field: str, drawn: int) -> str:
    """Return where in the file the cell stands that ``field`` numbers: drawn ones first, then free ones."""
    numbered = re.fullmatch(r"cells\[(\d+)\]", field)
    if numbered is None:
        return field
    number = int(numbered[1])
    return "cells" if number < drawn else f"free[{number - drawn}]"


def _cells(drawing: list[list[str]], aspects: dict[str, Aspect]) -> list[Cell]:
    """Return the rectangles drawn; raises :class:`InvalidError`.

    Each row is a list of cell ids, one a column; every id must fill a rectangle.
    """
    corners: dict[str, tuple[int, int, int, int]] = {}
    counts: dict[str, int] = {}
    for y, row in enumerate(drawing):
        if len(row) != len(drawing[0]):
            raise InvalidError(
                "has {columns} columns where the first row has {first}",
                columns=len(row),
                first=len(drawing[0]),
                field=f"cells[{y}]",
            )
        for x, cell_id in enumerate(row):
            if cell_id != _GAP:
                left, top, right, _ = corners.get(cell_id, (x, y, x, y))
                corners[cell_id] = min(left, x), top, max(right, x), y
                counts[cell_id] = counts.get(cell_id, 0) + 1
    cells = []
    for cell_id, (left, top, right, bottom) in corners.items():
        columns, rows = right - left + 1, bottom - top + 1
        if columns * rows != counts[cell_id]:
            raise InvalidError(
                "cell {id!r} is not a rectangle; give one of its parts another id",
                id=cell_id,
                field=f"cells[{top}]",
            )
        cells.append(Cell(cell_id, left, top, columns, rows, aspects.get(cell_id, Aspect.FIT)))
    return cells


def _order(cell: Cell) -> tuple[bool, int, str]:
    """Return what sorts numbered cells first, by number, then words."""
    numbered = cell.id.isascii() and cell.id.isdigit()
    return not numbered, int(cell.id) if numbered else 0, cell.id
