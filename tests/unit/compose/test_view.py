"""Every pixel of every head, against a slow and obvious reference."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from commandwall.compose.canvas import Canvas, empty_planes
from commandwall.compose.view import View
from commandwall.ipc.slots import Plane, Planes
from commandwall.model.head import Bezel, Head, Rotation
from commandwall.model.rect import Rect

SIDE = 64
ROTATIONS: tuple[Rotation, ...] = (0, 90, 180, 270)


def noisy(width: int, height: int) -> Canvas:
    canvas = Canvas(width, height)
    noise = np.random.default_rng(7)
    for plane in canvas.planes:
        plane[:] = noise.integers(0, 256, plane.shape, np.uint8)
    return canvas


def taken(head: Head, canvas: Canvas) -> Planes:
    view, target = View.of(head), empty_planes(*head.output)
    upright = view.begin(target)
    view.scale(canvas.planes, upright)
    view.turn(upright, target)
    return target


def smooth(width: int, height: int) -> Canvas:
    """Return a canvas on which a sample's value is linear in its place, so that scaling is exact."""
    canvas = Canvas(width, height)
    for plane in canvas.planes:
        rows, columns = np.mgrid[0 : plane.shape[0], 0 : plane.shape[1]]
        plane[:] = 20 + 2 * rows + columns
    return canvas


