"""Veils: a head never shows a pixel of what it is not to show, and all of the rest as it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commandwall.compose.canvas import Canvas, cut, fill
from commandwall.compose.faces import Faces
from commandwall.compose.overlays import Laid
from commandwall.compose.palette import rgb
from commandwall.compose.patches import PatchBook
from commandwall.compose.veil import Veil, outside
from commandwall.compose.watermark import Watermarking
from commandwall.compose.words import words_of
from commandwall.ipc.messages import WallTile
from commandwall.ipc.slots import Planes
from commandwall.model.overlays import Hidden, Seen, WallOverlay
from commandwall.model.rect import Rect

WHITE = rgb(255, 255, 255)
WIDTH, HEIGHT = 320, 180
FACES = Faces(words_of("zh"), PatchBook())

evens = st.integers(0, 40).map(lambda n: 2 * n)
rects = st.builds(
    lambda x, y, width, height: Rect(x, y, width + 2, height + 2), evens, evens.map(lambda n: n), evens, evens
)


def tile(number: int, rect: Rect, area: str = "") -> WallTile:
    return WallTile(str(number), rect, f"camera:{number}", f"东门 {number}", area=area)


def veiled(hidden: Hidden, tiles: list[WallTile], overlays: list[Laid] | None = None) -> Planes:
    """Return a white picture of the whole canvas under the veil."""
    veil = Veil(hidden, lambda rect: rect, FACES)
    veil.arrange(tiles, overlays or [])
    canvas = Canvas(WIDTH, HEIGHT)
    fill(canvas.planes, WHITE)
    veil.draw(canvas.planes)
    return canvas.planes


def is_white(planes: Planes, rect: Rect) -> bool:
    return bool((cut(planes, rect.x, rect.y, rect.width, rect.height).y == WHITE.y).all())


def shows(planes: Planes, rect: Rect) -> bool:
    """Return whether anything white is left; words on the veil are darker."""
    return bool((cut(planes, rect.x, rect.y, rect.width, rect.height).y == WHITE.y).any())


@given(rects, rects)
def test_what_is_outside_of_a_rectangle_is_each_pixel_once(rect: Rect, other: Rect) -> None:
    count = np.zeros((170, 170), int)
    for part in outside(rect, other):
        count[part.y : part.bottom, part.x : part.right] += 1
    expected = np.zeros_like(count)
    expected[rect.y : rect.bottom, rect.x : rect.right] = 1
    expected[other.y : other.bottom, other.x : other.right] = 0
    assert (count == expected).all()


@settings(max_examples=60)
@given(st.lists(st.tuples(rects, st.booleans()), max_size=5))
def test_hidden_tiles_are_hidden_and_those_over_them_are_not(placed: list[tuple[Rect, bool]]) -> None:
    tiles = [tile(number, rect) for number, (rect, _) in enumerate(placed)]
    hidden = Hidden(cameras=tuple(str(number) for number, (_, hide) in enumerate(placed) if hide))
    planes = veiled(hidden, tiles)
    expected = np.zeros((HEIGHT, WIDTH), bool)
    for rect, hide in placed:
        expected[rect.y : rect.bottom, rect.x : rect.right] = hide
    assert ((planes.y != WHITE.y) == expected).all()


def test_areas_are_hidden_and_empty_cells_and_other_sources_are_not() -> None:
    tiles = [
        tile(0, Rect(0, 0, 160, 90), "school"),
        tile(1, Rect(160, 0, 160, 90), "street"),
        WallTile("2", Rect(0, 90, 160, 90), "none", ""),
        WallTile("3", Rect(160, 90, 160, 90), "camera:school", "名"),
    ]
    planes = veiled(Hidden(areas=("school",)), tiles)
    assert not shows(planes, tiles[0].rect)
    assert all(is_white(planes, other.rect) for other in tiles[1:])


@pytest.mark.parametrize(
    ("hidden", "seen", "hides"),
    [
        (Hidden(cameras=("x",)), Seen("x", "street"), True),
        (Hidden(areas=("street",)), Seen("x", "street"), True),
        (Hidden(cameras=("y",), areas=("school",)), Seen("x", "street"), False),
        (Hidden(cameras=("y",)), Seen(), True),
        (Hidden(areas=("school",)), Seen(), True),
        (Hidden(overlays=(WallOverlay.BANNER,)), Seen(), False),
    ],
)
def test_content_is_hidden_with_what_is_seen_in_it(hidden: Hidden, seen: Seen, hides: bool) -> None:
    rect = Rect(0, 0, 160, 90)
    content = WallTile("1", rect, "conference:flood/content", "会商", seen=(Seen("z", "park"), seen))
    assert is_white(veiled(hidden, [content]), rect) is not hides


def test_the_clock_stays_and_a_banner_goes_where_it_is_hidden() -> None:
    banner = Laid(WallOverlay.BANNER, Rect(0, 0, WIDTH, 20), opaque=True)
    logo = Laid(WallOverlay.LOGO, Rect(280, 140, 40, 20), opaque=False)
    clock = Laid(None, Rect(260, 0, 60, 14), opaque=True)
    tiles = [tile(0, Rect(0, 0, WIDTH, HEIGHT))]
    over = [banner, logo, clock]
    both = veiled(Hidden(cameras=("0",), overlays=(WallOverlay.BANNER,)), tiles, over)
    assert is_white(both, clock.rect)
    assert not shows(both, Rect(0, 0, 260, HEIGHT)) and not shows(both, logo.rect), "it would be seen through"
    tile_only = veiled(Hidden(cameras=("0",)), tiles, over)
    assert is_white(tile_only, banner.rect) and not shows(tile_only, Rect(0, 20, WIDTH, 160))
    banner_only = veiled(Hidden(overlays=(WallOverlay.BANNER, WallOverlay.LOGO)), tiles, over)
    assert not shows(banner_only, Rect(0, 0, 260, 20)) and not shows(banner_only, logo.rect)
    assert is_white(banner_only, Rect(0, 20, WIDTH, 100)) and is_white(banner_only, clock.rect)


def test_a_head_that_shows_a_part_hides_what_is_in_it() -> None:
    def place(rect: Rect) -> Rect:
        x = max(0, rect.x - 160)
        return Rect(x, rect.y, max(0, rect.right - 160 - x), rect.height)

    veil = Veil(Hidden(cameras=("0", "1")), place, FACES)
    veil.arrange([tile(0, Rect(0, 0, 100, 90)), tile(1, Rect(100, 90, 100, 90))], [])
    canvas = Canvas(160, HEIGHT)
    fill(canvas.planes, WHITE)
    veil.draw(canvas.planes)
    assert not shows(canvas.planes, Rect(0, 90, 40, 90))
    assert is_white(canvas.planes, Rect(0, 0, 160, 90)) and is_white(canvas.planes, Rect(40, 90, 120, 90))


@settings(max_examples=15)
@given(st.sampled_from([(1920, 1080), (320, 180), (90, 400)]), st.sampled_from([16, 126, 235]))
def test_a_watermark_is_faint_everywhere_and_seen_on_any_ground(size: tuple[int, int], ground: int) -> None:
    canvas = Canvas(*size)
    for plane, value in zip(canvas.planes, (ground, 128, 128), strict=True):
        plane.fill(value)
    Watermarking("张伟 2026-11-22 10:00", *size).draw(canvas.planes)
    change = np.abs(canvas.planes.y.astype(int) - ground)
    assert 8 <= change.max() <= 24
    assert 0.002 < (change > 4).mean() < 0.35
    assert (canvas.planes.u == 128).all() and (canvas.planes.v == 128).all()


def test_marks_are_drawn_over_what_is_hidden_and_replaced_for_who_asks() -> None:
    veil = Veil(Hidden(cameras=("0",)), lambda rect: rect, FACES)
    veil.arrange([tile(0, Rect(0, 0, WIDTH, HEIGHT))], [])
    bare, marked, asked = (Canvas(WIDTH, HEIGHT) for _ in range(3))
    veil.draw(bare.planes)
    veil.mark(Watermarking("张伟", WIDTH, HEIGHT))
    veil.draw(marked.planes)
    veil.draw(asked.planes, Watermarking("李娜", WIDTH, HEIGHT))
    assert not np.array_equal(bare.planes.y, marked.planes.y)
    assert not np.array_equal(marked.planes.y, asked.planes.y)
