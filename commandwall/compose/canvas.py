"""The canvas: all pixels of a wall as YUV 4:2:0 planes."""

from __future__ import annotations

import numpy as np

from commandwall.compose.palette import GAP, Colour
from commandwall.ipc.slots import Planes
from commandwall.model.rect import Rect


class Canvas:
    """``width`` x ``height`` pixels (even), ``uint8``, written by one thread: the tick's."""

    def __init__(self, width: int, height: int) -> None:
        self.rect = Rect(0, 0, width, height)
        self.planes = empty_planes(width, height)
        self.clear()

    def clear(self) -> None:
        """Make every pixel a gap."""
        fill(self.planes, GAP)

    def region(self, rect: Rect) -> Planes:
        """Return views of ``rect`` (even numbers, inside the canvas)."""
        return cut(self.planes, rect.x, rect.y, rect.width, rect.height)


def empty_planes(width: int, height: int) -> Planes:
    """Return planes for a picture of ``width`` x ``height`` pixels, even; not yet written."""
    half = (height // 2, width // 2)
    return Planes(np.empty((height, width), np.uint8), np.empty(half, np.uint8), np.empty(half, np.uint8))


def cut(planes: Planes, x: int, y: int, width: int, height: int) -> Planes:
    """Return views of a rectangle of ``planes``; all four numbers are even."""
    rows, columns = slice(y, y + height), slice(x, x + width)
    half_rows, half_columns = slice(y // 2, (y + height) // 2), slice(x // 2, (x + width) // 2)
    return Planes(
        planes.y[rows, columns], planes.u[half_rows, half_columns], planes.v[half_rows, half_columns]
    )


def fill(target: Planes, colour: Colour) -> None:
    """Fill ``target`` with one colour."""
    for plane, value in zip(target, colour, strict=True):
        plane[:] = value
