"""Arrangements: how one becomes another, and what goes along with a source."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import InvalidError, NotFoundError
from commandwall.model.arrangement import (
    Arrangement,
    enlarged,
    showing,
    swapped,
    with_full,
    with_source,
    with_view,
)
from commandwall.model.layout import Layout
from commandwall.model.source import EMPTY, Source
from commandwall.model.view import PLAIN
from tests.unit.model.walls import (
    CLOSE,
    FILLED,
    LAYOUTS,
    ONE_AND_FIVE,
    arranged,
    arrangements,
    camera,
    grid,
)

TWO = grid(2, 2)


def test_views_that_are_left_out_are_plain() -> None:
    shown = Arrangement(1, "2x2", (camera(1), camera(2)), (CLOSE,))
    assert shown.tiles == ((camera(1), CLOSE), (camera(2), PLAIN))


def test_a_source_in_a_cell_begins_with_the_whole_picture() -> None:
    shown = arranged(TWO, 1, 2, views=(CLOSE, FILLED))
    assert with_source(shown, TWO, "1", camera(3)).tiles[:2] == ((camera(3), PLAIN), (camera(2), FILLED))
    assert with_source(shown, TWO, "1", camera(1)) == shown
    assert with_source(shown, TWO, "1", EMPTY).tiles[0] == (EMPTY, PLAIN)


@given(arrangements(), st.data())
def test_two_swaps_change_nothing(pair: tuple[Layout, Arrangement], data: st.DataObject) -> None:
    layout, shown = pair
    cells = st.sampled_from([cell.id for cell in layout.cells])
    first, second = data.draw(cells), data.draw(cells)
    once = swapped(shown, layout, first, second)
    assert once.tiles[layout.position(first)] == shown.tiles[layout.position(second)]
    assert swapped(once, layout, second, first).tiles == shown.tiles


@given(arrangements(), st.data())
def test_full_screen_and_back_is_exactly_what_was(
    pair: tuple[Layout, Arrangement], data: st.DataObject
) -> None:
    layout, shown = pair
    filled = [cell.id for cell, s in zip(layout.cells, shown.sources, strict=True) if s != EMPTY]
    before = with_full(shown, layout, "")
    for cell in filled:
        full = with_full(before, layout, cell)
        assert full.full == cell
        assert with_full(full, layout, "") == before


@given(arrangements(), st.integers(0, 9).map(camera))
def test_the_biggest_cell_takes_a_source_and_gives_its_own_to_where_that_was(
    pair: tuple[Layout, Arrangement], source: Source
) -> None:
    layout, shown = pair
    after = enlarged(shown, layout, source)
    biggest = layout.position(layout.biggest.id)
    assert after.sources[biggest] == source
    lost = Counter(shown.tiles) - Counter(after.tiles)
    if source in shown.sources:
        assert not lost
        moved = [i for i, (a, b) in enumerate(zip(shown.tiles, after.tiles, strict=True)) if a != b]
        assert len(moved) <= 2
    elif EMPTY in shown.sources:
        assert set(lost) <= {(EMPTY, PLAIN)}
    else:
        assert lost == Counter([shown.tiles[biggest]])


def test_the_biggest_cell_is_the_first_of_the_largest() -> None:
    shown = arranged(ONE_AND_FIVE, 1, 2, 3, views=(PLAIN, PLAIN, CLOSE))
    after = enlarged(shown, ONE_AND_FIVE, camera(3))
    assert after.tiles[:3] == ((camera(3), CLOSE), (camera(2), PLAIN), (camera(1), PLAIN))
    assert enlarged(arranged(ONE_AND_FIVE, 1), ONE_AND_FIVE, camera(9)).sources[:2] == (camera(9), camera(1))
    assert TWO.biggest.id == "1"


@given(arrangements(), st.sampled_from(LAYOUTS), st.data())
def test_a_list_of_sources_is_shown_in_its_order_and_takes_views_along(
    pair: tuple[Layout, Arrangement], new: Layout, data: st.DataObject
) -> None:
    _, shown = pair
    sources = data.draw(st.lists(st.integers(0, 6).map(camera), max_size=len(new.cells)))
    after = showing(shown, new, sources)
    assert list(after.sources) == sources + [EMPTY] * (len(new.cells) - len(sources))
    assert (after.layout, after.full, len(after.views)) == (new.id, "", len(new.cells))
    known = Counter(shown.tiles)
    for tile, count in Counter(after.tiles).items():
        assert tile[1] == PLAIN or count <= known[tile]


def test_what_is_shown_anew_is_exactly_what_was() -> None:
    shown = arranged(TWO, 1, 1, 2, views=(FILLED, CLOSE))
    assert showing(shown, TWO, shown.sources) == shown


@pytest.mark.parametrize("cell", ["9", ""])
def test_a_cell_that_is_not_there_is_named(cell: str) -> None:
    shown = arranged(TWO, 1)
    with pytest.raises(NotFoundError, match="has no cell"):
        swapped(shown, TWO, "1", cell)
    with pytest.raises(NotFoundError, match="has no cell"):
        with_view(shown, TWO, cell, CLOSE)
    with pytest.raises(NotFoundError, match="has no cell"):
        with_source(shown, TWO, cell, EMPTY)


def test_an_empty_cell_has_no_view_and_fills_no_wall() -> None:
    shown = arranged(TWO, 1)
    with pytest.raises(InvalidError, match="cell '2' shows nothing"):
        with_view(shown, TWO, "2", CLOSE)
    with pytest.raises(InvalidError, match="cell '2' shows nothing"):
        with_full(shown, TWO, "2")
    full = with_full(shown, TWO, "1")
    assert with_source(full, TWO, "1", EMPTY).full == ""
    assert swapped(full, TWO, "1", "2").full == ""
