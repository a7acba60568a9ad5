"""Walls and heads that cannot be."""

from __future__ import annotations

import pytest

from commandwall.base.errors import InvalidError, NotFoundError
from commandwall.model.head import Head
from commandwall.model.rect import Rect
from commandwall.model.wall import Wall


def wall(
    width: int = 1920, height: int = 1080, fps: int = 25, heads: tuple[Head, ...] = (), align_ms: int = 0
) -> Wall:
    return Wall("main", "主墙", width, height, fps, "4x4", heads, align_ms)


@pytest.mark.parametrize(
    ("width", "height", "fps", "field"),
    [
        (1921, 1080, 25, "size"),
        (1920, 14, 25, "size"),
        (20000, 20000, 25, "size"),
        (1920, 1080, 0, "fps"),
        (1920, 1080, 61, "fps"),
    ],
)
def test_a_canvas_that_cannot_be_is_refused(width: int, height: int, fps: int, field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        wall(width, height, fps)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("rect", "words"),
    [
        (Rect(0, 0, 8, 480), "at least 16 x 16"),
        (Rect(1600, 0, 640, 480), "leaves the canvas of 1920 x 1080"),
    ],
)
def test_a_head_that_cannot_be_is_named(rect: Rect, words: str) -> None:
    with pytest.raises(InvalidError, match=words) as caught:
        wall(heads=(Head("a", Rect(0, 0, 640, 480)), Head("b", rect)))
    assert caught.value.field == "heads[1].rect"


@pytest.mark.parametrize("align_ms", [-1, 1001])
def test_an_alignment_that_cannot_be_is_refused(align_ms: int) -> None:
    with pytest.raises(InvalidError, match="0 to 1000") as caught:
        wall(align_ms=align_ms)
    assert caught.value.field == "align_ms"


def test_a_head_is_found_by_its_id() -> None:
    left = Head("left", Rect(0, 0, 960, 1080))
    assert wall(heads=(left,)).head("left") is left
    with pytest.raises(NotFoundError, match="wall 'main' has no head 'right'"):
        wall(heads=(left,)).head("right")
