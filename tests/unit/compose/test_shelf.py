"""Shelves: what is new is seen once, and what tore is noticed."""

from __future__ import annotations

import numpy as np
import pytest

from commandwall.base.errors import ProtocolError
from commandwall.compose.shelf import USUAL_TICK_NS, Shelf
from commandwall.compose.truth import Truth
from commandwall.ipc.slots import Arena, SlotFlag, SlotInfo
from commandwall.model.rect import Rect
from tests.unit.compose.scenery import NOW, PERIOD, S, Scenery, scenery

RECTS = [Rect(16 * i, 0, 16, 8) for i in range(4)]


def shelf_of(scene: Scenery, indices: list[int], numbers: list[int]) -> tuple[Shelf, Truth, np.ndarray]:
    return Shelf(Arena(scene.handle.path), indices, numbers), Truth(8), np.full(8, -1)


def test_new_pictures_are_seen_once_under_the_walls_own_numbers() -> None:
    with scenery(*RECTS) as scene:
        shelf, truth, newest = shelf_of(scene, [3, 1], [5, 6])
        assert shelf.look(truth, newest).tolist() == []
        scene.publish(1, 50, NOW - S, still_ns=2 * S, flags=SlotFlag.DAMAGED)
        scene.publish(2, 60)
        assert shelf.has_pictures().tolist() == [False, True]
        assert shelf.look(truth, newest).tolist() == [6]
        assert shelf.look(truth, newest).tolist() == []
    assert truth.has_picture.tolist() == [False] * 6 + [True, False]
    assert (truth.arrival[6], truth.changed[6], truth.period[6]) == (NOW - S, NOW - 3 * S, PERIOD)
    assert truth.flags[6] == SlotFlag.DAMAGED
    assert newest.tolist() == [-1] * 6 + [0, -1]


def test_a_picture_that_is_given_more_time_is_not_drawn_again() -> None:
    with scenery(*RECTS) as scene:
        shelf, truth, newest = shelf_of(scene, [3, 1], [5, 6])
        scene.publish(1, 50)
        shelf.look(truth, newest)
        scene.extend(1, 20 * S)
        assert shelf.look(truth, newest).tolist() == []
    assert (truth.period[6], truth.stay[6]) == (PERIOD, 20 * S)
    assert shelf.missed.tolist() == [0, 0]


def test_the_newest_of_several_is_taken_and_slots_go_round() -> None:
    with scenery(*RECTS) as scene:
        shelf, truth, newest = shelf_of(scene, [0], [0])
        for count in range(1, 11):
            scene.publish(0, count)
            if count % 3 == 1:
                shelf.look(truth, newest)
                assert newest[0] == (count - 1) % 3
                assert shelf.slots(0)[newest[0]].y[0, 0] == count


def look_after(scene: Scenery, shelf: Shelf, truth: Truth, newest: np.ndarray, *infos: SlotInfo) -> int:
    """Publish a picture for each of ``infos``, look, and return the luma of what is to be drawn."""
    for info in infos:
        published = int(Arena(scene.handle.path).published[0])
        scene.publish_planes(0, (published + 1, 0, 0), info)
    shelf.look(truth, newest)
    return int(shelf.slots(0)[newest[0]].y[0, 0])


STEADY = SlotInfo(NOW, NOW, NOW, PERIOD, 0)


def test_of_two_that_came_at_once_each_is_shown_and_a_third_ends_the_waiting() -> None:
    with scenery(*RECTS) as scene:
        shelf, truth, newest = shelf_of(scene, [0], [0])
        drawn = [
            look_after(scene, shelf, truth, newest, *[STEADY] * count)
            for count in (2, 2, 0, 0, 1, 2, 1, 2, 0, 0)
        ]
    assert drawn == [2, 3, 4, 4, 5, 6, 7, 10, 10, 10]
    assert shelf.missed.tolist() == [2], "of those after the first only 8 and 9 were never shown"


@pytest.mark.parametrize(
    "info",
    [
        pytest.param(STEADY._replace(period_ns=USUAL_TICK_NS), id="as many as ticks"),
        pytest.param(STEADY._replace(flags=SlotFlag.CATCHING_UP), id="catching up"),
        pytest.param(STEADY._replace(flags=SlotFlag.HELD), id="a value that is old already"),
    ],
)
def test_the_newest_is_shown_where_the_older_one_is_worth_nothing(info: SlotInfo) -> None:
    with scenery(*RECTS) as scene:
        shelf, truth, newest = shelf_of(scene, [0], [0])
        assert look_after(scene, shelf, truth, newest, STEADY) == 1
        assert look_after(scene, shelf, truth, newest, info, STEADY) == 3


@pytest.mark.parametrize(("fps", "shown"), [(25, 3), (30, 2), (50, 2)])
def test_a_wall_of_more_ticks_than_a_camera_has_pictures_shows_each(fps: int, shown: int) -> None:
    info = STEADY._replace(period_ns=S // 25)
    with scenery(*RECTS) as scene:
        shelf = Shelf(Arena(scene.handle.path), [0], [0], S // fps)
        truth, newest = Truth(8), np.full(8, -1)
        assert look_after(scene, shelf, truth, newest, info) == 1
        assert look_after(scene, shelf, truth, newest, info, info) == shown


def test_a_picture_that_is_written_over_after_it_was_noted_is_torn() -> None:
    with scenery(*RECTS) as scene:
        shelf, truth, newest = shelf_of(scene, [0, 1], [0, 1])
        assert not shelf.torn()
        for value in (1, 2, 3):
            scene.publish(0, value)
        shelf.look(truth, newest)
        assert not shelf.torn()
        scene.publish(0, 4)
        scene.publish(0, 5)
        assert not shelf.torn(), "three slots leave two pictures of time"
        scene.begin(0)
        assert shelf.torn()
        shelf.look(truth, newest)
        assert not shelf.torn()


def test_sizes_are_those_of_the_slots() -> None:
    with scenery(*RECTS, Rect(0, 8, 32, 30)) as scene:
        shelf, _, _ = shelf_of(scene, [0, 4], [0, 1])
        assert [shelf.size(position) for position in (0, 1)] == [(16, 8), (32, 30)]
        assert shelf.slots(1)[2].u.shape == (15, 16)


@pytest.mark.parametrize("index", [-1, 4])
def test_a_tile_that_the_arena_has_not_is_refused(index: int) -> None:
    with scenery(*RECTS) as scene, pytest.raises(ProtocolError, match="4 tiles"):
        shelf_of(scene, [index], [0])
