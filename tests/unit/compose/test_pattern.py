"""The test pattern: its levels, its edges, and a block that takes one step a tick."""

from __future__ import annotations

import numpy as np
import pytest

from commandwall.compose.pattern import BARS, GREYS, WHITE, TestPattern
from commandwall.ipc.slots import Planes

WORDS = ["屏幕 left", "Head left", "1920x1080@25"]
# SMPTE RP 219 and ITU-R BT.709, 75 %: white, yellow, cyan, green, magenta, red, blue as Y, Cb, Cr.
STANDARD = [
    (180, 128, 128), (168, 44, 136), (145, 147, 44), (133, 63, 52),
    (63, 193, 204), (51, 109, 212), (28, 212, 120),
]  # fmt: skip


def at(planes: Planes, x: int, y: int) -> tuple[int, ...]:
    return int(planes.y[y, x]), int(planes.u[y // 2, x // 2]), int(planes.v[y // 2, x // 2])


def block(pattern: TestPattern, tick: int) -> tuple[int, int]:
    """Return the first and the last column of the moving block at ``tick``."""
    luma = pattern.at(tick).planes.y
    row = luma[round(luma.shape[0] * 0.845)]
    inside = np.flatnonzero(row[luma.shape[1] // 10 + 2 : -luma.shape[1] // 10 - 2] == WHITE.y)
    return int(inside[0]), int(inside[-1])


def test_the_bars_are_those_of_the_standard() -> None:
    assert [tuple(colour) for colour in BARS] == STANDARD
    planes = TestPattern(1920, 1080, 25, WORDS).canvas.planes
    for number, colour in enumerate(BARS):
        assert at(planes, 384 + 1152 * (2 * number + 1) // 14, 280) == colour


def test_the_greys_go_from_black_to_white_of_the_limited_range() -> None:
    assert (GREYS[0].y, GREYS[-1].y, len(GREYS)) == (16, 235, 11)
    planes = TestPattern(1920, 1080, 25, WORDS).canvas.planes
    assert at(planes, 400, 420) == (16, 128, 128) and at(planes, 1500, 420) == (235, 128, 128)


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1080, 1920), (320, 180), (16, 16), (3840, 96)])
def test_its_frame_is_one_pixel_wide_and_whole_at_any_size(width: int, height: int) -> None:
    luma = TestPattern(width, height, 25, WORDS).canvas.planes.y
    for edge in (luma[0], luma[-1], luma[:, 0], luma[:, -1]):
        assert (edge == WHITE.y).all()
    assert luma.shape == (height, width)


def test_its_circle_is_round() -> None:
    luma = TestPattern(1920, 1080, 25, WORDS).canvas.planes.y
    radius = 1080 * 46 // 100
    for angle in np.linspace(0, 2 * np.pi, 64, endpoint=False):
        x, y = 960 + radius * np.cos(angle), 540 + radius * np.sin(angle)
        covered = 172 <= y <= 980  # Bars, words and the strip lie over it.
        if not covered:
            assert luma[round(y) - 1 : round(y) + 2, round(x) - 1 : round(x) + 2].max() > 200


def test_lines_of_one_pixel_alternate() -> None:
    luma = TestPattern(1920, 1080, 25, WORDS).canvas.planes.y
    row, column = luma[780, 400:560].astype(int), luma[740:830, 700].astype(int)
    assert (np.abs(np.diff(row)) == 219).all()
    assert (np.abs(np.diff(column)) == 219).all()


def test_the_block_steps_evenly_once_a_tick_and_comes_back_after_a_second() -> None:
    pattern = TestPattern(1920, 1080, 25, WORDS)
    places = [block(pattern, tick) for tick in range(1, 24)]
    steps = np.diff([first for first, _ in places])
    assert steps.min() >= 61 and steps.max() <= 62
    assert block(pattern, 7) == block(pattern, 7 + 25)


def test_only_the_strip_changes_between_ticks() -> None:
    pattern = TestPattern(640, 360, 25, WORDS)
    before = pattern.at(3).planes.y.copy()
    after = pattern.at(4).planes.y
    rows = np.flatnonzero((before != after).any(axis=1))
    assert rows[0] >= 0.8 * 360 and rows[-1] < 0.9 * 360
