"""A text panel: as large as it fits."""

from __future__ import annotations

import re
from typing import NamedTuple

from commandwall.compose.data.colours import LEVEL
from commandwall.compose.data.easel import Align
from commandwall.compose.data.frame import Frame
from commandwall.compose.text import advance, clean, fit, line_height
from commandwall.model.data import Words
from commandwall.model.level import PanelLevel

_SMALLEST_PX = 9
_LARGEST = 0.34
_MOST_LINES = 40
_MEASURE_PX = 64
# A Chinese character may begin a line anywhere; a Latin word stays whole.
_PIECE = re.compile(r"[⺀-鿿豈-﫿︰-﹏＀-￯][，。、；：！？）】》」』%]*|[^\s⺀-鿿豈-﫿︰-﹏＀-￯]+\s*|\s+")


class _Piece(NamedTuple):
    text: str
    width: float


def paint_text(frame: Frame) -> None:
    """Paint the newest words."""
    value = frame.view.value
    if value is None or not isinstance(value.body, Words):
        frame.nothing()
        frame.head()
        return
    words, easel, body = value.body, frame.easel, frame.body
    mark = 0 if words.level is PanelLevel.NORMAL else max(3.0, body.width * 0.012)
    room = body.width - 3 * mark
    px, lines = fitted_lines(words.text, room, body.height, int(body.height * _LARGEST))
    high = line_height(px)
    y = body.y + max(0.0, (body.height - high * len(lines)) / 2)
    if mark:
        easel.rect(body.x, y, mark, high * len(lines), LEVEL[words.level])
    single = len(lines) == 1
    for line in lines:
        x = body.x + 3 * mark + (room / 2 if single else 0)
        easel.text(line, x, y, px, frame.ink(), Align.CENTRE if single else Align.LEFT)
        y += high
    frame.head(words.level)


def fitted_lines(text: str, width: float, height: float, largest_px: int) -> tuple[int, list[str]]:
    """Return the largest font size at which ``text`` fits into ``width`` x ``height``, and its lines.

    What does not fit at the smallest is cut off with an ellipsis.
    """
    paragraphs = [_pieces(paragraph) for paragraph in text.splitlines()[:_MOST_LINES]]
    low, high = _SMALLEST_PX, max(_SMALLEST_PX, largest_px)
    while low < high:
        middle = (low + high + 1) // 2
        fits = len(_wrap(paragraphs, middle, width)) * line_height(middle) <= height
        low, high = (middle, high) if fits else (low, middle - 1)
    lines = _wrap(paragraphs, low, width)
    most = max(1, int(height // line_height(low)))
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1] + "…" * 3]
    return low, [fit(line, low, max(1, int(width))) for line in lines]


def _pieces(paragraph: str) -> list[_Piece]:
    """Return what may not be broken in ``paragraph``, each with its width at a font size of 1."""
    return [
        _Piece(piece, advance(piece, _MEASURE_PX) / _MEASURE_PX) for piece in _PIECE.findall(clean(paragraph))
    ]


def _wrap(paragraphs: list[list[_Piece]], px: int, width: float) -> list[str]:
    """Return the lines into which ``paragraphs`` break, at spaces and between Chinese characters."""
    room = width / px - 0.12
    lines: list[str] = []
    for pieces in paragraphs:
        line, used = "", 0.0
        for text, wide in pieces:
            if line and used + wide > room:
                lines.append(line.rstrip())
                line, used = "", 0.0
            line, used = line + text, used + wide
        lines.append(line.rstrip())
    return lines
