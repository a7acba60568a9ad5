"""What a head shows besides the canvas: names, test patterns, and when that makes another picture."""

from __future__ import annotations

import numpy as np
import pytest

from commandwall.compose.canvas import Canvas, empty_planes, fill
from commandwall.compose.faces import Faces
from commandwall.compose.headpicture import HeadPicture, HeadPictures
from commandwall.compose.identity import canvas_labels, head_labels, words_of_head
from commandwall.compose.palette import rgb
from commandwall.compose.patches import PatchBook
from commandwall.compose.pattern import TestPattern
from commandwall.compose.view import View
from commandwall.compose.words import words_of
from commandwall.ipc.slots import Planes
from commandwall.model.head import Bezel, Head, Rotation
from commandwall.model.rect import Rect
from commandwall.model.wall import Wall

FACES = Faces(words_of("zh"), PatchBook())
GREY = rgb(120, 120, 120)
LEFT = Head("left", Rect(0, 0, 640, 720), Bezel(0, 0, 20, 0), rotate=90)
ALL = Head("all", Rect(0, 0, 1280, 720))
WALL = Wall("main", "主墙", 1280, 720, 25, "2x2", (ALL, LEFT))


@pytest.fixture
def canvas() -> Canvas:
    grey = Canvas(1280, 720)
    fill(grey.planes, GREY)
    return grey


def taken(picture: HeadPicture, canvas: Canvas, tick: int = 0) -> Planes:
    planes = empty_planes(*picture.view.size)
    picture.take(canvas, tick, planes)
    return planes


def changed(picture: HeadPicture, canvas: Canvas) -> Rect:
    """Return the rectangle of a head's upright picture that is not the canvas."""
    luma = np.rot90(taken(picture, canvas).y, picture.view.rotate // 90)
    rows, columns = np.nonzero(luma != GREY.y)
    return Rect(int(columns[0]), int(rows[0]), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1)


def test_a_head_says_its_name_and_its_picture_in_both_languages() -> None:
    assert words_of_head(WALL, LEFT) == ["屏幕 left", "Head left", "720x620@25 90° · 主墙"]
    assert words_of_head(WALL, ALL)[2] == "1280x720@25 · 主墙"


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_names_stand_upright_for_whoever_looks_at_the_turned_monitor(
    rotate: Rotation, canvas: Canvas
) -> None:
    upright = HeadPicture(View(Rect(0, 0, 640, 360), (640, 360)))
    size = (640, 360) if rotate % 180 == 0 else (360, 640)
    hung = HeadPicture(View(Rect(0, 0, 640, 360), size, rotate))
    for picture in (upright, hung):
        picture.show(None, head_labels(WALL, ALL, picture.view))
    for plain, turned in zip(taken(upright, canvas), taken(hung, canvas), strict=True):
        assert (np.rot90(turned, rotate // 90) == plain).all()


def test_a_name_and_its_frame_fill_the_head_and_go_without_a_trace(canvas: Canvas) -> None:
    picture = HeadPicture(View.of(LEFT))
    picture.show(None, head_labels(WALL, LEFT, picture.view))
    assert changed(picture, canvas) == Rect(0, 0, 620, 720)
    picture.show(None, ())
    assert (taken(picture, canvas).y == GREY.y).all()


def test_on_the_canvas_every_head_is_named_where_it_lies_and_no_name_covers_another(canvas: Canvas) -> None:
    view = View(Rect(0, 0, 1280, 720), (640, 360))
    labels = canvas_labels(WALL, view)
    names = [label for label in labels if label.patch.keep]
    spots = [Rect(x, y, patch.width, patch.height) for x, y, patch in names]
    assert len(labels) == 10 and len(names) == 2
    assert not spots[0].overlaps(spots[1])
    assert all(Rect(0, 0, 640, 360).contains(spot) for spot in spots)


def test_heads_too_small_for_words_have_a_frame_only() -> None:
    tiny = Head("tiny-head-with-a-long-name", Rect(0, 0, 32, 16))
    assert len(head_labels(WALL, tiny, View.of(tiny))) == 4


def test_a_test_pattern_stands_for_the_canvas_in_the_head_s_own_pixels(canvas: Canvas) -> None:
    picture = HeadPicture(View.of(LEFT))
    pattern = TestPattern(*picture.view.upright, 25, ["a"])
    picture.show(pattern, ())
    luma = taken(picture, canvas, 3).y
    assert luma.shape == (620, 720)
    assert (np.rot90(luma) == pattern.at(3).planes.y).all()


def test_a_picture_is_another_one_when_the_canvas_what_is_shown_or_the_pattern_s_tick_is(
    canvas: Canvas,
) -> None:
    picture = HeadPicture(View.of(ALL))
    assert picture.version(1, 5) == picture.version(1, 6) != picture.version(2, 6)
    before = picture.version(2, 6)
    picture.show(None, head_labels(WALL, ALL, picture.view))
    named = picture.version(2, 6)
    assert before != named == picture.version(2, 7)
    picture.show(TestPattern(1280, 720, 25, ["a"]), ())
    assert picture.version(2, 7) != picture.version(2, 8)


def test_the_preview_is_a_head_s_own_picture_where_that_shows_the_same() -> None:
    pictures = HeadPictures(WALL, FACES)
    assert pictures.preview is pictures.heads["all"]
    turned = Wall("w", "", 1280, 720, 25, "x", (Head("all", Rect(0, 0, 1280, 720), rotate=180),))
    assert HeadPictures(turned, FACES).preview not in HeadPictures(turned, FACES).heads.values()


@pytest.mark.parametrize(
    ("size", "preview"),
    [
        ((15360, 8640), (1920, 1080)),
        ((1920, 2160), (1920, 2160)),
        ((1080, 8640), (270, 2160)),
        ((64, 48), (64, 48)),
    ],
)
def test_the_preview_of_a_large_canvas_is_small(size: tuple[int, int], preview: tuple[int, int]) -> None:
    assert HeadPictures(Wall("w", "", *size, 25, "x", ()), FACES).preview.view.size == preview
