"""The clock in the corner."""

from __future__ import annotations

import time

import numpy as np
import pytest

from commandwall.compose.canvas import Canvas
from commandwall.compose.clock import WallClock
from commandwall.compose.palette import GAP
from commandwall.model.rect import Rect
from tests.unit.compose.scenery import S, copied, same


@pytest.mark.parametrize("size", [(3840, 2160), (1920, 1080), (240, 134), (16, 16)])
@pytest.mark.parametrize("cells", [1, 4, 20])
def test_it_is_in_the_top_right_corner_and_inside_the_canvas(size: tuple[int, int], cells: int) -> None:
    canvas = Canvas(*size)
    width, height = max(2, size[0] // cells), max(2, size[1] // cells)
    clock = WallClock("主墙", canvas, Rect(size[0] - width, 0, width, height))
    assert clock.rect.right == size[0] and clock.rect.y == 0
    assert canvas.rect.contains(clock.rect)
    clock.advance(0)
    clock.draw()
    assert (canvas.planes.y[clock.rect.bottom :] == GAP.y).all()
    assert (canvas.planes.y[:, : clock.rect.x] == GAP.y).all()


def test_it_hides_at_most_a_fifth_of_a_large_tile_and_little_of_a_tiny_one() -> None:
    canvas = Canvas(1920, 1080)
    for n in (1, 4, 8, 20):
        tile = Rect(1920 - 1920 // n, 0, 1920 // n, 1080 // n)
        assert WallClock("主墙", canvas, tile).rect.area < 0.22 * tile.area


def test_it_changes_once_a_second_and_tells_the_second() -> None:
    canvas = Canvas(640, 360)
    clock = WallClock("主墙", canvas, canvas.rect)
    seen = []
    for tenth in range(1, 21):
        if clock.advance(tenth * S // 10):
            clock.draw()
            seen.append(copied(canvas))
    assert len(seen) == 3
    assert not same(seen[0], seen[1])


def test_the_same_time_of_another_day_looks_the_same_and_laying_it_twice_changes_nothing() -> None:
    canvas = Canvas(640, 360)
    clock = WallClock("主墙", canvas, canvas.rect)
    noon = int(time.mktime((2025, 7, 1, 12, 34, 56, 0, 0, -1)))
    clock.advance(noon * S)
    clock.draw()
    first = copied(canvas)
    clock.draw()
    assert same(first, canvas.planes)
    clock.advance((noon + 1) * S)
    clock.draw()
    assert not same(first, canvas.planes)
    clock.advance((noon + 86_400) * S)
    clock.draw()
    assert same(first, canvas.planes)


def test_all_digits_have_one_width_so_that_nothing_trembles() -> None:
    canvas = Canvas(640, 360)
    clock = WallClock("主墙", canvas, canvas.rect)
    columns = []
    for second in range(10):
        clock.advance(second * S)
        clock.draw()
        columns.append(canvas.planes.y[:, : clock.rect.right - 40].copy())
    assert all(np.array_equal(columns[0], other) for other in columns)


def test_the_walls_name_stands_before_the_time_where_there_is_room() -> None:
    canvas = Canvas(1920, 1080)
    named, plain = (WallClock(name, canvas, canvas.rect).rect.width for name in ("主墙", ""))
    assert named > plain
    tight = Rect(1820, 0, 100, 56)
    assert WallClock("主墙", canvas, tight).rect.width == WallClock("", canvas, tight).rect.width
