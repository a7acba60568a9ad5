"""Placing: the layout that fits, and what keeps its place, against a slow and obvious reference."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import InvalidError
from commandwall.model.arrangement import Arrangement
from commandwall.model.layout import Cell, Layout
from commandwall.model.placing import fitting_layout, gathered, keep_places, relaid
from commandwall.model.rect import Rect
from commandwall.model.source import EMPTY
from commandwall.settings.layouts import load_layouts, shipped_layouts
from tests.unit.model.walls import CLOSE, INSET, LAYOUTS, ONE_AND_FIVE, arranged, arrangements, camera, grid

SHIPPED = load_layouts(shipped_layouts())
WALLS = {"16:9": (3840, 2160), "triple": (5760, 1080), "portrait": (1080, 1920), "square": (2000, 2000)}


def numbers(arrangement: Arrangement) -> list[int | None]:
    """Return the cameras in the cells, by number."""
    return [None if source == EMPTY else int(source.id[1:]) for source in arrangement.sources]


@given(arrangements(), st.sampled_from(LAYOUTS))
def test_nothing_vanishes_while_there_is_room_and_views_go_along(
    pair: tuple[Layout, Arrangement], new: Layout
) -> None:
    old, shown = pair
    after = relaid(shown, old, new)
    before, kept = (Counter(t for t in a.tiles if t[0] != EMPTY) for a in (shown, after))
    assert kept <= before
    assert kept.total() == min(before.total(), len(new.cells))
    assert (after.layout, after.full, len(after.sources)) == (new.id, "", len(new.cells))


@given(arrangements(), st.sampled_from(LAYOUTS))
def test_a_cell_that_is_in_both_layouts_keeps_its_source(
    pair: tuple[Layout, Arrangement], new: Layout
) -> None:
    old, shown = pair
    after = relaid(shown, old, new)
    before = dict(zip(old.rects(3840, 2160).values(), shown.tiles, strict=True))
    for rect, tile in zip(new.rects(3840, 2160).values(), after.tiles, strict=True):
        if rect in before and before[rect][0] != EMPTY:
            assert tile == before[rect]


@given(arrangements())
def test_the_same_layout_again_moves_nothing(pair: tuple[Layout, Arrangement]) -> None:
    old, shown = pair
    assert relaid(shown, old, old).tiles == shown.tiles


boxes = st.lists(
    st.tuples(*[st.integers(0, 9)] * 2, *[st.integers(1, 6)] * 2).map(lambda box: Rect(*box)), max_size=6
)


@given(boxes, boxes.filter(bool))
def test_the_pairs_that_coincide_most_stay_together(old: list[Rect], new: list[Rect]) -> None:
    def pixels(rect: Rect) -> set[tuple[int, int]]:
        return {(x, y) for x in range(rect.x, rect.right) for y in range(rect.y, rect.bottom)}

    def coincidence(i: int, j: int) -> float:
        mine, other = pixels(old[i]), pixels(new[j])
        return round(len(mine & other) / len(mine | other), 3)

    expected: dict[int, int] = {}
    while pairs := [
        (-coincidence(i, j), i, j)
        for i in range(len(old))
        for j in range(len(new))
        if i not in expected and j not in expected.values() and coincidence(i, j) > 0
    ]:
        _, i, j = min(pairs)
        expected[i] = j
    places = keep_places(old, new)
    largest = max(rect.area for rect in new)
    for i, j in expected.items():
        assert places[i] == j or new[places[i]].area == largest
    assert len(places) == min(len(old), len(new))
    assert len(set(places.values())) == len(places)


def test_corners_stay_corners() -> None:
    assert numbers(relaid(arranged(grid(2, 2), 1, 2, 3, 4), grid(2, 2), grid(3, 3))) == [
        1, None, 2, None, None, None, 3, None, 4,
    ]  # fmt: skip
    assert numbers(relaid(arranged(INSET, 1, 2), INSET, grid(2, 2))) == [1, None, None, 2]


def test_the_biggest_cell_is_not_left_empty() -> None:
    shown = arranged(grid(4, 4), *[None] * 15, 7)
    assert numbers(relaid(shown, grid(4, 4), ONE_AND_FIVE))[0] == 7
    shown = arranged(ONE_AND_FIVE, None, 7)
    assert numbers(relaid(shown, ONE_AND_FIVE, ONE_AND_FIVE))[:2] == [None, 7]


def test_sources_that_are_shown_keep_their_places_and_others_fill_what_is_left() -> None:
    shown = arranged(grid(2, 2), 1, 2, 3, 4, views=(CLOSE,))
    after = gathered(shown, grid(2, 2), grid(3, 3), [camera(n) for n in (9, 1, 4, 8)])
    assert numbers(after) == [1, 9, 8, None, None, None, None, None, 4]
    assert after.views[0] == CLOSE


def waste(layout: Layout, count: int, size: tuple[int, int]) -> float:
    """Return which part of a wall the largest ``count`` cells leave without a picture of 16:9, slowly."""
    areas = []
    for rect in layout.rects(*size).values():
        width = min(rect.width, rect.height * 16 / 9)
        areas.append(width * width * 9 / 16)
    return 1 - sum(sorted(areas)[-count:]) / (size[0] * size[1])


@given(st.integers(1, 130), st.sampled_from(sorted(WALLS)))
def test_the_layout_that_fits_wastes_least(count: int, wall: str) -> None:
    size = WALLS[wall]
    chosen = fitting_layout(SHIPPED.values(), count, *size)
    assert len(chosen.cells) >= count and not chosen.layered
    others = [
        layout
        for layout in SHIPPED.values()
        if count <= len(layout.cells) <= max(2 * count, len(chosen.cells)) and not layout.layered
    ]
    assert waste(chosen, count, size) <= min(waste(layout, count, size) for layout in others) + 0.01


@pytest.mark.parametrize(
    ("wall", "count", "layout"),
    [
        ("16:9", 0, "1"), ("16:9", 1, "1"), ("16:9", 2, "2x1"), ("16:9", 4, "2x2"), ("16:9", 6, "1+5"),
        ("16:9", 9, "3x3"), ("16:9", 13, "1+12"), ("16:9", 16, "4x4"), ("16:9", 64, "8x8"),
        ("16:9", 65, "10x10"), ("16:9", 400, "20x20"), ("triple", 3, "3x1"), ("triple", 12, "6x2"),
        ("triple", 9, "ultra-wide"),
    ],
)  # fmt: skip
def test_walls_of_each_shape_get_the_layout_that_people_would_take(
    wall: str, count: int, layout: str
) -> None:
    assert fitting_layout(SHIPPED.values(), count, *WALLS[wall]).id == layout


def test_more_sources_than_any_layout_has_cells_are_refused() -> None:
    with pytest.raises(InvalidError, match="no layout for 401 sources; the largest has 400") as caught:
        fitting_layout(SHIPPED.values(), 401, 3840, 2160)
    assert caught.value.field == "layout"


def test_a_layout_too_fine_for_the_wall_does_not_fit_it() -> None:
    fine = Layout("fine", "", 1, 400, (Cell("1", 0, 0, 1, 200), Cell("2", 0, 200), Cell("3", 0, 201)))
    coarse = grid(4, 4)
    assert fitting_layout([fine, coarse], 3, 1920, 1080) == fine
    assert fitting_layout([fine, coarse], 3, 1280, 720) == coarse
    with pytest.raises(InvalidError, match="no layout for 3 sources; the largest has 0"):
        fitting_layout([fine], 3, 1280, 720)
