"""Layouts: what they refuse, and where their cells come to lie."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import InvalidError, NotFoundError
from commandwall.model.layout import Cell, Layout
from commandwall.model.rect import Rect


def layout(*cells: Cell, columns: int = 3, rows: int = 3) -> Layout:
    return Layout("test", "Test", columns, rows, cells)


@pytest.mark.parametrize(
    ("cells", "field", "words"),
    [
        ([], "cells", "at least one cell"),
        ([Cell("a", 0, 0), Cell("a", 1, 0)], "cells[1]", "named twice"),
        ([Cell("a", 0, 0, 0, 1)], "cells[0]", "is empty"),
        ([Cell("a", 2, 0, 2, 1)], "cells[0]", "leaves the grid"),
        ([Cell("a", 0, -1)], "cells[0]", "leaves the grid"),
        ([Cell("a", 0, 0, 2, 2), Cell("b", 1, 1)], "cells[1]", "overlaps cell 'a'"),
        ([Cell("a", 2.5, 0, 0.6, 1)], "cells[0]", "leaves the grid"),
        ([Cell("a", 0, 1, 2, 1, z=1), Cell("b", 0, 0), Cell("c", 1.5, 0, 1, 2, z=1)], "cells[2]", "cell 'a'"),
    ],
)
def test_cells_that_cannot_be_are_named(cells: list[Cell], field: str, words: str) -> None:
    with pytest.raises(InvalidError, match=words) as caught:
        layout(*cells)
    assert caught.value.field == field


def test_a_grid_has_columns_and_rows() -> None:
    with pytest.raises(InvalidError, match="at least one column"):
        layout(Cell("a", 0, 0), columns=0)


def test_a_cell_is_found_by_its_id() -> None:
    some = layout(Cell("a", 0, 0), Cell("b", 1, 0))
    assert some.cell("b").column == 1
    with pytest.raises(NotFoundError, match="no cell 'c'"):
        some.cell("c")


@given(st.integers(1, 30), st.integers(1, 30), st.integers(64, 4000), st.integers(64, 4000))
def test_a_grid_covers_its_canvas_with_even_rectangles(
    columns: int, rows: int, half_width: int, half_height: int
) -> None:
    width, height = 2 * half_width, 2 * half_height
    cells = [Cell(f"{x}.{y}", x, y) for y in range(rows) for x in range(columns)]
    rects = list(layout(*cells, columns=columns, rows=rows).rects(width, height).values())
    assert sum(rect.area for rect in rects) == width * height
    assert not any(value % 2 for rect in rects for value in (rect.x, rect.y, rect.width, rect.height))
    assert max(rect.width for rect in rects) - min(rect.width for rect in rects) <= 2
    assert rects[-1].right == width
    assert rects[-1].bottom == height


def test_neighbours_share_their_edges_where_pixels_do_not_divide() -> None:
    rects = layout(Cell("a", 0, 0, 2, 1), Cell("b", 2, 0)).rects(1000, 700)
    assert rects == {"a": Rect(0, 0, 666, 232), "b": Rect(666, 0, 334, 232)}


def test_a_canvas_without_a_pixel_for_a_cell_is_refused() -> None:
    with pytest.raises(InvalidError, match="too small for layout 'test'") as caught:
        layout(Cell("a", 0, 0), columns=20).rects(36, 36)
    assert caught.value.field == "size"
    too_fine = layout(Cell("a", 0, 0), columns=20)
    assert too_fine.fits(40, 36) and not too_fine.fits(36, 36)
    with pytest.raises(InvalidError, match="too small for layout 'test'") as caught:
        too_fine.check(36, 36, field="layout")
    assert caught.value.field == "layout"


def test_cells_of_another_z_may_overlap() -> None:
    some = layout(Cell("a", 0, 0, 3, 3), Cell("b", 1, 1, z=1), Cell("c", 1.5, 1.5, z=2, columns=1.5, rows=1))
    assert some.layered and not layout(Cell("a", 0, 0)).layered
    assert some.biggest.id == "a"


boxes = st.tuples(*[st.integers(0, 20)] * 2, *[st.integers(1, 20)] * 2, st.integers(0, 1))


@given(st.lists(boxes, min_size=1, max_size=8))
def test_overlaps_are_those_that_pixels_show(found: list[tuple[int, int, int, int, int]]) -> None:
    cells = [
        Cell(str(i), x / 10, y / 10, wide / 10, high / 10, z=z)
        for i, (x, y, wide, high, z) in enumerate(found)
    ]
    counts = np.zeros((2, 40, 40), int)
    for x, y, wide, high, z in found:
        counts[z, y : y + high, x : x + wide] += 1
    try:
        made = Layout("x", "x", 4, 4, tuple(cells))
    except InvalidError:
        assert counts.max() > 1
    else:
        assert counts.max() == 1
        rects = made.rects(80, 80)
        assert [(rects[str(i)].x, rects[str(i)].width) for i in range(len(cells))] == [
            (2 * x, 2 * wide) for x, _, wide, _, _ in found
        ]


@given(st.integers(1, 200), st.integers(16, 4000))
def test_free_neighbours_share_their_edge_on_any_canvas(at: int, half: int) -> None:
    """In tenths of a per cent, as people write them: 0.1 + 0.2 is the edge that 0.3 is."""
    cut = at / 10
    some = Layout("x", "x", 100, 1, (Cell("a", 0.1, 0, cut, 1), Cell("b", round(0.1 + cut, 9), 0, 50, 1)))
    try:
        rects = some.rects(2 * half, 2)
    except InvalidError:
        assert half * cut / 100 < 2
    else:
        assert rects["a"].right == rects["b"].x
