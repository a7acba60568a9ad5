"""Stages: every pixel accounted for, every state said by pixels, nothing torn, nothing invented."""

from __future__ import annotations

import numpy as np
import pytest

from commandwall.base.errors import InvalidError
from commandwall.compose.canvas import Canvas, cut
from commandwall.compose.lettering import strip_height
from commandwall.compose.palette import STATE, VACANT, WAITING
from commandwall.compose.stage import Stage
from commandwall.compose.truth import STATES
from commandwall.ipc.messages import WallTile
from commandwall.ipc.slots import SlotFlag
from commandwall.model.camera import FeedState
from commandwall.model.reason import ReasonCode
from commandwall.model.rect import Rect
from commandwall.model.wall import TileState
from tests.unit.compose.scenery import NOW, S, copied, make_stage, same, scenery, told

ENDLESS = 1 << 62
TILE = Rect(4, 2, 240, 134)


def states_of(stage: Stage) -> list[TileState]:
    return [STATES[code] for code in stage.states]


@pytest.mark.parametrize(
    ("age_ns", "still_ns", "flags", "feed", "state"),
    [
        (0, 0, 0, FeedState.LIVE, TileState.LIVE),
        (3 * S, 0, 0, FeedState.LIVE, TileState.LATE),
        (0, 6 * S, 0, FeedState.LIVE, TileState.FROZEN),
        (11 * S, 0, 0, FeedState.LIVE, TileState.LOST),
        (2 * S, 0, 0, FeedState.LOST, TileState.LOST),
        (2 * S, 0, 0, FeedState.REFUSED, TileState.LOST),
        (0, 0, 0, FeedState.LOST, TileState.LIVE),
        (3 * S, 0, SlotFlag.CATCHING_UP, FeedState.LIVE, TileState.LATE),
    ],
)
def test_each_state_is_on_the_pixels(
    age_ns: int, still_ns: int, flags: int, feed: FeedState, state: TileState
) -> None:
    canvas = Canvas(260, 140)
    with scenery(TILE) as scene:
        stage = make_stage(canvas, scene.tiles, told("camera:0", feed))
        scene.publish(0, 200, NOW - age_ns, still_ns=still_ns, flags=flags)
        stage.compose(NOW, ENDLESS)
    assert states_of(stage) == [state]
    height = strip_height(TILE.height)
    strip = canvas.region(Rect(TILE.x, TILE.bottom - height, TILE.width, height))
    inner = canvas.region(Rect(TILE.x + 8, TILE.y + 4, 8, 8))
    if state is TileState.LIVE:
        assert (inner.y == 200).all()
        assert np.median(strip.y) < 100
    else:
        assert (strip.y == STATE[state].y).mean() > 0.5
        assert (inner.y < 80).all() == (state is TileState.LOST)


def test_a_tile_without_a_picture_says_that_it_connects_and_why_it_does_not() -> None:
    canvas = Canvas(260, 140)
    with scenery(TILE) as scene:
        stage = make_stage(canvas, scene.tiles)
        stage.compose(NOW, ENDLESS)
        assert states_of(stage) == [TileState.CONNECTING]
        assert canvas.planes.y[TILE.y + 2, TILE.x + 2] == WAITING.y
        before = copied(canvas)
        stage.learn({"camera:0": told("camera:0", FeedState.LOST, ReasonCode.WORKER_DOWN)})
        assert stage.compose(NOW, ENDLESS) == {0}
        assert states_of(stage) == [TileState.LOST]
        assert not same(before, canvas.planes)


def test_a_source_whose_worker_is_down_is_lost_whatever_its_feed_says() -> None:
    canvas = Canvas(260, 140)
    with scenery(TILE) as scene:
        stage = make_stage(canvas, scene.tiles)
        scene.publish(0, 120, NOW - 2 * S)
        stage.compose(NOW, ENDLESS)
        stage.learn({"camera:0": told("camera:0", FeedState.CONNECTING, ReasonCode.WORKER_DOWN)})
        stage.compose(NOW, ENDLESS)
    assert states_of(stage) == [TileState.LOST]


