from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators import barcode
from simulators.barcode import Kind, Payload
from tests.bench.tilecodes import (
    Loop,
    Sight,
    all_live_ms,
    first_pictures_ms,
    latencies_ms,
    read_tiles,
)

LOOP = Loop(frames=60, fps=15)
TICK_MS = 40.0


def frame(camera: int, value: int) -> Payload:
    return Payload(Kind.FRAME, camera, value % LOOP.frames)


def playing(
    camera: int, begins_ms: float, live_ms: float, end_ms: float, lag_ms: float, phase: int
) -> list[Sight]:
    """Return sights of one cell that shows ``camera`` ``lag_ms`` late until ``live_ms``, then live."""
    sights = []
    for tick in range(int(end_ms / TICK_MS)):
        at_ms = tick * TICK_MS
        shown_ms = at_ms - (lag_ms if at_ms < live_ms else 0)
        value = int(shown_ms * LOOP.fps / 1000) + phase
        sights.append(Sight(at_ms, {"1": frame(camera, value)} if at_ms >= begins_ms else {}))
    return sights


def test_codes_of_tiles_are_read_from_a_canvas() -> None:
    canvas = np.full((540, 960), 90, np.uint8)
    tiles = [{"cell": "1", "rect": [0, 0, 480, 270]}, {"cell": "2", "rect": [480, 270, 480, 270]},
             {"cell": "3", "rect": [0, 270, 480, 270]}]  # fmt: skip
    picture = np.full((360, 640), 90, np.uint8)
    barcode.draw(picture, frame(7, 33))
    canvas[270:, 480:] = cv2.resize(picture, (480, 270), interpolation=cv2.INTER_AREA)
    assert read_tiles(canvas, tiles) == {"2": frame(7, 33)}


def test_the_first_pictures_are_there_when_the_last_cell_has_its_camera() -> None:
    old, new = {"1": frame(1, 0), "2": frame(2, 0)}, {"1": frame(5, 0), "2": frame(6, 0)}
    sights = [Sight(0, old), Sight(40, {**old, "1": new["1"]}), Sight(80, new), Sight(120, new)]
    assert first_pictures_ms(sights, {"1": 5, "2": 6}) == 80
    assert first_pictures_ms(sights, {"1": 5, "2": 7}) is None


def test_a_cell_that_was_always_live_is_live_at_its_first_picture() -> None:
    sights = playing(3, begins_ms=200, live_ms=0, end_ms=4000, lag_ms=0, phase=17)
    assert all_live_ms(sights, {"1": 3}, LOOP) == 200


def test_a_cell_that_catches_up_is_live_when_it_has() -> None:
    sights = playing(3, begins_ms=200, live_ms=600, end_ms=4000, lag_ms=1500, phase=17)
    assert all_live_ms(sights, {"1": 3}, LOOP) == 600


@given(st.integers(0, 59), st.integers(250, 1900), st.integers(5, 25))
def test_catching_up_is_found_wherever_the_loop_begins(phase: int, lag_ms: int, live_tick: int) -> None:
    live_ms = live_tick * TICK_MS
    sights = playing(3, begins_ms=80, live_ms=live_ms, end_ms=3500, lag_ms=lag_ms, phase=phase)
    assert all_live_ms(sights, {"1": 3}, LOOP) == max(80, live_ms)


def test_the_slowest_cell_counts() -> None:
    first = playing(3, begins_ms=0, live_ms=200, end_ms=3000, lag_ms=900, phase=0)
    second = playing(4, begins_ms=0, live_ms=520, end_ms=3000, lag_ms=900, phase=5)
    both = [
        Sight(a.at_ms, {"1": a.codes["1"], "2": b.codes["1"]}) for a, b in zip(first, second, strict=True)
    ]
    assert all_live_ms(both, {"1": 3, "2": 4}, LOOP) == 520


def test_a_cell_that_never_came_leaves_no_time() -> None:
    sights = playing(3, begins_ms=0, live_ms=0, end_ms=2000, lag_ms=0, phase=0)
    assert all_live_ms(sights, {"1": 3, "2": 9}, LOOP) is None
    assert all_live_ms([], {"1": 3}, LOOP) is None


def test_each_live_picture_counts_once_when_it_is_first_seen() -> None:
    code = Payload(Kind.UTC_MS, 1, 1_000_000)
    later = Payload(Kind.UTC_MS, 1, 1_000_066)
    sights = [Sight(1_000_050, {"1": code, "2": code}), Sight(1_000_090, {"1": code, "3": frame(4, 1)}),
              Sight(1_000_130, {"1": later})]  # fmt: skip
    assert latencies_ms(sights) == [50, 50, 64]


def test_a_loop_knows_how_long_it_is() -> None:
    assert LOOP.ms == pytest.approx(4000)
