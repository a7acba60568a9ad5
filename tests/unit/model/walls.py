"""Layouts and arrangements that tests of the model begin with."""

from __future__ import annotations

from hypothesis import strategies as st

from commandwall.model.arrangement import Arrangement
from commandwall.model.layout import Aspect, Cell, Layout
from commandwall.model.source import EMPTY, Source, SourceKind
from commandwall.model.view import PLAIN, Crop, View

CLOSE = View(None, Crop(0.25, 0.25, 0.5, 0.5))
FILLED = View(Aspect.FILL)


def grid(columns: int, rows: int) -> Layout:
    """Return a plain grid, its cells numbered from 1."""
    cells = tuple(Cell(str(i + 1), i % columns, i // columns) for i in range(columns * rows))
    return Layout(f"{columns}x{rows}", "", columns, rows, cells)


ONE_AND_FIVE = Layout(
    "1+5",
    "",
    3,
    3,
    (
        Cell("1", 0, 0, 2, 2),
        *(Cell(str(i), x, y) for i, (x, y) in enumerate([(2, 0), (2, 1), (0, 2), (1, 2), (2, 2)], 2)),
    ),
)
INSET = Layout("pip", "", 1, 1, (Cell("1", 0, 0), Cell("2", 0.7, 0.7, 0.28, 0.28, z=1)))
LAYOUTS = (grid(1, 1), grid(2, 1), grid(2, 2), grid(3, 3), grid(4, 4), grid(5, 2), ONE_AND_FIVE, INSET)


def camera(number: int) -> Source:
    """Return the camera ``c<number>`` as a source."""
    return Source(SourceKind.CAMERA, f"c{number}")


def arranged(layout: Layout, *numbers: int | None, views: tuple[View, ...] = ()) -> Arrangement:
    """Return cameras in the cells of ``layout``, ``None`` for an empty one."""
    sources = tuple(EMPTY if number is None else camera(number) for number in numbers)
    return Arrangement(1, layout.id, sources, views).fitted(layout)


@st.composite
def arrangements(draw: st.DrawFn) -> tuple[Layout, Arrangement]:
    """Draw a layout, and an arrangement of it: some cells empty, some cameras twice, some views."""
    layout = draw(st.sampled_from(LAYOUTS))
    count = len(layout.cells)
    sources = draw(
        st.lists(st.one_of(st.just(EMPTY), st.integers(0, 6).map(camera)), min_size=count, max_size=count)
    )
    views = draw(st.lists(st.sampled_from([PLAIN, CLOSE, FILLED]), min_size=count, max_size=count))
    filled = [cell.id for cell, source in zip(layout.cells, sources, strict=True) if source != EMPTY]
    full = draw(st.sampled_from(["", *filled]))
    tiles = zip(sources, views, strict=True)
    return layout, Arrangement(1, layout.id, full=full).with_tiles(tiles)
