"""Lettering: the patches of words that faces are made of, each drawn to the size of its tile."""

from __future__ import annotations

from typing import NamedTuple

from commandwall.compose import palette
from commandwall.compose.palette import Colour
from commandwall.compose.patch import Patch, Sheet, disc
from commandwall.compose.text import clean, fit, line_height, text_mask, text_width

LEAST_TEXT_HEIGHT = 36
LEAST_TEXT_WIDTH = 48
_MOST_STRIP_PX = 52.0
_STRIP_OPACITY = 0.68


class Tint(NamedTuple):
    """The ground of a strip and its words; ``dot`` is set where the ground lets the picture through."""

    ground: Colour
    words: Colour
    soft: Colour
    dot: Colour | None = None

    @property
    def opacity(self) -> float:
        """How much of the picture the ground covers."""
        return 1.0 if self.dot is None else _STRIP_OPACITY


def strip_height(tile_height: int) -> int:
    """Return the height of the strip of a tile, in pixels; even."""
    if tile_height < LEAST_TEXT_HEIGHT:
        return 2 * max(1, tile_height // 16)
    return 2 * round(min(_MOST_STRIP_PX, 8.5 + 0.07 * tile_height) / 2)


def even(value: int) -> int:
    """Return ``value``, or the next number above it that is even."""
    return (value + 1) // 2 * 2


def font_px(height: int) -> int:
    """Return the size of the font for a line of words in a strip of ``height``."""
    return max(8, round(height * 0.74))


def margin_px(height: int) -> int:
    """Return the space beside words in a strip of ``height``."""
    return max(2, height // 4)


def centred(height: int, px: int) -> int:
    """Return where a line of words begins so that it stands in the middle of ``height``."""
    return (height - line_height(px)) // 2


def draw_name(name: str, area: str, width: int, height: int, tint: Tint, dot: bool) -> Patch:
    """Draw the left end of a strip: the dot of its state, the name, and the area where there is room."""
    px, margin = font_px(height), margin_px(height)
    sheet = Sheet(width, height, tint.ground, tint.opacity)
    x = margin
    if dot and tint.dot is not None:
        size = max(4, round(height * 0.42))
        sheet.paint(disc(size), x, (height - size) // 2, tint.dot)
        x += size + margin
    text = fit(clean(name), px, width - x - margin // 2)
    if text:
        sheet.paint(text_mask(text, px), x, centred(height, px), tint.words)
        x += text_width(text, px) + 2 * margin
    where = clean(area)
    if where and x + text_width(where, px) + margin // 2 <= width:
        sheet.paint(text_mask(where, px), x, centred(height, px), tint.soft)
    return sheet.finish()


def name_width(name: str, height: int) -> int:
    """Return how much of a strip the dot and ``name`` take at most."""
    dot = margin_px(height) + max(4, round(height * 0.42))
    return dot + margin_px(height) + text_width(clean(name), font_px(height)) + margin_px(height) // 2


def detail_width(sample: str, height: int) -> int:
    """Return how wide a detail is that is never wider than ``sample``; even."""
    return even(text_width(sample, font_px(height)) + margin_px(height))


def draw_detail(text: str, width: int, height: int, tint: Tint) -> Patch:
    """Draw one figure of a strip, such as the time; it ends where its place ends."""
    px = font_px(height)
    sheet = Sheet(width, height, tint.ground, tint.opacity)
    x = width - 3 * margin_px(height) // 4 - text_width(text, px)
    sheet.paint(text_mask(text, px), max(0, x), centred(height, px), tint.soft)
    return sheet.finish()


def draw_chip(word: str, age: str, tile_width: int, height: int, ground: Colour, words: Colour) -> Patch:
    """Draw the right end of a strip: the state in a word, and the age."""
    px, margin = font_px(height), margin_px(height)
    text = f"{word} {age}".strip()
    if text_width(text, px) + 2 * margin > tile_width * 0.7:
        text = age or word
    width = min(tile_width, even(text_width(text, px) + 2 * margin))
    sheet = Sheet(width, height, ground)
    text = fit(text, px, width - margin)
    if text:
        x = max(0, (width - text_width(text, px)) // 2)
        sheet.paint(text_mask(text, px), x, centred(height, px), words)
    return sheet.finish()


def draw_label(text: str, room: int, height: int, ground: Colour, colour: Colour = palette.PAPER) -> Patch:
    """Draw words on a ground of their own, as wide as they are and at most ``room``."""
    px, margin = font_px(height), margin_px(height)
    text = fit(clean(text), px, room - 2 * margin)
    width = max(2, min(room, even(text_width(text, px) + 2 * margin)))
    sheet = Sheet(width, height, ground)
    if text:
        sheet.paint(text_mask(text, px), margin, centred(height, px), colour)
    return sheet.finish()


class Line(NamedTuple):
    """One of the large words across a tile; ``part`` is its height by that of the tile's free space."""

    text: str
    part: float
    colour: Colour


def draw_headline(wanted: list[Line], width: int, height: int, ground: Colour, opacity: float) -> Patch:
    """Draw up to three centred lines for a tile of ``width`` x ``height``: what is wrong, why, how long."""
    room = width - max(4, width // 12)
    space = height - strip_height(height)
    lines = [(line, _fitting_px(line.text, space * line.part, room)) for line in wanted if line.text]
    if height < 2 * LEAST_TEXT_HEIGHT:
        lines = lines[:1]
    widths = [text_width(line.text, px) for line, px in lines]
    padding = max(2, height // 24)
    patch_width = min(width, even(max(widths) + 3 * padding))
    sheet = Sheet(patch_width, even(sum(line_height(px) for _, px in lines) + padding), ground, opacity)
    y = padding // 2
    for (line, px), text_wide in zip(lines, widths, strict=True):
        sheet.paint(text_mask(line.text, px), (patch_width - text_wide) // 2, y, line.colour)
        y += line_height(px)
    return sheet.finish()


def _fitting_px(text: str, wanted: float, room: int) -> int:
    px = max(8, round(wanted))
    width = text_width(text, px)
    return px if width <= room else max(7, px * room // width)