def test_news_that_says_nothing_new_draws_nothing() -> None:
    canvas = Canvas(260, 140)
    news = told("camera:0", FeedState.LOST, ReasonCode.TIMEOUT)
    with scenery(TILE) as scene:
        stage = make_stage(canvas, scene.tiles, news)
        stage.compose(NOW, ENDLESS)
        stage.learn({"camera:0": news})
        assert stage.compose(NOW, ENDLESS) == set()


def test_reasons_are_words_that_differ() -> None:
    seen = []
    for code in (ReasonCode.WORKER_DOWN, ReasonCode.WRONG_PASSWORD):
        canvas = Canvas(260, 140)
        with scenery(TILE) as scene:
            make_stage(canvas, scene.tiles, told("camera:0", FeedState.LOST, code)).compose(NOW, ENDLESS)
        seen.append(canvas.planes)
    assert not same(*seen)


def test_a_tile_without_a_source_is_empty() -> None:
    canvas = Canvas(260, 140)
    stage = make_stage(canvas, [WallTile("c", TILE, "none", "")])
    stage.compose(NOW, ENDLESS)
    assert states_of(stage) == [TileState.EMPTY]
    assert canvas.planes.y[100, 100] == VACANT.y


def test_a_damaged_picture_is_marked_and_the_next_good_one_is_not() -> None:
    canvas = Canvas(260, 140)
    label = Rect(TILE.x, TILE.y, 20, 8)
    with scenery(TILE) as scene:
        stage = make_stage(canvas, scene.tiles)
        scene.publish(0, 120, flags=SlotFlag.DAMAGED)
        stage.compose(NOW, ENDLESS)
        marked = canvas.planes.y.copy()
        assert (canvas.region(label).y != 120).all()
        scene.publish(0, 120, flags=SlotFlag.DAMAGED | SlotFlag.LOSS)
        stage.compose(NOW, ENDLESS)
        assert not np.array_equal(canvas.planes.y, marked), "it says that packets were lost"
        scene.publish(0, 120)
        stage.compose(NOW, ENDLESS)
        assert (canvas.region(label).y == 120).all()


def test_only_tiles_that_changed_are_drawn_and_what_is_shown_is_counted() -> None:
    canvas = Canvas(64, 32)
    with scenery(Rect(0, 0, 32, 32), Rect(32, 0, 32, 32)) as scene:
        stage = make_stage(canvas, scene.tiles)
        assert stage.compose(NOW, ENDLESS) == {0, 1}
        assert stage.compose(NOW, ENDLESS) == set()
        scene.publish(1, 100)
        assert stage.compose(NOW, ENDLESS) == {1}
        scene.publish(1, 101)
        scene.publish(1, 102)
        assert stage.compose(NOW, ENDLESS) == {1}
    assert stage.shown.tolist() == [0, 2]


