"""Labels of a map: each where nothing else stands, or not at all."""

from __future__ import annotations

import cv2
import numpy as np

from commandwall.compose.data.colours import GROUND
from commandwall.compose.data.easel import Easel, Point
from commandwall.compose.data.frame import Box
from commandwall.compose.palette import Colour
from commandwall.compose.text import clean, line_height, text_mask, text_width


class Labels:
    """Writes names on a map within ``bounds``; what was written or occupied keeps its place."""

    def __init__(self, easel: Easel, bounds: Box) -> None:
        self._easel = easel
        self._bounds = bounds
        self._taken: list[Box] = []

    def occupy(self, box: Box) -> None:
        """Keep labels away from ``box``."""
        self._taken.append(box)

    def beside(self, text: str, at: Point, distance: float, px: int, colour: Colour, ground: Colour) -> bool:
        """Write ``text`` on a plate right of ``at``, or left, above, below; return whether it had room."""
        text = clean(text)
        pad = px * 0.3
        width, height = text_width(text, px) + 2 * pad, line_height(px) + pad * 0.4
        x, y = at
        for left, top in (
            (x + distance, y - height / 2),
            (x - distance - width, y - height / 2),
            (x - width / 2, y - distance - height),
            (x - width / 2, y + distance),
        ):
            box = Box(left, top, width, height)
            if self._free(box):
                self._easel.rect(*box, ground)
                self._easel.text(text, left + pad, top + pad * 0.2, px, colour)
                self._taken.append(box)
                return True
        return False

    def centred(self, text: str, at: Point, px: int, colour: Colour) -> bool:
        """Write ``text`` around ``at``, or a line above or below; return whether it had room."""
        text = clean(text)
        width, height = text_width(text, px), line_height(px)
        for shift in (0.0, -1.0, 1.0):
            box = Box(at[0] - width / 2, at[1] + (shift - 0.5) * height, width, height)
            if self._free(box):
                self.write(text, box.x, box.y, px, colour)
                self._taken.append(box)
                return True
        return False

    def write(self, text: str, x: float, y: float, px: int, colour: Colour) -> None:
        """Write ``text`` with a dark rim, so that it is read over anything."""
        mask = text_mask(text, px)
        rim = max(1, px // 9)
        wide = cv2.copyMakeBorder(mask, rim, rim, rim, rim, cv2.BORDER_CONSTANT, value=(0,))
        wide = cv2.dilate(wide, np.ones((2 * rim + 1, 2 * rim + 1), np.uint8))
        self._easel.mask(wide, x - rim, y - rim, GROUND)  # type: ignore[arg-type]
        self._easel.mask(mask, x, y, colour)

    def _free(self, box: Box) -> bool:
        inside = (
            box.x >= self._bounds.x
            and box.y >= self._bounds.y
            and box.right <= self._bounds.right
            and box.bottom <= self._bounds.bottom
        )
        return inside and not any(
            box.x < other.right and other.x < box.right and box.y < other.bottom and other.y < box.bottom
            for other in self._taken
        )
