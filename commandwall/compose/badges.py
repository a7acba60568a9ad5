"""Badges: what a tile says of a participant of a conference, as patches drawn once each.

A microphone that is crossed out, or the level of the voice in a few steps; a raised hand in a word;
the quality of the connection in bars. All of them stand in the strip, right of the name.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from commandwall.compose import palette
from commandwall.compose.lettering import Tint, draw_chip, even
from commandwall.compose.palette import Colour
from commandwall.compose.patch import Patch, Sheet
from commandwall.compose.patches import PatchBook
from commandwall.compose.words import Words
from commandwall.ipc.slots import Plane
from commandwall.model.conference.marks import MOST_LEVEL, PersonMarks, Quality
from commandwall.model.rect import Rect

SPEAKING = palette.rgb(74, 222, 128)
_MUTED = palette.rgb(248, 82, 82)
_HAND = palette.rgb(251, 191, 36)
_QUALITY: dict[Quality, tuple[int, Colour]] = {
    Quality.GOOD: (3, SPEAKING),
    Quality.WEAK: (2, _HAND),
    Quality.BAD: (1, _MUTED),
}
"""How many of its bars are lit, and in which colour: neither tells it alone."""
_LARGE = 8
"""How many times larger a sign is drawn before it is averaged down."""


class Badges:
    """Makes the badges of participants out of kept patches. From any thread."""

    def __init__(self, words: Words, book: PatchBook) -> None:
        self._words, self._book = words, book

    def row(self, marks: PersonMarks, tile_width: int, height: int, tint: Tint) -> list[Patch]:
        """Return the badges in a strip of ``height``, the most important first."""
        row = [self._voice(marks, height, tint)]
        if marks.hand:
            word = self._words.hand
            key = ("hand", word, tile_width, height)
            row.append(
                self._book.get(key, lambda: draw_chip(word, "", tile_width, height, _HAND, palette.INK))
            )
        if marks.quality is not Quality.UNKNOWN:
            row.append(
                self._book.get(
                    ("quality", marks.quality, height, tint),
                    lambda: _draw_quality(marks.quality, height, tint),
                )
            )
        return row

    def _voice(self, marks: PersonMarks, height: int, tint: Tint) -> Patch:
        if marks.muted:
            return self._book.get(("muted", height, tint), lambda: _draw_muted(height, tint))
        return self._book.get(
            ("level", marks.level, height, tint), lambda: _draw_level(marks.level, height, tint)
        )


def _draw_level(level: int, height: int, tint: Tint) -> Patch:
    """Draw a microphone, and beside it the steps of a voice, ``level`` of which are lit."""
    steps = _bars([0.3 + 0.7 * step / (MOST_LEVEL - 1) for step in range(MOST_LEVEL)], height)
    sign = _microphone(_sign_px(height))
    margin = height // 6
    sheet = _sheet(sign.shape[1] + steps[-1].right + 2 * margin, height, tint)
    sheet.paint(sign, margin, _above(sign, height), palette.PAPER)
    _paint_bars(sheet, steps, level, SPEAKING, margin + sign.shape[1])
    return sheet.finish()


def _draw_muted(height: int, tint: Tint) -> Patch:
    """Draw a microphone that is crossed out."""
    size = _sign_px(height)
    margin = height // 6
    sheet = _sheet(size + 2 * margin, height, tint)
    sign = _microphone(size)
    sheet.paint(sign, margin, _above(sign, height), palette.SOFT)
    sheet.paint(_slash(size), margin, _above(sign, height), _MUTED)
    return sheet.finish()


def _draw_quality(quality: Quality, height: int, tint: Tint) -> Patch:
    """Draw three bars, more of them lit for a better connection."""
    lit, colour = _QUALITY[quality]
    bars, margin = _bars((0.4, 0.7, 1.0), height), height // 5
    sheet = _sheet(bars[-1].right + 2 * margin, height, tint)
    _paint_bars(sheet, bars, lit, colour, margin)
    return sheet.finish()


def _bars(parts: Sequence[float], height: int) -> list[Rect]:
    """Return bars beside each other on one line, each a part of the room of a strip high."""
    thick, gap, room = max(2, height // 8), max(1, height // 16), round(height * 0.56)
    bottom = (height + room) // 2
    tall = [max(1, round(room * part)) for part in parts]
    return [Rect(number * (thick + gap), bottom - rows, thick, rows) for number, rows in enumerate(tall)]


def _paint_bars(sheet: Sheet, bars: Sequence[Rect], lit: int, colour: Colour, x: int) -> None:
    for number, bar in enumerate(bars):
        mask = np.full((bar.height, bar.width), 255, np.uint8)
        sheet.paint(mask, x + bar.x, bar.y, colour if number < lit else palette.FAINT)


def _sheet(width: int, height: int, tint: Tint) -> Sheet:
    return Sheet(even(width), height, tint.ground, tint.opacity)


def _sign_px(height: int) -> int:
    """Return how large a sign is in a strip of ``height``."""
    return round(height * 0.72)


def _above(sign: Plane, height: int) -> int:
    """Return where a sign begins so that it stands in the middle of ``height``."""
    return (height - int(sign.shape[0])) // 2


def _microphone(size: int) -> Plane:
    """Return the mask of a microphone on its stand."""
    full = size * _LARGE
    large = np.zeros((full, full), np.uint8)
    thick = max(1, full // 10)

    def at(x: float, y: float) -> tuple[int, int]:
        return round(x * full), round(y * full)

    cv2.line(large, at(0.5, 0.22), at(0.5, 0.46), (255,), round(0.28 * full))
    cv2.ellipse(large, at(0.5, 0.46), at(0.28, 0.28), 0, 0, 180, (255,), thick)
    cv2.line(large, at(0.5, 0.74), at(0.5, 0.92), (255,), thick)
    cv2.line(large, at(0.32, 0.92), at(0.68, 0.92), (255,), thick)
    return _averaged(large, size)


def _slash(size: int) -> Plane:
    """Return the mask of the stroke that crosses something out."""
    full = size * _LARGE
    large = np.zeros((full, full), np.uint8)
    cv2.line(large, (full // 8, full // 10), (full * 7 // 8, full * 9 // 10), (255,), max(1, full // 7))
    return _averaged(large, size)


def _averaged(large: Plane, size: int) -> Plane:
    mask: Plane = cv2.resize(large, (size, size), interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    return mask
