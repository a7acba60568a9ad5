"""The banner: words across the top of a wall, that stand or move.

All of the words are drawn once. They move by whole pairs of pixels a tick, so that chroma goes with
luma, and every tick only copies a window.
"""

from __future__ import annotations

import numpy as np

from commandwall.compose.canvas import Canvas, cut, fill
from commandwall.compose.lettering import centred, draw_label, even, font_px, margin_px
from commandwall.compose.palette import ALARM, ON_ALARM, Colour
from commandwall.compose.patch import Patch, Sheet
from commandwall.compose.text import clean, draw_text, text_width
from commandwall.compose.words import Words
from commandwall.ipc.slots import Planes
from commandwall.model.overlays import Banner, WallOverlay
from commandwall.model.rect import Rect

_CHUNK = 24
"""Words are drawn so many signs at a time: OpenCV draws no picture wider than 32767 pixels."""
_SPEED = 1.7
"""Of moving words, in heights of the banner a second."""
_GAP = 2
"""Between the end of moving words and their beginning, in heights of the banner."""


def banner_height(canvas_height: int) -> int:
    """Return the height of a banner, in pixels; even."""
    return even(max(16, canvas_height // 22))


class BannerStrip:
    """One banner, drawn; :meth:`BannerStrip.draw` is called in the tick's thread."""

    kind = WallOverlay.BANNER

    def __init__(self, banner: Banner, canvas: Canvas, fps: int, words: Words) -> None:
        """Draw all of it, which takes milliseconds: not for the tick's thread."""
        height = banner_height(canvas.rect.height)
        self.rect = Rect(0, 0, canvas.rect.width, height)
        ground, on = ALARM[banner.level], ON_ALARM[banner.level]
        title = draw_label(words.banners[banner.level], canvas.rect.width // 4, height, on, ground)
        self._title = title
        self._ground = ground
        self._text = _draw_line(clean(banner.text), height, ground, on)
        self._canvas = canvas
        self._step = 2 * max(1, round(height * _SPEED / fps / 2))
        self._gap = even(_GAP * height)
        self._always = banner.ticker
        self._window = Rect(title.width, 0, canvas.rect.width - title.width, height)
        self._moves = True
        self.settle(())

    def settle(self, corners: tuple[Rect, ...]) -> None:
        """Leave room at the right for what is laid over the banner there (the clock)."""
        right = min((corner.x for corner in corners), default=self.rect.right)
        self._window = Rect(self._title.width, 0, max(2, right - self._title.width), self.rect.height)
        self._moves = self._always or self._text.width > self._window.width

    def draw(self, tick: int, *, uncovered: bool) -> bool:
        """Draw what moved, or all of it where what is ``uncovered`` was drawn over; return whether it did."""
        if not (uncovered or self._moves):
            return False
        if uncovered:
            target = self._canvas.region(self.rect)
            fill(target, self._ground)
            self._title.lay(cut(target, 0, 0, self._title.width, self._title.height))
        window = self._canvas.region(self._window)
        if self._moves:
            self._draw_moving(window, tick)
        else:
            x = (self._window.width - self._text.width) // 4 * 2
            _copy(self._text.planes, window, x)
        return True

    def _draw_moving(self, window: Planes, tick: int) -> None:
        """Copy the words where they are at ``tick``; they follow themselves after a gap."""
        fill(window, self._ground)
        cycle = max(self._text.width + self._gap, self._window.width // 2 * 2)
        x = self._window.width // 2 * 2 - tick * self._step % cycle
        while x > -self._text.width:
            _copy(self._text.planes, window, x)
            x -= cycle


def _copy(source: Planes, target: Planes, x: int) -> None:
    """Copy ``source`` into ``target``, its left edge at ``x`` (even), as far as it fits."""
    for plane, under, at in zip(source, target, (x, x // 2, x // 2), strict=True):
        left, right = max(0, at), min(under.shape[1], at + plane.shape[1])
        if left < right:
            np.copyto(under[:, left:right], plane[:, left - at : right - at])


def _draw_line(text: str, height: int, ground: Colour, on: Colour) -> Patch:
    """Draw ``text`` on one line, however long it is."""
    px, margin = font_px(height), margin_px(height)
    chunks = [text[at : at + _CHUNK] for at in range(0, len(text), _CHUNK)]
    widths = [text_width(chunk, px) for chunk in chunks]
    sheet = Sheet(even(sum(widths) + 2 * margin), height, ground)
    x = margin
    for chunk, width in zip(chunks, widths, strict=True):
        sheet.paint(draw_text(chunk, px), x, centred(height, px), on)
        x += width
    return sheet.finish()
