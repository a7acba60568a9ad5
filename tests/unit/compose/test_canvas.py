"""The canvas: views of exactly the pixels that a rectangle names."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from commandwall.compose.canvas import Canvas, cut, fill
from commandwall.compose.palette import GAP, PAPER, rgb
from commandwall.model.rect import Rect

half = st.integers(0, 8)


@given(half, half, st.integers(1, 8), st.integers(1, 8))
def test_a_region_is_those_pixels_in_all_planes_and_no_others(
    x: int, y: int, width: int, height: int
) -> None:
    canvas = Canvas(32, 32)
    rect = Rect(2 * x, 2 * y, 2 * width, 2 * height)
    fill(canvas.region(rect), PAPER)
    for plane, paper, gap, scale in zip(canvas.planes, PAPER, GAP, (1, 2, 2), strict=True):
        for row, column in np.ndindex(plane.shape):
            inside = rect.x <= column * scale < rect.right and rect.y <= row * scale < rect.bottom
            assert plane[row, column] == (paper if inside else gap)


def test_a_new_canvas_is_all_gap_and_can_be_cleared() -> None:
    canvas = Canvas(16, 16)
    assert (canvas.planes.y == GAP.y).all()
    fill(canvas.planes, PAPER)
    canvas.clear()
    assert (canvas.planes.u == GAP.u).all()


def test_cuts_of_cuts_write_through() -> None:
    canvas = Canvas(16, 16)
    cut(canvas.region(Rect(4, 4, 8, 8)), 2, 2, 2, 2).v[:] = 7
    assert canvas.planes.v[3, 3] == 7


def test_colours_are_limited_range_bt709() -> None:
    assert rgb(255, 255, 255) == (235, 128, 128)
    assert rgb(0, 0, 0) == (16, 128, 128)
    assert rgb(255, 0, 0) == (63, 102, 240)
