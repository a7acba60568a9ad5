"""The test pattern: what is right or wrong with a monitor, seen at one glance.

Colour bars of 75 % and a grey scale (their levels are ITU-R BT.709's, limited range), a grid of
squares, circles (round if the shape is right), a frame one pixel wide (whole if nothing is cut),
lines of one and two pixels (sharp if nothing is scaled), and a block that takes one step a tick
(even if none is dropped).
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from commandwall.compose.canvas import Canvas, cut, fill
from commandwall.compose.palette import PAPER, Colour, rgb
from commandwall.compose.placard import Line, placard
from commandwall.ipc.slots import Plane, Planes
from commandwall.model.rect import Rect

BLACK, WHITE = Colour(16, 128, 128), Colour(235, 128, 128)
BARS = tuple(
    rgb(191.25 * red, 191.25 * green, 191.25 * blue)
    for red, green, blue in ((1, 1, 1), (1, 1, 0), (0, 1, 1), (0, 1, 0), (1, 0, 1), (1, 0, 0), (0, 0, 1))
)
"""White, yellow, cyan, green, magenta, red, blue, at 75 % of the signal."""
GREYS = tuple(Colour(16 + round(219 * step / 10), 128, 128) for step in range(11))
_GROUND, _GRID = Colour(40, 128, 128), 110
_SQUARES = 12


class TestPattern:
    """A pattern of ``width`` x ``height`` pixels (even) for a wall of ``fps`` ticks a second.

    ``words`` say which head it is. Building it takes 10 ms for 1080p, not for the tick; after that the
    tick's thread moves its block.
    """

    __test__ = False  # This is no test, whatever its name makes pytest think.

    def __init__(self, width: int, height: int, fps: int, words: Sequence[str]) -> None:
        self.canvas = Canvas(width, height)
        self._fps = fps
        planes = self.canvas.planes
        fill(planes, _GROUND)
        _draw_grid(planes.y)
        bars = _part(width, height, 0.2, 0.16, 0.6, 0.2)
        _draw_row(planes, bars, BARS)
        _draw_row(planes, _part(width, height, 0.2, 0.36, 0.6, 0.06), GREYS)
        _draw_words(planes, _part(width, height, 0.1, 0.44, 0.8, 0.22), words)
        _draw_resolution(planes, _part(width, height, 0.2, 0.68, 0.6, 0.1))
        strip = _part(width, height, 0.1, 0.82, 0.8, 0.05)
        fill(self.canvas.region(strip), BLACK)
        self._strip = planes.y[strip.y : strip.bottom, strip.x : strip.right]
        cv2.rectangle(planes.y, (0, 0), (width - 1, height - 1), WHITE.y, 1)

    def at(self, tick: int) -> Canvas:
        """Return the pattern as it is at ``tick``: its block stands at the tick's part of the second."""
        self._strip[:] = BLACK.y
        width = self._strip.shape[1]
        step = tick % self._fps
        self._strip[:, width * step // self._fps : width * (step + 1) // self._fps] = WHITE.y
        return self.canvas


def _part(width: int, height: int, x: float, y: float, part_width: float, part_height: float) -> Rect:
    """Return a part of the picture, given in parts of its sides; even."""
    edges = (x * width, y * height, (x + part_width) * width, (y + part_height) * height)
    left, top, right, bottom = (2 * round(edge / 2) for edge in edges)
    return Rect(left, top, right - left, bottom - top)


def _draw_grid(luma: Plane) -> None:
    """Draw squares and circles around the middle."""
    height, width = luma.shape
    side = max(8, min(width, height) // _SQUARES)
    middle = (width // 2, height // 2)
    for axis, length in enumerate((width, height)):
        lines = np.arange(middle[axis] % side, length, side)
        if axis == 0:
            luma[:, lines] = _GRID
        else:
            luma[lines, :] = _GRID
    thick = max(1, side // 24)
    _draw_circle(luma, middle, min(width, height) * 46 // 100, thick)
    corner = 3 * side // 2
    for x in (corner, width - 1 - corner):
        for y in (corner, height - 1 - corner):
            _draw_circle(luma, (x, y), corner - thick, thick)


def _draw_circle(luma: Plane, middle: tuple[int, int], radius: int, thick: int) -> None:
    """Draw a circle of so many sides that no corner is seen; OpenCV's own has 72."""
    angles = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1) * radius + middle
    fine = np.rint(points * 16).astype(np.int32)  # The last four bits are parts of a pixel.
    cv2.polylines(
        luma, [fine], isClosed=True, color=(WHITE.y,), thickness=thick, lineType=cv2.LINE_AA, shift=4
    )


def _draw_row(planes: Planes, rect: Rect, colours: Sequence[Colour]) -> None:
    """Fill ``rect`` with ``colours`` side by side."""
    edges = [2 * round(rect.width * i / len(colours) / 2) for i in range(len(colours) + 1)]
    for left, right, colour in zip(edges, edges[1:], colours, strict=False):
        fill(cut(planes, rect.x + left, rect.y, right - left, rect.height), colour)


def _draw_words(planes: Planes, rect: Rect, words: Sequence[str]) -> None:
    px = max(8, rect.height * 6 // (10 * len(words)))
    patch = placard([Line(text, px, PAPER) for text in words], rect.width, BLACK)
    width, height = min(patch.width, rect.width), min(patch.height, rect.height)
    x = rect.x + (rect.width - width) // 4 * 2
    source = cut(patch.planes, 0, 0, width, height)
    for plane, words_plane in zip(cut(planes, x, rect.y, width, height), source, strict=True):
        np.copyto(plane, words_plane)


def _draw_resolution(planes: Planes, rect: Rect) -> None:
    """Draw lines of one and of two pixels, upright and flat, and a checkerboard, side by side."""
    rows, columns = np.mgrid[0 : rect.height, 0 : rect.width // 5 // 2 * 2]
    kinds = (columns % 2, rows % 2, columns // 2 % 2, rows // 2 % 2, (rows + columns) % 2)
    width = columns.shape[1]
    for number, kind in enumerate(kinds):
        target = cut(planes, rect.x + number * width, rect.y, width, rect.height)
        fill(target, BLACK)
        target.y[:] = np.where(kind, WHITE.y, BLACK.y)
