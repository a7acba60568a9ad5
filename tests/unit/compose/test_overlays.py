"""What lies over a whole canvas: banner, logo and clock, and the pixels under them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from commandwall.base.errors import InvalidError
from commandwall.compose.banner import BannerStrip, banner_height
from commandwall.compose.canvas import Canvas, fill
from commandwall.compose.logo import LogoMark
from commandwall.compose.overlays import Overlays
from commandwall.compose.palette import ALARM, GAP, ON_ALARM, rgb
from commandwall.compose.words import words_of
from commandwall.ipc.slots import Planes
from commandwall.model.overlays import AlarmLevel, Banner, Corner, Logo, WallOverlay
from commandwall.model.rect import Rect
from commandwall.model.wall import Wall
from tests.unit.compose.scenery import copied, same

WIDTH, HEIGHT, FPS = 640, 360, 25
GRAY = rgb(120, 120, 120)
LEFT, RIGHT = Rect(0, 0, 320, 360), Rect(320, 0, 320, 360)

MakeLogo = Callable[..., Logo]


@pytest.fixture
def canvas() -> Canvas:
    return Canvas(WIDTH, HEIGHT)


@pytest.fixture
def make_logo(tmp_path: Path) -> MakeLogo:
    """Return a logo that is red, half see-through at the right, and not there at all in its last quarter."""

    def make(name: str = "logo.png", **options: object) -> Logo:
        picture = np.zeros((40, 80, 4), np.uint8)
        picture[:, :, 2] = 255
        picture[:, :40, 3], picture[:, 40:60, 3] = 255, 128
        assert cv2.imwrite(str(tmp_path / name), picture)
        return Logo(str(tmp_path / name), **{"opacity": 1.0, "height": 40 / HEIGHT, **options})  # type: ignore[arg-type]

    return make


def strip_of(
    canvas: Canvas, text: str, *, ticker: bool = False, level: AlarmLevel = AlarmLevel.WARNING
) -> BannerStrip:
    return BannerStrip(Banner(text, level, ticker), canvas, FPS, words_of("zh"))


def wall(logo: Logo | None = None) -> Wall:
    return Wall("w", "主墙", WIDTH, HEIGHT, FPS, "x", (), logo=logo)


def drawn(canvas: Canvas, strip: BannerStrip, tick: int) -> Planes:
    assert strip.draw(tick, uncovered=True)
    return copied(canvas, strip.rect)


def test_a_banner_covers_the_top_in_the_colour_of_its_level(canvas: Canvas) -> None:
    for level in AlarmLevel:
        planes = drawn(canvas, strip_of(canvas, "台风", level=level), 0)
        assert planes.y.shape == (banner_height(HEIGHT), WIDTH)
        assert (planes.y == ALARM[level].y).mean() > 0.5
        words = np.abs(planes.y.astype(int) - ON_ALARM[level].y) < 24
        assert words.sum() > 50, "words in a colour that stands out"


def test_words_that_fit_stand_still_and_are_drawn_once(canvas: Canvas) -> None:
    strip = strip_of(canvas, "台风橙色预警")
    first = drawn(canvas, strip, 0)
    assert not strip.draw(1, uncovered=False)
    assert same(first, drawn(canvas, strip, 99))


@pytest.mark.parametrize(("text", "ticker"), [("台风", True), ("台风橙色预警，" * 20, False)])
def test_words_that_move_move_evenly_and_without_tearing(canvas: Canvas, text: str, ticker: bool) -> None:
    strip = strip_of(canvas, text, ticker=ticker)
    pictures = []
    for tick in range(40, 60):
        assert strip.draw(tick, uncovered=tick == 40)
        pictures.append(copied(canvas, strip.rect))
    steps = {shift_of(before, after) for before, after in pairwise(pictures)}
    assert len(steps) == 1 and (step := steps.pop()) > 0 and step % 2 == 0


def shift_of(before: Planes, after: Planes) -> int:
    """Return by how many pixels the middle of a banner went to the left."""
    middle = slice(WIDTH // 3, WIDTH * 2 // 3)
    for step in range(2, 24, 2):
        source = slice(middle.start + step, middle.stop + step)
        halves = slice(middle.start // 2, middle.stop // 2), slice(source.start // 2, source.stop // 2)
        luma = np.array_equal(after.y[:, middle], before.y[:, source])
        if luma and np.array_equal(after.u[:, halves[0]], before.u[:, halves[1]]):
            return step
    return 0


def test_all_words_of_a_ticker_pass_by_and_come_again(canvas: Canvas) -> None:
    strip = strip_of(canvas, "预警" * 40, ticker=True)
    seen = {drawn(canvas, strip, tick).y.tobytes() for tick in range(0, 4000, 7)}
    assert len(seen) > 100
    shown = [
        (drawn(canvas, strip, tick).y != ALARM[AlarmLevel.WARNING].y).any() for tick in range(0, 4000, 7)
    ]
    assert all(shown)


def test_a_banner_that_goes_uncovers_its_tiles_and_leaves_gaps_behind(canvas: Canvas) -> None:
    overlays = Overlays(wall(), canvas)
    overlays.arrange([LEFT])
    assert overlays.show_banner(strip_of(canvas, "台风")) == frozenset()
    assert overlays.draw([0], 0)
    assert WallOverlay.BANNER in [laid.kind for laid in overlays.laid()]
    assert overlays.show_banner(None) == {0}
    overlays.draw([0], 1)
    assert (canvas.planes.y[: banner_height(HEIGHT), 330:400] == GAP.y).all()
    assert WallOverlay.BANNER not in [laid.kind for laid in overlays.laid()]


def test_a_banner_is_laid_again_when_a_tile_under_it_was_drawn(canvas: Canvas) -> None:
    overlays = Overlays(wall(), canvas)
    overlays.arrange([LEFT, RIGHT])
    overlays.show_banner(strip_of(canvas, "台风"))
    overlays.draw([0, 1], 0)
    whole = copied(canvas, Rect(0, 0, WIDTH, banner_height(HEIGHT)))
    fill(canvas.region(LEFT), GRAY)
    overlays.draw([0], 1)
    left = Rect(0, 0, 320, banner_height(HEIGHT))
    assert same(copied(canvas, left), Planes(*(plane[:, : plane.shape[1] // 2] for plane in whole)))


def test_a_logo_lets_through_what_its_pixels_say(canvas: Canvas, make_logo: MakeLogo) -> None:
    overlays = Overlays(wall(make_logo(corner=Corner.BOTTOM_LEFT)), canvas)
    overlays.arrange([LEFT, RIGHT])
    (rect,) = [laid.rect for laid in overlays.laid() if laid.kind is WallOverlay.LOGO]
    red = rgb(255, 0, 0).y
    for tick in range(5):  # Laid again and again, it is no more opaque than at first.
        fill(canvas.region(LEFT), GRAY)
        overlays.draw([0], tick)
        row = canvas.region(rect).y[rect.height // 2]
        assert abs(int(row[10]) - red) <= 2
        assert abs(int(row[50]) - (red + GRAY.y) / 2) <= 3
        assert row[70] == GRAY.y
    overlays.draw([], 6)
    assert abs(int(canvas.region(rect).y[20, 50]) - (red + GRAY.y) / 2) <= 3


@pytest.mark.parametrize("corner", Corner)
def test_a_logo_stands_in_its_corner(canvas: Canvas, make_logo: MakeLogo, corner: Corner) -> None:
    rect = LogoMark(make_logo(corner=corner), canvas).rect
    assert canvas.rect.contains(rect) and (rect.width, rect.height) == (80, 40)
    assert (rect.x < WIDTH / 2) == corner.value.endswith("left")
    assert (rect.y < HEIGHT / 2) == corner.value.startswith("top")


def test_a_logo_that_is_none_is_named_and_left_out(
    canvas: Canvas, make_logo: MakeLogo, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    overlays = Overlays(wall(Logo(str(tmp_path / "bad.png"))), canvas)
    assert "bad.png: is not a PNG picture" in caplog.text
    assert WallOverlay.LOGO not in [laid.kind for laid in overlays.laid()]
    with pytest.raises(InvalidError, match="too wide"):
        LogoMark(make_logo(height=0.5), canvas)
    with pytest.raises(InvalidError, match="cannot be read"):
        LogoMark(Logo(str(tmp_path / "gone.png")), canvas)
