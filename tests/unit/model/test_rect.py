"""Rectangles: their geometry against sets of pixels."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from commandwall.model.rect import Rect

RECTS = st.builds(Rect, *[st.integers(0, 12)] * 2, *[st.integers(1, 12)] * 2)


def pixels(rect: Rect) -> set[tuple[int, int]]:
    return {(x, y) for x in range(rect.x, rect.right) for y in range(rect.y, rect.bottom)}


@given(RECTS, RECTS)
def test_rectangles_are_sets_of_pixels(a: Rect, b: Rect) -> None:
    assert a.area == len(pixels(a))
    assert a.contains(b) is (pixels(b) <= pixels(a))
    assert a.overlaps(b) is bool(pixels(a) & pixels(b))
