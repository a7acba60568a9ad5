"""The easel: shapes and text with smooth edges, painted on a sheet of YUV planes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from math import ceil, floor

import cv2
import numpy as np
from numpy.typing import NDArray

from commandwall.compose.palette import Colour
from commandwall.compose.patch import Sheet
from commandwall.compose.text import draw_text, text_mask, text_width
from commandwall.ipc.slots import Plane, Planes

_SHIFT = 4
_KEPT_PX = 40
"""Larger text is drawn each time: kept masks of that size would take hundreds of megabytes."""

Point = tuple[float, float]


class Align(Enum):
    """Which point of a text its x names."""

    LEFT = 0.0
    CENTRE = 0.5
    RIGHT = 1.0


class Easel:
    """A picture in the making, ``width`` x ``height`` pixels, both even. From one thread.

    Coordinates are pixels from the top left corner and may be fractions; what leaves the picture is
    cut off.
    """

    def __init__(self, width: int, height: int, ground: Colour) -> None:
        self.width, self.height = width, height
        self._sheet = Sheet(width, height, ground)

    def finish(self) -> Planes:
        """Return the picture."""
        return self._sheet.finish().planes

    def put(self, planes: Planes, x: int, y: int) -> None:
        """Put a picture at ``x``, ``y``, both even."""
        self._sheet.put(planes, x, y)

    def mask(self, mask: Plane, x: float, y: float, colour: Colour) -> None:
        """Paint ``colour`` where ``mask`` says (0 to 255), its top left corner at ``x``, ``y``."""
        self._sheet.paint(mask, round(x), round(y), colour)

    def rect(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """Fill a rectangle, to the nearest pixels."""
        left, top = round(x), round(y)
        right, bottom = min(self.width, round(x + width)), min(self.height, round(y + height))
        if right > left and bottom > top:
            self._sheet.paint(np.full((bottom - top, right - left), 255, np.uint8), left, top, colour)

    def text(self, text: str, x: float, y: float, px: int, colour: Colour, align: Align = Align.LEFT) -> None:
        """Write one line from ``y`` on, ``line_height(px)`` high; the font's digits are equally wide."""
        if text:
            mask = text_mask(text, px) if px <= _KEPT_PX else draw_text(text, px)
            self.mask(mask, x - align.value * text_width(text, px), y, colour)

    def line(self, points: Sequence[Point], width: float, colour: Colour, opacity: float = 1.0) -> None:
        """Draw through ``points``, ``width`` pixels wide; drawn twice as large, so halves count."""
        if len(points) > 1:
            thickness = max(1, round(2 * width))
            self._shape(
                [points],
                width + 1,
                colour,
                opacity,
                lambda mask, parts: cv2.polylines(mask, parts, False, (255,), thickness, cv2.LINE_AA, _SHIFT),
            )

    def polygon(self, rings: Sequence[Sequence[Point]], colour: Colour, opacity: float = 1.0) -> None:
        """Fill what is inside an odd number of ``rings``."""
        self._shape(
            rings,
            1,
            colour,
            opacity,
            lambda mask, parts: cv2.fillPoly(mask, parts, (255,), cv2.LINE_AA, _SHIFT),
        )

    def disc(self, x: float, y: float, radius: float, colour: Colour, opacity: float = 1.0) -> None:
        """Fill a circle."""
        large = round(radius * 2 * (1 << _SHIFT))
        self._shape(
            [[(x, y)]],
            radius + 1,
            colour,
            opacity,
            lambda mask, parts: cv2.circle(
                mask, parts[0][0].tolist(), large, (255,), cv2.FILLED, cv2.LINE_AA, _SHIFT
            ),
        )

    def _shape(
        self,
        parts: Sequence[Sequence[Point]],
        margin: float,
        colour: Colour,
        opacity: float,
        draw: Callable[[Plane, list[NDArray[np.int32]]], object],
    ) -> None:
        """Let ``draw`` fill a mask of twice the size of what it touches, and paint it."""
        flat = [point for part in parts for point in part]
        xs, ys = [x for x, _ in flat], [y for _, y in flat]
        left, top = max(0, floor(min(xs) - margin)), max(0, floor(min(ys) - margin))
        right, bottom = min(self.width, ceil(max(xs) + margin)), min(self.height, ceil(max(ys) + margin))
        if right <= left or bottom <= top:
            return
        large = np.zeros((2 * (bottom - top), 2 * (right - left)), np.uint8)
        # Half a pixel: OpenCV counts from the middle of a pixel, everybody else from its corner.
        grid = [(np.array(part) - (left + 0.25, top + 0.25)) * (2 << _SHIFT) for part in parts]
        draw(large, [part.round().astype(np.int32) for part in grid])
        mask = cv2.resize(large, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
        if opacity < 1:
            mask = cv2.convertScaleAbs(mask, alpha=opacity)
        self._sheet.paint(mask, left, top, colour)  # type: ignore[arg-type]