def test_an_age_is_counted_up_on_the_tile_each_second() -> None:
    canvas = Canvas(260, 140)
    with scenery(TILE) as scene:
        stage = make_stage(canvas, scene.tiles)
        scene.publish(0, 120)
        stage.compose(NOW, ENDLESS)
        drawn = [bool(stage.compose(NOW + tenth * S // 10, ENDLESS)) for tenth in range(25, 55)]
    assert sum(drawn) == 4, "once when it gets late, then at 3, 4 and 5 s"


def test_a_picture_that_comes_back_makes_the_tile_live_again() -> None:
    canvas = Canvas(260, 140)
    with scenery(TILE) as scene:
        stage = make_stage(canvas, scene.tiles)
        scene.publish(0, 120)
        stage.compose(NOW + 20 * S, ENDLESS)
        assert states_of(stage) == [TileState.LOST]
        scene.publish(0, 130, NOW + 21 * S)
        stage.compose(NOW + 21 * S, ENDLESS)
    assert states_of(stage) == [TileState.LIVE]
    assert canvas.planes.y[TILE.y + 6, TILE.x + 6] == 130


def test_faces_are_made_within_the_time_there_is_and_all_have_their_turn() -> None:
    rects = [Rect(100 * i, 0, 100, 60) for i in range(6)]
    canvas = Canvas(600, 60)
    with scenery(*rects) as scene:
        stage = make_stage(canvas, scene.tiles)
        for index in range(6):
            scene.publish(index, 100)
        stage.compose(NOW, ENDLESS)
        turns = [stage.compose(NOW + 3 * S, 0) for _ in range(7)]
    assert [len(turn) for turn in turns] == [1] * 6 + [0]
    assert set().union(*turns) == set(range(6))


def test_a_picture_that_is_torn_while_it_is_copied_is_copied_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    canvas = Canvas(64, 64)
    rect = Rect(0, 0, 64, 64)
    with scenery(rect) as scene:
        stage = make_stage(canvas, scene.tiles)
        scene.publish(0, 50)
        copyto, laps = np.copyto, iter(range(60, 63))

        def overtaken(target: object, source: object) -> None:
            copyto(target, source)  # type: ignore[arg-type]
            for value in laps:
                scene.publish(0, value)

        monkeypatch.setattr(np, "copyto", overtaken)
        stage.compose(NOW, ENDLESS)
    assert canvas.planes.y[4, 4] == 62
    assert canvas.planes.u[2, 2] == 255 - 62


def test_an_arena_that_is_gone_is_said_on_its_tiles_and_the_others_go_on() -> None:
    canvas = Canvas(480, 134)
    left, right = Rect(0, 0, 240, 134), Rect(240, 0, 240, 134)
    with scenery(left) as scene:
        gone = WallTile("b", right, "camera:9", "没有", "/proc/self/fd/9999", 0)
        stage = make_stage(canvas, [*scene.tiles, gone])
        scene.publish(0, 90)
        stage.compose(NOW, ENDLESS)
    assert states_of(stage) == [TileState.LIVE, TileState.LOST]
    strip = cut(canvas.region(right), 0, 134 - 18, 240, 18)
    assert (strip.y == STATE[TileState.LOST].y).mean() > 0.5


def test_slots_of_another_size_are_not_shown() -> None:
    canvas = Canvas(64, 64)
    with scenery(Rect(0, 0, 32, 32)) as scene:
        tile = WallTile("c", Rect(0, 0, 64, 64), "camera:0", "x", scene.handle.path, 0)
        stage = make_stage(canvas, [tile])
        scene.publish(0, 90)
        stage.compose(NOW, ENDLESS)
    assert states_of(stage) == [TileState.LOST]


@pytest.mark.parametrize(
    "rect", [Rect(1, 0, 16, 16), Rect(56, 0, 16, 16), Rect(0, 0, 0, 16), Rect(0, 0, 16, 15)]
)
def test_a_tile_that_does_not_fit_the_canvas_is_refused_by_name(rect: Rect) -> None:
    with pytest.raises(InvalidError, match="tile 'c7'"):
        make_stage(Canvas(64, 64), [WallTile("c7", rect, "none", "")])


def test_progress_waits_for_tiles_whose_feed_delivers_and_for_no_others() -> None:
    rects = [Rect(32 * i, 0, 32, 32) for i in range(4)]
    canvas = Canvas(128, 32)
    known = (
        told("camera:0", FeedState.LIVE),
        told("camera:1", FeedState.LOST),
        told("camera:2", FeedState.CONNECTING),
    )
    with scenery(*rects) as scene:
        stage = make_stage(canvas, scene.tiles, *known)
        scene.publish(0, 1, NOW - S // 2, flags=SlotFlag.CATCHING_UP)
        assert not stage.progress(NOW).pictures, "nothing is known of the fourth: it is waited for"
        scene.publish(3, 1)
        stage.compose(NOW, ENDLESS)
        assert tuple(stage.progress(NOW)) == (True, False)
        scene.publish(0, 2)
        stage.compose(NOW, ENDLESS)
        assert tuple(stage.progress(NOW)) == (True, True)
