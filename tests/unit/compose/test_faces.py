"""Faces: each state has a look of its own, inside its tile, whatever the size and the words."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commandwall.compose.canvas import Canvas, cut
from commandwall.compose.faces import Face, Faces, Look
from commandwall.compose.lettering import strip_height
from commandwall.compose.palette import GAP, STATE
from commandwall.compose.patches import PatchBook
from commandwall.compose.tile import Tile
from commandwall.compose.words import words_of
from commandwall.ipc.slots import Planes
from commandwall.model.wall import TileState
from tests.unit.compose.scenery import same

LOOK = Look("7", "东门步行街 01", 240, 134, TileState.LIVE)
FACES = Faces(words_of("zh"), PatchBook())


def drawn(look: Look, value: int = 120) -> Planes:
    canvas = Canvas(look.width, look.height)
    half = (look.height // 2, look.width // 2)
    picture = Planes(
        np.full((look.height, look.width), value, np.uint8),
        np.full(half, 60, np.uint8),
        np.full(half, 200, np.uint8),
    )
    tile = Tile(canvas.region(canvas.rect), (picture,))
    tile.wear(FACES.face(look))
    tile.draw(0)
    return canvas.planes


looks = st.builds(
    Look,
    cell=st.text(max_size=4),
    name=st.text(max_size=30),
    width=st.integers(1, 150).map(lambda n: 2 * n),
    height=st.integers(1, 100).map(lambda n: 2 * n),
    state=st.sampled_from(TileState),
    age_s=st.integers(0, 10**6),
    damaged=st.booleans(),
    reason=st.sampled_from(["", "摄像机无应答", "camera does not answer at all, ever"]),
)


@settings(max_examples=200)
@given(looks)
def test_all_of_a_face_lies_inside_its_tile_and_on_even_pixels(look: Look) -> None:
    for patch, x, y, _ in FACES.face(look).parts:
        assert x >= 0 and y >= 0 and x % 2 == y % 2 == 0
        assert patch.width % 2 == patch.height % 2 == 0
        assert x + patch.width <= look.width and y + patch.height <= look.height


@pytest.mark.parametrize("size", [(960, 540), (240, 134), (96, 54), (40, 30), (8, 6)])
def test_no_two_states_look_alike_at_any_size(size: tuple[int, int]) -> None:
    faces = [
        drawn(replace(LOOK, width=size[0], height=size[1], state=state, age_s=12)) for state in TileState
    ]
    for left, right in combinations(faces, 2):
        assert not same(left, right)


@pytest.mark.parametrize("state", [TileState.LATE, TileState.FROZEN, TileState.LOST])
def test_a_tile_that_is_not_live_wears_its_colour_around_and_below(state: TileState) -> None:
    planes = drawn(replace(LOOK, state=state, age_s=12))
    colour = STATE[state]
    strip = cut(planes, 0, LOOK.height - strip_height(LOOK.height), LOOK.width, strip_height(LOOK.height))
    assert (strip.y == colour.y).mean() > 0.5
    assert (planes.y[0] == colour.y).all()
    assert (planes.y[:100, 0] == colour.y).all() and (planes.y[:100, -1] == colour.y).all()
    assert (planes.u[0] == colour.u).all() and (planes.v[0] == colour.v).all()


def test_the_picture_of_a_lost_tile_is_dark_and_grey() -> None:
    planes = drawn(replace(LOOK, state=TileState.LOST, age_s=12), value=235)
    corner = cut(planes, 4, 4, 8, 8)
    assert corner.y.max() < 0.4 * 235
    assert abs(int(corner.u[0, 0]) - 128) < 0.15 * 68 + 1
    assert drawn(LOOK, value=235).y[6, 6] == 235


def test_a_live_tile_shows_its_picture_and_a_strip_with_the_name() -> None:
    planes, other = drawn(LOOK), drawn(replace(LOOK, name="莲塘 02"))
    height = strip_height(LOOK.height)
    assert (planes.y[:-height] == 120).all() and (planes.u[: -height // 2] == 60).all()
    assert not same(cut(planes, 0, 134 - height, 240, height), cut(other, 0, 134 - height, 240, height))
    assert planes.y[-height:].max() > 200, "white words"
    assert np.median(planes.y[-height:]) < 70, "on a dark ground"


def test_an_age_that_counts_up_changes_the_strip_and_the_large_words() -> None:
    height = strip_height(LOOK.height)
    for state in (TileState.LATE, TileState.FROZEN):
        first, then = (drawn(replace(LOOK, state=state, age_s=age)) for age in (12, 13))
        assert not np.array_equal(first.y[-height:], then.y[-height:])
    first, then = (drawn(replace(LOOK, state=TileState.LOST, age_s=age)) for age in (12, 13))
    assert not np.array_equal(first.y[:-height], then.y[:-height])


def test_the_reason_is_part_of_what_a_lost_tile_says() -> None:
    plain = replace(LOOK, state=TileState.LOST)
    assert not same(drawn(plain), drawn(replace(plain, reason="密码错误")))


def test_damage_is_marked_on_a_picture_that_is_shown() -> None:
    for state in (TileState.LIVE, TileState.LATE, TileState.FROZEN):
        look = replace(LOOK, state=state)
        damaged, lost = (drawn(replace(look, damaged=True, loss=loss)) for loss in (False, True))
        assert not same(drawn(look), damaged) and not same(damaged, lost)


def test_an_empty_tile_says_its_number_and_no_name() -> None:
    empty = replace(LOOK, state=TileState.EMPTY, name="")
    assert not same(drawn(empty), drawn(replace(empty, cell="8")))
    assert same(drawn(empty), drawn(replace(empty, name="x")))
    ground = Faces(words_of("en"), PatchBook()).face(empty).ground
    assert 16 < ground.y < 40


def test_an_empty_tile_of_a_conference_is_nothing_but_ground() -> None:
    faces = Faces(words_of("en"), PatchBook(), numbered=False)
    assert faces.face(replace(LOOK, state=TileState.EMPTY, name="")) == Face(GAP, False, ())
    assert faces.face(LOOK).parts, "others say what they are"


def test_a_language_changes_the_words() -> None:
    look = replace(LOOK, state=TileState.LOST, age_s=5)
    zh, en = FACES.face(look), Faces(words_of("en"), PatchBook()).face(look)
    assert [part.patch.width for part in zh.parts] != [part.patch.width for part in en.parts]


def test_patches_are_shared_between_tiles_that_say_the_same() -> None:
    book = PatchBook()
    faces = Faces(words_of("zh"), book)
    look = replace(LOOK, state=TileState.LOST, age_s=12)
    faces.face(look)
    before = book.nbytes
    faces.face(replace(look, cell="8"))
    assert book.nbytes == before


@pytest.mark.parametrize(("tile", "strip"), [(54, 12), (134, 18), (270, 28), (540, 46), (1080, 52), (30, 2)])
def test_strips_grow_slower_than_tiles(tile: int, strip: int) -> None:
    assert strip_height(tile) == strip
