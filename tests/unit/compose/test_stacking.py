"""Every pixel of every layout accounted for, against a compositor that is slow and obvious."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commandwall.compose.canvas import Canvas
from commandwall.compose.faces import Face, Faces
from commandwall.compose.palette import GAP, WAITING
from commandwall.compose.stacking import Stacking
from commandwall.ipc.slots import Plane, SlotInfo
from commandwall.model.layout import Cell, Layout
from commandwall.model.rect import Rect
from commandwall.settings.layouts import load_layouts, shipped_layouts
from tests.unit.compose.scenery import NOW, PERIOD, Scenery, make_stage, scenery

ENDLESS = 1 << 62
SHIPPED = load_layouts(shipped_layouts())
Picture = tuple[Plane, Plane, Plane]


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let tiles have no words on them, so that their pictures are all there is to see."""
    monkeypatch.setattr(Faces, "face", lambda *_: Face(WAITING, False, ()))
    yield


@st.composite
def grids(draw: st.DrawFn) -> list[Rect]:
    """Draw a grid on an odd size of canvas with some cells merged and some left out."""
    columns, rows = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    taken: set[tuple[int, int]] = set()
    cells = []
    for row in range(rows):
        for column in range(columns):
            wide = draw(st.integers(1, columns - column))
            units = {(column + i, row) for i in range(wide)}
            if draw(st.booleans()) and not units & taken:
                taken |= units
                cells.append(Cell(f"{column}-{row}", column, row, wide, 1))
    if not cells:
        cells = [Cell("all", 0, 0, columns, rows)]
    width, height = draw(st.integers(16, 90)) * 2, draw(st.integers(16, 70)) * 2
    return list(Layout("x", "x", columns, rows, tuple(cells)).rects(width, height).values())


even = st.integers(0, 24).map(lambda n: 2 * n)
sizes = st.integers(1, 16).map(lambda n: 2 * n)  # Two pixels are the least that has a colour.
heaps = st.lists(st.builds(Rect, even, even, sizes, sizes), min_size=1, max_size=8)
"""Rectangles anywhere, each over those before it."""


def publish(scene: Scenery, index: int, rect: Rect, seed: int) -> Picture:
    """Publish a picture of noise, no pixel of which says where it is from but itself."""
    generator = np.random.default_rng(seed)
    half = (rect.height // 2, rect.width // 2)
    y, u, v = (generator.integers(0, 256, size, np.uint8) for size in ((rect.height, rect.width), half, half))
    scene.publish_planes(index, (y, u, v), SlotInfo(NOW, 0, NOW, PERIOD, 0))
    return y, u, v


def composed(canvas: Canvas, rects: Sequence[Rect], pictures: Sequence[Picture | None]) -> list[Plane]:
    """Return what is to be seen, pixel by pixel: of the topmost rectangle there, or of none."""
    wanted = [np.empty_like(plane) for plane in canvas.planes]
    for number, plane in enumerate(wanted):
        scale = 1 if number == 0 else 2
        for row, column in np.ndindex(plane.shape):
            plane[row, column] = GAP[number]
            for rect, picture in zip(rects, pictures, strict=True):
                y, x = row - rect.y // scale, column - rect.x // scale
                if 0 <= y < rect.height // scale and 0 <= x < rect.width // scale:
                    plane[row, column] = WAITING[number] if picture is None else picture[number][y, x]
    return wanted


def canvas_for(rects: Sequence[Rect]) -> Canvas:
    """Return a canvas that is a little larger than ``rects``, so that something is a gap."""
    return Canvas(max(rect.right for rect in rects) + 6, max(rect.bottom for rect in rects) + 2)


@settings(max_examples=60)
@given(st.one_of(grids(), heaps), st.data())
def test_every_pixel_is_of_the_topmost_tile_there_or_a_gap(rects: list[Rect], data: st.DataObject) -> None:
    canvas = canvas_for(rects)
    with scenery(*rects) as scene:
        stage = make_stage(canvas, scene.tiles)
        pictures: list[Picture | None] = [None] * len(rects)
        for step in range(3):
            changed = data.draw(st.sets(st.sampled_from(range(len(rects)))))
            for index in changed:
                pictures[index] = publish(scene, index, rects[index], 100 * step + index)
            drawn = stage.compose(NOW, ENDLESS)
            assert drawn >= changed
            for plane, slow in zip(canvas.planes, composed(canvas, rects, pictures), strict=True):
                assert np.array_equal(plane, slow)


@settings(max_examples=200)
@given(heaps, st.data())
def test_nothing_is_drawn_that_is_not_affected(rects: list[Rect], data: st.DataObject) -> None:
    changed = data.draw(st.sets(st.sampled_from(range(len(rects)))))
    dirty = set(changed)
    while more := {
        upper
        for lower in dirty
        for upper in range(lower + 1, len(rects))
        if rects[upper].overlaps(rects[lower]) and upper not in dirty
    }:
        dirty |= more
    assert Stacking(rects).dirty(changed) == dirty


@pytest.mark.parametrize("layout", SHIPPED.values(), ids=SHIPPED)
def test_every_pixel_of_every_layout_that_is_shipped(layout: Layout) -> None:
    cells = layout.rects(262, 146)
    rects = [cells[cell.id] for cell in sorted(layout.cells, key=lambda cell: cell.z)]
    canvas = Canvas(262, 146)
    owners = np.full((146, 262), -1)
    for number, rect in enumerate(rects):
        owners[rect.y : rect.bottom, rect.x : rect.right] = number
    with scenery(*rects) as scene:
        stage = make_stage(canvas, scene.tiles)
        pictures = [publish(scene, number, rect, number) for number, rect in enumerate(rects)]
        stage.compose(NOW, ENDLESS)
        pictures[0] = publish(scene, 0, rects[0], 1000)
        drawn = stage.compose(NOW, ENDLESS)
    assert drawn == {number for number, rect in enumerate(rects) if number == 0 or rect.overlaps(rects[0])}
    assert (owners >= 0).all()
    for (row, column), number in np.ndenumerate(owners):
        rect = rects[number]
        assert canvas.planes.y[row, column] == pictures[number][0][row - rect.y, column - rect.x]
        if row % 2 == column % 2 == 0:
            for plane in (1, 2):
                half = pictures[number][plane][(row - rect.y) // 2, (column - rect.x) // 2]
                assert canvas.planes[plane][row // 2, column // 2] == half
