"""Patches against a slow, obvious reference."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from commandwall.compose.canvas import Canvas
from commandwall.compose.palette import PAPER, STATE, Colour
from commandwall.compose.patch import Sheet, disc
from commandwall.compose.patches import PatchBook
from commandwall.ipc.slots import Planes
from commandwall.model.rect import Rect
from commandwall.model.wall import TileState
from tests.unit.compose.scenery import copied

even = st.integers(1, 12).map(lambda n: 2 * n)
colours = st.builds(Colour, *[st.integers(16, 235)] * 3)


def noise(width: int, height: int, seed: int = 0) -> Planes:
    random = np.random.default_rng(seed)
    half = (height // 2, width // 2)
    return Planes(*(random.integers(0, 256, shape, np.uint8) for shape in ((height, width), half, half)))


@given(even, even, colours, st.sampled_from([0.3, 0.68, 1.0]))
def test_a_patch_is_laid_as_the_slow_reference_lays_it(
    width: int, height: int, colour: Colour, opacity: float
) -> None:
    patch = Sheet(width, height, colour, opacity).finish()
    under = noise(width, height)
    out = Planes(*(plane.copy() for plane in under))
    patch.lay(out)
    for plane, before, over in zip(out, under, patch.planes, strict=True):
        for at in np.ndindex(plane.shape):
            wanted = min(255.0, float(before[at]) * (1 - opacity) + float(over[at]))
            assert abs(float(plane[at]) - wanted) <= 0.51


@given(even, even, st.integers(-9, 20), st.integers(-9, 20), st.integers(1, 15), st.integers(1, 15))
def test_a_mask_is_painted_where_it_lies_and_clipped_at_the_edges(
    width: int, height: int, x: int, y: int, mask_width: int, mask_height: int
) -> None:
    sheet = Sheet(width, height, Colour(16, 128, 128))
    sheet.paint(np.full((mask_height, mask_width), 255, np.uint8), x, y, PAPER)
    luma = sheet.finish().planes.y
    for row, column in np.ndindex(luma.shape):
        inside = x <= column < x + mask_width and y <= row < y + mask_height
        assert luma[row, column] == (PAPER.y if inside else 16)


def test_chroma_takes_the_mean_of_the_four_pixels_it_covers() -> None:
    sheet = Sheet(4, 4, Colour(16, 100, 100))
    sheet.paint(np.full((2, 1), 255, np.uint8), 1, 0, Colour(235, 200, 200))
    u = sheet.finish().planes.u
    assert u[0, 0] == 150
    assert u[0, 1] == u[1, 0] == 100


def test_words_on_a_see_through_strip_are_bright_over_black_and_over_white() -> None:
    for under in (16, 235):
        sheet = Sheet(8, 8, Colour(16, 128, 128), 0.68)
        sheet.paint(np.full((8, 4), 255, np.uint8), 0, 0, PAPER)
        canvas = Canvas(16, 16)
        region = canvas.region(Rect(0, 0, 8, 8))
        region.y[:] = under
        sheet.finish().lay(region)
        assert int(region.y[0, 0]) - int(region.y[0, 7]) > 120


def test_an_opaque_patch_may_be_laid_twice() -> None:
    patch = Sheet(4, 4, STATE[TileState.LOST]).finish()
    under = noise(4, 4)
    patch.lay(under)
    once = [plane.copy() for plane in under]
    patch.lay(under)
    assert all(np.array_equal(a, b) for a, b in zip(once, under, strict=True))


def test_patches_lie_on_views_of_a_canvas_and_change_nothing_else() -> None:
    canvas = Canvas(32, 32)
    before = copied(canvas)
    Sheet(8, 6, PAPER, 0.5).finish().lay(canvas.region(Rect(4, 2, 8, 6)))
    after = canvas.planes.y.copy()
    assert (after[2:8, 4:12] != before.y[2:8, 4:12]).all()
    after[2:8, 4:12] = before.y[2:8, 4:12]
    assert np.array_equal(after, before.y)


def test_a_disc_is_round_and_smooth() -> None:
    mask = disc(9)
    assert mask[4, 4] == 255
    assert mask[0, 0] < 30
    assert np.array_equal(mask, mask.T)


def test_the_book_keeps_within_its_budget_and_forgets_the_least_used() -> None:
    drawn = []

    def draw(name: str) -> object:
        def make() -> object:
            drawn.append(name)
            return Sheet(8, 8, PAPER).finish()

        return make

    book = PatchBook(budget_bytes=3 * 96)
    for name in "abcabcadab":
        book.get(name, draw(name))  # type: ignore[arg-type]
    assert drawn == ["a", "b", "c", "d", "b"]
    assert book.nbytes <= 3 * 96


def test_a_patch_larger_than_the_budget_is_still_given() -> None:
    assert PatchBook(1).get("x", Sheet(8, 8, PAPER).finish).width == 8
