"""Badges: what tiles say of participants, in pixels, in both languages, at the sizes of a conference."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pytest

from commandwall.compose.badges import SPEAKING
from commandwall.compose.canvas import Canvas, cut
from commandwall.compose.captions import Dressing
from commandwall.compose.faces import Faces, Look
from commandwall.compose.lettering import strip_height
from commandwall.compose.palette import STATE
from commandwall.compose.patches import PatchBook
from commandwall.compose.tile import Tile
from commandwall.compose.words import words_of
from commandwall.ipc.slots import Planes
from commandwall.model.camera import FeedState
from commandwall.model.conference.marks import MOST_LEVEL, PersonMarks, Quality
from commandwall.model.overlays import Labels
from commandwall.model.rect import Rect
from commandwall.model.wall import TileState
from tests.unit.compose.scenery import NOW, PLAIN, S, copied, make_stage, same, scenery, told

FOREVER = 1 << 62
SIZES = [(1280, 720), (640, 360), (426, 240), (320, 180), (256, 144), (128, 72)]
SILENT = PersonMarks()
LOOKS = {
    "silent": SILENT,
    "muted": PersonMarks(muted=True),
    "hand": PersonMarks(hand=True),
    "speaking": PersonMarks(speaking=True, level=3),
    "good": PersonMarks(quality=Quality.GOOD),
    "weak": PersonMarks(quality=Quality.WEAK),
    "bad": PersonMarks(quality=Quality.BAD),
    "recording": PersonMarks(recording=True),
}
FULL = PersonMarks(speaking=True, level=4, hand=True, quality=Quality.WEAK, recording=True)


def drawn(
    marks: PersonMarks | None, size: tuple[int, int], language: str = "zh", name: str = "李主任"
) -> Planes:
    width, height = size
    canvas = Canvas(width, height)
    grey = Canvas(width, height).planes
    for plane, value in zip(grey, (126, 128, 128), strict=True):
        plane[:] = value  # signs on a see-through strip have their very colour over middle grey
    tile = Tile(canvas.region(canvas.rect), (grey,))
    face = Faces(words_of(language), PatchBook()).face(
        Look("1", name, width, height, TileState.LIVE, person=marks)
    )
    for patch, x, y, _ in face.parts:
        assert 0 <= x <= width - patch.width and 0 <= y <= height - patch.height
    tile.wear(face)
    tile.draw(0)
    return canvas.planes


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", SIZES)
def test_everything_that_is_said_of_somebody_looks_different(size: tuple[int, int], language: str) -> None:
    pictures = {name: drawn(marks, size, language) for name, marks in LOOKS.items()}
    pictures["nobody"] = drawn(None, size, language)
    if size == SIZES[-1]:
        del pictures["recording"]
    for left, right in combinations(pictures, 2):
        assert not same(pictures[left], pictures[right]), f"{left} and {right}"


def test_each_step_of_a_voice_lights_more() -> None:
    size = (320, 180)
    lit = []
    for level in range(MOST_LEVEL + 1):
        planes = drawn(PersonMarks(speaking=True, level=level), size)
        strip = cut(planes, 0, size[1] - strip_height(size[1]), size[0], strip_height(size[1]))
        lit.append(int((abs(strip.y.astype(int) - SPEAKING.y) <= 4).sum()))
    assert lit == sorted(lit)
    assert len(set(lit)) == MOST_LEVEL + 1


def test_who_speaks_has_a_border_and_who_is_lost_the_border_of_that() -> None:
    planes = drawn(LOOKS["speaking"], (640, 360))
    assert (planes.y[0] == SPEAKING.y).all()
    assert (planes.u[0] == SPEAKING.u).all()
    assert not (drawn(SILENT, (640, 360)).y[0] == SPEAKING.y).any()
    look = Look("1", "李", 640, 360, TileState.LOST, age_s=3, person=LOOKS["speaking"])
    face = Faces(words_of("zh"), PatchBook()).face(look)
    assert face.parts[0].patch.planes.y[0, 0] == STATE[TileState.LOST].y


@pytest.mark.parametrize("size", [(64, 40), (48, 36), (40, 30), (8, 6)])
def test_a_tile_that_is_too_small_for_badges_has_its_name_alone(size: tuple[int, int]) -> None:
    marks = replace(FULL, speaking=False)
    assert same(
        drawn(marks, size, name="深圳市罗湖区应急管理局"), drawn(None, size, name="深圳市罗湖区应急管理局")
    )


def test_a_badge_is_drawn_once() -> None:
    book = PatchBook()
    faces = Faces(words_of("zh"), book)
    look = Look("1", "李", 640, 360, TileState.LIVE)
    for level in range(MOST_LEVEL + 1):
        faces.face(replace(look, person=PersonMarks(speaking=True, level=level)))
    nbytes = book.nbytes
    for level in range(MOST_LEVEL + 1):
        faces.face(replace(look, person=PersonMarks(speaking=True, level=level)))
    assert book.nbytes == nbytes


def test_only_the_tile_of_whom_something_changed_is_drawn() -> None:
    rects = [Rect(0, 0, 320, 180), Rect(320, 0, 320, 180)]
    with scenery(*rects) as scene:
        canvas = Canvas(640, 180)
        stage = make_stage(canvas, scene.tiles, *(told(tile.source, FeedState.LIVE) for tile in scene.tiles))
        for index in range(2):
            scene.publish(index, 90)
        assert stage.compose(NOW, FOREVER) == {0, 1}
        before = copied(canvas)
        stage.dress(replace(PLAIN, persons={"camera:1": LOOKS["speaking"]}))
        assert stage.compose(NOW, FOREVER) == {1}
        assert (canvas.region(rects[1]).y[0] == SPEAKING.y).all()
        stage.dress(PLAIN)
        assert stage.compose(NOW, FOREVER) == {1}
        assert same(before, canvas.planes)


def test_the_picture_of_a_conference_is_written_over_only_when_it_is_not_live() -> None:
    rect = Rect(0, 0, 320, 180)
    with scenery(rect) as scene:
        canvas = Canvas(320, 180)
        tile = replace(scene.tiles[0], source="conference:flood/picture", name="防汛会商")
        stage = make_stage(canvas, [tile], told(tile.source, FeedState.LIVE))
        scene.publish(0, 90)
        stage.compose(NOW, FOREVER)
        assert (canvas.planes.y == 90).all()
        stage.compose(NOW + 5 * S, FOREVER)
        assert (canvas.planes.y[0] == STATE[TileState.LATE].y).all()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_conference_picture_says_it_all(language: str, tmp_path: Path) -> None:
    names = [
        "王区长",
        "李主任",
        "桂园街道",
        "莲塘街道",
        "翠竹街道",
        "City centre",
        "东门街道",
        "Police branch",
        "黄贝街道",
    ]
    everybody = [FULL, replace(FULL, muted=True, speaking=False), *LOOKS.values()]
    rects = [Rect(column * 426, row * 240, 426, 240) for row in range(3) for column in range(3)]
    with scenery(*rects) as scene:
        canvas = Canvas(1278, 720)
        tiles = [replace(tile, name=name) for tile, name in zip(scene.tiles, names, strict=True)]
        persons = dict(zip((tile.source for tile in tiles), everybody, strict=False))
        states = [told(tile.source, FeedState.LIVE) for tile in tiles]
        dressing = Dressing(Labels(), {}, {}, {}, persons=persons)
        stage = make_stage(canvas, tiles, *states, language=language, dressing=dressing)
        for index in range(9):
            scene.publish(index, 60 + 15 * index)
        stage.compose(NOW, FOREVER)
        file = tmp_path / f"conference-{language}.png"
        i420 = np.concatenate([plane.reshape(-1) for plane in canvas.planes]).reshape(1080, 1278)
        assert cv2.imwrite(str(file), cv2.cvtColor(i420, cv2.COLOR_YUV2BGR_I420))
        assert (canvas.region(rects[0]).y[0, 200:] == SPEAKING.y).all()
        assert not (canvas.region(rects[1]).y[0] == SPEAKING.y).any()
