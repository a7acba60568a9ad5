"""Heads: what each shows, how large it leaves, and those that cannot be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import InvalidError
from commandwall.model.head import MOST_PIXELS, Bezel, Head, Rotation, whole_canvas
from commandwall.model.rect import Rect

CANVAS = Rect(0, 0, 3840, 2160)


def test_the_bezel_is_taken_off_all_sides() -> None:
    head = Head("a", Rect(100, 50, 1940, 1100), Bezel(8, 10, 12, 10))
    assert head.visible == Rect(108, 60, 1920, 1080)
    assert head.output == (1920, 1080)


@pytest.mark.parametrize(
    ("rotate", "output"), [(0, (1920, 1080)), (90, (1080, 1920)), (180, (1920, 1080)), (270, (1080, 1920))]
)
def test_a_turned_head_leaves_turned(rotate: Rotation, output: tuple[int, int]) -> None:
    assert Head("a", Rect(0, 0, 1920, 1080), rotate=rotate).output == output


def test_a_size_of_its_own_is_that_of_the_picture_that_leaves() -> None:
    assert Head("a", Rect(0, 0, 1920, 1080), rotate=90, size=(720, 1280)).output == (720, 1280)


def test_an_odd_rectangle_loses_a_pixel_unless_it_is_scaled() -> None:
    rect = Rect(3, 5, 641, 361)
    assert Head("a", rect).visible == Rect(3, 5, 640, 360)
    assert Head("a", rect, size=(640, 360)).visible == rect


@pytest.mark.parametrize(
    ("head", "field", "words"),
    [
        (Head("a", Rect(-2, 0, 640, 480)), "rect", "none below 0"),
        (Head("a", Rect(0, 0, 8, 480)), "rect", "at least 16 x 16"),
        (Head("a", Rect(3600, 0, 640, 480)), "rect", "leaves the canvas of 3840 x 2160"),
        (Head("a", Rect(0, 0, 640, 480), Bezel(0, -1, 0, 0)), "bezel", "none below 0"),
        (Head("a", Rect(0, 0, 640, 480), Bezel(400, 0, 400, 0)), "bezel", "all but 0 x 480 pixels"),
        (Head("a", Rect(0, 0, 640, 480), Bezel(0, 233, 0, 233)), "bezel", "all but 640 x 14 pixels"),
        (Head("a", Rect(0, 0, 640, 480), size=(641, 480)), "size", "even numbers"),
        (Head("a", Rect(0, 0, 640, 480), size=(-640, 480)), "size", "at least 16 x 16"),
        (Head("a", Rect(0, 0, 640, 480), size=(8194, 480)), "size", "8194 x 480 is too large"),
    ],
)
def test_a_head_that_cannot_be_is_named(head: Head, field: str, words: str) -> None:
    with pytest.raises(InvalidError, match=words) as caught:
        head.check(CANVAS)
    assert caught.value.field == field


def test_a_picture_larger_than_can_be_encoded_needs_a_size() -> None:
    canvas = Rect(0, 0, 15360, 8640)
    with pytest.raises(InvalidError, match="15360 x 8640 is too large") as caught:
        Head("a", canvas).check(canvas)
    assert caught.value.field == "size"
    Head("a", canvas, size=(3840, 2160)).check(canvas)


@given(st.integers(8, 8192), st.integers(8, 8192))
def test_the_head_of_a_wall_that_names_none_always_can_be(half_width: int, half_height: int) -> None:
    canvas = Rect(0, 0, 2 * half_width, 2 * half_height)
    head = whole_canvas(canvas.width, canvas.height)
    head.check(canvas)
    assert head.visible == canvas
    assert head.size is None or head.size[0] * head.size[1] <= MOST_PIXELS
