"""Placards: a few centred lines of large words on a ground of one colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from commandwall.compose.palette import PAPER, Colour
from commandwall.compose.patch import Patch, Sheet
from commandwall.compose.text import clean, line_height, text_mask, text_width

_LEAST_PX = 8


class Line(NamedTuple):
    """One line: how tall its letters are wanted, in pixels."""

    text: str
    px: int
    colour: Colour = PAPER


def placard(lines: Sequence[Line], room: int, ground: Colour, opacity: float = 1.0) -> Patch:
    """Return ``lines`` as a patch at most ``room`` pixels wide (if letters of 8 pixels do); no line is empty.

    A line that would be wider is written smaller.
    """
    padding = max(4, lines[0].px // 3)
    fitted = [_fitted(line, room - 2 * padding) for line in lines]
    widths = [text_width(line.text, line.px) for line in fitted]
    height = sum(line_height(line.px) for line in fitted) + padding
    width = max(widths) + 2 * padding
    sheet = Sheet(_even(width), _even(height), ground, opacity)
    y = padding // 2
    for line, text_wide in zip(fitted, widths, strict=True):
        sheet.paint(text_mask(line.text, line.px), (width - text_wide) // 2, y, line.colour)
        y += line_height(line.px)
    return sheet.finish()


def _fitted(line: Line, room: int) -> Line:
    text = clean(line.text)
    px = max(_LEAST_PX, line.px)
    width = text_width(text, px)
    return Line(text, px if width <= room else max(_LEAST_PX, px * room // width), line.colour)


def _even(value: int) -> int:
    return (value + 1) // 2 * 2