def turned_back(x: int, y: int, width: int, height: int, rotate: int) -> tuple[int, int]:
    """Return where pixel (x, y) of a turned picture of ``width`` x ``height`` was before, one turn a time."""
    for _ in range(rotate // 90):
        x, y, width, height = y, width - 1 - x, height, width
    return x, y


def halved(part: NDArray[np.float64], width: int, height: int) -> NDArray[np.float64]:
    """Return ``part`` after it was halved, the mean of four samples each, while it is twice too large."""
    while (
        part.shape[0] % 2 == 0 == part.shape[1] % 2
        and part.shape[0] >= 2 * height
        and part.shape[1] >= 2 * width
    ):
        smaller = np.empty((part.shape[0] // 2, part.shape[1] // 2))
        for y, x in product(range(smaller.shape[0]), range(smaller.shape[1])):
            smaller[y, x] = part[2 * y : 2 * y + 2, 2 * x : 2 * x + 2].mean()
        part = smaller
    return part


def sample(part: NDArray[np.float64], x: int, y: int, width: int, height: int) -> float:
    """Return the sample at (x, y) of ``part`` scaled to ``width`` x ``height``, linear in its neighbours."""
    rows, columns = part.shape
    row = min(max((y + 0.5) * rows / height - 0.5, 0), rows - 1)
    column = min(max((x + 0.5) * columns / width - 0.5, 0), columns - 1)
    top, left = int(row), int(column)
    bottom, right = min(top + 1, rows - 1), min(left + 1, columns - 1)
    upper = part[top, left] * (1 - (column - left)) + part[top, right] * (column - left)
    lower = part[bottom, left] * (1 - (column - left)) + part[bottom, right] * (column - left)
    return float(upper * (1 - (row - top)) + lower * (row - top))


def reference(head: Head, plane: Plane, chroma: bool) -> NDArray[np.float64]:
    """Return what ``head`` shows of one plane, pixel by pixel."""
    rect, bezel = head.rect, head.bezel
    left, top = rect.x + bezel.left, rect.y + bezel.top
    width, height = rect.width - bezel.left - bezel.right, rect.height - bezel.top - bezel.bottom
    if head.size is None:
        width, height = width - width % 2, height - height % 2
    out_width, out_height = head.output
    if chroma:
        left, top, width, height = left // 2, top // 2, (width + 1) // 2, (height + 1) // 2
        out_width, out_height = out_width // 2, out_height // 2
    up_width, up_height = (out_width, out_height) if head.rotate % 180 == 0 else (out_height, out_width)
    part = halved(plane[top : top + height, left : left + width].astype(float), up_width, up_height)
    picture = np.empty((out_height, out_width))
    for y, x in product(range(out_height), range(out_width)):
        from_x, from_y = turned_back(x, y, out_width, out_height, head.rotate)
        picture[y, x] = sample(part, from_x, from_y, up_width, up_height)
    return picture


@st.composite
def heads(draw: st.DrawFn) -> Head:
    width, height = draw(st.integers(16, 40)), draw(st.integers(16, 40))
    rect = Rect(draw(st.integers(0, SIDE - width)), draw(st.integers(0, SIDE - height)), width, height)
    across, down = st.integers(0, (width - 16) // 2), st.integers(0, (height - 16) // 2)
    bezel = Bezel(draw(across), draw(down), draw(across), draw(down))
    sides = st.integers(8, 24).map(lambda half: 2 * half)
    return Head("h", rect, bezel, draw(st.sampled_from(ROTATIONS)), draw(st.none() | st.tuples(sides, sides)))


@settings(max_examples=60)
@given(heads())
def test_every_pixel_of_a_head_is_the_reference_s(head: Head) -> None:
    head.check(Rect(0, 0, SIDE, SIDE))
    canvas = noisy(SIDE, SIDE) if head.size is None else smooth(SIDE, SIDE)
    for number, (plane, found) in enumerate(zip(canvas.planes, taken(head, canvas), strict=True)):
        expected = reference(head, plane, chroma=number > 0)
        assert found.shape == expected.shape
        if head.size is None:
            assert (found == expected).all()
        else:
            assert np.abs(found - expected).max() <= 1.6


@pytest.mark.parametrize("rotate", ROTATIONS)
def test_a_noisy_picture_is_scaled_as_the_reference_does(rotate: Rotation) -> None:
    head = Head("h", Rect(3, 6, 37, 40), Bezel(1, 0, 0, 4), rotate, (24, 18))
    canvas = noisy(SIDE, SIDE)
    for number, (plane, found) in enumerate(zip(canvas.planes, taken(head, canvas), strict=True)):
        assert np.abs(found - reference(head, plane, chroma=number > 0)).max() <= 2


def test_heads_that_abut_show_each_pixel_of_the_canvas_once_but_those_behind_frames() -> None:
    bezel = Bezel(2, 2, 2, 2)
    canvas = Canvas(SIDE, SIDE)
    canvas.planes.y[:] = 0
    for x, y in product((0, 32), (0, 32)):
        visible = Head("h", Rect(x, y, 32, 32), bezel).visible
        canvas.region(visible).y[:] += 1
    hidden = np.ones((SIDE, SIDE), bool)
    for start in (2, 34):
        for other in (2, 34):
            hidden[start : start + 28, other : other + 28] = False
    assert (canvas.planes.y == ~hidden).all()


@given(heads(), st.integers(0, 60), st.integers(0, 60), st.integers(2, 40), st.integers(2, 40))
def test_a_place_covers_exactly_the_shown_pixels_of_a_rectangle(
    head: Head, x: int, y: int, width: int, height: int
) -> None:
    view, rect = View.of(head), Rect(x, y, min(width, SIDE - x), min(height, SIDE - y))
    place = view.place(rect)
    assert not any(value % 2 for value in (place.x, place.y, place.width, place.height))
    across, down = view.upright
    assert Rect(0, 0, across, down).contains(place)
    shown = view.visible
    for column in range(max(rect.x, shown.x), min(rect.right, shown.right)):
        scaled = (column - shown.x) * across / shown.width
        assert place.x <= scaled < place.right
    if not rect.overlaps(shown):
        assert place.area == 0


def test_views_are_told_apart_by_what_they_show() -> None:
    rect = Rect(0, 0, 32, 32)
    view = View(rect, (32, 32))
    assert view.shows_as(View(rect, (32, 32)))
    assert not view.shows_as(View(rect, (32, 32), 180))
    assert not view.shows_as(View(rect, (16, 16)))
