"""The time of day in a corner of the canvas, from digits that were drawn once.

It is opaque, so that laying it again changes nothing: it is laid whenever a tile under it was
drawn or the second changed.
"""

from __future__ import annotations

import time
from math import ceil

from commandwall.base.clock import NS_PER_S
from commandwall.compose.canvas import Canvas, cut
from commandwall.compose.palette import PAPER, SHADE, SOFT
from commandwall.compose.patch import Patch, Sheet
from commandwall.compose.text import advance, clean, fit, line_height, text_mask, text_width
from commandwall.model.rect import Rect

_DIGITS = "0123456789:"
_FORMAT = "%H:%M:%S"


class WallClock:
    """The wall's name and the local time, top right, never more than a part of the tile there."""

    def __init__(self, name: str, canvas: Canvas, corner: Rect) -> None:
        """Draw the digits, sized for the canvas and for ``corner``, the rectangle of the tile there."""
        height = max(14, min(canvas.rect.height // 34, corner.height // 5)) // 2 * 2
        px = max(8, round(height * 0.74))
        self._margin = margin = max(2, height // 4)
        digit = _even(ceil(max(advance(sign, px) for sign in "0123456789")))
        colon = _even(ceil(advance(":", px)))
        self._glyphs = {sign: _glyph(sign, px, colon if sign == ":" else digit, height) for sign in _DIGITS}
        time_width = 6 * digit + 2 * colon
        title = self._title(name, px, height, corner.width // 2 - time_width)
        width = min(canvas.rect.width, time_width + _even(margin) + (title.width if title else _even(margin)))
        self.rect = Rect(canvas.rect.width - width, 0, width, height)
        self._target = canvas.region(self.rect)
        self._patches = [title or Sheet(_even(margin), height, SHADE).finish()]
        self._tail = Sheet(_even(margin), height, SHADE).finish()
        self._second = -1

    def advance(self, utc_ns: int) -> bool:
        """Return whether the second of ``utc_ns`` is another than last time, and note it."""
        second = utc_ns // NS_PER_S
        if second == self._second:
            return False
        self._second = second
        text = time.strftime(_FORMAT, time.localtime(second))
        self._patches[1:] = [*(self._glyphs[sign] for sign in text), self._tail]
        return True

    def draw(self) -> None:
        """Lay the clock on the canvas."""
        x = 0
        for patch in self._patches:
            if x + patch.width <= self.rect.width:
                patch.lay(cut(self._target, x, 0, patch.width, patch.height))
            x += patch.width

    def _title(self, name: str, px: int, height: int, room: int) -> Patch | None:
        text = fit(clean(name), px, room - 3 * self._margin)
        if text != clean(name) or not text:
            return None
        sheet = Sheet(_even(text_width(text, px) + 3 * self._margin), height, SHADE)
        sheet.paint(text_mask(text, px), self._margin, (height - line_height(px)) // 2, SOFT)
        return sheet.finish()


def _glyph(sign: str, px: int, width: int, height: int) -> Patch:
    sheet = Sheet(width, height, SHADE)
    x = (width - text_width(sign, px)) // 2
    sheet.paint(text_mask(sign, px), x, (height - line_height(px)) // 2, PAPER)
    return sheet.finish()


def _even(value: int) -> int:
    return (value + 1) // 2 * 2
