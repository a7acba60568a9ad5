"""Captions: what tiles say by switch and size, when that moves, and alarms that flash on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from commandwall.compose.canvas import Canvas
from commandwall.compose.captions import Captions, Dressing
from commandwall.compose.palette import ALARM
from commandwall.compose.truth import Truth
from commandwall.ipc.messages import WallTile
from commandwall.model.camera import FeedState
from commandwall.model.overlays import Alarm, AlarmLevel, Labels, Switch
from commandwall.model.rect import Rect
from commandwall.model.wall import TileState
from tests.unit.compose.scenery import NOW, PLAIN, S, copied, make_stage, same, scenery, told

LARGE, MIDDLE, SMALL = Rect(0, 0, 960, 540), Rect(0, 0, 480, 270), Rect(0, 0, 240, 134)
FOREVER = 1 << 62
FULL = Dressing(Labels(), {"dongmen": "东门步行街"}, {}, {"camera:1": 384_000.0})
EVERYTHING = Labels(*[Switch.ON] * 6)


def captions(rect: Rect, dressing: Dressing = FULL) -> tuple[Captions, Truth]:
    tile = WallTile("1", rect, "camera:1", "东门 01", area="dongmen")
    truth = Truth(1)
    truth.has_picture[:] = True
    truth.captured[:] = NOW - S // 5
    return Captions([tile], dressing), truth


def figures(rect: Rect, dressing: Dressing = FULL, state: TileState = TileState.LIVE) -> list[str]:
    made, truth = captions(rect, dressing)
    return [detail.text for detail in made.details(0, state, truth, NOW)]


def test_large_tiles_say_more_than_small_ones() -> None:
    assert captions(LARGE)[0].area(0) == captions(MIDDLE)[0].area(0) == "东门步行街"
    assert captions(SMALL)[0].area(0) == ""
    assert [len(figures(rect)) for rect in (LARGE, MIDDLE, SMALL)] == [2, 1, 0]
    assert figures(LARGE)[1] == "384 kb/s"


def test_switches_are_obeyed_whatever_the_size() -> None:
    everything = replace(FULL, labels=EVERYTHING)
    assert len(figures(SMALL, everything)) == 3 and figures(SMALL, everything)[1] == "0.2 s"
    nothing = replace(FULL, labels=Labels(*[Switch.OFF] * 6))
    made, _ = captions(LARGE, nothing)
    assert figures(LARGE, nothing) == [] and made.name(0) == made.area(0) == ""
    assert not made.dot and not made.word


@pytest.mark.parametrize(("rate", "text"), [(0, "0 kb/s"), (999_400, "999 kb/s"), (4_120_000, "4.1 Mb/s")])
def test_bit_rates_have_a_unit_that_suits_them(rate: float, text: str) -> None:
    assert figures(LARGE, replace(FULL, rates_bps={"camera:1": rate}))[1] == text


def test_a_tile_that_is_not_live_keeps_the_time_of_its_picture_and_no_other_figure() -> None:
    everything = replace(FULL, labels=EVERYTHING)
    for state in (TileState.LATE, TileState.FROZEN, TileState.LOST):
        assert len(figures(LARGE, everything, state)) == 1
    made, truth = captions(LARGE)
    truth.has_picture[:] = False
    assert made.details(0, TileState.CONNECTING, truth, NOW) == ()


def test_captions_move_when_the_second_of_the_picture_does() -> None:
    made, truth = captions(LARGE)
    before = made.moments(truth, NOW)
    truth.captured += S
    assert made.moments(truth, NOW) != before
    small, truth = captions(SMALL)
    assert (small.moments(truth, NOW) == small.moments(truth, NOW + 9 * S)).all()


def test_words_under_a_banner_begin_below_it() -> None:
    covered = replace(FULL, covered=Rect(0, 0, 960, 50))
    assert captions(LARGE, covered)[0].top(0) == 50
    assert captions(replace(LARGE, y=60), covered)[0].top(0) == 0


def test_a_change_of_dress_is_drawn_and_nothing_else() -> None:
    rects = [Rect(0, 0, 240, 134), Rect(240, 0, 240, 134)]
    with scenery(*rects) as scene:
        canvas = Canvas(480, 134)
        known = [told(tile.source, FeedState.LIVE) for tile in scene.tiles]
        stage = make_stage(canvas, scene.tiles, *known)
        for index in range(2):
            scene.publish(index, 90)
        assert stage.compose(NOW, FOREVER) == {0, 1}
        assert stage.compose(NOW, FOREVER) == set()
        stage.dress(replace(PLAIN, alarms={"camera:1": Alarm(AlarmLevel.WARNING, "人员聚集")}))
        assert stage.compose(NOW, FOREVER) == {1}
        assert (canvas.region(rects[1]).y[0] == ALARM[AlarmLevel.WARNING].y).all()
        stage.dress(PLAIN)
        assert stage.compose(NOW, FOREVER) == {1}
        assert (canvas.region(rects[1]).y[0] == 90).all()


def test_an_alarm_that_flashes_is_there_every_other_half_of_a_second() -> None:
    rect = Rect(0, 0, 240, 134)
    with scenery(rect) as scene:
        canvas = Canvas(240, 134)
        dressing = replace(PLAIN, alarms={"camera:0": Alarm(AlarmLevel.CRITICAL, "烟雾", flash=True)})
        stage = make_stage(canvas, scene.tiles, told("camera:0", FeedState.LIVE), dressing=dressing)
        borders, words = [], []
        for half in range(6):
            now_ns = NOW + half * S // 2
            scene.publish(0, 90, now_ns)
            drawn = stage.compose(now_ns, FOREVER)
            assert drawn == {0}
            assert stage.compose(now_ns + S // 4, FOREVER) == set()
            borders.append(bool((canvas.planes.y[0, 120:] == ALARM[AlarmLevel.CRITICAL].y).all()))
            words.append(canvas.planes.y[4:16, :40].copy())
        assert borders == [True, False] * 3 or borders == [False, True] * 3
        assert all(np.array_equal(words[2], other) for other in words[2::2])


def test_tiles_are_repainted_when_that_is_asked_for() -> None:
    with scenery(Rect(0, 0, 64, 64), Rect(64, 0, 64, 64)) as scene:
        canvas = Canvas(128, 64)
        stage = make_stage(canvas, scene.tiles)
        stage.compose(NOW, FOREVER)
        before = copied(canvas, canvas.rect)
        canvas.clear()
        stage.repaint(frozenset({0, 1}))
        assert stage.compose(NOW, FOREVER) == {0, 1}
        assert same(before, canvas.planes)
        assert stage.compose(NOW, FOREVER) == set()
